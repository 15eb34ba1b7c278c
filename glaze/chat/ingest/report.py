"""What an import says at its end: counts, and what a person has to settle."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from glaze.chat.recognise import AmbiguousName


@dataclass(frozen=True)
class GroupReport:
    """One imported group: titles are for the operator's terminal only, never for a log or the database."""

    slug: str
    title: str
    people: int
    comments: int
    new_comments: int
    first_sent_at: datetime | None
    last_sent_at: datetime | None
    timer_seconds: int
    """The disappearing-message timer, where the format tells it: with one on, Signal exports next to nothing."""


@dataclass(frozen=True)
class ImportReport:
    """The whole import. `left_out` and `comments` are of this file; `new`, `edited`, `deleted` of what it changed."""

    format: str
    as_of: datetime
    groups: tuple[GroupReport, ...]
    people: int
    comments: int
    new: int
    edited: int
    deleted: int
    reactions_changed: int
    left_out: dict[str, int]
    ambiguous: tuple[AmbiguousName, ...] = ()

    @property
    def changed_anything(self) -> bool:
        """Whether a comment or a reaction is other than before."""
        return any((self.new, self.edited, self.deleted, self.reactions_changed))

    def as_counts(self) -> dict[str, Any]:
        """What is kept in `imports`: numbers and slugs, no names (R24)."""
        return {
            "groups": [
                {"slug": group.slug, "people": group.people, "comments": group.comments, "new": group.new_comments}
                for group in self.groups
            ],
            "people": self.people,
            "comments": self.comments,
            "new": self.new,
            "edited": self.edited,
            "deleted": self.deleted,
            "reactions_changed": self.reactions_changed,
            "left_out": self.left_out,
            "ambiguous": len(self.ambiguous),
        }
