"""Rings: at once after a commit, again when nobody came, in their order, and never at the cost of a mutation."""

import asyncio
import time

from glaze.db.engine import Database
from glaze.jobs.catalogue import SnapshotOrder
from glaze.jobs.models import JobState
from glaze.jobs.relay import relay, relay_once
from glaze.jobs.ring import FRONT, ring_next, ring_now
from tests.glaze.jobs.acting import (
    AT_MOST,
    HASTY,
    Bell,
    BrokenBell,
    HangingBell,
    ask,
    change,
    glaze_order,
    leave_effect,
    row,
    take,
    taken,
    with_effects,
)


async def let_rings_age(database: Database) -> None:
    await change(database, "UPDATE jobs SET rung_at = rung_at - interval '11 seconds'")


async def test_a_job_committed_and_never_rung_is_rung_by_the_relay_once(database: Database) -> None:
    """Its asker died between commit and ring."""
    job_id = (await ask(database, glaze_order())).job_id
    bell = Bell()

    assert (await relay_once(database, bell)).rung == 1
    assert (await relay_once(database, bell)).rung == 0

    assert bell.rings == [(job_id, 1)]


async def test_a_ring_nobody_answered_is_repeated_under_a_new_number(database: Database) -> None:
    job_id = (await ask(database, glaze_order())).job_id
    bell = Bell()

    await ring_now(database, bell, job_id)
    await relay_once(database, bell)
    await let_rings_age(database)
    await relay_once(database, bell)

    assert bell.rings == [(job_id, 1), (job_id, 2), (job_id, 3)]


async def test_only_what_is_due_and_can_run_is_rung(database: Database) -> None:
    busy = await taken(database, glaze_order(1, version=1))
    await ask(database, glaze_order(1, version=2))
    later = (await ask(database, glaze_order(2))).job_id
    await change(database, "UPDATE jobs SET run_at = now() + interval '1 hour' WHERE id = :id", id=later)
    due = (await ask(database, SnapshotOrder(group_id=1))).job_id
    bell = Bell()

    await relay_once(database, bell)
    await ring_now(database, bell, later)
    await ring_now(database, bell, busy.job_id)
    await ring_now(database, bell, 4711)

    assert bell.rung == [due]


async def test_the_end_of_a_job_rings_the_next_of_its_subject(database: Database) -> None:
    await with_effects(database)
    first = await taken(database, glaze_order(version=1))
    second = (await ask(database, glaze_order(version=2))).job_id
    await ask(database, glaze_order(2))
    bell = Bell()

    await leave_effect(database, first)
    await ring_next(database, bell, first.kind, first.subject)

    assert bell.rung == [second]


async def test_the_oldest_are_rung_first_and_no_more_than_the_front(database: Database) -> None:
    await change(
        database,
        "INSERT INTO jobs (kind, subject, idem_key, payload, run_at) "
        "SELECT 'glaze', n::text, n::text, '{\"requested\": \"command\"}', now() - n * interval '1 second' "
        "FROM generate_series(1, 300) AS n",
    )
    bell = Bell()

    assert (await relay_once(database, bell)).rung == FRONT
    assert (await relay_once(database, bell)).rung == 0

    assert [(await row(database, job_id)).subject for job_id in bell.rung[:3]] == ["300", "299", "298"]
    assert await take(database, bell.rung[0]) is not None
    assert (await relay_once(database, bell)).rung == 1


async def test_the_relay_reaps_and_rings_in_one_round(database: Database) -> None:
    lease = await taken(database, glaze_order())
    await change(database, "UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second'")
    bell = Bell()

    relayed = await relay_once(database, bell)

    assert [each.state for each in relayed.reaped] == [JobState.QUEUED]
    assert bell.rung == [lease.job_id]


async def test_while_the_flag_is_off_automatic_work_stays_queued_with_the_reason_beside_it(database: Database) -> None:
    automatic = (await ask(database, glaze_order(1, requested="cron"))).job_id
    asked_for = (await ask(database, glaze_order(2, requested="person"))).job_id
    bell = Bell()

    await relay_once(database, bell, automatic=False)

    assert bell.rung == [asked_for]
    held = await row(database, automatic)
    assert (held.state, held.last_error) == ("queued", "FLAG_OFF")
    assert (await row(database, asked_for)).last_error is None

    await relay_once(database, bell, automatic=True)

    assert bell.rung == [asked_for, automatic]
    assert (await row(database, automatic)).last_error is None


async def test_many_held_jobs_do_not_stand_in_the_way_of_a_person(database: Database) -> None:
    await change(
        database,
        "INSERT INTO jobs (kind, subject, idem_key, payload, run_at) "
        "SELECT 'glaze', n::text, n::text, '{\"requested\": \"cron\"}', now() - interval '1 hour' "
        "FROM generate_series(1, 300) AS n",
    )
    asked_for = (await ask(database, glaze_order(1, requested="person"))).job_id
    bell = Bell()

    await relay_once(database, bell, automatic=False)

    assert bell.rung == [asked_for]


async def test_a_refusing_redis_costs_the_asker_nothing_and_the_job_rings_later(database: Database) -> None:
    job_id = (await ask(database, glaze_order())).job_id

    await ring_now(database, BrokenBell(), job_id)
    assert (await relay_once(database, BrokenBell())).rung == 0

    bell = Bell()
    assert (await relay_once(database, bell)).rung == 0
    await let_rings_age(database)
    await relay_once(database, bell)
    assert bell.rung == [job_id]


async def test_a_hanging_redis_hardly_holds_a_mutation(database: Database) -> None:
    job_id = (await ask(database, glaze_order())).job_id
    bell = HangingBell()

    started = time.monotonic()
    await ring_now(database, bell, job_id)

    assert bell.rung == [job_id]
    assert time.monotonic() - started < AT_MOST


async def test_a_hanging_redis_holds_the_relay_for_one_ring_not_for_all(database: Database) -> None:
    for user in range(1, 11):
        await ask(database, glaze_order(user))
    bell = HangingBell()

    started = time.monotonic()
    assert (await relay_once(database, bell)).rung == 0

    assert len(bell.rings) == 1
    assert time.monotonic() - started < AT_MOST


async def test_a_ring_never_raises_even_without_a_database() -> None:
    unreachable = Database("postgresql://nobody@127.0.0.1:9/none")

    await ring_now(unreachable, Bell(), 1)

    await unreachable.dispose()


async def test_the_relay_survives_a_round_that_fails() -> None:
    unreachable = Database("postgresql://nobody@127.0.0.1:9/none")
    relaying = asyncio.ensure_future(relay(unreachable, Bell(), deadlines=HASTY))

    await asyncio.sleep(HASTY.relay * 5)

    assert not relaying.done()
    relaying.cancel()
    await asyncio.wait({relaying})
    await unreachable.dispose()
