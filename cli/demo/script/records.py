"""What a script can say: people, chats and what happened in them, as records."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Form(StrEnum):
    """What a message is made of."""

    WORDS = "words"
    STICKER = "sticker"
    VIEW_ONCE = "viewonce"
    POLL = "poll"
    DELETED = "deleted"


class Deed(StrEnum):
    """What Signal notes by itself, in the words a script uses for it."""

    CREATED = "created"
    ADDED = "added"
    LEFT = "left"
    RETITLED = "retitled"
    CHANGED_KEY = "changed key"
    RENAMED = "renamed from"
    CALLED = "called for"


@dataclass
class Person:
    """Somebody of the script, under a key of one word; `name` is given name, space, family name."""

    key: str
    name: str
    own: bool = False
    """True for the one on whose phone the export is made."""
    private: dict[str, str] = field(default_factory=dict)
    """e164, username, nickname, note, system: what only that phone knows of this person."""


@dataclass
class Chat:
    """A group, or with `partner` a chat of two. Members come and go while a script is read; the last state stays."""

    key: str
    title: str = ""
    partner: str | None = None
    about: str = ""
    version: int = 0
    members: dict[str, int] = field(default_factory=dict)
    """Member → the group version at which they joined."""
    admins: set[str] = field(default_factory=set)
    labels: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Member → emoji and words of their label."""


@dataclass
class Absent:
    """Something that is quoted and is not in this script."""

    author: str
    sent_at_ms: int
    words: str


@dataclass
class Attached:
    """A photo, file or voice note: `shape` is width and height in pixels, `seconds` the length of a voice note."""

    content_type: str
    file_name: str = ""
    shape: tuple[int, int] = (0, 0)
    seconds: int = 0


@dataclass
class Message:
    """What somebody wrote, with everything that later happened to it."""

    chat: Chat
    author: str
    sent_at_ms: int
    received_at_ms: int
    audience: tuple[str, ...]
    """Everybody in the chat at that moment, the author among them."""
    words: str = ""
    form: Form = Form.WORDS
    edits: list[tuple[int, str]] = field(default_factory=list)
    """Each later version, oldest first: its time and its whole words."""
    reply_to: "Message | Absent | None" = None
    reactions: dict[str, str] = field(default_factory=dict)
    """Reactor → emoji."""
    attached: list[Attached] = field(default_factory=list)
    cards: list[tuple[str, str, str]] = field(default_factory=list)
    """Link previews: address, title, description."""
    styles: list[tuple[str, str]] = field(default_factory=list)
    """Signal's style name and the words that wear it."""
    sticker: str = ""
    options: list[tuple[str, list[str]]] = field(default_factory=list)
    """Of a poll: option and voters."""
    deleted_by: str | None = None
    """The admin who deleted it; None if its author did."""

    @property
    def versions(self) -> list[tuple[int, str]]:
        """Time and words of every version, oldest first."""
        return [(self.sent_at_ms, self.words), *self.edits]

    def words_at(self, moment_ms: int) -> str:
        """The words as they stood at a moment: a reply quotes what its writer saw."""
        return [words for at, words in self.versions if at <= max(moment_ms, self.sent_at_ms)][-1]


@dataclass
class Notice:
    """Something Signal notes by itself; `what` is who was added, the new title, `A to B`, or minutes."""

    chat: Chat
    actor: str
    sent_at_ms: int
    deed: Deed
    what: str


@dataclass
class Raw:
    """A frame that goes into the export as it stands."""

    frame: dict[str, Any]


@dataclass
class Script:
    """Everything a script says; `happenings` in the order in which the owner's phone received them."""

    people: dict[str, Person]
    chats: dict[str, Chat]
    happenings: list[Message | Notice | Raw]

    @property
    def owner(self) -> Person:
        """The one on whose phone the export is made."""
        return next(person for person in self.people.values() if person.own)
