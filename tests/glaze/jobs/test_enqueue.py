"""Asking for work: with the caller's transaction, once, and answered with the job that will serve."""

import asyncio

import pytest

from glaze.db.engine import Database
from glaze.jobs.catalogue import SnapshotOrder, read_order
from glaze.jobs.enqueue import Asked, Enqueued, enqueue, enqueue_all, insisting
from glaze.jobs.models import JobState
from glaze.jobs.unfinished import fail, hand_back
from tests.glaze.jobs.acting import ask, change, glaze_order, leave_effect, row, states, take, taken, with_effects


async def test_a_job_dies_with_the_transaction_that_asked_for_it(database: Database) -> None:
    async def ask_and_crash() -> None:
        async with database.transaction() as session:
            await enqueue(session, glaze_order())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await ask_and_crash()

    assert await states(database) == {}


async def test_a_new_job_is_queued_and_due_and_holds_its_order(database: Database) -> None:
    order = glaze_order(requested="person")

    asked = await ask(database, order)

    job = await row(database, asked.job_id)
    assert asked == Enqueued(job.id, Asked.CREATED, JobState.QUEUED)
    assert asked.created
    assert (job.kind, job.subject, job.attempt, job.max_attempts) == ("glaze", "1:1", 0, order.max_attempts)
    assert read_order(job.kind, job.payload) == order


async def test_the_same_asked_again_is_the_same_job_wherever_it_stands(database: Database) -> None:
    await with_effects(database)
    first = await ask(database, glaze_order())
    queued = await ask(database, glaze_order())
    lease = await take(database, first.job_id)
    assert lease is not None
    running = await ask(database, glaze_order())
    await leave_effect(database, lease)
    done = await ask(database, glaze_order())

    assert [asked.job_id for asked in (queued, running, done)] == [first.job_id] * 3
    assert [asked.asked for asked in (queued, running, done)] == [Asked.REPEATED] * 3
    assert [asked.state for asked in (queued, running, done)] == ["queued", "running", "done"]


async def test_another_ask_joins_the_queued_job_of_its_subject_which_then_serves_both(database: Database) -> None:
    first = await ask(database, glaze_order(requested="cron", version=1, ordinal=2))

    joined = await ask(database, glaze_order(requested="person", version=4))

    assert joined == Enqueued(first.job_id, Asked.JOINED, JobState.QUEUED)
    job = await row(database, first.job_id)
    assert read_order(job.kind, job.payload) == glaze_order(requested="person", version=4, ordinal=2)


async def test_what_is_asked_while_the_subject_is_at_work_waits_behind_it(database: Database) -> None:
    lease = await taken(database, glaze_order(version=1))

    next_one = await ask(database, glaze_order(version=2))

    assert next_one.created
    assert await states(database) == {lease.job_id: "running", next_one.job_id: "queued"}


async def test_other_subjects_and_other_kinds_do_not_fold(database: Database) -> None:
    orders = [glaze_order(1), glaze_order(2), glaze_order(1, group=2), SnapshotOrder(group_id=1)]

    assert all([(await ask(database, order)).created for order in orders])


async def test_a_superseded_ask_is_answered_with_the_job_that_stepped_in(database: Database) -> None:
    old = await taken(database, glaze_order(version=1))
    new = await ask(database, glaze_order(version=2))
    await hand_back(database, old)

    again = await ask(database, glaze_order(version=1))

    assert (await row(database, old.job_id)).state == "superseded"
    assert again == Enqueued(new.job_id, Asked.REPEATED, JobState.QUEUED)

    lease = await take(database, new.job_id)
    assert lease is not None
    assert await ask(database, glaze_order(version=1)) == Enqueued(new.job_id, Asked.REPEATED, JobState.RUNNING)


async def test_a_dead_job_is_the_answer_unless_one_is_queued_that_can_serve(database: Database) -> None:
    dead = await taken(database, glaze_order(version=1))
    await fail(database, dead, "GONE", pause=0, permanent=True)
    assert await ask(database, glaze_order(version=1)) == Enqueued(dead.job_id, Asked.REPEATED, JobState.DEAD)

    other = await ask(database, glaze_order(version=2))

    assert await ask(database, glaze_order(version=1)) == Enqueued(other.job_id, Asked.JOINED, JobState.QUEUED)


async def test_insisting_takes_the_next_ordinal_and_so_makes_a_new_job(database: Database) -> None:
    await with_effects(database)
    order = glaze_order()
    ids = []
    for expected in (1, 2):
        lease = await taken(database, order)
        await leave_effect(database, lease)
        ids.append(lease.job_id)
        async with database.reading() as session:
            order = await insisting(session, glaze_order())
        assert order.ordinal == expected
    assert len(set(ids)) == 2


async def test_many_asks_are_answered_in_their_order_with_few_statements(database: Database) -> None:
    joined = await ask(database, glaze_order(5, version=1))
    repeated = await ask(database, glaze_order(6))
    orders = [glaze_order(user) for user in range(300, 0, -1)]
    orders[295] = glaze_order(5, version=2)
    twins = [glaze_order(400, version=1), glaze_order(400, version=2), glaze_order(400, version=3), glaze_order(400)]

    async with database.transaction() as session:
        asked = await enqueue_all(session, [*orders, *twins])

    subjects = [(await row(database, each.job_id)).subject for each in asked[290:304]]
    assert subjects == [order.subject for order in [*orders, *twins][290:304]]
    assert asked[295] == Enqueued(joined.job_id, Asked.JOINED, JobState.QUEUED)
    assert asked[294] == Enqueued(repeated.job_id, Asked.REPEATED, JobState.QUEUED)
    assert len({each.job_id for each in asked[300:]}) == 1
    assert (await row(database, asked[300].job_id)).payload["evidence_version"] == 3
    assert len(await states(database)) == 301


async def test_no_orders_is_no_work(database: Database) -> None:
    async with database.transaction() as session:
        assert await enqueue_all(session, []) == []


async def test_twenty_people_asking_at_once_get_one_job(database: Database) -> None:
    asked = await asyncio.gather(*(ask(database, glaze_order(version=1 + turn % 3)) for turn in range(20)))

    assert len({each.job_id for each in asked}) == 1
    assert sum(each.created for each in asked) == 1


@pytest.mark.parametrize("version", [1, 2])
async def test_no_worker_overtakes_an_asker_who_has_not_committed(database: Database, version: int) -> None:
    """Else it would read the evidence of before, end, and leave the asker served by the past."""
    waiting = await ask(database, glaze_order(version=1))

    async with database.transaction() as session:
        joined = await enqueue(session, glaze_order(version=version))
        assert await asyncio.wait_for(take(database, waiting.job_id), 2) is None

    lease = await take(database, joined.job_id)
    assert lease is not None
    assert lease.payload["evidence_version"] == version


async def test_a_queued_job_newer_code_wrote_is_joined_and_left_as_it_is(database: Database) -> None:
    waiting = await ask(database, glaze_order(version=1))
    await change(database, "UPDATE jobs SET payload = '{\"person\": 1}'")

    assert (await ask(database, glaze_order(version=2))).job_id == waiting.job_id
    assert (await row(database, waiting.job_id)).payload == {"person": 1}
