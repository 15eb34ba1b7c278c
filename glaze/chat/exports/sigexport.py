"""Reads the data.json files of sigexport (signal-export): one chat a file, one object a line, names for people.

Its source is carderne/signal-export, sigexport/{create,models,files,utils}.py.
"""

import re
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import msgspec

from glaze.chat.exports.lines import Source
from glaze.chat.exports.local_time import LocalClock
from glaze.chat.exports.quoted_text import QuotedTexts
from glaze.chat.exports.text import clean_content_type, clean_emoji, clean_file_name, clean_name, read_words
from glaze.chat.exports.types import (
    Attachment,
    Group,
    GroupChoice,
    LeftOut,
    Message,
    MessageKind,
    Person,
    Quote,
    Reaction,
    Record,
    Tally,
    is_a_time,
)
from glaze.chat.words import squash
from glaze.errors import InvalidInputError

_ME = "Me"
_NOBODY = "No-Sender"


class _Row(msgspec.Struct, gc=False):
    """Base of what a line holds."""


class _Sticker(_Row):
    """A sticker; its pack key is not read."""


class _File(_Row):
    name: str | None = None


class _Said(_Row):
    date: str | None = None
    sender: str | None = None
    body: str | None = None
    quote: str | None = None
    sticker: _Sticker | str | None = None
    reactions: list[tuple[str | None, str | None]] | None = None
    attachments: list[_File] | None = None
    deleted: bool | None = None
    call: bool | None = None


_decode = msgspec.json.Decoder(_Said).decode

_CALL_BEFORE_3_9 = re.compile(r"(?:Incoming|Outgoing|Missed)(?: voice| video| group)? call(?: \([^)]*\))?")
"""Older versions do not mark calls; they write this as the body."""

_FILE_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?_\d\d+_(?:None\b)?(.*)")
"""The time and number sigexport puts before a file's own name, which is `None` where there was none."""

_CONTENT_TYPES = {
    "aac": "audio/aac",
    "gif": "image/gif",
    "heic": "image/heic",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "m4a": "audio/mp4",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "txt": "text/plain",
    "webm": "video/webm",
    "webp": "image/webp",
    "zip": "application/zip",
}
"""Our own table, so that a file reads the same on every machine; the standard library asks the system's."""


class SigexportReader:
    """A Reader of the chats of one sigexport run.

    `owner` is the name behind `Me`, `zone` that of the machine which wrote the local times. A chat in which
    fewer than two others speak cannot be told from a one-to-one chat, so it is left out.
    """

    def __init__(self, sources: Sequence[Source], owner: str | None, zone: ZoneInfo) -> None:
        self._sources = sources
        self._owner = clean_name(owner or "")
        self._zone = zone

    def __call__(self, wanted: GroupChoice, tally: Tally, /) -> Iterator[Record]:
        """Yield each wanted chat: its group, then its comments, each after the people it is the first to name."""
        introduced: set[str] = set()
        for source in self._sources:
            title = clean_name(source.chat)
            group = Group(f"folder:{title}", title)
            if wanted(group) and _is_a_group(source):
                yield group
                chat = _Chat(group.key, self._owner, tally, LocalClock(self._zone, tally), introduced)
                yield from chat.records(source)
            else:
                tally.leave_out(LeftOut.OTHER_CHATS, sum(1 for _ in source.lines(tally)))


def _is_a_group(source: Source) -> bool:
    """True as soon as two others have spoken or reacted: a one-to-one chat must never become a group."""
    others: set[str | None] = set()
    for _, said in source.frames(_decode, Tally()):
        others.add(said.sender)
        others.update(name for name, _ in said.reactions or ())
        others -= {_ME, _NOBODY, "", None}
        if len(others) > 1:
            return True
    return False


class _Chat:
    """One pass over one chat."""

    def __init__(self, group_key: str, owner: str, tally: Tally, clock: LocalClock, introduced: set[str]) -> None:
        self._group_key = group_key
        self._owner = owner
        self._tally = tally
        self._clock = clock
        self._introduced = introduced
        self._texts = QuotedTexts()
        self._new: list[Person] = []

    def records(self, source: Source) -> Iterator[Record]:
        """The comments of the chat and what goes with them, in the order of the file."""
        for _, said in source.frames(_decode, self._tally):
            why = _why_left_out(said)
            author_key = None if why else self._key_of(said.sender)
            sent_at_ms = self._clock.read(said.date or "")
            if why or author_key is None or sent_at_ms is None or not is_a_time(sent_at_ms):
                self._tally.leave_out(why or (LeftOut.NO_TIME if author_key else LeftOut.NO_AUTHOR))
                continue
            self._tally.as_of_ms = max(self._tally.as_of_ms, sent_at_ms)
            message = self._message(said, author_key, sent_at_ms)
            reactions = list(self._reactions(said, message))
            yield from self._new
            self._new.clear()
            yield message
            yield from reactions

    def _message(self, said: _Said, author_key: str, sent_at_ms: int) -> Message:
        message = Message(self._group_key, author_key, sent_at_ms)
        if said.deleted:
            self._tally.leave_out(LeftOut.DELETED)
            message.deleted = True
            return message
        if said.sticker:
            message.kind = MessageKind.STICKER
        body = (said.body or "").removesuffix("  ")
        message.body, message.mentions, message.links, message.tags = read_words(body, (), self._tally)
        message.attachments = tuple(_attachment(file.name or "") for file in said.attachments or ())
        if said.quote:
            message.quote = self._texts.find(said.quote)
        self._texts.remember(body, Quote(author_key, sent_at_ms))
        return message

    def _reactions(self, said: _Said, message: Message) -> Iterator[Reaction]:
        for name, written in said.reactions or ():
            reactor_key, emoji = self._key_of(name), clean_emoji(written or "")
            if reactor_key is None or emoji is None:
                self._tally.leave_out(LeftOut.UNKNOWN_FRAMES if reactor_key else LeftOut.NO_AUTHOR)
                continue
            yield Reaction(message.group_key, message.author_key, message.sent_at_ms, reactor_key, emoji)

    def _key_of(self, name: str | None) -> str | None:
        """The key behind a name, `Me` being the owner. InvalidInputError if nobody said who that is."""
        if name == _ME:
            if not self._owner:
                raise InvalidInputError(
                    "This export calls its owner only Me: say who that is with --owner NAME, as the group knows them.",
                    "owner",
                )
            name = self._owner
        squashed = squash(name) if name and name != _NOBODY else ""
        if not squashed:
            return None
        key = f"name:{squashed}"
        if key not in self._introduced:
            self._introduced.add(key)
            self._new.append(Person(key, clean_name(name or "")))
        return key


def _why_left_out(said: _Said) -> LeftOut | None:
    if not said.date and not said.sender:
        return LeftOut.UNKNOWN_FRAMES
    body = (said.body or "").strip()
    if said.call or (said.call is None and _CALL_BEFORE_3_9.fullmatch(body)):
        return LeftOut.SYSTEM
    if said.sender == _NOBODY and not (body or said.attachments or said.sticker or said.deleted):
        return LeftOut.SYSTEM
    return None


def _attachment(written: str) -> Attachment:
    own = _FILE_NAME.fullmatch(written)
    name = own[1] if own else written
    content_type = _CONTENT_TYPES.get(name.rpartition(".")[2].lower())
    return Attachment(clean_content_type(content_type), None if name.startswith(".") else clean_file_name(name))
