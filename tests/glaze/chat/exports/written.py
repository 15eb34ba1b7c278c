"""Exports written by hand in all three formats, where the real ones and the samples lie, and what is read of them."""

import json
import os
import tempfile
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from glaze.chat.exports.open import open_export
from glaze.chat.exports.types import Group, GroupChoice, LeftOut, Message, Person, Reaction, Record, Tally

Frame = dict[str, Any]

SHARED = Path(__file__).parents[4].parent / "shared"
NOON = 1_700_000_000_000
"""The time of the first message in these exports; those after it are given in ms from it."""

ME, ANN, BO = 1, 2, 3
"""Recipient ids, and by `aci` and `key` the accounts, of the people in these exports. Ann is known best."""

GROUP_ID = "3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8="
MASTER_KEY = b64encode(b"k" * 32).decode()
SECRETS = {
    "mediaRootBackupKey": b64encode(b"media root backup").decode(),
    "profileKey": b64encode(b"key of the profile").decode(),
    "masterKey": MASTER_KEY,
}
PRIVATE = ("Annie-Pannie", "owes me a bicycle", "Ann from the ferry")
NAMES = {ANN: "Ann Ostrander", BO: "Bo Quist"}


def shared(path: str) -> Path:
    """A file of the shared data. Without it the test is skipped, but fails where nothing may be left out."""
    found = SHARED / path
    if not found.exists():
        sentence = f"{path} is not there: put the shared folder beside the repository"
        pytest.fail(sentence) if os.environ.get("CI") == "true" else pytest.skip(sentence)
    return found


def uuid_of(number: int) -> UUID:
    return UUID(int=0xA11CE << 96 | number)


def aci(number: int) -> str:
    return b64encode(uuid_of(number).bytes).decode()


def key(number: int) -> str:
    return f"aci:{uuid_of(number)}"


def jsonl(*frames: Frame) -> bytes:
    return b"".join(json.dumps(frame, ensure_ascii=False).encode() + b"\n" for frame in frames)


# Signal's own export


def contact(recipient: int, **fields: Any) -> Frame:
    given, _, family = NAMES.get(recipient, "").partition(" ")
    named = {"aci": aci(recipient), "profileGivenName": given, "profileFamilyName": family, "registered": {}}
    return {"recipient": {"id": str(recipient), "contact": named | fields}}


def group(recipient: int, members: Iterable[int], title: str = "Choir 🎵", master_key: str = MASTER_KEY) -> Frame:
    listed = [{"userId": aci(member), "role": "DEFAULT"} for member in members]
    snapshot = {"title": {"title": title}, "version": 7, "members": listed}
    return {"recipient": {"id": str(recipient), "group": {"masterKey": master_key, "snapshot": snapshot}}}


def chat(chat_id: int, recipient: int) -> Frame:
    return {"chat": {"id": str(chat_id), "recipientId": str(recipient)}}


OPENING: tuple[Frame, ...] = (
    {"version": "1", "backupTimeMs": str(NOON + 86_400_000), "mediaRootBackupKey": SECRETS["mediaRootBackupKey"]},
    {"account": {"profileKey": SECRETS["profileKey"], "givenName": "Mia", "familyName": "Edgar"}},
    {"recipient": {"id": str(ME), "self": {}}},
)
PEOPLE: tuple[Frame, ...] = (
    contact(
        ANN,
        e164="15550100002",
        profileKey=SECRETS["profileKey"],
        nickname={"given": PRIVATE[0]},
        note=PRIVATE[1],
        systemGivenName=PRIVATE[2],
        username="ann.07",
    ),
    contact(BO),
)
CHATS: tuple[Frame, ...] = (group(9, (ME, ANN, BO)), chat(1, 9), chat(2, ANN))
BEFORE_ITEMS = (*OPENING, *PEOPLE, *CHATS)
"""An account with Ann, Bo, a group of the three in chat 1, and a one-to-one chat 2 with Ann."""


def item(author: int, after: int, chat_id: int = 1, /, **fields: Any) -> Frame:
    base = {"chatId": str(chat_id), "authorId": str(author), "dateSent": str(NOON + after)}
    direction = {} if "directionless" in fields else {"incoming": {"dateReceived": str(NOON + after + 900)}}
    return {"chatItem": base | direction | fields}


