"""A job that writes a bio ends with its effect; and two who write at once come to terms (R17)."""

import asyncio
from contextvars import ContextVar
from typing import Any

import pytest
from sqlalchemy import text

from glaze.highlights import generate as writing
from glaze.highlights import store
from glaze.highlights.conclude import Generated, conclude
from glaze.highlights.edition import Written, write_edition
from glaze.highlights.evidence import Pair
from glaze.highlights.generate import generate
from glaze.highlights.publish import Outcome
from glaze.jobs.catalogue import GlazeOrder
from glaze.jobs.failures import LeaseLostError, RetryLater
from glaze.jobs.lease import Lease
from glaze.settings import Settings
from tests.glaze.highlights.scene import (
    Scene,
    audit,
    came_to,
    delete,
    do,
    editions,
    highlight_of,
    jobs,
    move,
    settings_of,
    write,
)
from tests.glaze.jobs.acting import taken

written_anew: ContextVar[frozenset[Pair]] = ContextVar("written_anew")
"""Which pairs a batch finds due, each batch its own."""


def order_of(scene: Scene, **more: Any) -> GlazeOrder:
    given: dict[str, Any] = {
        "user_id": scene.pair[0],
        "group_id": scene.pair[1],
        "evidence_version": 1,
        "wanted_digest": "wanted",
    }
    return GlazeOrder(**given | more)


async def run(scene: Scene, order: GlazeOrder, lease: Lease, settings: Settings | None = None) -> Generated:
    return await generate(scene.database, settings or settings_of(), order, lease, None)


async def test_a_job_ends_in_the_transaction_that_publishes(scene: Scene) -> None:
    order = order_of(scene)
    lease = await taken(scene.database, order)
    assert came_to(await run(scene, order, lease)) == {"published": 1}
    (job,) = await jobs(scene)
    assert (job.state, job.result["published"]) == ("done", 1)
    (edition,) = await editions(scene)
    assert edition.job_id == job.id


@pytest.mark.parametrize("what", ["unchanged", "still_true", "no_data"])
async def test_a_job_that_has_nothing_to_write_ends_too(scene: Scene, what: str) -> None:
    if what != "no_data":
        await write(scene)
    if what == "still_true":
        await move(scene)
    if what == "no_data":
        await delete(scene, scene.said, scene.shared)
    order = order_of(scene)
    assert came_to(await run(scene, order, await taken(scene.database, order))) == {what: 1}
    assert [job.state for job in await jobs(scene)] == ["done"]


async def test_an_ordinal_above_zero_insists(scene: Scene) -> None:
    await write(scene)
    order = order_of(scene, ordinal=1)
    assert came_to(await run(scene, order, await taken(scene.database, order))) == {"published": 1}


async def test_who_has_lost_the_lease_leaves_nothing_behind(scene: Scene) -> None:
    order = order_of(scene)
    lease = await taken(scene.database, order)
    await do(scene.database, "UPDATE jobs SET lease_token = gen_random_uuid()")
    with pytest.raises(LeaseLostError):
        await run(scene, order, lease)
    assert await editions(scene) == []
    assert await audit(scene) == []
    assert await highlight_of(scene) is None
    assert [job.state for job in await jobs(scene)] == ["running"]


async def test_a_job_whose_evidence_has_just_gone_is_to_be_tried_again(scene: Scene) -> None:
    order = order_of(scene)
    lease = await taken(scene.database, order)

    async def late(*arguments: Any, **named: Any) -> None:
        await delete(scene, scene.said)
        await conclude(*arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "conclude", late)
        with pytest.raises(RetryLater) as told:
            await run(scene, order, lease)
    assert (told.value.seconds, told.value.code) == (0, "EVIDENCE_MOVED")
    assert await editions(scene) == []
    assert [job.state for job in await jobs(scene)] == ["running"]
    assert came_to(await run(scene, order, lease)) == {"published": 1}


# --- two at once ---


async def test_of_two_who_write_the_same_pair_at_once_each_is_published_in_turn_and_one_stands(scene: Scene) -> None:
    done = await asyncio.gather(*(write(scene) for _ in range(2)))
    assert [came_to(one) for one in done] == [{"published": 1}] * 2
    highlight = await highlight_of(scene)
    assert highlight is not None
    assert highlight.edition_id in {edition.id for edition in await editions(scene)}


async def test_batches_with_crossed_pairs_wait_for_each_other_instead_of_deadlocking(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One batch writes Ada's anew and finds Bea's still true, the other the other way round."""
    both = [scene.pair, scene.pair_of_bea]
    await write(scene, pairs=both)
    for pair in both:
        await do(scene.database, "UPDATE evidence_versions SET version = 2 WHERE user_id = :u", u=pair[0])
    due = writing._what_is_due

    def crossed(evidence: Any, *arguments: Any, **named: Any) -> Outcome:
        return Outcome.DUE if evidence.pair in written_anew.get() else due(evidence, *arguments, **named)

    monkeypatch.setattr(writing, "_what_is_due", crossed)

    move_versions_up = store.move_versions_up

    async def slowly(*arguments: Any) -> None:
        await asyncio.sleep(0.2)  # both have published by now, if nothing makes one of them wait
        await move_versions_up(*arguments)

    monkeypatch.setattr(store, "move_versions_up", slowly)

    async def batch(anew: Pair) -> Generated:
        written_anew.set(frozenset([anew]))
        return await write(scene, pairs=both)

    done = await asyncio.wait_for(asyncio.gather(*(batch(pair) for pair in both)), timeout=20)
    assert [came_to(one) for one in done] == [{"published": 1, "still_true": 1}] * 2


async def test_publishing_waits_for_whoever_takes_snapshots(scene: Scene) -> None:
    """They lock many snapshots in an order of their own: one after the other, or they would deadlock."""
    async with scene.database.transaction() as taking:
        await taking.execute(text("SELECT pg_advisory_xact_lock(hashtext('glaze.snapshots'))"))
        writes = asyncio.create_task(write(scene))
        done, _ = await asyncio.wait({writes}, timeout=0.3)
        assert not done
    assert came_to(await writes) == {"published": 1}


async def test_a_model_that_thinks_holds_no_session(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    asleep = asyncio.Event()
    wake = asyncio.Event()

    async def thinking(*arguments: Any, **named: Any) -> Written:
        asleep.set()
        await wake.wait()
        return await write_edition(*arguments, **named)

    monkeypatch.setattr(writing, "write_edition", thinking)
    task = asyncio.create_task(write(scene))
    await asleep.wait()
    async with scene.database.reading() as session:
        busy = await session.execute(
            text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL")
        )
        assert busy.scalar_one() == 1  # this very question
    wake.set()
    assert came_to(await task) == {"published": 1}
