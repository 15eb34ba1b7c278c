"""Errors in payloads: the one place where a domain error becomes a member of a mutation's union."""

import strawberry
from strawberry.types.field import StrawberryField

from glaze import errors as domain
from schema.context import Info
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


class NotFound(strawberry.ExceptionHandler[domain.NotFoundError, NotFoundError]):
    """Absent and forbidden."""

    def handle(self, exception: domain.NotFoundError, *, field: StrawberryField, info: Info) -> NotFoundError:
        """The union member."""
        return NotFoundError(message=str(exception), code=UserErrorCode.NOT_FOUND, field=None)


class InvalidInput(strawberry.ExceptionHandler[domain.InvalidInputError, InvalidInputError]):
    """Unusable input."""

    def handle(self, exception: domain.InvalidInputError, *, field: StrawberryField, info: Info) -> InvalidInputError:
        """The union member."""
        return InvalidInputError(message=str(exception), code=UserErrorCode.INVALID_INPUT, field=exception.field)


class Conflict(strawberry.ExceptionHandler[domain.ConflictError, ConflictError]):
    """Lost races."""

    def handle(self, exception: domain.ConflictError, *, field: StrawberryField, info: Info) -> ConflictError:
        """The union member."""
        return ConflictError(message=str(exception), code=UserErrorCode.CONFLICT, field=None)


class FlagOff(strawberry.ExceptionHandler[domain.FlagOffError, FlagOffError]):
    """The flag."""

    def handle(self, exception: domain.FlagOffError, *, field: StrawberryField, info: Info) -> FlagOffError:
        """The union member."""
        return FlagOffError(message=str(exception), code=UserErrorCode.FLAG_OFF, field=None)


HANDLERS = (NotFound(), InvalidInput(), Conflict(), FlagOff())
