"""The model writer from end to end: real tables, real HTTP, a scripted endpoint that behaves or does not."""

import json
from typing import Any

import pytest

from glaze.highlights.conclude import Generated
from glaze.highlights.types import FallbackReason
from glaze.highlights.wanted import making_of
from glaze.llm.types import FailureKind
from tests.glaze.highlights.answers import (
    FIRST,
    GOOD,
    LAST,
    LINK,
    MESSAGES,
    QUOTE,
    RECEIVED,
    answer,
)
from tests.glaze.highlights.scene import (
    SAID,
    URL,
    Scene,
    editions,
    highlight_of,
    offline_words,
    settings_with,
    stale,
    write,
)
from tests.scripted_model import HANG, ScriptedModel, Step, body, drip, knows_only, ok, status

TRUE = ("{name} wrote 2 messages here.", [MESSAGES])


async def test_a_good_answer_is_published_with_all_that_is_known_of_the_call(
    scene: Scene, model: ScriptedModel
) -> None:
    settings = settings_with(model)
    model.script(ok(GOOD, id="chatcmpl-9", model="scripted-2"))
    assert (await write(scene, settings)).counts == {
        "published": 1,
        "fallbacks": 0,
        "refused": 0,
        "tried_again_later": 0,
    }
    (edition,) = await editions(scene)
    assert (edition.status, edition.provider, edition.fallback_reason) == ("published", "127.0.0.1", None)
    assert (edition.model_asked, edition.model_used) == ("scripted-asked", "scripted-2")
    assert (edition.response_id, edition.finish_reason) == ("chatcmpl-9", "stop")
    assert (edition.prompt_tokens, edition.completion_tokens) == (90, 15)
    assert edition.latency_ms is not None
    assert edition.latency_ms >= 0
    assert edition.prompt_hash == making_of(settings).prompt.hash
    highlight = await highlight_of(scene)
    assert highlight is not None
    assert highlight.llm_model == "scripted-2"
    assert highlight.bio_text == (
        "Ada Quill wrote 2 messages here, from 4 March 2025 to 7 March 2025."
        f" The group can open {URL} thanks to Ada Quill. One of them met with 1 🎉 reaction: “{SAID}”"
    )
    assert [quote["text"] for quote in highlight.quotes_json] == [SAID]
    assert await stale(scene, settings) == ()


async def test_a_claim_rests_on_the_comments_of_its_receipts(scene: Scene, model: ScriptedModel) -> None:
    model.script(ok(GOOD))
    await write(scene, settings_with(model))
    (edition,) = await editions(scene)
    claims = [claim for part in edition.payload["paragraphs"] for claim in part]
    by_rule = {receipt["rule"]: receipt for claim in claims for receipt in claim["receipts"]}
    assert by_rule["top_links"]["comment_ids"] == [scene.shared.id]
    assert by_rule["quotables"]["comment_ids"] == [scene.said.id]
    assert all("form" not in claim for claim in claims)


async def test_the_same_fingerprint_needs_no_call(scene: Scene, model: ScriptedModel) -> None:
    settings = settings_with(model)
    model.script(ok(GOOD))
    await write(scene, settings)
    assert (await write(scene, settings)).counts["unchanged"] == 1
    assert len(model.calls) == 1
    assert (await write(scene, settings_with(model, SIGNAL_PROFILE_GLAZE_MODEL="another"))).counts["published"] == 1
    assert len(model.calls) == 2


# --- whatever goes wrong, the offline writer speaks and the edition says why ---

