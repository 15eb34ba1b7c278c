"""What a snapshot says: the dataclass with the seed's fields, and the evidence that is hashed."""

from dataclasses import dataclass
from datetime import datetime

SCHEMA_VERSION = 1
"""The shape of the evidence; a change of shape is a change of every hash (R12)."""

RULES_VERSION = 1
"""The counting rules behind the numbers; a changed rule is a change of every hash (R12)."""


@dataclass(frozen=True, slots=True)
class LinkCount:
    """A link the user shared: how often, and the comments that hold it, earliest first, a few at most.

    `comments` are digests (R12); `comment_ids` are this database's ids for them and never leave it.
    """

    url: str
    domain: str
    count: int
    comments: tuple[str, ...]
    comment_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag of the user's comments and how often they wrote it."""

    tag: str
    count: int


@dataclass(frozen=True, slots=True)
class Quotable:
    """A comment of the user's that others answered with reactions or replies, so that it may be quoted (R11).

    The words themselves are not part of a snapshot: only their digest, so that an edit changes the hash and a
    deletion leaves nothing behind. `text` is filled where a bio is composed, from visible comments only.
    """

    comment: str
    text_digest: str
    sent_at: datetime
    reactions: int
    replies: int
    comment_id: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class SignalProfileSnapshot:
    """The receipts bundle of one user in one group: what can be proven, and nothing else.

    Times are UTC. Counts are of visible comments only (R10). `reaction_counts` are received, by emoji as sent,
    from people who have not opted out; `reactions_given` counts the user's own. `active_days` and
    `active_months` are calendar days and months in the group's time zone (R5). `request_ids` and `user_id`
    are outside the hash.
    """

    user_id: str
    group_slug: str
    timezone: str
    message_count: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    active_days: int = 0
    active_months: int = 0
    top_links: tuple[LinkCount, ...] = ()
    link_count: int = 0
    top_tags: tuple[TagCount, ...] = ()
    reaction_counts: tuple[tuple[str, int], ...] = ()
    reactions_given: tuple[tuple[str, int], ...] = ()
    attachment_counts: tuple[tuple[str, int], ...] = ()
    mentions_made: int = 0
    mentions_received: int = 0
    quotes_made: int = 0
    quotes_received: int = 0
    quotables: tuple[Quotable, ...] = ()
    request_ids: tuple[int, ...] = ()
    hash: str = ""

    @property
    def reactions_received(self) -> int:
        """All reactions received, whatever the emoji."""
        return sum(count for _, count in self.reaction_counts)
