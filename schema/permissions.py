"""To whom a field is open: decided before anything is looked up, so that a refusal tells nothing (R21)."""

from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver

from schema.context import Info
from schema.faults import Code, FaultError


class SignedIn(FieldExtension):
    """Open to whoever has a token; what they then see is decided in SQL (R20)."""

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: object, info: Info, **arguments: object
    ) -> object:
        """The field's own answer. Raises FaultError UNAUTHENTICATED without a token."""
        _ = info.context.viewer
        return await next_(source, info, **arguments)


class AdminsOnly(FieldExtension):
    """Open to tokens with the admin scope."""

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: object, info: Info, **arguments: object
    ) -> object:
        """The field's own answer. Raises FaultError FORBIDDEN, or UNAUTHENTICATED without a token."""
        if not info.context.viewer.is_admin:
            raise FaultError(Code.FORBIDDEN, "This is for admins.")
        return await next_(source, info, **arguments)


PERMISSIONS = (SignedIn, AdminsOnly)
"""A test refuses a field of Query or Mutation that has none of them."""
