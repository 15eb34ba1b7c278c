"""Importing an export: one streaming pass into staging, one merge, one report, all in one transaction (R2-R8)."""

import gc
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.chat.exports.open import Export
from glaze.chat.exports.types import Group, LeftOut, Message, Person, Reaction, Tally
from glaze.chat.ingest import merge, rethread, settle
from glaze.chat.ingest.meet import Met
from glaze.chat.ingest.report import GroupReport, ImportReport
from glaze.chat.ingest.resolve import refuse_past_retention, resolve
from glaze.chat.ingest.staging import BATCH, Staging, keys_named_in
from glaze.chat.models import Import
from glaze.chat.recognise import AmbiguousName
from glaze.clock import from_ms
from glaze.db.engine import driver_connection
from glaze.errors import NotFoundError
from glaze.log import get_logger
from glaze.members.groups import keys_of_slugs, require_timezone, set_timezone, slug_of

_log = get_logger("chat")

_PAST_RETENTION = "messages older than the group's retention horizon"

Progress = Callable[[int, int | None], None]
"""Told (bytes read, bytes in all or None) now and then."""


async def import_chat(
    session: AsyncSession,
    export: Export,
    *,
    groups: Collection[str] | None,
    into: str | None = None,
    timezone: str | None = None,
    progress: Progress = lambda _read, _total: None,
) -> ImportReport:
    """Import the groups with these titles or slugs, or all of them if `groups` is None.

    Everything happens in the session's transaction: until it is committed nothing has changed, and a dry run is
    this function with a rollback after it. Imports follow one another, never overlap.

    Raises UnreadableExportError, NotFoundError when no group fits, InvalidInputError for a wrong zone or `into`.
    """
    if timezone is not None:
        require_timezone(timezone)
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('glaze.chat'))"))
    run = _Run(session, await driver_connection(session), export, groups, into)
    with _without_cycle_search():
        await run.stage(progress)
        return await run.merge(timezone)


