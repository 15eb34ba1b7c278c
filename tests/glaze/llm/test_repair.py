"""The one repair: when it is tried, what it says, and which of two answers is kept."""

import json

import pytest

from glaze.llm.client import ModelClient
from glaze.llm.types import ModelFailure, Reply
from tests.glaze.llm.questions import GOOD, WORDS, Draft, draft, endpoint_of, question
from tests.scripted_model import HANG, ScriptedModel, Step, ok, status

FINE = json.dumps(draft("fine"))
BAD = json.dumps(draft("bad"))
WORSE = json.dumps(draft("worse"))


def check(answer: Draft) -> list[str]:
    return {"bad": ["Say it warmer."], "worse": ["Say it warmer.", "Name no one."]}.get(answer.claims[0].sentence, [])


async def asked(client: ModelClient) -> tuple[str, tuple[str, ...]]:
    outcome = await client.ask(question(), repair=check)
    assert isinstance(outcome, Reply), outcome
    return outcome.value.claims[0].sentence, outcome.violations


async def test_what_the_caller_finds_is_named_to_the_model_once(client: ModelClient, model: ScriptedModel) -> None:
    model.script(ok(BAD), ok(FINE))
    assert await asked(client) == ("fine", ())
    first, second = (call["json"]["messages"] for call in model.calls)
    assert second[: len(first)] == first
    echo, order = second[len(first) :]
    assert echo == {"role": "assistant", "content": BAD}
    assert order["role"] == "user"
    assert "- Say it warmer." in order["content"]


async def test_violations_that_remain_are_left_to_the_caller(client: ModelClient, model: ScriptedModel) -> None:
    model.script(ok(BAD))
    assert await asked(client) == ("bad", ("Say it warmer.",))
    assert len(model.calls) == 2


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [(BAD, WORSE, "bad"), (WORSE, BAD, "bad"), (BAD, FINE, "fine")],
)
async def test_the_answer_with_fewer_violations_is_kept_and_named_in_the_record(
    client: ModelClient, model: ScriptedModel, first: str, second: str, kept: str
) -> None:
    model.script(ok(first, id="chatcmpl-1"), ok(second, id="chatcmpl-2"))
    outcome = await client.ask(question(), repair=check)
    assert isinstance(outcome, Reply)
    assert outcome.value.claims[0].sentence == kept
    assert outcome.violations == tuple(check(outcome.value))
    assert outcome.record.response_id == f"chatcmpl-{1 if kept == json.loads(first)['claims'][0]['sentence'] else 2}"
    assert (outcome.record.prompt_tokens, outcome.record.calls) == (180, 2)


async def test_of_two_equally_bad_answers_the_mended_one_is_kept(client: ModelClient, model: ScriptedModel) -> None:
    model.script(ok(BAD, id="chatcmpl-1"), ok(BAD, id="chatcmpl-2"))
    outcome = await client.ask(question(), repair=check)
    assert outcome.record.response_id == "chatcmpl-2"


@pytest.mark.parametrize("step", [status(500), ok("prose"), ok("", choices=[])], ids=["500", "prose", "empty"])
async def test_a_repair_that_fails_leaves_the_first_answer(
    client: ModelClient, model: ScriptedModel, step: Step
) -> None:
    model.script(ok(BAD), step)
    assert await asked(client) == ("bad", ("Say it warmer.",))


async def test_a_repair_that_hangs_leaves_the_first_answer(model: ScriptedModel) -> None:
    model.script(ok(BAD), HANG)
    async with ModelClient(endpoint_of(model, total_seconds=0.4)) as client:
        assert await asked(client) == ("bad", ("Say it warmer.",))


async def test_a_broken_shape_is_mended_without_a_check_of_the_caller(
    client: ModelClient, model: ScriptedModel
) -> None:
    model.script(ok('{"claims": [{"sentence": "x", "receipts": "r1", "tone": "loud"}]}'), ok(GOOD))
    assert isinstance(await client.ask(question()), Reply)
    order = model.calls[1]["json"]["messages"][-1]["content"]
    assert "claims.0.receipts: " in order
    assert "claims.0.tone: " in order
    assert WORDS not in order


async def test_a_cut_answer_is_asked_for_in_fewer_words(client: ModelClient, model: ScriptedModel) -> None:
    model.script(ok('{"claims": [', finish_reason="length"), ok(GOOD))
    assert isinstance(await client.ask(question()), Reply)
    assert "fewer words" in model.calls[1]["json"]["messages"][-1]["content"]


async def test_an_empty_answer_is_not_echoed(client: ModelClient, model: ScriptedModel) -> None:
    model.script(ok(""), ok(GOOD))
    assert isinstance(await client.ask(question()), Reply)
    assert [message["role"] for message in model.calls[1]["json"]["messages"]] == ["system", "user", "user"]


async def test_after_a_mended_shape_there_is_no_third_call(client: ModelClient, model: ScriptedModel) -> None:
    model.script(ok("prose"), ok(BAD), ok(FINE))
    assert await asked(client) == ("bad", ("Say it warmer.",))
    assert len(model.calls) == 2


async def test_a_failed_repair_of_a_useless_answer_is_the_failure_that_counts(
    client: ModelClient, model: ScriptedModel
) -> None:
    model.script(ok("prose"), status(429, retry_after="3"))
    outcome = await client.ask(question())
    assert isinstance(outcome, ModelFailure)
    assert (outcome.kind.value, outcome.retry_after) == ("rate_limited", 3.0)


@pytest.mark.parametrize("error", [ValueError, TimeoutError])
async def test_a_slip_in_the_callers_check_is_not_hidden(
    client: ModelClient, model: ScriptedModel, error: type[Exception]
) -> None:
    model.script(ok(GOOD))

    def broken(_answer: Draft) -> list[str]:
        raise error

    with pytest.raises(error):
        await client.ask(question(), repair=broken)