FAILURES: dict[str, tuple[FallbackReason, list[Step]]] = {
    "malformed": (FallbackReason.MALFORMED, [ok("Certainly! Here is a bio.")]),
    "two objects": (FallbackReason.MALFORMED, [ok(GOOD + GOOD)]),
    "wrong shape": (FallbackReason.SCHEMA, [ok('{"claims": [{"sentence": "x"}]}')]),
    "refused": (FallbackReason.REFUSED, [ok("", message={"refusal": "I would rather not."})]),
    "filtered": (FallbackReason.FILTERED, [ok("", finish_reason="content_filter")]),
    "truncated": (FallbackReason.TRUNCATED, [ok(GOOD[:40], finish_reason="length")]),
    "empty": (FallbackReason.EMPTY, [ok("")]),
    "no choices": (FallbackReason.EMPTY, [ok("", choices=[])]),
    "429": (FallbackReason.RATE_LIMITED, [status(429, retry_after="3")]),
    "500": (FallbackReason.SERVER_ERROR, [status(500)]),
    "error inside a 200": (FallbackReason.SERVER_ERROR, [body(json.dumps({"error": {"message": "no", "code": 502}}))]),
    "401": (FallbackReason.REJECTED, [status(401)]),
    "400 to everything": (FallbackReason.REJECTED, [status(400)]),
    "HTML": (FallbackReason.MALFORMED, [body("<html>busy</html>", "text/html")]),
    "hang": (FallbackReason.TIMEOUT, [HANG]),
    "drip": (FallbackReason.TIMEOUT, [drip(GOOD, 0.05)]),
    "cut": (FallbackReason.TRANSPORT, [{"kind": "cut"}]),
    "without an end": (FallbackReason.MALFORMED, [{"kind": "endless"}]),
}


async def test_when_the_model_fails_the_offline_writer_speaks_and_the_edition_says_why(
    scene: Scene, model: ScriptedModel
) -> None:
    settings = settings_with(model, GLAZE_MODEL_TOTAL_SECONDS=0.6)
    words = await offline_words(scene)
    for failure, (reason, steps) in FAILURES.items():
        model.script(*steps)
        done = await write(scene, settings, force=True)
        assert done.counts == {"published": 1, "fallbacks": 1, "refused": 0, "tried_again_later": 0}, failure
        edition = (await editions(scene))[-1]
        assert (edition.status, edition.fallback_reason) == ("published", reason.value), failure
        assert (edition.provider, edition.model_used, edition.model_asked) == ("offline", "offline", "scripted-asked")
        assert edition.latency_ms is not None
        highlight = await highlight_of(scene)
        assert highlight is not None
        assert (highlight.edition_id, highlight.bio_text, highlight.llm_model) == (edition.id, words, "offline"), (
            failure
        )
        assert await stale(scene, settings) == ()
    assert len(await editions(scene)) == len(FAILURES)


def test_every_kind_of_failure_has_its_reason_and_is_tried_here() -> None:
    assert {kind.value for kind in FailureKind} | {"guard"} == {reason.value for reason in FallbackReason}
    assert {reason for reason, _ in FAILURES.values()} == set(FallbackReason) - {FallbackReason.GUARD}


@pytest.mark.parametrize(
    "words",
    [f"```json\n{GOOD}\n```", f"Here you are:\n{GOOD}", f"<think>hm</think>{GOOD}"],
    ids=["fenced", "prose", "thinking"],
)
async def test_what_stands_around_the_answer_is_taken_off(scene: Scene, model: ScriptedModel, words: str) -> None:
    model.script(ok(words))
    assert (await write(scene, settings_with(model))).fallbacks == 0


async def test_an_endpoint_that_knows_no_schema_is_asked_in_words(scene: Scene, model: ScriptedModel) -> None:
    model.script(knows_only("none", content=GOOD))
    assert (await write(scene, settings_with(model))).fallbacks == 0
    assert ["response_format" in call["json"] for call in model.calls] == [True, True, False]


# --- the guard ---


async def test_a_refused_draft_is_mended_once_with_the_rules_named(scene: Scene, model: ScriptedModel) -> None:
    bad = answer(("{name} won 3 awards and wrote 2 messages.", [MESSAGES]), TRUE)
    model.script(ok(bad), ok(GOOD))
    assert (await write(scene, settings_with(model))).counts == {
        "published": 1,
        "fallbacks": 0,
        "refused": 0,
        "tried_again_later": 0,
    }
    first, second = (call["json"]["messages"] for call in model.calls)
    order = second[len(first) + 1]["content"]
    assert "Sentence 1 breaks the rule deeds_in_receipts." in order
    assert "Sentence 1 breaks the rule numbers_in_receipts." in order
    assert "Sentence 2" not in order


async def test_a_fault_of_the_whole_is_named_as_such(scene: Scene, model: ScriptedModel) -> None:
    model.script(ok(answer()), ok(GOOD))
    await write(scene, settings_with(model))
    assert "The answer breaks the rule has_claims." in model.calls[1]["json"]["messages"][-1]["content"]


