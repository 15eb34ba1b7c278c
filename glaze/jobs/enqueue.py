"""Asking for work: a job is a row of the caller's own transaction, and dies with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.errors import ConflictError
from glaze.jobs.catalogue import GlazeOrder, Order
from glaze.jobs.fold import KindSubject, fold_into_queued
from glaze.jobs.models import JobState

_TRIES = 5

_INSERT = text(
    """
    INSERT INTO jobs (kind, subject, idem_key, payload, max_attempts, run_at)
    SELECT kind, subject, idem_key, CAST(payload AS jsonb), max_attempts, now() + make_interval(secs => :pause)
    FROM unnest(
        CAST(:kinds AS text[]), CAST(:subjects AS text[]), CAST(:keys AS text[]),
        CAST(:payloads AS text[]), CAST(:max_attempts AS bigint[])
    ) AS asked (kind, subject, idem_key, payload, max_attempts)
    ON CONFLICT DO NOTHING
    RETURNING id, kind, idem_key
    """
)

# A superseded job is served by the one that stepped in, which may itself have been superseded.
_OF_THE_SAME_KEY = text(
    """
    WITH RECURSIVE served AS (
        SELECT jobs.kind, jobs.idem_key, jobs.id, jobs.state, jobs.superseded_by, 0 AS depth
        FROM jobs JOIN unnest(CAST(:kinds AS text[]), CAST(:keys AS text[])) AS asked (kind, idem_key)
            ON jobs.kind = asked.kind AND jobs.idem_key = asked.idem_key
        UNION ALL
        SELECT served.kind, served.idem_key, jobs.id, jobs.state, jobs.superseded_by, served.depth + 1
        FROM served JOIN jobs ON jobs.id = served.superseded_by
        WHERE served.state = 'superseded'
    )
    SELECT DISTINCT ON (kind, idem_key) kind, idem_key, id, state FROM served ORDER BY kind, idem_key, depth DESC
    """
)

_LAST_ORDINAL = text(
    """
    SELECT max(CAST(payload ->> 'ordinal' AS bigint)) FROM jobs
    WHERE kind = :kind AND subject = :subject
        AND CAST(payload ->> 'evidence_version' AS bigint) = :evidence_version
        AND payload ->> 'wanted_digest' = :wanted_digest
    """
)

_SERVES = {JobState.RUNNING, JobState.DONE}

_Key = tuple[str, str]
"""Kind and idem_key."""


class Asked(StrEnum):
    """What became of an ask."""

    CREATED = "created"
    """A new job."""
    JOINED = "joined"
    """The job already queued for the subject serves this ask too."""
    REPEATED = "repeated"
    """The very same was asked before; its job is the answer, whatever became of it."""


@dataclass(frozen=True)
class Enqueued:
    """The job that serves an ask, and where that job stood when it was asked."""

    job_id: int
    asked: Asked
    state: JobState

    @property
    def created(self) -> bool:
        """Whether this ask made the job."""
        return self.asked is Asked.CREATED


async def enqueue(session: AsyncSession, order: Order, *, pause: float = 0.0) -> Enqueued:
    """Ask for one piece of work in the caller's transaction; ring its id after the commit (`ring_now`)."""
    return (await enqueue_all(session, [order], pause=pause))[0]


async def enqueue_all(session: AsyncSession, orders: Sequence[Order], *, pause: float = 0.0) -> list[Enqueued]:
    """Ask for many pieces of work in a few statements; one answer per order, in their order.

    They are due in `pause` seconds. At most one job per subject is queued: an ask that finds one is folded into it
    (R25), and is due when the earlier of the two is. What is joined stays locked until the commit, so ask late in a
    transaction. Raises ConflictError if others keep taking what we join.
    """
    answers: dict[_Key, Enqueued] = {}
    # Everybody in one order of keys: two askers who want the same subjects wait for each other, not crosswise.
    waiting = sorted({_key(order): order for order in orders}.values(), key=lambda order: (order.kind, order.subject))
    for _ in range(_TRIES):
        if not waiting:
            break
        answers |= await _insert(session, waiting, pause)
        waiting = [order for order in waiting if _key(order) not in answers]
        answers |= await _find(session, waiting, pause)
        waiting = [order for order in waiting if _key(order) not in answers]
    if waiting:
        raise ConflictError("The job of this subject keeps changing hands; ask again.")
    return [answers[_key(order)] for order in orders]


async def insisting(session: AsyncSession, order: GlazeOrder) -> GlazeOrder:
    """The same order with the next ordinal: it is written anew although nothing changed (`force`, R25)."""
    parameters = {
        "kind": order.kind,
        "subject": order.subject,
        "evidence_version": order.evidence_version,
        "wanted_digest": order.wanted_digest,
    }
    last = (await session.execute(_LAST_ORDINAL, parameters)).scalar()
    return replace(order, ordinal=(last or 0) + 1)


def _key(order: Order) -> _Key:
    return (order.kind, order.idem_key)


async def _insert(session: AsyncSession, orders: Sequence[Order], pause: float) -> dict[_Key, Enqueued]:
    parameters = {
        "pause": pause,
        "kinds": [order.kind for order in orders],
        "subjects": [order.subject for order in orders],
        "keys": [order.idem_key for order in orders],
        "payloads": [orjson.dumps(order.payload()).decode() for order in orders],
        "max_attempts": [order.max_attempts for order in orders],
    }
    rows = (await session.execute(_INSERT, parameters)).all()
    return {(row.kind, row.idem_key): Enqueued(row.id, Asked.CREATED, JobState.QUEUED) for row in rows}


async def _find(session: AsyncSession, orders: Sequence[Order], pause: float) -> dict[_Key, Enqueued]:
    """The jobs that stood in the way of an insert; those that have moved on meanwhile are left out."""
    if not orders:
        return {}
    parameters = {"kinds": [order.kind for order in orders], "keys": [order.idem_key for order in orders]}
    rows = (await session.execute(_OF_THE_SAME_KEY, parameters)).all()
    answers = {(row.kind, row.idem_key): Enqueued(row.id, Asked.REPEATED, JobState(row.state)) for row in rows}
    unserved = [order for order in orders if _key(order) not in answers or answers[_key(order)].state not in _SERVES]
    queued = await _fold_each(session, unserved, pause)
    for order in unserved:
        same, job_id = answers.pop(_key(order), None), queued.get((order.kind, order.subject))
        if job_id is not None:
            asked = Asked.REPEATED if same is not None and same.job_id == job_id else Asked.JOINED
            answers[_key(order)] = Enqueued(job_id, asked, JobState.QUEUED)
        elif same is not None and same.state is not JobState.QUEUED:
            answers[_key(order)] = same
    return answers


async def _fold_each(session: AsyncSession, orders: Sequence[Order], pause: float) -> dict[KindSubject, int]:
    """Fold all orders, one after the other where several are of one subject."""
    queued: dict[KindSubject, int] = {}
    while orders:
        firsts = {(order.kind, order.subject): order for order in reversed(orders)}
        queued |= await fold_into_queued(session, firsts, pause)
        orders = [order for order in orders if firsts[order.kind, order.subject] is not order]
    return queued
