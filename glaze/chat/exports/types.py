"""The one model that all export formats are read into: people, groups, messages and reactions as records.

An author key is `aci:<uuid>`, `e164:+<digits>` or `name:<squashed name>`, whichever is the best the format
knows. Recipient and chat ids of a file mean nothing outside it and never appear here. No key material,
nickname or private note has a place in this model: what has no field cannot be kept.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol

import msgspec

_YEAR_9999_MS = 253_402_214_400_000
"""The last moment a timestamp can hold, less a day for time zones."""


def is_a_time(ms: int) -> bool:
    """True if `ms` can be when something was said: after 1970, and within what a timestamp can hold."""
    return 0 < ms < _YEAR_9999_MS


class ExportFormat(StrEnum):
    """The formats told apart by content, never by file name."""

    OFFICIAL = "official"
    SIGEXPORT = "sigexport"
    SIGNAL_CLI = "signal_cli"


class MessageKind(StrEnum):
    """What a comment is. System items (group changes, calls, key changes …) are no comments and have no kind."""

    TEXT = "text"
    STICKER = "sticker"
    CONTACT = "contact"
    POLL = "poll"
    VIEW_ONCE = "view_once"
    PAYMENT = "payment"
    GIFT = "gift"


class Person(msgspec.Struct, frozen=True):
    """Somebody of a chosen group, under the best key the format knows.

    `e164` is `+<digits>` where known. `display_name` is the profile name the group sees, never the
    exporter's nickname, note or address-book name.
    """

    key: str
    display_name: str = ""
    e164: str | None = None


class Group(msgspec.Struct, frozen=True):
    """A group named in the file.

    `key`: `master:<sha256 hex of the master key>`, `id:<groupId>` or `folder:<name>`.
    `member_keys` is None where the format has no member list. `timer_seconds` is the group's
    disappearing-message timer where the format tells it (Signal then exports next to nothing).
    """

    key: str
    title: str
    member_keys: tuple[str, ...] | None = None
    timer_seconds: int = 0


class Mention(msgspec.Struct, frozen=True):
    """Somebody mentioned in a body: `start` is the code-point offset of the `@` that stands for the name."""

    start: int
    person_key: str


class Attachment(msgspec.Struct, frozen=True):
    """A file that went with a comment: MIME type, name and size in bytes where known, `voice` for voice notes."""

    content_type: str
    file_name: str | None = None
    size: int | None = None
    voice: bool = False


class Quote(msgspec.Struct, frozen=True):
    """What a reply quotes: its author's key and original sent time in ms. Quoted text is never read (R6).

    sigexport knows only the quoted text: its reader resolves the target itself or leaves no quote.
    """

    author_key: str
    sent_at_ms: int


class Message(msgspec.Struct):
    """One comment, identified by (group, author, original sent millisecond) (R6).

    `body` holds no U+FFFC: each mention is one `@` with a row in `mentions`, the name is put in when shown.
    `edited_at_ms` is the time of the last edit. A deleted message has no body, links, tags or attachments.
    """

    group_key: str
    author_key: str
    sent_at_ms: int
    kind: MessageKind = MessageKind.TEXT
    body: str = ""
    edited_at_ms: int | None = None
    deleted: bool = False
    mentions: tuple[Mention, ...] = ()
    links: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    quote: Quote | None = None


class Reaction(msgspec.Struct):
    """A reaction of one person to one comment; the later record for the same pair wins. `emoji` None takes it back."""

    group_key: str
    target_author_key: str
    target_sent_at_ms: int
    reactor_key: str
    emoji: str | None
    reacted_at_ms: int | None = None


Record = Group | Person | Message | Reaction


class LeftOut(StrEnum):
    """Why something in the file is not imported; each is a count in the report."""

    SYSTEM = "system items (joins, calls, key changes)"
    DELETED = "deleted for everyone"
    OTHER_CHATS = "messages of other chats"
    DISAPPEARING = "disappearing messages"
    STORIES = "story replies"
    UNKNOWN_FRAMES = "unknown or empty frames"
    BROKEN_LINES = "lines that are not JSON"
    CUT_LAST_LINE = "a cut last line"
    NO_AUTHOR = "messages and reactions without an author"
    NO_TIME = "messages without a usable time"
    UNSAFE_LINKS = "links that are not plain http(s)"
    ORPHAN_REACTIONS = "reactions to messages this file does not hold"
    SECRETS = "secret fields dropped"
    PRIVATE_NOTES = "private nicknames, notes and address-book names dropped"


class Doubt(StrEnum):
    """What a reader had to assume; each is a count in the report, as a warning."""

    MOVED_TIMES = "local times the clock skipped, moved forward: is the time zone right?"
    OWNER_BY_NAME = "the exporter's own account could not be told from the member lists; known by name alone"


class Tally:
    """What a reader left out or assumed, and the export's time. Grows while the file is read; complete at its end."""

    def __init__(self) -> None:
        self.left_out: dict[LeftOut, int] = {}
        self.doubts: dict[Doubt, int] = {}
        self.lines = 0
        self.as_of_ms = 0
        """The export's `backupTimeMs`; else the newest message or event time in the file."""

    def leave_out(self, why: LeftOut, count: int = 1) -> None:
        """Count something that is not imported."""
        self.left_out[why] = self.left_out.get(why, 0) + count

    def doubt(self, what: Doubt, count: int = 1) -> None:
        """Count something that had to be assumed."""
        self.doubts[what] = self.doubts.get(what, 0) + count


class GroupChoice(Protocol):
    """Decides whether a group of the file is wanted, from its key and title."""

    def __call__(self, group: Group, /) -> bool:
        """True if the group's items are to be yielded."""
        ...


class Reader(Protocol):
    """A reader of one format: one forward pass over an open export, constant memory but for its people."""

    def __call__(self, wanted: GroupChoice, tally: Tally, /) -> Iterator[Record]:
        """Yield the wanted groups, their people before whatever names them, and their comments and reactions."""
        ...
