"""What becomes of a job that was begun and not completed: queued again, dead, or superseded (R27)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Text, Uuid, column, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.typing import FilteringBoundLogger

from glaze.db.engine import Database
from glaze.jobs.fold import fold_into_queued, readable
from glaze.jobs.lease import ONE_QUEUED, Lease, refused_by
from glaze.jobs.models import JobState

LEASE_EXPIRED = "LEASE_EXPIRED"
"""Why a job is queued again or dead whose worker was killed or stood still."""

_TRIES = 5

_DO_NOT_WAIT = text("SET LOCAL lock_timeout = '100ms'")
_LOCK_NOT_AVAILABLE = "55P03"

_QUEUE_AGAIN = text(
    """
    UPDATE jobs
    SET state = 'queued', attempt = attempt - :uncounted, last_error = :code, rung_at = NULL,
        run_at = clock_timestamp() + make_interval(secs => :pause), lease_token = NULL, lease_until = NULL
    WHERE id = :job_id AND lease_token = :token AND state = 'running'
    RETURNING id
    """
)

_END = text(
    """
    UPDATE jobs
    SET state = :state, last_error = :code, superseded_by = :successor,
        lease_token = NULL, lease_until = NULL, finished_at = clock_timestamp()
    WHERE id = :job_id AND lease_token = :token AND state = 'running'
    RETURNING id
    """
)

# A row that somebody holds is being renewed, completed or reaped this very moment: leave it to them.
_EXPIRED = text(
    """
    SELECT id, lease_token, kind, subject, payload, attempt, max_attempts FROM jobs
    WHERE state = 'running' AND lease_until < clock_timestamp()
    ORDER BY lease_until LIMIT :batch
    FOR UPDATE SKIP LOCKED
    """
).columns(
    column("id", BigInteger),
    column("lease_token", Uuid),
    column("kind", Text),
    column("subject", Text),
    column("payload", JSONB),
    column("attempt", BigInteger),
    column("max_attempts", BigInteger),
)


@dataclass(frozen=True)
class Unfinished:
    """Where the job stands now: QUEUED, DEAD or SUPERSEDED, and by which code."""

    lease: Lease
    state: JobState
    code: str
    superseded_by: int | None = None


_EVENTS = {JobState.QUEUED: "job.retried", JobState.DEAD: "job.dead", JobState.SUPERSEDED: "job.superseded"}


def tell(log: FilteringBoundLogger, unfinished: Unfinished) -> None:
    """Log where the job went."""
    lease = unfinished.lease
    write = log.error if unfinished.state is JobState.DEAD else log.warning
    write(
        _EVENTS[unfinished.state],
        job_id=lease.job_id,
        kind=lease.kind,
        attempt=lease.attempt,
        code=unfinished.code,
        superseded_by=unfinished.superseded_by,
    )


async def fail(
    database: Database, lease: Lease, code: str, *, pause: float, permanent: bool = False
) -> Unfinished | None:
    """An attempt came to nothing: again in `pause` seconds, or dead if that was the last one or cannot help.

    None if the job is no longer ours.
    """
    async with database.transaction() as session:
        if permanent or lease.attempt >= lease.max_attempts:
            return await _end(session, lease, JobState.DEAD, code)
        return await _queue_again(session, lease, code, pause=pause)


async def hand_back(database: Database, lease: Lease, code: str = "HANDED_BACK") -> Unfinished | None:
    """Leave the job to another worker at once; the attempt does not count. None if it is no longer ours."""
    async with database.transaction() as session:
        return await _queue_again(session, lease, code, pause=0, uncounted=1)


async def reap(database: Database, *, batch: int = 100) -> list[Unfinished]:
    """Take jobs back from leases that ran out: queued again at once, or dead when the attempts are used up.

    Row by row in savepoints: one statement for all would let one conflict undo every other (R27). A row whose
    subject is being asked for in an open transaction is left for the next round: all others would wait with it.
    """
    reaped = []
    async with database.transaction() as session:
        await session.execute(_DO_NOT_WAIT)
        for row in (await session.execute(_EXPIRED, {"batch": batch})).all():
            lease = Lease(row.id, row.lease_token, row.kind, row.subject, row.payload, row.attempt, row.max_attempts)
            try:
                async with session.begin_nested():
                    outcome = await _take_back(session, lease)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                    raise
                continue
            if outcome is not None:
                reaped.append(outcome)
    return reaped


async def _take_back(session: AsyncSession, lease: Lease) -> Unfinished | None:
    if lease.attempt >= lease.max_attempts:
        return await _end(session, lease, JobState.DEAD, LEASE_EXPIRED)
    return await _queue_again(session, lease, LEASE_EXPIRED, pause=0)


async def _queue_again(
    session: AsyncSession, lease: Lease, code: str, *, pause: float, uncounted: int = 0
) -> Unfinished | None:
    """Queue the job again; if another of its subject is queued already, fold it into that one."""
    parameters = _of(lease, code) | {"pause": pause, "uncounted": uncounted}
    for _ in range(_TRIES):
        try:
            async with session.begin_nested():
                row = (await session.execute(_QUEUE_AGAIN, parameters)).one_or_none()
        except IntegrityError as error:
            if refused_by(error) != ONE_QUEUED:
                raise
        else:
            return None if row is None else Unfinished(lease, JobState.QUEUED, code)
        successor = await _successor(session, lease)
        if successor is not None:
            return await _end(session, lease, JobState.SUPERSEDED, code, successor)
    # The queued job can only have gone by being cancelled, again and again: leave ours to the reaper.
    return None


async def _successor(session: AsyncSession, lease: Lease) -> int | None:
    subject = (lease.kind, lease.subject)
    return (await fold_into_queued(session, {subject: readable(lease.kind, lease.payload)})).get(subject)


async def _end(
    session: AsyncSession, lease: Lease, state: JobState, code: str, successor: int | None = None
) -> Unfinished | None:
    parameters = _of(lease, code) | {"state": state, "successor": successor}
    row = (await session.execute(_END, parameters)).one_or_none()
    return None if row is None else Unfinished(lease, state, code, successor)


def _of(lease: Lease, code: str) -> dict[str, Any]:
    return {"job_id": lease.job_id, "token": lease.token, "code": code}
