"""Taking snapshots: one statement for everybody asked for, a hash each, and the artifacts (R12)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.db.engine import Database, driver_connection
from glaze.jobs.lease import Lease, complete
from glaze.log import get_logger
from glaze.snapshots import store
from glaze.snapshots.artifact import write_artifacts
from glaze.snapshots.compute import evidence_hash

_log = get_logger("snapshots")


@dataclass(frozen=True)
class Taken:
    """How many (user, group) pairs were taken, how many of them differ from before, how many have nothing left."""

    pairs: int
    changed: int
    gone: int
    artifacts: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """For reports and job results."""
        return {"pairs": self.pairs, "changed": self.changed, "gone": self.gone, "artifacts": self.artifacts}


async def take_snapshots(
    database: Database,
    storage: Path,
    *,
    users: Sequence[int] | None = None,
    groups: Sequence[int] | None = None,
    dry_run: bool = False,
    lease: Lease | None = None,
) -> Taken:
    """Take the snapshots of these users (all if None) in these groups (all if None), then write the artifacts.

    A snapshot that hashes as before only moves its evidence version up. A dry run writes nothing. With a lease
    the job is completed in the same transaction.
    """
    async with database.transaction() as session:
        # Two takers of one pair would both step up; they follow one another instead.
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('glaze.snapshots'))"))
        taken, touched = await _take(session, users, groups)
        if dry_run:
            await session.rollback()
            return taken
        if lease is not None:
            await complete(session, lease, taken.counts)
    artifacts = await _write_artifacts(database, storage, users if users is not None else touched)
    _log.info("snapshot.taken", pairs=taken.pairs, changed=taken.changed, gone=taken.gone)
    return Taken(taken.pairs, taken.changed, taken.gone, artifacts)


async def take_group(database: Database, storage: Path, group_id: int, lease: Lease | None) -> Taken:
    """Take the snapshots of everybody in one group: the deed of the job `snapshot` (R25)."""
    return await take_snapshots(database, storage, groups=[group_id], lease=lease)


async def _take(
    session: AsyncSession, users: Sequence[int] | None, groups: Sequence[int] | None
) -> tuple[Taken, list[int]]:
    connection = await driver_connection(session)
    await store.take_evidence(connection, users, groups)
    hashes: list[tuple[int, int, str, bool]] = []
    async for user_id, group_id, evidence, known in store.read_taken(connection):
        found = evidence_hash(orjson.loads(evidence))
        hashes.append((user_id, group_id, found, found != known))
    gone = await store.keep(connection, hashes, users, groups)
    changed = sum(is_new for *_, is_new in hashes)
    return Taken(len(hashes), changed, len(gone)), sorted({row[0] for row in hashes} | set(gone))


async def _write_artifacts(database: Database, storage: Path, users: Sequence[int]) -> int:
    async with database.reading() as session:
        # One writer, who reads once nobody else writes: an older reading never replaces a newer file.
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('glaze.artifacts'))"))
        connection = await driver_connection(session)
        written = 0
        batch: list[tuple[str, dict[str, Any]]] = []
        async for entry in _by_user(connection, users):
            batch.append(entry)
            if len(batch) == 500:
                written += write_artifacts(storage, batch)
                batch = []
        return written + write_artifacts(storage, batch)


async def _by_user(connection: Any, users: Sequence[int]) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Each user with all their current snapshots: a file holds every group of its user, whatever was taken now."""
    user: str | None = None
    snapshots: dict[str, Any] = {}
    async for user_id, slug, found, evidence, request_ids in store.read_for_artifacts(connection, users):
        if user is not None and user_id != user:
            yield user, snapshots
            snapshots = {}
        user = user_id
        if slug is not None:
            snapshots[slug] = {
                "user_id": user_id,
                "group_slug": slug,
                "hash": found,
                "request_ids": orjson.loads(request_ids),
                **orjson.loads(evidence),
            }
    if user is not None:
        yield user, snapshots
