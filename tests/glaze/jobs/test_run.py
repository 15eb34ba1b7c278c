"""One job run: what its handler does, says, or fails to do, and what happens to it meanwhile."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import text

from glaze.db.engine import Database
from glaze.jobs.catalogue import GlazeOrder
from glaze.jobs.failures import NotCompletedError, PermanentFailure, RetryLater
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
    states,
    with_effects,
)

Counts = Mapping[str, object]


@pytest.fixture(autouse=True)
async def _effects_can_be_seen(database: Database) -> None:
    await with_effects(database)


async def test_a_job_is_done_with_its_effect(database: Database) -> None:
    job_id = (await ask(database, glaze_order())).job_id

    assert await runner(database).run(job_id) is Ran.DONE

    assert await effects(database) == [job_id]
    assert (await row(database, job_id)).result == {"effects": 1}


async def test_a_second_ring_for_the_same_job_does_nothing(database: Database) -> None:
    job_id = (await ask(database, glaze_order())).job_id
    worker = runner(database)

    ran = await asyncio.gather(*(worker.run(job_id) for _ in range(5)))

    assert sorted(ran) == [Ran.DONE, *[Ran.LEFT] * 4]
    assert await worker.run(job_id) is Ran.LEFT
    assert await effects(database) == [job_id]


async def test_the_handler_gets_the_order_that_was_asked_for(database: Database) -> None:
    got: list[GlazeOrder] = []

    async def look(order: GlazeOrder, context: WorkContext) -> Counts:
        got.append(order)
        return await effect(order, context)

    order = glaze_order(3, "person", group=4, version=5, ordinal=6)
    await runner(database, look).run((await ask(database, order)).job_id)

    assert got == [order]


async def test_the_end_of_a_job_lets_the_next_of_its_subject_run_at_once(database: Database) -> None:
    first = (await ask(database, glaze_order(version=1))).job_id
    bell = Bell()
    behind = []

    async def ask_again(order: GlazeOrder, context: WorkContext) -> Counts:
        behind.append((await ask(database, glaze_order(version=2))).job_id)
        return await effect(order, context)

    await runner(database, ask_again, bell=bell).run(first)

    assert bell.rung == behind
    assert await runner(database).run(behind[0]) is Ran.DONE


async def test_an_error_is_tried_again_and_only_its_name_is_kept(database: Database) -> None:
    async def slip(_order: GlazeOrder, _context: WorkContext) -> Counts:
        raise ValueError("words of somebody's chat")

    job_id = (await ask(database, glaze_order())).job_id

    assert await runner(database, slip).run(job_id) is Ran.QUEUED

    job = await row(database, job_id)
    assert (job.attempt, job.last_error) == (1, "ValueError")
    await asyncio.sleep(HASTY.backoff * 1.5)
    assert await runner(database).run(job_id) is Ran.DONE
    assert (await row(database, job_id)).last_error is None


async def test_a_poison_pill_is_dead_after_its_last_attempt_and_leaves_nothing(database: Database) -> None:
    async def poison(_order: GlazeOrder, context: WorkContext) -> Counts:
        async with context.database.transaction() as session:
            await session.execute(text("INSERT INTO effects (job_id) VALUES (1)"))
            await session.execute(text("SELECT 1 / 0"))
        return {}

    job_id = (await ask(database, glaze_order())).job_id
    worker = runner(database, poison, deadlines=replace(HASTY, backoff=0))

    assert [await worker.run(job_id) for _ in range(6)] == [*[Ran.QUEUED] * 4, Ran.DEAD, Ran.LEFT]
    assert await effects(database) == []


async def test_a_handler_can_say_when_to_try_again_or_that_it_is_no_use(database: Database) -> None:
    async def later(_order: GlazeOrder, _context: WorkContext) -> Counts:
        raise RetryLater(3600, "RATE_LIMITED")

    async def never(_order: GlazeOrder, _context: WorkContext) -> Counts:
        raise PermanentFailure("USER_IS_GONE")

    limited, gone = [(await ask(database, glaze_order(user))).job_id for user in (1, 2)]

    assert await runner(database, later).run(limited) is Ran.QUEUED
    assert await runner(database, never).run(gone) is Ran.DEAD
    assert (await row(database, limited)).last_error == "RATE_LIMITED"
    assert await runner(database).run(limited) is Ran.LEFT
    assert (await row(database, gone)).last_error == "USER_IS_GONE"


async def test_a_handler_that_forgets_to_complete_its_job_is_a_bug_and_is_told(database: Database) -> None:
    async def forget(_order: GlazeOrder, _context: WorkContext) -> Counts:
        return {"bios": 1}

    job_id = (await ask(database, glaze_order())).job_id

    with pytest.raises(NotCompletedError):
        await runner(database, forget).run(job_id)

    job = await row(database, job_id)
    assert (job.state, job.last_error) == ("dead", "NOT_COMPLETED")


async def test_what_fails_after_the_end_of_its_job_does_not_undo_it(database: Database) -> None:
    async def stumble(_order: GlazeOrder, context: WorkContext) -> Counts:
        await leave_effect(context.database, context.lease)
        raise OSError

    job_id = (await ask(database, glaze_order())).job_id

    assert await runner(database, stumble).run(job_id) is Ran.DONE
    assert await states(database) == {job_id: "done"}


async def test_a_handler_that_cancels_itself_has_failed(database: Database) -> None:
    async def give_up(_order: GlazeOrder, _context: WorkContext) -> Counts:
        raise asyncio.CancelledError

    job_id = (await ask(database, glaze_order())).job_id

    assert await runner(database, give_up).run(job_id) is Ran.QUEUED

    job = await row(database, job_id)
    assert (job.attempt, job.last_error) == (1, "CancelledError")


async def test_automatic_work_is_left_alone_while_the_flag_is_off(database: Database) -> None:
    automatic = (await ask(database, glaze_order(1, requested="cron"))).job_id
    asked_for = (await ask(database, glaze_order(2, requested="person"))).job_id

    assert await runner(database, flag=False).run(automatic) is Ran.LEFT
    assert await runner(database, flag=False).run(asked_for) is Ran.DONE
    assert await runner(database).run(automatic) is Ran.DONE


async def test_a_payload_that_cannot_be_read_is_a_dead_job_not_a_dead_worker(database: Database) -> None:
    job_id = (await ask(database, glaze_order())).job_id
    await change(database, 'UPDATE jobs SET payload = \'{"user_id": "seven"}\'')

    assert await runner(database).run(job_id) is Ran.DEAD
    assert (await row(database, job_id)).last_error == "UNREADABLE_ORDER"


async def test_runs_of_one_subject_never_overlap(database: Database) -> None:
    """Forty asks over four subjects, each while the one before it still runs, and eight workers who hear them all."""

    async def a_little_work(order: GlazeOrder, context: WorkContext) -> Counts:
        await asyncio.sleep(0.02)
        return await effect(order, context)

    async def ask_again_and_again() -> set[int]:
        asked = set()
        for version in range(1, 11):
            for user in range(1, 5):
                asked.add((await ask(database, glaze_order(user, version=version))).job_id)
            while "queued" in (await states(database)).values():  # noqa: ASYNC110 - it is another session's to say
                await asyncio.sleep(0.002)
        return asked

    async def work() -> None:
        worker = runner(database, a_little_work)
        while not asking.done() or set((await states(database)).values()) != {"done"}:
            for job_id, state in (await states(database)).items():
                if state == "queued":
                    await worker.run(job_id)

    asking = asyncio.ensure_future(ask_again_and_again())
    await asyncio.gather(*(work() for _ in range(8)))

    assert len(await asking) == 40
    assert await effects(database) == sorted(await asking)
    async with database.reading() as session:
        overlaps = await session.execute(
            text(
                "SELECT count(*) FROM effects a JOIN effects b "
                "ON a.subject = b.subject AND a.job_id < b.job_id AND a.began < b.ended AND b.began < a.ended"
            )
        )
        assert overlaps.scalar_one() == 0
