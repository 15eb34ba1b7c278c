"""Every kind of job there is: what it is asked to do, what it serialises on, and what makes two asks the same."""

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field, replace
from typing import Any, ClassVar, Literal, Self
from uuid import uuid4

import msgspec

Requested = Literal["person", "command", "cron"]
"""Who wants it: a person who waits, an operator's command, or nobody in particular."""

AUTOMATIC: Requested = "cron"
"""What nobody waits for does not run while `PROFILE_SIGNAL_GLAZE` is off (R22)."""

_MOST_WANTED_FIRST: tuple[Requested, ...] = ("person", "command", "cron")


@dataclass(frozen=True, kw_only=True)
class Order(ABC):
    """What a job is asked to do: ids only, never words of a chat. Its fields are the job's payload."""

    kind: ClassVar[str]
    max_attempts: ClassVar[int] = 5

    requested: Requested = "command"

    @property
    @abstractmethod
    def subject(self) -> str:
        """What it serialises on: of one kind and subject, at most one job runs and one is queued (R25)."""

    @property
    @abstractmethod
    def idem_key(self) -> str:
        """Two orders of a kind with one key are one job, for as long as the job is kept (R25)."""

    def payload(self) -> dict[str, Any]:
        """The order as JSON; `read_order` is the way back."""
        return asdict(self)

    def folded_with(self, queued: Self) -> Self:
        """This order and the one already queued for its subject as one that serves both askers."""
        both = {self.requested, queued.requested}
        return replace(self, requested=next(who for who in _MOST_WANTED_FIRST if who in both))


@dataclass(frozen=True, kw_only=True)
class GlazeOrder(Order):
    """Write the bio of one user in one group."""

    kind: ClassVar[str] = "glaze"

    user_id: int
    group_id: int
    evidence_version: int
    """The evidence version the asker saw; the handler reads its own (R13)."""
    wanted_digest: str
    """Hash of the prompt, style, model and guard the asker wants."""
    ordinal: int = 0
    """0 asks for what is not there yet. Above, it is the n-th insistence on writing it anew (`force`, R25)."""
    fallbacks: int = 0
    """How many times in a row the model has failed before: above 0, it asks to try the model once more (R14)."""

    @property
    def subject(self) -> str:
        """`user:group`."""
        return f"{self.user_id}:{self.group_id}"

    @property
    def idem_key(self) -> str:
        """Subject, evidence version, what it would be made with, ordinal (R25)."""
        return f"{self.subject}:v{self.evidence_version}:{self.wanted_digest}:{self.ordinal}"

    def folded_with(self, queued: Self) -> Self:
        """The newer wish, keeping the insistence of the older: a `force` must not be lost to a quieter ask.

        One of them that does not come from a failed model makes both a new beginning.
        """
        return replace(
            super().folded_with(queued),
            evidence_version=max(self.evidence_version, queued.evidence_version),
            ordinal=max(self.ordinal, queued.ordinal),
            fallbacks=min(self.fallbacks, queued.fallbacks),
        )


@dataclass(frozen=True, kw_only=True)
class SnapshotOrder(Order):
    """Take the snapshots of everybody in one group."""

    kind: ClassVar[str] = "snapshot"

    group_id: int
    occasion: str = field(default_factory=lambda: uuid4().hex)
    """What it is taken for, such as `import:17`: the same occasion is the same job. Left out, each ask is new."""

    @property
    def subject(self) -> str:
        """The group."""
        return str(self.group_id)

    @property
    def idem_key(self) -> str:
        """Group and occasion."""
        return f"{self.subject}:{self.occasion}"


ORDERS: dict[str, type[Order]] = {order.kind: order for order in (GlazeOrder, SnapshotOrder)}
"""Every kind of job by its name; each has a handler in workers/registry.py (kept by a house test)."""


class UnreadableOrderError(Exception):
    """A job row that this code cannot read: its kind is unknown or its payload has another shape."""


def read_order(kind: str, payload: dict[str, Any]) -> Order:
    """The order a job row holds. Fields we do not know are passed over: a newer asker may have more to say.

    Raises UnreadableOrderError.
    """
    order = ORDERS.get(kind)
    if order is None:
        raise UnreadableOrderError(kind)
    try:
        return msgspec.convert(payload, type=order)
    except msgspec.ValidationError as error:
        raise UnreadableOrderError(kind) from error
