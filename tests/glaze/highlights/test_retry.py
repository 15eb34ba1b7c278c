"""After a failure that may pass the model is tried again: with growing pauses, and not for ever (R14)."""

from dataclasses import replace
from typing import Any

import pytest

from glaze.highlights.conclude import Generated
from glaze.highlights.generate import generate
from glaze.highlights.model import model_for
from glaze.highlights.retry import MOST_TRIES, pause_before
from glaze.jobs.catalogue import AUTOMATIC, GlazeOrder, read_order
from glaze.jobs.failures import LeaseLostError
from glaze.settings import Settings
from tests.glaze.highlights.answers import GOOD
from tests.glaze.highlights.scene import Scene, do, editions, highlight_of, jobs, say, settings_with, stale, write
from tests.glaze.jobs.acting import ask, take, taken
from tests.scripted_model import HANG, ScriptedModel, Step, body, ok, status

UNAVAILABLE = status(503)


def order_of(scene: Scene, **more: Any) -> GlazeOrder:
    given: dict[str, Any] = {
        "user_id": scene.pair[0],
        "group_id": scene.pair[1],
        "evidence_version": 1,
        "wanted_digest": "of another time",
        "requested": "person",
    }
    return GlazeOrder(**given | more)


async def run(scene: Scene, settings: Settings, order: GlazeOrder) -> Generated:
    """A worker takes the order and does it."""
    lease = await taken(scene.database, order)
    model = model_for(settings)
    assert model is not None
    async with model:
        return await generate(scene.database, settings, order, lease, model)


async def run_next(scene: Scene, settings: Settings) -> Generated:
    """Time passes until the queued job is due, and a worker does it."""
    await do(scene.database, "UPDATE jobs SET run_at = now() WHERE state = 'queued'")
    (job,) = [job for job in await jobs(scene) if job.state == "queued"]
    lease = await take(scene.database, job.id)
    assert lease is not None
    order = read_order(job.kind, job.payload)
    assert isinstance(order, GlazeOrder)
    model = model_for(settings)
    assert model is not None
    async with model:
        return await generate(scene.database, settings, order, lease, model)


async def queued(scene: Scene) -> list[tuple[int, int, int]]:
    """(minutes until due, ordinal, fallbacks) of each queued job."""
    waiting = [job for job in await jobs(scene) if job.state == "queued"]
    return [(round(float(job.due_in) / 60), job.payload["ordinal"], job.payload["fallbacks"]) for job in waiting]


def test_the_pauses_grow_and_end() -> None:
    pauses = [pause_before(tries, None) for tries in range(MOST_TRIES + 1)]
    assert pauses == [300, 1200, 4800, 19200, 76800, None]
    assert pause_before(0, 900.0) == 900
    assert pause_before(0, 3.0) == 300
    assert pause_before(MOST_TRIES, 900.0) is None


@pytest.mark.parametrize(
    ("step", "reason", "minutes"),
    [
        (UNAVAILABLE, "server_error", 5),
        (status(429), "rate_limited", 5),
        (status(429, retry_after="840"), "rate_limited", 14),
        (status(429, retry_after="1"), "rate_limited", 5),
        (HANG, "timeout", 5),
        ({"kind": "cut"}, "transport", 5),
    ],
)
async def test_what_may_pass_is_tried_again_later(
    scene: Scene, model: ScriptedModel, step: Step, reason: str, minutes: int
) -> None:
    model.script(step)
    done = await run(scene, settings_with(model, GLAZE_MODEL_TOTAL_SECONDS=0.5), order_of(scene))
    assert done.counts == {"published": 1, "fallbacks": 1, "refused": 0, "tried_again_later": 1}
    (edition,) = await editions(scene)
    assert (edition.provider, edition.fallback_reason) == ("offline", reason)
    assert await stale(scene, settings_with(model)) == ()  # a fallback edition is fresh
    assert await queued(scene) == [(minutes, 1, 1)]
    first, second = await jobs(scene)
    assert (first.state, second.payload["requested"]) == ("done", AUTOMATIC)
    assert second.payload["wanted_digest"] != "of another time"


@pytest.mark.parametrize(
    "step", [status(401), status(400), body("<html>"), ok(""), ok("{}"), ok(GOOD.replace("2 ", "9 "))]
)
async def test_what_a_person_has_to_mend_is_not(scene: Scene, model: ScriptedModel, step: Step) -> None:
    model.script(step)
    done = await run(scene, settings_with(model), order_of(scene))
    assert (done.fallbacks, done.tried_again_later) == (1, 0)
    assert await queued(scene) == []


async def test_a_command_leaves_no_job_behind(scene: Scene, model: ScriptedModel) -> None:
    model.script(UNAVAILABLE)
    assert (await write(scene, settings_with(model))).fallbacks == 1
    assert await jobs(scene) == []


async def test_an_outage_is_sat_out_and_then_left_at_that(scene: Scene, model: ScriptedModel) -> None:
    settings = settings_with(model)
    model.script(UNAVAILABLE)
    await run(scene, settings, order_of(scene))
    seen = []
    for _ in range(MOST_TRIES):
        seen += await queued(scene)
        await run_next(scene, settings)
    assert seen == [(5, 1, 1), (20, 2, 2), (80, 3, 3), (320, 4, 4), (1280, 5, 5)]
    assert await queued(scene) == []
    assert len(await editions(scene)) == MOST_TRIES + 1
    assert len(model.calls) == MOST_TRIES + 1


async def test_the_outage_over_the_model_speaks(scene: Scene, model: ScriptedModel) -> None:
    settings = settings_with(model)
    model.script(UNAVAILABLE)
    await run(scene, settings, order_of(scene))
    model.script(ok(GOOD))
    assert (await run_next(scene, settings)).counts["published"] == 1
    assert [edition.fallback_reason for edition in await editions(scene)] == ["server_error", None]
    assert await queued(scene) == []


async def test_what_has_been_mended_meanwhile_costs_no_second_call(scene: Scene, model: ScriptedModel) -> None:
    settings = settings_with(model)
    model.script(UNAVAILABLE)
    await run(scene, settings, order_of(scene))
    model.script(ok(GOOD))
    assert (await write(scene, settings, force=True)).counts["published"] == 1  # by hand
    model.script(ok(GOOD))
    assert (await run_next(scene, settings)).counts["unchanged"] == 1
    assert model.calls == []


async def test_somebody_who_asks_need_not_sit_out_the_pause(scene: Scene, model: ScriptedModel) -> None:
    settings = settings_with(model)
    model.script(UNAVAILABLE)
    await run(scene, settings, order_of(scene))
    await say(scene)
    await ask(scene.database, order_of(scene, evidence_version=2))
    assert await queued(scene) == [(0, 1, 0)]  # the insistence is kept, the count begins anew
    await run_next(scene, settings)
    assert await queued(scene) == [(5, 1, 1)]
    highlight = await highlight_of(scene)
    assert highlight is not None
    assert highlight.evidence_version == 2


async def test_who_has_lost_the_lease_asks_for_nothing(scene: Scene, model: ScriptedModel) -> None:
    model.script(UNAVAILABLE)
    settings = settings_with(model)
    lease = await taken(scene.database, order_of(scene))
    await do(scene.database, "UPDATE jobs SET lease_token = gen_random_uuid()")
    client = model_for(settings)
    assert client is not None
    async with client:
        with pytest.raises(LeaseLostError):
            await generate(scene.database, settings, order_of(scene), replace(lease), client)
    assert await queued(scene) == []
    assert await editions(scene) == []
