"""Errors in payloads: the one place where a domain error becomes a member of a mutation's union."""

import strawberry

from glaze import errors as domain
from schema.words import UserErrorCode


@strawberry.interface(description="Something the asker can do something about.")
class UserError:
    """What all errors in payloads share."""

    message: str = strawberry.field(description="One sentence that says what to do. Plain text.")
    code: UserErrorCode = strawberry.field(description="What to branch on.")
    field: str | None = strawberry.field(description="The input at fault, where there is one.")


@strawberry.type(description="It does not exist, or you may not see it: one answer for both.")
class NotFoundError(UserError):
    """R21."""


@strawberry.type(description="The input cannot be used; nothing was changed.")
class InvalidInputError(UserError):
    """`field` names the input."""


@strawberry.type(description="Somebody else changed it meanwhile; nothing was changed.")
class ConflictError(UserError):
    """Read again, then decide."""


@strawberry.type(description="The feature is switched off; nothing was changed.")
class FlagOffError(UserError):
    """R22."""


class _Becomes:
    """What one domain error becomes in a payload."""

    def __init__(
        self, exception_type: type[domain.GlazeError], error_type: type[UserError], code: UserErrorCode
    ) -> None:
        self.exception_type = exception_type
        self.error_type = error_type
        self._code = code

    def handle(self, exception: domain.GlazeError, **_where: object) -> UserError:
        """The union member: the sentence is the domain's own."""
        return self.error_type(message=str(exception), code=self._code, field=getattr(exception, "field", None))


HANDLERS = (
    _Becomes(domain.NotFoundError, NotFoundError, UserErrorCode.NOT_FOUND),
    _Becomes(domain.InvalidInputError, InvalidInputError, UserErrorCode.INVALID_INPUT),
    _Becomes(domain.ConflictError, ConflictError, UserErrorCode.CONFLICT),
    _Becomes(domain.FlagOffError, FlagOffError, UserErrorCode.FLAG_OFF),
)
"""Which domain error becomes which member; a field whose union lacks the member lets the error through."""
