"""A job stopped from outside: out of time, out of its lease, or because its worker must go."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from glaze.db.engine import Database
from glaze.jobs.catalogue import GlazeOrder
from glaze.jobs.relay import relay_once
from glaze.jobs.run import Ran, WorkContext
from tests.glaze.jobs.acting import (
    HASTY,
    Bell,
    ask,
    change,
    effect,
    effects,
    glaze_order,
    leave_effect,
    row,
    runner,
    until_running,
    wait_for_ever,
    with_effects,
)

Counts = Mapping[str, object]


@pytest.fixture(autouse=True)
async def _effects_can_be_seen(database: Database) -> None:
    await with_effects(database)


async def test_a_handler_that_takes_too_long_is_stopped_and_the_attempt_counts(database: Database) -> None:
    job_id = (await ask(database, glaze_order())).job_id

    running = runner(database, wait_for_ever, deadlines=replace(HASTY, handler=0.1)).run(job_id)

    assert await asyncio.wait_for(running, 2) is Ran.QUEUED

    job = await row(database, job_id)
    assert (job.attempt, job.last_error) == (1, "TimeoutError")


async def test_a_long_job_keeps_its_lease_by_its_heartbeat(database: Database) -> None:
    async def longer_than_a_lease(order: GlazeOrder, context: WorkContext) -> Counts:
        await asyncio.sleep(HASTY.lease * 1.7)
        return await effect(order, context)

    job_id = (await ask(database, glaze_order())).job_id
    running = asyncio.ensure_future(runner(database, longer_than_a_lease).run(job_id))

    while not running.done():
        assert (await relay_once(database, Bell())).reaped == []
        await asyncio.sleep(0.05)

    assert await running is Ran.DONE
    assert (await row(database, job_id)).attempt == 1


async def test_a_worker_whose_lease_was_lost_is_stopped_by_its_heartbeat(database: Database) -> None:
    job_id = (await ask(database, glaze_order())).job_id
    running = asyncio.ensure_future(runner(database, wait_for_ever).run(job_id))
    await until_running(database, job_id)
    # As it is after a pause: the lease ran out while the process stood still, and another took the job over.
    await change(database, "UPDATE jobs SET lease_token = gen_random_uuid()")

    assert await asyncio.wait_for(running, 10) is Ran.FENCED


async def test_without_a_heartbeat_the_fence_still_stops_a_worker_that_lost_its_lease(database: Database) -> None:
    deaf = replace(HASTY, heartbeat=1000)
    woken = asyncio.Event()

    async def sleep_through(order: GlazeOrder, context: WorkContext) -> Counts:
        await woken.wait()
        return await effect(order, context)

    job_id = (await ask(database, glaze_order())).job_id
    sleeper = asyncio.ensure_future(runner(database, sleep_through, deadlines=deaf).run(job_id))
    await until_running(database, job_id)
    await asyncio.sleep(HASTY.lease * 1.2)
    assert len((await relay_once(database, Bell())).reaped) == 1
    assert await runner(database).run(job_id) is Ran.DONE

    woken.set()

    assert await sleeper is Ran.FENCED
    assert await effects(database) == [job_id]


async def test_handing_back_stops_what_runs_and_costs_no_attempt(database: Database) -> None:
    job_id = (await ask(database, glaze_order())).job_id
    bell = Bell()
    worker = runner(database, wait_for_ever, bell=bell)
    running = asyncio.ensure_future(worker.run(job_id))
    await until_running(database, job_id)

    worker.hand_back_now.set()

    assert await asyncio.wait_for(running, 10) is Ran.QUEUED
    job = await row(database, job_id)
    assert (job.state, job.attempt) == ("queued", 0)
    assert bell.rung == [job_id]
    assert await worker.run(job_id) is Ran.LEFT
    assert await runner(database).run(job_id) is Ran.DONE


async def test_what_a_handler_makes_of_its_cancellation_costs_no_attempt_either(database: Database) -> None:
    async def make_a_fuss(_order: GlazeOrder, _context: WorkContext) -> Counts:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ConnectionError from None
        return {}

    job_id = (await ask(database, glaze_order())).job_id
    worker = runner(database, make_a_fuss)
    running = asyncio.ensure_future(worker.run(job_id))
    await until_running(database, job_id)

    worker.hand_back_now.set()

    assert await asyncio.wait_for(running, 10) is Ran.QUEUED
    assert (await row(database, job_id)).attempt == 0


async def test_what_is_completed_while_it_is_being_stopped_is_done(database: Database) -> None:
    async def finish_first(order: GlazeOrder, context: WorkContext) -> Counts:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await leave_effect(context.database, context.lease)
        return {}

    job_id = (await ask(database, glaze_order())).job_id
    worker = runner(database, finish_first)
    running = asyncio.ensure_future(worker.run(job_id))
    await until_running(database, job_id)

    worker.hand_back_now.set()

    assert await asyncio.wait_for(running, 10) is Ran.DONE
    assert await effects(database) == [job_id]


async def test_a_cancelled_worker_hands_back_before_it_goes(database: Database) -> None:
    job_id = (await ask(database, glaze_order())).job_id
    running = asyncio.ensure_future(runner(database, wait_for_ever).run(job_id))
    await until_running(database, job_id)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    job = await row(database, job_id)
    assert (job.state, job.attempt) == ("queued", 0)


async def test_a_closing_worker_claims_nothing_and_finishes_what_runs(database: Database) -> None:
    first, second = [(await ask(database, glaze_order(user))).job_id for user in (1, 2)]
    finish = asyncio.Event()

    async def when_told(order: GlazeOrder, context: WorkContext) -> Counts:
        await finish.wait()
        return await effect(order, context)

    worker = runner(database, when_told)
    running = asyncio.ensure_future(worker.run(first))
    await until_running(database, first)
    worker.closing.set()

    assert await asyncio.wait_for(worker.run(second), 2) is Ran.LEFT
    finish.set()
    assert await running is Ran.DONE
