"""Jobs that were begun and not completed: tried again, dead, handed back, reaped, superseded."""

import asyncio
from datetime import UTC, datetime, timedelta

from glaze.db.engine import Database
from glaze.jobs.catalogue import SnapshotOrder, read_order
from glaze.jobs.enqueue import enqueue
from glaze.jobs.lease import Lease, complete
from glaze.jobs.models import JobState
from glaze.jobs.unfinished import LEASE_EXPIRED, fail, hand_back, reap
from tests.glaze.jobs.acting import ask, change, glaze_order, leave_effect, row, states, take, taken, with_effects


async def let_all_run_out(database: Database) -> None:
    await change(
        database, "UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'running'"
    )


async def lose(database: Database, lease: Lease) -> None:
    """Another worker takes the job over and completes it."""
    await let_all_run_out(database)
    await reap(database)
    successor = await take(database, lease.job_id)
    assert successor is not None
    await with_effects(database)
    await leave_effect(database, successor)


async def test_a_failed_attempt_is_tried_again_after_its_pause(database: Database) -> None:
    lease = await taken(database, glaze_order())

    failed = await fail(database, lease, "ValueError", pause=60)

    assert failed is not None
    assert failed.state is JobState.QUEUED
    job = await row(database, lease.job_id)
    assert (job.state, job.attempt, job.last_error, job.lease_token) == ("queued", 1, "ValueError", None)
    assert timedelta(seconds=55) < job.run_at - datetime.now(UTC) < timedelta(seconds=65)
    assert await take(database, lease.job_id) is None


async def test_when_the_attempts_are_used_up_the_job_is_dead(database: Database) -> None:
    job_id = (await ask(database, glaze_order())).job_id

    outcomes = []
    for _ in range(5):
        lease = await take(database, job_id)
        assert lease is not None
        outcomes.append(await fail(database, lease, "ValueError", pause=0))

    assert [outcome and outcome.state for outcome in outcomes] == ["queued"] * 4 + ["dead"]
    job = await row(database, job_id)
    assert (job.state, job.attempt, job.last_error) == ("dead", 5, "ValueError")
    assert job.finished_at is not None
    assert await take(database, job_id) is None


async def test_what_cannot_be_helped_is_dead_at_once(database: Database) -> None:
    lease = await taken(database, glaze_order())

    await fail(database, lease, "GONE", pause=0, permanent=True)

    assert (await row(database, lease.job_id)).state == "dead"


async def test_handing_back_costs_no_attempt(database: Database) -> None:
    lease = await taken(database, glaze_order())

    await hand_back(database, lease)

    job = await row(database, lease.job_id)
    assert (job.state, job.attempt, job.rung_at) == ("queued", 0, None)
    again = await take(database, lease.job_id)
    assert again is not None
    assert again.attempt == 1


async def test_who_lost_the_lease_can_neither_fail_nor_hand_back(database: Database) -> None:
    lease = await taken(database, glaze_order())
    await lose(database, lease)

    assert await fail(database, lease, "ValueError", pause=0, permanent=True) is None
    assert await hand_back(database, lease) is None
    assert await states(database) == {lease.job_id: "done"}


async def test_an_unfinished_job_yields_to_the_one_queued_behind_it_and_leaves_it_its_wish(database: Database) -> None:
    old = await taken(database, glaze_order(version=1, requested="person", ordinal=3))
    new = (await ask(database, glaze_order(version=2, requested="cron"))).job_id

    failed = await fail(database, old, "ValueError", pause=60)

    assert failed is not None
    assert (failed.state, failed.superseded_by) == (JobState.SUPERSEDED, new)
    assert (await row(database, old.job_id)).superseded_by == new
    successor = await row(database, new)
    assert successor.state == "queued"
    assert read_order("glaze", successor.payload) == glaze_order(version=2, requested="person", ordinal=3)


async def test_a_handed_back_job_yields_too(database: Database) -> None:
    old = await taken(database, glaze_order(version=1))
    new = (await ask(database, glaze_order(version=2))).job_id

    await hand_back(database, old)

    assert await states(database) == {old.job_id: "superseded", new: "queued"}


async def test_a_killed_workers_job_is_queued_again_and_its_attempt_counts(database: Database) -> None:
    lease = await taken(database, glaze_order())
    assert await reap(database) == []
    await let_all_run_out(database)

    reaped = await reap(database)

    assert [(each.lease.job_id, each.state, each.code) for each in reaped] == [
        (lease.job_id, JobState.QUEUED, LEASE_EXPIRED)
    ]
    job = await row(database, lease.job_id)
    assert (job.state, job.attempt, job.last_error) == ("queued", 1, LEASE_EXPIRED)


async def test_a_job_that_kills_every_worker_is_dead_after_its_last_attempt(database: Database) -> None:
    job_id = (await ask(database, glaze_order())).job_id

    for _ in range(5):
        assert await take(database, job_id) is not None
        await let_all_run_out(database)
        await reap(database)

    job = await row(database, job_id)
    assert (job.state, job.attempt, job.last_error) == ("dead", 5, LEASE_EXPIRED)
    assert await take(database, job_id) is None


async def test_one_conflict_undoes_no_other_row_of_the_reaper(database: Database) -> None:
    leases = [await taken(database, glaze_order(user, version=1)) for user in range(1, 6)]
    behind = (await ask(database, glaze_order(3, version=2))).job_id
    await change(database, "UPDATE jobs SET attempt = max_attempts WHERE id = :id", id=leases[4].job_id)
    await let_all_run_out(database)

    await reap(database)

    assert await states(database) == {
        **{lease.job_id: "queued" for lease in leases},
        leases[2].job_id: "superseded",
        leases[4].job_id: "dead",
        behind: "queued",
    }


async def test_the_reaper_leaves_alone_what_is_being_completed_this_moment(database: Database) -> None:
    lease = await taken(database, SnapshotOrder(group_id=1))
    await let_all_run_out(database)

    async with database.transaction() as session:
        await complete(session, lease, {})
        assert await asyncio.wait_for(reap(database), 2) == []

    assert await states(database) == {lease.job_id: "done"}


async def test_the_reaper_waits_for_no_asker_and_comes_back(database: Database) -> None:
    """An import may hold a subject for as long as it takes; every other job would stand still with the relay."""
    busy = await taken(database, glaze_order(1, version=1))
    other = await taken(database, glaze_order(2, version=1))
    await ask(database, glaze_order(1, version=2))
    await let_all_run_out(database)

    async with database.transaction() as session:
        await enqueue(session, glaze_order(1, version=3))
        reaped = await asyncio.wait_for(reap(database), 2)

    assert [each.lease.job_id for each in reaped] == [other.job_id]
    assert [(each.lease.job_id, each.state) for each in await reap(database)] == [(busy.job_id, JobState.SUPERSEDED)]


async def test_what_newer_code_wrote_is_reaped_without_being_read(database: Database) -> None:
    old = await taken(database, glaze_order(version=1))
    new = (await ask(database, glaze_order(version=2))).job_id
    await change(database, "UPDATE jobs SET kind = 'polish', payload = '{}'")
    await let_all_run_out(database)

    await reap(database)

    assert await states(database) == {old.job_id: "superseded", new: "queued"}
