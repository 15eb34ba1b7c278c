"""Importing an export: one streaming pass into staging, one merge, one report, all in one transaction (R2-R8)."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.chat.exports.open import Export
from glaze.chat.exports.types import Group, LeftOut, Message, Person, Reaction, Tally
from glaze.chat.ingest import merge, rethread, settle
from glaze.chat.ingest.report import GroupReport, ImportReport
from glaze.chat.ingest.resolve import resolve
from glaze.chat.ingest.settle import SameNumber
from glaze.chat.ingest.staging import BATCH, Staging, keys_named_in
from glaze.chat.models import Import
from glaze.clock import from_ms
from glaze.db.engine import driver_connection
from glaze.errors import InvalidInputError, NotFoundError
from glaze.log import get_logger
from glaze.members.enrol import enrol_identities, identity_of, note_names, set_members
from glaze.members.groups import find_or_make_group, require_timezone, retitle, slug_of
from glaze.members.models import IdentityKind

_log = get_logger("chat")

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
    await run.stage(progress)
    return await run.merge(timezone)


class _Run:
    """One import under way: what has been met so far, by the keys of the file."""

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
        self.into = into
        self.tally = Tally()
        self.groups: dict[str, Group] = {}
        self.group_ids: dict[str, int] = {}
        self.people: dict[str, Person] = {}
        self.identity_ids: dict[tuple[str, str], int] = {}
        self.staging = Staging(connection, self.group_ids, self.identity_ids)
        self.people_met: set[tuple[str, str]] = set()

    def wants(self, group: Group) -> bool:
        """Whether a group was asked for, by title or by the slug its title gives."""
        return self.wanted is None or group.title in self.wanted or slug_of(group.title) in self.wanted

    async def stage(self, progress: Progress) -> None:
        """Read the file once, a batch in memory at a time."""
        await self.staging.create()
        batch: list[Message | Reaction] = []
        for record in self.export(self.wants, self.tally):
            if isinstance(record, (Message, Reaction)):
                batch.append(record)
                if len(batch) >= BATCH:
                    await self._flush(batch)
                    batch = []
                    progress(*self.export.position())
            elif isinstance(record, Person):
                self.people[record.key] = record
            else:
                await self._meet_group(record)
        await self._flush(batch)
        progress(*self.export.position())
        if not self.groups:
            raise NotFoundError("No group in this export has that title or slug: see ./wb import PATH --list.")
        await self.staging.analyze()

    async def _meet_group(self, group: Group) -> None:
        if group.key not in self.group_ids:
            if self.into is not None and self.group_ids:
                raise InvalidInputError("--into joins one group at a time: choose it with --group.", field="into")
            self.group_ids[group.key] = await find_or_make_group(self.connection, group.key, group.title, self.into)
        self.groups[group.key] = group

    async def _flush(self, batch: list[Message | Reaction]) -> None:
        named = {(record.group_key, key) for record in batch for key in keys_named_in(record)}
        await self._enrol(named - self.identity_ids.keys())
        await self.staging.write(batch)

    async def _enrol(self, missing: set[tuple[str, str]]) -> None:
        if not missing:
            return
        identities = {pair: identity_of(pair[1], pair[0]) for pair in missing}
        ids = await enrol_identities(self.connection, identities.values())
        for pair, (kind, value) in identities.items():
            self.identity_ids[pair] = ids[kind, value]

    async def merge(self, timezone: str | None) -> ImportReport:
        """Merge what is staged and say what came of it."""
        as_of, connection = from_ms(self.tally.as_of_ms), self.connection
        await resolve(connection, as_of)
        await settle.start_noting(connection)
        await merge.update_known(connection, as_of)
        await rethread.thread_window(connection)
        await merge.insert_new(connection, as_of)
        await rethread.settle(connection)
        self.tally.leave_out(LeftOut.ORPHAN_REACTIONS, await merge.merge_reactions(connection))
        numbers = await self._meet_people(as_of)
        ids = sorted(set(self.group_ids.values()))
        if timezone is not None:
            await connection.execute("UPDATE groups SET timezone = $2 WHERE id = ANY($1::bigint[])", ids, timezone)
        await settle.raise_evidence(self.session, connection)
        ambiguous = await settle.recognise(self.session, connection, ids, numbers)
        report = await self._report(as_of, ambiguous)
        self.session.add(Import(format=report.format, as_of=as_of, report=report.as_counts()))
        _log.info("chat.imported", format=report.format, comments=report.comments, new=report.new)
        return report

    async def _meet_people(self, as_of: datetime) -> list[SameNumber]:
        """Enrol the member lists, note names and membership; the numbers that belong to accounts."""
        listed = {(key, member) for key, group in self.groups.items() for member in group.member_keys or ()}
        await self._enrol(listed - self.identity_ids.keys())
        names = {
            (self.group_ids[group], identity): self._name_of(person)
            for (group, person), identity in self.identity_ids.items()
        }
        await note_names(self.connection, names, as_of)
        # A folder's name is the title squashed: it serves until a format tells the title itself.
        titles = {
            self.group_ids[key]: group.title for key, group in self.groups.items() if not key.startswith("folder:")
        }
        await retitle(self.connection, titles, as_of)
        lists = {
            self.group_ids[key]: [self.identity_ids[key, member] for member in group.member_keys]
            for key, group in self.groups.items()
            if group.member_keys is not None
        }
        writers = await self.connection.fetch("SELECT DISTINCT group_id, author_id FROM incoming")
        await set_members(self.connection, lists, [(row[0], row[1]) for row in writers], as_of)
        return await self._meet_numbers()

    async def _meet_numbers(self) -> list[SameNumber]:
        accounts = {
            self.identity_ids[pair]: person.e164
            for pair in self.identity_ids
            if (person := self.people.get(pair[1])) and person.e164 and not pair[1].startswith(IdentityKind.E164)
        }
        if not accounts:
            return []
        ids = await enrol_identities(self.connection, [(IdentityKind.E164, number) for number in accounts.values()])
        return [SameNumber(ids[IdentityKind.E164, number], account) for account, number in accounts.items()]

    def _name_of(self, person_key: str) -> str:
        person = self.people.get(person_key)
        if person and person.display_name:
            return person.display_name
        kind, _, value = person_key.partition(":")
        return value if kind == IdentityKind.NAME else ""

    async def _report(self, as_of: datetime, ambiguous: tuple[Any, ...]) -> ImportReport:
        counts = await self.connection.fetchrow(_COUNTS)
        rows = await self.connection.fetch(_GROUP_COUNTS, sorted(set(self.group_ids.values())))
        timers: dict[int, int] = {}
        for key, group in self.groups.items():
            timers[self.group_ids[key]] = max(group.timer_seconds, timers.get(self.group_ids[key], 0))
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
            left_out={why.value: count for why, count in self.tally.left_out.items() if count},
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
