"""Asking for a bio to be written anew: what is a job, what is answered at once, and what is written down (R25)."""

from typing import Any

import pytest

from glaze.errors import FlagOffError, NotFoundError
from glaze.highlights.ask import Asked, ask_regeneration
from glaze.highlights.generate import generate
from glaze.highlights.wanted import making_of
from glaze.jobs.catalogue import GlazeOrder, read_order
from glaze.jobs.models import JobState
from glaze.settings import Settings
from tests.glaze.highlights.scene import Scene, audit, do, editions, jobs, move, say, settings_of, stale, write
from tests.glaze.jobs.acting import take

SUB = "auth0|ada.quill@example.org"


async def ask(scene: Scene, *, force: bool = False, actor: str | None = SUB, settings: Settings | None = None) -> Asked:
    async with scene.database.transaction() as session:
        return await ask_regeneration(session, settings or settings_of(), *scene.pair, force=force, actor=actor)


async def orders(scene: Scene) -> list[GlazeOrder]:
    read = [read_order(job.kind, job.payload) for job in await jobs(scene)]
    return [order for order in read if isinstance(order, GlazeOrder)]


async def work_off(scene: Scene) -> dict[str, int]:
    """A worker does the job that waits."""
    (job,) = [job for job in await jobs(scene) if job.state == JobState.QUEUED]
    lease = await take(scene.database, job.id)
    assert lease is not None
    order = read_order(job.kind, job.payload)
    assert isinstance(order, GlazeOrder)
    return (await generate(scene.database, settings_of(), order, lease, None)).counts


async def test_where_there_is_no_bio_it_is_a_job_that_somebody_waits_for(scene: Scene) -> None:
    asked = await ask(scene)
    assert (asked.unchanged, asked.edition_id) == (False, None)
    (order,) = await orders(scene)
    assert order == GlazeOrder(
        user_id=scene.pair[0],
        group_id=scene.pair[1],
        evidence_version=1,
        wanted_digest=making_of(settings_of()).digest,
        requested="person",
    )
    assert (await work_off(scene))["published"] == 1


async def test_what_holds_is_answered_at_once(scene: Scene) -> None:
    await write(scene)
    (edition,) = await editions(scene)
    assert await ask(scene) == Asked(None, unchanged=True, edition_id=edition.id)
    assert await jobs(scene) == []
    assert [entry.action for entry in await audit(scene)] == ["highlight.published"]


async def test_who_insists_gets_the_next_ordinal_each_time(scene: Scene) -> None:
    await write(scene)
    for ordinal in (1, 2, 3):
        asked = await ask(scene, force=True)
        assert not asked.unchanged
        assert (await orders(scene))[-1].ordinal == ordinal
        assert (await work_off(scene))["published"] == 1
    assert len(await editions(scene)) == 4


async def test_asking_twice_is_one_job(scene: Scene) -> None:
    assert (await ask(scene)).job_id == (await ask(scene)).job_id
    assert len(await jobs(scene)) == 1


@pytest.mark.parametrize(
    "change",
    [
        "evidence",
        "marked_stale_at = now()",
        "stale_after = now() - interval '1 second'",
    ],
)
async def test_what_no_longer_holds_is_a_job_that_mends_it(scene: Scene, change: str) -> None:
    """Also where the very same was done before: a job that is done would else be the answer for ever."""
    await ask(scene)
    await work_off(scene)
    assert await stale(scene) == ()
    if change == "evidence":
        await say(scene)
    else:
        await do(scene.database, f"UPDATE user_profile_highlights SET {change}")
    asked = await ask(scene)
    assert not asked.unchanged
    assert (await work_off(scene))["published"] == 1
    assert await stale(scene) == ()


async def test_evidence_that_came_to_the_same_is_a_job_without_an_edition(scene: Scene) -> None:
    await write(scene)
    await move(scene)
    await ask(scene)
    assert (await work_off(scene))["still_true"] == 1
    assert len(await editions(scene)) == 1


@pytest.mark.parametrize("end", ["dead", "cancelled"])
async def test_a_job_that_came_to_nothing_is_no_answer(scene: Scene, end: str) -> None:
    first = await ask(scene)
    await do(scene.database, "UPDATE jobs SET state = :end, finished_at = now()", end=end)
    second = await ask(scene)
    assert second.job_id != first.job_id
    assert (await work_off(scene))["published"] == 1


async def test_the_flag_off_nothing_is_asked(scene: Scene) -> None:
    off = Settings(_env_file=None)
    with pytest.raises(FlagOffError, match="PROFILE_SIGNAL_GLAZE"):
        await ask(scene, settings=off)
    assert await jobs(scene) == []


@pytest.mark.parametrize("nowhere", [(0, 1), (1, 0)])
async def test_nobody_is_asked_for_in_vain(scene: Scene, nowhere: tuple[int, int]) -> None:
    known = (scene.pair[0] if nowhere[0] else -1, scene.pair[1] if nowhere[1] else -1)
    async with scene.database.transaction() as session:
        with pytest.raises(NotFoundError):
            await ask_regeneration(session, settings_of(), *known, force=False, actor=None)
    assert await jobs(scene) == []


async def test_what_is_undone_was_never_asked(scene: Scene) -> None:
    async with scene.database.reading() as session:
        await ask_regeneration(session, settings_of(), *scene.pair, force=True, actor=SUB)
        await session.flush()
        await session.rollback()
    assert await jobs(scene) == []
    assert await audit(scene) == []


async def test_each_job_asked_for_is_written_down_without_a_name(scene: Scene) -> None:
    await ask(scene)
    await ask(scene, force=True)
    await ask(scene, actor=None)
    await ask(scene, settings=settings_of(GLAZE_SECRET="another-secret-of-thirty-two-letters"))
    entries = await audit(scene)
    assert [entry.action for entry in entries] == ["highlight.regeneration_asked"] * 4
    target = f"highlight:{scene.pair[0]}:{scene.pair[1]}"
    assert {entry.target for entry in entries} == {target}
    job_id = (await jobs(scene))[0].id
    assert [entry.details for entry in entries] == [
        {"job": job_id, "force": False, "created": True},
        {"job": job_id, "force": True, "created": False},
        *[{"job": job_id, "force": False, "created": False}] * 2,
    ]
    first, second, nobody, elsewhere = (entry.actor_key for entry in entries)
    assert first == second
    assert nobody == "system"
    assert len({first, nobody, elsewhere}) == 3  # keyed: without the secret nobody can tell whose it is
    shown: Any = [(entry.actor_key, entry.details, entry.target) for entry in entries]
    assert not any(part in str(shown) for part in ("auth0", "quill", "example.org"))
