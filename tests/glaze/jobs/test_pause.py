"""Work that is asked for later: when it is due, and what an earlier ask makes of it."""

import pytest

from glaze.db.engine import Database
from glaze.jobs.catalogue import GlazeOrder, read_order
from glaze.jobs.enqueue import Asked, Enqueued, enqueue
from glaze.jobs.relay import relay_once
from tests.glaze.jobs.acting import HASTY, Bell, change, glaze_order, row, take


async def ask(database: Database, order: GlazeOrder, pause: float = 0.0) -> Enqueued:
    async with database.transaction() as session:
        return await enqueue(session, order, pause=pause)


async def due_in(database: Database, job_id: int) -> float:
    job = await row(database, job_id)
    return float((job.run_at - job.created_at).total_seconds())


async def test_without_a_pause_it_is_due_at_once(database: Database) -> None:
    asked = await ask(database, glaze_order())
    assert await due_in(database, asked.job_id) == 0
    assert await take(database, asked.job_id) is not None


async def test_with_a_pause_it_is_due_later_and_neither_rung_nor_claimed_before(database: Database) -> None:
    bell = Bell()
    asked = await ask(database, glaze_order(), pause=300)
    assert await due_in(database, asked.job_id) == 300
    assert (await relay_once(database, bell, deadlines=HASTY)).rung == 0
    assert await take(database, asked.job_id) is None
    await change(database, "UPDATE jobs SET run_at = run_at - interval '300 seconds'")
    assert (await relay_once(database, bell, deadlines=HASTY)).rung == 1
    assert await take(database, asked.job_id) is not None


@pytest.mark.parametrize(("first", "second", "due"), [(300, 0, 0), (300, 60, 60), (60, 300, 60), (0, 300, 0)])
async def test_two_asks_in_one_are_due_when_the_earlier_is(
    database: Database, first: float, second: float, due: float
) -> None:
    one = await ask(database, glaze_order(version=1), pause=first)
    other = await ask(database, glaze_order(version=2), pause=second)
    assert (other.job_id, other.asked) == (one.job_id, Asked.JOINED)
    assert due <= await due_in(database, one.job_id) < due + 5


async def test_the_same_ask_again_is_brought_forward_too(database: Database) -> None:
    one = await ask(database, glaze_order(), pause=300)
    assert (await ask(database, glaze_order())).asked is Asked.REPEATED
    assert await take(database, one.job_id) is not None


async def test_a_pause_that_failed_attempts_have_earned_is_kept(database: Database) -> None:
    one = await ask(database, glaze_order())
    await change(database, "UPDATE jobs SET attempt = 2, run_at = now() + interval '300 seconds'")
    await ask(database, glaze_order(version=2))
    assert await due_in(database, one.job_id) > 295


@pytest.mark.parametrize("first", ["again", "anew"])
async def test_a_new_ask_is_a_new_beginning_and_keeps_the_insistence(database: Database, first: str) -> None:
    """Whichever of the two comes first: while a job fails, somebody may have asked already."""
    again = GlazeOrder(user_id=1, group_id=1, evidence_version=1, wanted_digest="w", ordinal=3, fallbacks=3)
    asks = [(again, 300.0), (glaze_order(version=2), 0.0)]
    one, other = [
        await ask(database, order, pause=pause) for order, pause in (asks if first == "again" else asks[::-1])
    ]
    assert one.job_id == other.job_id
    job = await row(database, one.job_id)
    folded = read_order(job.kind, job.payload)
    assert isinstance(folded, GlazeOrder)
    assert (folded.evidence_version, folded.ordinal, folded.fallbacks) == (2, 3, 0)
    assert await due_in(database, one.job_id) < 5
