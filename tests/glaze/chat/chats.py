"""Exports of made-up chats for tests of the import: records in, no file between, and what the tables then hold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from glaze.chat.exports.open import Export
from glaze.chat.exports.types import (
    ExportFormat,
    Group,
    GroupChoice,
    Message,
    Person,
    Quote,
    Reaction,
    Record,
    Tally,
)
from glaze.chat.ingest.import_chat import import_chat
from glaze.chat.ingest.report import ImportReport
from glaze.chat.thread import Turn, thread
from glaze.clock import to_ms
from glaze.db.engine import Database
from glaze.tables import metadata
from tests.canonical import Dump, dump

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
NOON = 1_700_000_000_000
"""The time of the beginning; everything in these chats is given in ms from it."""

GROUP = "master:" + "0c" * 32
TITLE = "Choir"


def account(number: int) -> str:
    """The person key of an account."""
    return f"aci:{UUID(int=0xA11CE << 96 | number)}"


ANN, BO, CY = account(1), account(2), account(3)


def said(author: str, after: int, body: str = "words", /, *, group: str = GROUP, **fields: Any) -> Message:
    """A comment `after` ms from the beginning; `quotes=(author, after)` names what it answers."""
    quotes = fields.pop("quotes", None)
    edited = fields.pop("edited", None)
    return Message(
        group,
        author,
        NOON + after,
        body=body,
        quote=Quote(quotes[0], NOON + quotes[1]) if quotes else None,
        edited_at_ms=None if edited is None else NOON + edited,
        **fields,
    )


def gone(author: str, after: int, *, group: str = GROUP) -> Message:
    """A comment deleted for everyone."""
    return Message(group, author, NOON + after, deleted=True)


def reacted(
    by: str, author: str, after: int, emoji: str | None = "🔥", *, at: int | None = None, group: str = GROUP
) -> Reaction:
    """A reaction to the comment of `author` at `after`."""
    return Reaction(group, author, NOON + after, by, emoji, None if at is None else NOON + at)


@dataclass(frozen=True)
class Written:
    """An export: what it holds and when it was made, `as_of` ms from the beginning."""

    records: tuple[Record, ...]
    as_of: int
    format: ExportFormat = ExportFormat.OFFICIAL

    def open(self) -> Export:
        """As the import takes it."""

        def read(wanted: GroupChoice, tally: Tally, /) -> Iterator[Record]:
            tally.as_of_ms = NOON + self.as_of
            chosen: set[str] = set()
            for record in self.records:
                match record:
                    case Group():
                        if wanted(record):
                            chosen.add(record.key)
                            yield record
                    case Person():
                        yield record
                    case _ if record.group_key in chosen:
                        yield record

        return Export(self.format, [], read)


def export(
    *records: Message | Reaction,
    as_of: int = 1000 * DAY,
    title: str = TITLE,
    members: Iterable[str] | None = None,
    names: dict[str, str] | None = None,
    numbers: dict[str, str] | None = None,
    key: str = GROUP,
    export_format: ExportFormat = ExportFormat.OFFICIAL,
) -> Written:
    """An export of one group. Everybody named is introduced, by the name and number given, if any."""
    names, numbers = names or {}, numbers or {}
    listed = None if members is None else tuple(members)
    people = dict.fromkeys((*(listed or ()), *names, *numbers))
    for record in records:
        people |= dict.fromkeys(_named_in(record))
    introduced = (Person(one, names.get(one, ""), numbers.get(one)) for one in people)
    return Written((*introduced, Group(key, title, listed), *records), as_of, export_format)


def folder(*records: Message | Reaction, name: str = "Choir", **more: Any) -> Written:
    """An export of sigexport's kind: a folder for a group, names for people, no member list."""
    key = f"folder:{name}"
    for record in records:
        record.group_key = key
    return export(*records, key=key, title=name, export_format=ExportFormat.SIGEXPORT, **more)


def _named_in(record: Message | Reaction) -> Iterator[str]:
    if isinstance(record, Reaction):
        yield from (record.target_author_key, record.reactor_key)
        return
    yield record.author_key
    yield from (mention.person_key for mention in record.mentions)
    if record.quote:
        yield record.quote.author_key


async def take_in(database: Database, written: Written | Export, **how: Any) -> ImportReport:
    """Import in a transaction of its own."""
    opened = written.open() if isinstance(written, Written) else written
    async with database.transaction() as session:
        return await import_chat(session, opened, **({"groups": None} | how))


async def join(database: Database, written: Written | Export, **how: Any) -> ImportReport:
    """Import into the group that stands; the first export makes it."""
    standing = await rows(database, "SELECT slug FROM groups")
    return await take_in(database, written, into=standing[0][0] if standing else None, **how)


async def on(database: Database) -> asyncpg.Connection:
    """A plain connection to the test's database, for statements that are none of the product's."""
    return await asyncpg.connect(database.url.set(drivername="postgresql").render_as_string(hide_password=False))


async def rows(database: Database, statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
    """What a statement of the test's own yields; it is committed."""
    connection = await on(database)
    try:
        return [tuple(row) for row in await connection.fetch(statement, *arguments)]
    finally:
        await connection.close()


async def tables(database: Database, **how: Any) -> Dump:
    """Everything the tables hold, by natural keys."""
    connection = await on(database)
    try:
        return await dump(connection, **how)
    finally:
        await connection.close()


async def assert_threaded_as_a_whole(database: Database) -> None:
    """The conversations that stand are those of the whole group threaded anew (R8)."""
    held = await rows(
        database,
        "SELECT c.id, c.sent_at, q.id, c.request_id, r.started_at"
        "  FROM request_comments c"
        "  LEFT JOIN requests r ON r.group_id = c.group_id AND r.id = c.request_id"
        "  LEFT JOIN request_comments q"
        "    ON q.group_id = c.group_id AND q.author_id = c.quoted_author_id AND q.sent_at = c.quoted_sent_at"
        " ORDER BY c.sent_at, c.id",
    )
    anew = thread(Turn(key, to_ms(sent_at), quotes) for key, sent_at, quotes, *_ in held)
    assert _parts({key: request for key, *_, request, _ in held}) == _parts(anew)
    first: dict[int, datetime] = {}
    for _, sent_at, _, request, started_at in held:
        assert first.setdefault(request, sent_at) == started_at


async def emptied(database: Database) -> None:
    """Take everything out again, faster than a new database."""
    connection = await on(database)
    try:
        await connection.execute(_EMPTY)
    finally:
        await connection.close()


_ONLY_GROWS = "audit_log"
_EMPTY = "; ".join(f"DELETE FROM {table}" for table in reversed(metadata.sorted_tables) if table.name != _ONLY_GROWS)


def _parts(conversations: dict[int, int]) -> set[frozenset[int]]:
    parts: dict[int, set[int]] = {}
    for key, request in conversations.items():
        parts.setdefault(request, set()).add(key)
    return {frozenset(part) for part in parts.values()}
