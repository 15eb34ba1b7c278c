"""One worker at a time: claims, leases and the fence of their tokens."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from glaze.db.engine import Database
from glaze.jobs.catalogue import SnapshotOrder
from glaze.jobs.failures import LeaseLostError
from glaze.jobs.lease import Lease, complete, renew, standing
from glaze.jobs.models import JobState
from glaze.jobs.unfinished import reap
from tests.glaze.jobs.acting import (
    ask,
    change,
    effects,
    glaze_order,
    leave_effect,
    row,
    states,
    take,
    taken,
    with_effects,
)

_LET_RUN_OUT = "UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second' WHERE id = :id"


async def let_run_out(database: Database, lease: Lease) -> None:
    await change(database, _LET_RUN_OUT, id=lease.job_id)


async def test_a_claim_counts_the_attempt_and_holds_the_job_for_twenty_seconds_of_the_databases_clock(
    database: Database,
) -> None:
    lease = await taken(database, glaze_order())

    job = await row(database, lease.job_id)
    assert (job.state, job.attempt, job.lease_token) == ("running", 1, lease.token)
    assert timedelta(seconds=19) < job.lease_until - job.started_at < timedelta(seconds=21)


async def test_of_many_claims_of_one_job_one_wins(database: Database) -> None:
    job_id = (await ask(database, glaze_order())).job_id

    leases = await asyncio.gather(*(take(database, job_id) for _ in range(8)))

    assert sum(lease is not None for lease in leases) == 1
    assert (await row(database, job_id)).attempt == 1


async def test_while_a_subject_is_at_work_its_next_job_stays_queued(database: Database) -> None:
    first = await taken(database, glaze_order(version=1))
    second = (await ask(database, glaze_order(version=2))).job_id

    assert await asyncio.gather(*(take(database, second) for _ in range(4))) == [None] * 4

    job = await row(database, second)
    assert (job.state, job.attempt) == ("queued", 0)
    await with_effects(database)
    await leave_effect(database, first)
    assert await take(database, second) is not None


async def test_what_is_not_due_not_known_here_or_held_is_not_claimed(database: Database) -> None:
    later, unknown, held = [
        (await ask(database, order)).job_id
        for order in (glaze_order(1), SnapshotOrder(group_id=1), glaze_order(2, requested="cron"))
    ]
    await change(database, "UPDATE jobs SET run_at = now() + interval '1 hour' WHERE id = :id", id=later)

    assert await take(database, later) is None
    assert await take(database, unknown, kinds=("glaze",)) is None
    assert await take(database, held, automatic=False) is None
    assert await take(database, held) is not None
    assert await take(database, unknown) is not None
    assert await take(database, 4711) is None


async def test_a_renewal_counts_from_now(database: Database) -> None:
    lease = await taken(database, glaze_order(), seconds=1)

    assert await renew(database, lease, seconds=100)

    left = (await row(database, lease.job_id)).lease_until - datetime.now(UTC)
    assert timedelta(seconds=95) < left < timedelta(seconds=105)


async def test_a_lease_taken_over_cannot_be_renewed(database: Database) -> None:
    lost = await taken(database, glaze_order())
    await let_run_out(database, lost)
    await reap(database)
    await take(database, lost.job_id)

    assert not await renew(database, lost, seconds=20)
    assert await standing(database, lost) is None


async def test_who_has_completed_the_job_has_not_lost_it(database: Database) -> None:
    await with_effects(database)
    lease = await taken(database, glaze_order())
    await leave_effect(database, lease)

    assert await renew(database, lease, seconds=20)
    assert await standing(database, lease) is JobState.DONE


async def test_a_renewal_waits_while_its_own_job_is_being_completed(database: Database) -> None:
    lease = await taken(database, glaze_order())

    async with database.transaction() as session:
        await complete(session, lease, {})
        renewal = asyncio.ensure_future(renew(database, lease, seconds=20))
        await asyncio.sleep(0.1)
        assert not renewal.done()

    assert await renewal


async def test_effect_and_end_of_the_job_are_one_transaction(database: Database) -> None:
    await with_effects(database)
    lease = await taken(database, glaze_order())

    await leave_effect(database, lease)

    job = await row(database, lease.job_id)
    assert (job.state, job.result, job.lease_until) == ("done", {"effects": 1}, None)
    assert job.finished_at >= job.started_at
    assert await effects(database) == [lease.job_id]


async def test_a_worker_that_slept_through_its_lease_is_fenced_and_its_effect_undone(database: Database) -> None:
    await with_effects(database)
    sleeper = await taken(database, glaze_order())
    await let_run_out(database, sleeper)
    await reap(database)
    successor = await take(database, sleeper.job_id)
    assert successor is not None

    with pytest.raises(LeaseLostError):
        await leave_effect(database, sleeper)
    assert await effects(database) == []

    await leave_effect(database, successor)
    with pytest.raises(LeaseLostError):
        await leave_effect(database, sleeper)
    assert await effects(database) == [successor.job_id]


async def test_a_lease_that_ran_out_unnoticed_is_still_ours_to_complete(database: Database) -> None:
    await with_effects(database)
    lease = await taken(database, glaze_order())
    await let_run_out(database, lease)

    await leave_effect(database, lease)

    assert await states(database) == {lease.job_id: "done"}


async def test_a_made_up_token_opens_nothing(database: Database) -> None:
    lease = await taken(database, glaze_order())
    forged = Lease(lease.job_id, uuid4(), lease.kind, lease.subject, lease.payload, 1, 5)

    async def end() -> None:
        async with database.transaction() as session:
            await session.execute(text("SELECT 1"))
            await complete(session, forged, {})

    with pytest.raises(LeaseLostError):
        await end()
    assert await states(database) == {lease.job_id: "running"}
