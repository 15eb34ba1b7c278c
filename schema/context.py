"""What every resolver has at hand: who asks, their loaders, and the deeds of the house."""

from dataclasses import dataclass
from functools import cached_property

import strawberry

from glaze.db.engine import Database
from glaze.highlights.freshness import Wanted
from glaze.jobs.ring import Doorbell
from glaze.members.visibility import Viewer
from glaze.settings import Settings
from schema.faults import Code, FaultError
from schema.loaders import Loaders


@dataclass
class Context:
    """The context of one request. Data is reached through `reads` alone, which an anonymous request has not."""

    settings: Settings
    database: Database
    doorbell: Doorbell
    wanted: Wanted
    bearer: Viewer | None
    """Whoever the token belongs to; None without a token."""

    @property
    def viewer(self) -> Viewer:
        """Whoever asks. Raises FaultError UNAUTHENTICATED without a token."""
        if self.bearer is None:
            raise FaultError(Code.UNAUTHENTICATED, "Send a token: Authorization: Bearer …")
        return self.bearer

    @cached_property
    def reads(self) -> Loaders:
        """The loaders of this request. Raises FaultError UNAUTHENTICATED without a token."""
        return Loaders(self.database, self.viewer, self.wanted)

    @property
    def may_introspect(self) -> bool:
        """Whether `__schema` and `__type` are answered: to admins, and to all where the IDE is on."""
        return self.settings.graphiql or (self.bearer is not None and self.bearer.is_admin)


Info = strawberry.Info[Context, None]