LIES = {
    "an award": ("{name} won an award for 2 messages.", [MESSAGES]),
    "another number": ("{name} wrote 3 messages.", [MESSAGES]),
    "the number of another receipt": ("{name} received 2 reactions.", [RECEIVED]),
    "a receipt not given": ("{name} wrote 2 messages.", [MESSAGES, "r99"]),
    "no receipt": ("{name} is part of this group.", []),
    "another date": ("{name} has been here since 5 March 2025.", [FIRST]),
    "the dates swapped, one left out": ("{name} has been here since 4 March 2025.", [FIRST, LAST]),
    "another link": ("{name} pointed to https://evil.example.", [LINK]),
    "a link spelled out": (f"{{name}} pointed to {URL}s.", [LINK]),
    "other words": ("{name} wrote: “The view was worth nothing at all.”", [QUOTE]),
    "half the words": ("{name} wrote: “The view was worth”", [QUOTE]),
    "another name": ("{name} and Bea wrote 2 messages.", [MESSAGES]),
    "a name of nobody": ("Alex wrote 2 messages with {name}.", [MESSAGES]),
    "a pronoun": ("{name} wrote 2 messages and he is kind.", [MESSAGES]),
    "markdown": ("{name} wrote **2 messages**.", [MESSAGES]),
    "HTML": ("{name} wrote <b>2 messages</b>.", [MESSAGES]),
    "a stray stand-in": ("{name} shared {r3}, 2 messages.", [MESSAGES]),
    "an emoji": ("{name} wrote 2 messages 👏.", [MESSAGES]),
    "nothing": ("", [MESSAGES]),
    "no end": ("{name} wrote 2 messages " + " 'a" * 300_000, [MESSAGES]),
}


async def test_every_lie_is_refused(scene: Scene, model: ScriptedModel) -> None:
    settings = settings_with(model)
    published = []
    for lie, claim in LIES.items():
        model.script(ok(answer(TRUE, claim)))
        if (await write(scene, settings, force=True)).refused != 1:
            published.append(lie)
        rejected = (await editions(scene))[-2]
        failed = [rule["detail"] for rule in rejected.scorecard["rules"] if not rule["passed"]]
        assert failed, lie
        # What nobody may read is not kept to its end either.
        assert all(len(claim["text"]) < 2100 for part in rejected.payload["paragraphs"] for claim in part)
        assert all(detail.startswith("sentence 2: ") for detail in failed), (lie, failed)
        assert "sentence 1" not in " ".join(failed), (lie, failed)
    assert published == []
    highlight = await highlight_of(scene)
    assert highlight is not None
    assert highlight.bio_text == await offline_words(scene)


async def test_what_is_still_refused_after_mending_is_stored_and_the_offline_writer_speaks(
    scene: Scene, model: ScriptedModel
) -> None:
    bad = answer(LIES["an award"])
    model.script(ok(bad, id="chatcmpl-1"), ok(bad, id="chatcmpl-2"))
    done = await write(scene, settings_with(model))
    assert done.counts == {"published": 1, "fallbacks": 1, "refused": 1, "tried_again_later": 0}
    assert len(model.calls) == 2
    rejected, published = await editions(scene)
    assert (rejected.status, rejected.provider, rejected.response_id) == ("rejected", "127.0.0.1", "chatcmpl-2")
    assert rejected.scorecard["passed"] is False
    assert rejected.payload["paragraphs"][0][0]["text"] == "Ada Quill won an award for 2 messages."
    assert rejected.prompt_tokens == 180
    assert (published.status, published.provider, published.fallback_reason) == ("published", "offline", "guard")
    assert published.scorecard["passed"] is True
    assert published.prompt_tokens is None  # what was spent stands with what it brought, once
    highlight = await highlight_of(scene)
    assert highlight is not None
    assert highlight.edition_id == published.id


async def test_many_pairs_are_written_at_once_but_not_all_of_them(scene: Scene, model: ScriptedModel) -> None:
    model.script(ok(answer(("{name} wrote 1 message.", ["r1"])), after=0.05))
    done: Generated = await write(scene, settings_with(model), pairs=[scene.pair, scene.pair_of_bea])
    assert done.counts["published"] == 2
    by_person: dict[int, Any] = {
        edition.user_id: edition for edition in await editions(scene) if edition.status == "published"
    }
    assert by_person[scene.bea.id].provider == "127.0.0.1"
    assert by_person[scene.ada.id].fallback_reason == "guard"  # she wrote two