def said(author: int, after: int, body: str, chat_id: int = 1, /, **fields: Any) -> Frame:
    """A message of words; fields of its text go by `text`, others into the standard message."""
    text = {"body": body} | fields.pop("text", {})
    return item(author, after, chat_id, standardMessage={"text": text} | fields)


def reacted(author: int, emoji: str, after: int) -> Frame:
    return {"emoji": emoji, "authorId": str(author), "sentTimestamp": str(NOON + after)}


def main_jsonl(*items: Frame) -> bytes:
    return jsonl(*BEFORE_ITEMS, *items)


# sigexport


def row(sender: str, date: str, body: str = "", /, **fields: Any) -> Frame:
    base: Frame = {"date": date, "sender": sender, "body": f"{body}  ", "quote": "", "sticker": None, "reactions": []}
    return base | {"attachments": [], "deleted": False, "call": False, "missed": False} | fields


# signal-cli


def envelope(author: int, after: int, **fields: Any) -> Frame:
    """An envelope with a data message to the group, or with what `fields` hold instead of one."""
    base = {
        "sourceNumber": None,
        "sourceUuid": str(uuid_of(author)),
        "sourceName": NAMES.get(author, "Mia Edgar"),
        "timestamp": NOON + after,
        "serverReceivedTimestamp": NOON + after + 240,
    }
    return {"envelope": base | fields, "account": "+15550100001"}


def data(after: int, message: str | None = None, /, **fields: Any) -> Frame:
    base = {"timestamp": NOON + after, "message": message, "expiresInSeconds": 0, "isExpirationUpdate": False}
    info = {"groupId": GROUP_ID, "groupName": "Choir 🎵", "revision": 7, "type": "DELIVER"}
    return base | {"viewOnce": False, "groupInfo": info} | fields


def wrote(author: int, after: int, message: str | None = None, /, **fields: Any) -> Frame:
    return envelope(author, after, dataMessage=data(after, message, **fields))


# What is read


class Read:
    """Everything an export yielded, by kind, and its tally."""

    def __init__(self, records: Iterable[Record], tally: Tally) -> None:
        self.records = list(records)
        self.tally = tally
        self.people = [record for record in self.records if isinstance(record, Person)]
        self.groups = [record for record in self.records if isinstance(record, Group)]
        self.messages = [record for record in self.records if isinstance(record, Message)]
        self.reactions = [record for record in self.records if isinstance(record, Reaction)]
        assert_named_before_use(self.records)

    def left_out(self, why: LeftOut) -> int:
        return self.tally.left_out.get(why, 0)

    @property
    def bodies(self) -> list[str]:
        return [message.body for message in self.messages]


def everything(_: Group) -> bool:
    return True


def only(title: str) -> GroupChoice:
    return lambda group: group.title == title


def read(
    source: bytes | Path, wanted: GroupChoice = everything, *, owner: str | None = None, timezone: str = "UTC"
) -> Read:
    """Read an export given as a path, or as the bytes of a file."""
    if isinstance(source, Path):
        tally = Tally()
        return Read(open_export(source, owner=owner, timezone=timezone)(wanted, tally), tally)
    with tempfile.TemporaryDirectory() as folder:
        # Neither the folder nor the file bears a name by which a format could be told.
        file = Path(folder, "Kitchen", "data.bin")
        file.parent.mkdir()
        file.write_bytes(source)
        return read(file, wanted, owner=owner, timezone=timezone)


def assert_named_before_use(records: Iterable[Record]) -> None:
    """Every record comes after the people and the group it names."""
    people: set[str] = set()
    groups: set[str] = set()
    for record in records:
        match record:
            case Person():
                assert record.key not in people, "introduced twice"
                people.add(record.key)
            case Group():
                groups.add(record.key)
                assert people.issuperset(record.member_keys or ())
            case Message():
                named = {record.author_key, *(mention.person_key for mention in record.mentions)}
                assert people >= named | ({record.quote.author_key} if record.quote else set())
                assert record.group_key in groups
            case Reaction():
                assert people >= {record.target_author_key, record.reactor_key}
                assert record.group_key in groups
