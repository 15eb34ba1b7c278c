"""Who may work on a job: claim it, keep it, and end it only while it is still ours (R17, R26)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import BigInteger, Text, column, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.db.engine import Database
from glaze.jobs.catalogue import AUTOMATIC
from glaze.jobs.failures import LeaseLostError
from glaze.jobs.models import JobState

ONE_RUNNING = "uq_jobs_running"
ONE_QUEUED = "uq_jobs_queued"

# SKIP LOCKED: an asker who has joined the job, and not committed yet, must not be overtaken (see fold.py).
_CLAIM = text(
    """
    UPDATE jobs
    SET state = 'running', attempt = attempt + 1, lease_token = :token, started_at = clock_timestamp(),
        lease_until = clock_timestamp() + make_interval(secs => :seconds)
    WHERE id = (
        SELECT id FROM jobs
        WHERE id = :job_id AND state = 'queued' AND run_at <= clock_timestamp() AND kind = ANY (:kinds)
            AND (:automatic OR payload ->> 'requested' IS DISTINCT FROM :cron)
        FOR UPDATE SKIP LOCKED
    )
    RETURNING kind, subject, payload, attempt, max_attempts
    """
).columns(
    column("kind", Text),
    column("subject", Text),
    column("payload", JSONB),
    column("attempt", BigInteger),
    column("max_attempts", BigInteger),
)

_RENEW = text(
    """
    UPDATE jobs SET lease_until = clock_timestamp() + make_interval(secs => :seconds)
    WHERE id = :job_id AND lease_token = :token AND state = 'running'
    RETURNING id
    """
)

# The token stays with a job that is done: so its worker can tell "I have ended it" from "I have lost it".
_COMPLETE = text(
    """
    UPDATE jobs
    SET state = 'done', result = CAST(:result AS jsonb), last_error = NULL,
        lease_until = NULL, finished_at = clock_timestamp()
    WHERE id = :job_id AND lease_token = :token AND state = 'running'
    RETURNING id
    """
)

_STANDING = text("SELECT state FROM jobs WHERE id = :job_id AND lease_token = :token")


@dataclass(frozen=True)
class Lease:
    """A claim on one attempt at one job. Its token is the fence: it changes hands with the job."""

    job_id: int
    token: UUID
    kind: str
    subject: str
    payload: dict[str, Any]
    attempt: int
    """From 1; this attempt included."""
    max_attempts: int


async def claim(
    database: Database, job_id: int, *, kinds: Iterable[str], automatic: bool, seconds: float
) -> Lease | None:
    """Take a queued, due job of one of `kinds` for `seconds`; None if it is not to be had.

    Without `automatic`, what nobody waits for stays queued (R22). If another job of the subject runs, the unique
    index refuses and this one stays queued (R27); the transaction holds this one statement and is its savepoint.
    """
    token = uuid4()
    parameters = {
        "job_id": job_id,
        "token": token,
        "seconds": seconds,
        "kinds": list(kinds),
        "automatic": automatic,
        "cron": AUTOMATIC,
    }
    try:
        async with database.transaction() as session:
            row = (await session.execute(_CLAIM, parameters)).one_or_none()
    except IntegrityError as error:
        if refused_by(error) != ONE_RUNNING:
            raise
        return None
    if row is None:
        return None
    return Lease(job_id, token, row.kind, row.subject, row.payload, row.attempt, row.max_attempts)


async def renew(database: Database, lease: Lease, *, seconds: float) -> bool:
    """Hold the lease for `seconds` from now; False if it is lost, and its holder must stop.

    Waits while the holder's own transaction is ending the job, and is True after it.
    """
    parameters = {"job_id": lease.job_id, "token": lease.token, "seconds": seconds}
    async with database.transaction() as session:
        if (await session.execute(_RENEW, parameters)).one_or_none() is not None:
            return True
    return await standing(database, lease) is JobState.DONE


async def complete(session: AsyncSession, lease: Lease, result: dict[str, Any]) -> None:
    """End the job inside the transaction of its effect: both are, or neither is (R17). `result`: counts and ids.

    Best called last: a renewal of the lease waits for the row from here to the commit.
    Raises LeaseLostError if the job is no longer ours; let it pass, so that the effect is undone.
    """
    parameters = {"job_id": lease.job_id, "token": lease.token, "result": orjson.dumps(result).decode()}
    if (await session.execute(_COMPLETE, parameters)).one_or_none() is None:
        raise LeaseLostError


async def standing(database: Database, lease: Lease) -> JobState | None:
    """RUNNING while the lease is ours, DONE if we completed the job, None if we have lost it."""
    async with database.reading() as session:
        state = (await session.execute(_STANDING, {"job_id": lease.job_id, "token": lease.token})).scalar()
    return None if state is None else JobState(state)


def refused_by(error: IntegrityError) -> str | None:
    """The constraint that refused a statement."""
    return getattr(getattr(error.orig, "__cause__", None), "constraint_name", None)
