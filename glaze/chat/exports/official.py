"""Reads Signal's own export: main.jsonl, one file for a whole account, each frame after what it refers to."""

from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from glaze.chat.exports.lines import Source
from glaze.chat.exports.official_frames import (
    GroupRecipient,
    Line,
    Recipient,
    count_private_words,
    count_secrets,
    decode_line,
)
from glaze.chat.exports.official_items import Items
from glaze.chat.exports.official_people import People
from glaze.chat.exports.text import clean_name
from glaze.chat.exports.types import Doubt, Group, GroupChoice, LeftOut, Record, Tally, is_a_time


class OfficialReader:
    """A Reader of one main.jsonl."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def __call__(self, wanted: GroupChoice, tally: Tally, /) -> Iterator[Record]:
        """Yield the people and groups wanted, then their comments, each followed by its reactions."""
        return _Pass(wanted, tally).records(self._source)


class _FoundGroup(NamedTuple):
    """A group as read. Whose member list it is can only be told once the contacts are known."""

    key: str
    title: str
    timer_seconds: int
    member_acis: tuple[str, ...]


class _Pass:
    """One pass. The ids of the file live and die here."""

    def __init__(self, wanted: GroupChoice, tally: Tally) -> None:
        self._wanted = wanted
        self._tally = tally
        self._people = People()
        self._found: dict[int, _FoundGroup] = {}
        """By recipient id."""
        self._group_keys: dict[int, str] = {}
        """Recipient id of each wanted group → its key."""
        self._recipients: dict[int, int] = {}
        """Chat id → recipient id."""
        self._timers: dict[int, int] = {}
        """Recipient id → the disappearing-message timer of its chat, in seconds."""
        self._settled = False

    def records(self, source: Source) -> Iterator[Record]:
        """Everything wanted, in the order of the file."""
        people, recipients, group_keys = self._people, self._recipients, self._group_keys
        items = Items(people, self._tally)
        for line, frame in source.frames(decode_line, self._tally):
            item = frame.chat_item
            if item is None:
                yield from self._take(line, frame)
                continue
            if not self._settled:
                yield from self._settle()
            group_key = group_keys.get(recipients.get(item.chat_id, -1))
            if group_key is None:
                self._tally.leave_out(LeftOut.OTHER_CHATS)
                continue
            comment = items.comment(item, group_key)
            if comment is None:
                continue
            reactions = items.reactions(item, comment)
            if people.unannounced:
                yield from people.announce()
            yield comment
            yield from reactions
        if not self._settled:
            yield from self._settle()

    def _take(self, line: bytes, frame: Line) -> Iterator[Record]:
        """Learn from a frame that is no chat item; a group that stands after the first item is yielded at once."""
        if secrets := count_secrets(line):
            self._tally.leave_out(LeftOut.SECRETS, secrets)
        if private := count_private_words(line):
            self._tally.leave_out(LeftOut.PRIVATE_NOTES, private)
        if frame.recipient is not None:
            self._take_recipient(frame.recipient)
            if self._settled and frame.recipient.group is not None:
                yield from self._open_group(frame.recipient.id)
        elif frame.chat is not None:
            self._recipients[frame.chat.id] = frame.chat.recipient_id
            self._timers[frame.chat.recipient_id] = frame.chat.expiration_timer_ms // 1000
        elif frame.account is not None:
            self._people.take_account(frame.account)
        elif is_a_time(frame.backup_time_ms):
            self._tally.as_of_ms = frame.backup_time_ms
        elif not frame.is_known():
            self._tally.leave_out(LeftOut.UNKNOWN_FRAMES)

    def _take_recipient(self, recipient: Recipient) -> None:
        if recipient.contact is not None:
            self._people.take_contact(recipient.id, recipient.contact)
        elif recipient.self is not None:
            self._people.take_self(recipient.id)
        elif recipient.group is not None and recipient.group.master_key:
            self._found[recipient.id] = _found_group(recipient.group)

    def _settle(self) -> Iterator[Record]:
        """At the first item: the people are known, so the exporter can be told and the groups opened."""
        self._settled = True
        if not self._people.find_self(group.member_acis for group in self._found.values()):
            self._tally.doubt(Doubt.OWNER_BY_NAME)
        for recipient_id in self._found:
            yield from self._open_group(recipient_id)

    def _open_group(self, recipient_id: int) -> Iterator[Record]:
        found = self._found.get(recipient_id)
        if found is None:
            return
        group = Group(found.key, found.title, timer_seconds=found.timer_seconds or self._timers.get(recipient_id, 0))
        if not self._wanted(group):
            return
        self._group_keys[recipient_id] = group.key
        member_keys = (self._people.key_of_aci(aci) for aci in found.member_acis)
        group = Group(group.key, group.title, tuple(key for key in member_keys if key), group.timer_seconds)
        yield from self._people.announce()
        yield group


def _found_group(group: GroupRecipient) -> _FoundGroup:
    snapshot = group.snapshot
    return _FoundGroup(
        f"master:{sha256(group.master_key).hexdigest()}",
        clean_name(snapshot.title.title),
        snapshot.disappearing_messages_timer.disappearing_messages_duration,
        tuple(member.user_id for member in snapshot.members),
    )
