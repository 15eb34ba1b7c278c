"""How workers learn that there is work: a ring names a job, and it is no loss if nobody hears it."""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from sqlalchemy import TextClause, text

from glaze.db.engine import Database
from glaze.jobs.catalogue import AUTOMATIC, ORDERS
from glaze.jobs.deadlines import DEADLINES, Deadlines
from glaze.jobs.hold import FLAG_OFF
from glaze.log import get_logger

FRONT = 200
"""How many due jobs have a ring out at a time. The queue is PostgreSQL's: what waits in Redis has lost its order."""

_log = get_logger("jobs")

# Counted, so that each ring is a new one to the doorbell; not marked as rung: if it fails, the relay rings at once.
_COUNT_RING = """
    UPDATE jobs SET ring_count = ring_count + 1
    WHERE id = (
        SELECT id FROM jobs WHERE {which} AND state = 'queued' AND run_at <= clock_timestamp() FOR UPDATE SKIP LOCKED
    )
    RETURNING id, ring_count
    """
_COUNT_RING_OF_JOB = text(_COUNT_RING.format(which="id = :job_id"))
_COUNT_RING_OF_SUBJECT = text(_COUNT_RING.format(which="kind = :kind AND subject = :subject"))

# Only the front of the queue: it moves on as jobs are claimed. statement_timestamp() and not clock_timestamp(),
# because only what is stable within a statement can use the index. A job whose subject is at work is rung by the
# end of that work.
_RING_FRONT = text(
    """
    WITH front AS (
        SELECT id, rung_at FROM jobs
        WHERE state = 'queued' AND run_at <= statement_timestamp() AND kind = ANY (:kinds)
            AND (:automatic OR payload ->> 'requested' IS DISTINCT FROM :cron)
            AND NOT EXISTS (
                SELECT FROM jobs AS other
                WHERE other.kind = jobs.kind AND other.subject = jobs.subject AND other.state = 'running'
            )
        ORDER BY run_at, id LIMIT :front
    ), unheard AS (
        SELECT id FROM jobs
        WHERE id IN (
            SELECT id FROM front
            WHERE rung_at IS NULL OR rung_at < statement_timestamp() - make_interval(secs => :ring_again)
        )
        ORDER BY run_at, id
        FOR UPDATE SKIP LOCKED
    )
    UPDATE jobs
    SET rung_at = clock_timestamp(), ring_count = ring_count + 1, last_error = NULLIF(last_error, :held)
    FROM unheard WHERE jobs.id = unheard.id
    RETURNING jobs.id, jobs.ring_count, jobs.run_at
    """
)


class Doorbell(Protocol):
    """Tells some worker that a job waits. May fail, may ring twice, may forget: the job is in PostgreSQL."""

    async def ring(self, job_id: int, ring: int) -> None:
        """Ring for a job; `ring` counts the rings of this job."""


async def ring_now(database: Database, doorbell: Doorbell, job_id: int, deadlines: Deadlines = DEADLINES) -> None:
    """Ring for a job just committed, so that nobody waits for the relay. Best effort: quick, and never raises."""
    await _ring_one(database, doorbell, _COUNT_RING_OF_JOB, {"job_id": job_id}, deadlines)


async def ring_next(
    database: Database, doorbell: Doorbell, kind: str, subject: str, deadlines: Deadlines = DEADLINES
) -> None:
    """Ring for what waits behind a job that has just ended (R27). Best effort like `ring_now`."""
    await _ring_one(database, doorbell, _COUNT_RING_OF_SUBJECT, {"kind": kind, "subject": subject}, deadlines)


async def ring_front(database: Database, doorbell: Doorbell, *, automatic: bool, deadlines: Deadlines) -> int:
    """Ring for due jobs that were not rung, or whose ring nobody answered; how many were rung.

    Marked and committed first, for a worker may be there before the next line: what fails to ring ages and is
    rung again. Without `automatic`, what nobody waits for is left alone (R22).
    """
    parameters = {
        "kinds": list(ORDERS),
        "automatic": automatic,
        "cron": AUTOMATIC,
        "held": FLAG_OFF,
        "front": FRONT,
        "ring_again": deadlines.ring_again,
    }
    async with database.transaction() as session:
        rows = (await session.execute(_RING_FRONT, parameters)).all()
    rung = 0
    try:
        for row in sorted(rows, key=lambda row: (row.run_at, row.id)):
            async with asyncio.timeout(deadlines.ring):
                await doorbell.ring(row.id, row.ring_count)
            rung += 1
    except Exception as error:  # whatever the doorbell's trouble is, the next jobs would meet it too
        _log.warning("relay.ring_failed", unrung=len(rows) - rung, exc_info=error)
    return rung


async def _ring_one(
    database: Database, doorbell: Doorbell, which: TextClause, parameters: Mapping[str, object], deadlines: Deadlines
) -> None:
    try:
        async with asyncio.timeout(deadlines.ring):
            async with database.transaction() as session:
                row = (await session.execute(which, parameters)).one_or_none()
            if row is not None:
                await doorbell.ring(row.id, row.ring_count)
    except Exception as error:  # the job is safe, and the relay rings: nothing here is worth failing a mutation
        _log.warning("job.ring_failed", exc_info=error, **parameters)