@contextmanager
def _without_cycle_search() -> Iterator[None]:
    """Records go as soon as nobody holds them; looking through them for cycles took a tenth of an import."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Run:
    """One import under way."""

    def __init__(
        self,
        session: AsyncSession,
        connection: Any,
        export: Export,
        groups: Collection[str] | None,
        into: str | None,
    ) -> None:
        self.session = session
        self.connection = connection
        self.export = export
        self.wanted = None if groups is None else {wish.strip() for wish in groups}
        self.wanted_keys: set[str] = set()
        self.tally = Tally()
        self.past_retention = 0
        self.met = Met(connection, into)
        self.staging = Staging(connection, self.met.group_ids, self.met.identity_ids)

    def wants(self, group: Group) -> bool:
        """Whether a group was asked for: by title, by the slug its title gives, or by the slug it has here."""
        return (
            self.wanted is None
            or group.title in self.wanted
            or slug_of(group.title) in self.wanted
            or group.key in self.wanted_keys
        )

    async def stage(self, progress: Progress) -> None:
        """Read the file once, a batch in memory at a time."""
        await self.staging.create()
        self.wanted_keys = await keys_of_slugs(self.connection, self.wanted or ())
        batch: list[Message | Reaction] = []
        for record in self.export(self.wants, self.tally):
            if isinstance(record, (Message, Reaction)):
                batch.append(record)
                if len(batch) >= BATCH:
                    await self._flush(batch)
                    batch = []
                    progress(*self.export.position())
            elif isinstance(record, Person):
                self.met.person(record)
            else:
                await self.met.group(record)
        await self._flush(batch)
        progress(*self.export.position())
        if not self.met.groups:
            raise NotFoundError("No group in this export has that title or slug: see ./wb import PATH --list.")
        await self.staging.analyze()

    async def _flush(self, batch: list[Message | Reaction]) -> None:
        await self.met.enrol((record.group_key, key) for record in batch for key in keys_named_in(record))
        await self.staging.write(batch)

    async def merge(self, timezone: str | None) -> ImportReport:
        """Merge what is staged and say what came of it."""
        as_of, connection = from_ms(self.tally.as_of_ms), self.connection
        self.past_retention = await refuse_past_retention(connection)
        await resolve(connection, as_of)
        await settle.note_spoken_of(connection)
        await merge.update_known(connection, as_of)
        await rethread.thread_window(connection)
        await merge.insert_new(connection, as_of)
        await rethread.settle(connection)
        self.tally.leave_out(LeftOut.ORPHAN_REACTIONS, await merge.merge_reactions(connection))
        numbers = await self.met.settle(as_of)
        groups = set(self.met.group_ids.values())
        redated = set() if timezone is None else await set_timezone(connection, groups, timezone)
        everybody_in = self.met.rekeyed | redated
        ambiguous = await settle.settle(self.session, connection, groups, numbers, everybody_in)
        report = await self._report(as_of, ambiguous)
        if report.changed_anything:
            # The same file again, perhaps after a kill behind the commit, leaves the tables as they are.
            self.session.add(Import(format=report.format, as_of=as_of, report=report.as_counts()))
        _log.info("chat.imported", format=report.format, comments=report.comments, new=report.new)
        return report

    async def _report(self, as_of: datetime, ambiguous: tuple[AmbiguousName, ...]) -> ImportReport:
        counts = await self.connection.fetchrow(_COUNTS)
        rows = await self.connection.fetch(_GROUP_COUNTS, sorted(set(self.met.group_ids.values())))
        timers: dict[int, int] = {}
        for key, group in self.met.groups.items():
            group_id = self.met.group_ids[key]
            timers[group_id] = max(group.timer_seconds, timers.get(group_id, 0))
        groups = tuple(
            GroupReport(
                slug=row["slug"],
                title=row["title"],
                people=row["people"],
                comments=row["comments"],
                new_comments=row["new"],
                first_sent_at=row["first"],
                last_sent_at=row["last"],
                timer_seconds=timers.get(row["id"], 0),
            )
            for row in rows
        )
        left_out = self.tally.left_out | {_PAST_RETENTION: self.past_retention}
        return ImportReport(
            format=str(self.export.format),
            as_of=as_of,
            groups=groups,
            people=counts["people"],
            comments=counts["comments"],
            new=counts["new"],
            edited=counts["edited"],
            deleted=counts["deleted"],
            reactions_changed=counts["reactions"],
            left_out={str(why): count for why, count in left_out.items() if count},
            ambiguous=ambiguous,
        )


_COUNTS = """
SELECT count(DISTINCT author_id) AS people,
       count(*) FILTER (WHERE NOT gone) AS comments,
       count(*) FILTER (WHERE verdict = 'new' AND NOT gone) AS new,
       count(*) FILTER (WHERE verdict = 'newer' AND differs) AS edited,
       count(*) FILTER (WHERE verdict = 'deleted' OR (verdict = 'new' AND gone)) AS deleted,
       (SELECT count(*) FROM reaction_changes) AS reactions
  FROM incoming
"""

_GROUP_COUNTS = """
SELECT g.id, g.slug, g.title, coalesce(n.people, 0) AS people, coalesce(n.comments, 0) AS comments,
       coalesce(n.new, 0) AS new, n.first, n.last
  FROM groups g
  LEFT JOIN (SELECT group_id, count(DISTINCT author_id) AS people, count(*) FILTER (WHERE NOT gone) AS comments,
                    count(*) FILTER (WHERE verdict = 'new' AND NOT gone) AS new,
                    min(sent_at) AS first, max(sent_at) AS last
               FROM incoming GROUP BY group_id) n ON n.group_id = g.id
 WHERE g.id = ANY($1::bigint[])
 ORDER BY comments DESC, g.slug COLLATE "C"
"""
