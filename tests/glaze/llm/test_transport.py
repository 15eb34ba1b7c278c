"""Where prompt and key go, and that neither is told to anybody else."""

import dataclasses
import json
import logging
import traceback
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from glaze.llm.client import ModelClient
from glaze.llm.types import FailureKind, ModelFailure, Reply
from tests.glaze.llm.questions import ECHO, GOOD, KEY, WORDS, Draft, endpoint_of, question
from tests.scripted_model import CUT, ScriptedModel, Step, body, knows_only, ok, scripted_model, status

SPOKEN = (KEY, WORDS, ECHO)


@pytest.fixture
def elsewhere() -> Iterator[ScriptedModel]:
    with scripted_model() as model:
        model.script(ok(GOOD))
        yield model


@pytest.mark.parametrize("code", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(
    client: ModelClient, model: ScriptedModel, elsewhere: ScriptedModel, code: int
) -> None:
    model.script(body("", code=code, location=f"{elsewhere.url}/chat/completions"))
    outcome = await client.ask(question())
    assert isinstance(outcome, ModelFailure)
    assert (outcome.kind, outcome.status, outcome.retryable) == (FailureKind.REJECTED, code, False)
    assert len(model.calls) == 1
    assert elsewhere.calls == []


async def test_only_needed_headers_are_sent_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, model: ScriptedModel
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-of-somebody")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer other\nX-Team: seven")
    model.script(body('{"choices": []}', set_cookie="track=1"), ok(GOOD))
    async with ModelClient(endpoint_of(model)) as client:
        await client.ask(question())
        await client.ask(question())
    for call in model.calls:
        headers = call["headers"]
        assert headers.pop("authorization") == f"Bearer {KEY}"
        assert headers.keys() <= {
            "host",
            "accept",
            "accept-encoding",
            "connection",
            "content-type",
            "content-length",
            "user-agent",
            "x-stainless-raw-response",
        }


async def test_without_a_key_no_authorization_is_sent(model: ScriptedModel) -> None:
    model.script(ok(GOOD))
    async with ModelClient(endpoint_of(model, api_key=None)) as client:
        assert isinstance(await client.ask(question()), Reply)
    assert "authorization" not in model.calls[0]["headers"]


async def test_a_proxy_of_the_environment_never_sees_plain_http(
    monkeypatch: pytest.MonkeyPatch, model: ScriptedModel, elsewhere: ScriptedModel
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, elsewhere.url.removesuffix("/v1"))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    model.script(ok(GOOD))
    async with ModelClient(endpoint_of(model)) as client:
        assert isinstance(await client.ask(question()), Reply)
    assert elsewhere.calls == []


STEPS = [
    ok(GOOD),
    ok(f"prose with {ECHO}"),
    ok(json.dumps({"claims": [{ECHO: 1}]})),
    ok("", message={"content": None, "refusal": ECHO}),
    ok(GOOD, id=f"id of {ECHO}", model=f"{ECHO} {WORDS}", finish_reason=f"because {ECHO}"),
    status(400, text=f"you said: {WORDS} with {KEY}"),
    status(401, error_code=f"bad key {KEY}", text=f"bad key {KEY}"),
    status(429, error_code="rate_limit_exceeded", text=WORDS),
    status(500, text=f"{WORDS} {KEY}"),
    body(f"<html>{WORDS} {KEY}</html>", "text/html"),
    body(f'{{"id": "{KEY}", "broken'),
    knows_only("none", content=f"{ECHO} is no JSON"),
    CUT,
]


@pytest.mark.parametrize("step", STEPS, ids=range(len(STEPS)))
async def test_neither_key_nor_words_reach_a_log_or_a_repr(
    caplog: pytest.LogCaptureFixture, client: ModelClient, model: ScriptedModel, step: Step
) -> None:
    caplog.set_level(logging.DEBUG)
    model.script(step)
    with capture_logs() as events:
        outcome = await client.ask(question(), repair=lambda draft: [claim.sentence for claim in draft.claims])
    names = [event["event"] for event in events]
    assert names == ["model.asked", "model.answered" if isinstance(outcome, Reply) else "model.failed"]
    seen = (
        caplog.text + str(events) + repr(outcome) + repr(question()) + repr(question().messages) + repr(client.endpoint)
    )
    seen += repr(vars(client)) + repr(dataclasses.asdict(outcome.record))
    assert [said for said in SPOKEN if said in seen] == []


async def test_an_answer_is_logged_by_ids_and_counts(client: ModelClient, model: ScriptedModel) -> None:
    model.script(ok(GOOD))
    with capture_logs() as events:
        await client.ask(question())
    answered = events[1]
    assert answered.pop("latency_ms") >= 0
    assert answered == {
        "event": "model.answered",
        "log_level": "info",
        "room": "llm",
        "provider": "127.0.0.1",
        "model_asked": "scripted",
        "model_answered": "scripted-1",
        "response_id": "chatcmpl-7",
        "finish_reason": "stop",
        "prompt_tokens": 90,
        "completion_tokens": 15,
        "rung": "json_schema",
        "calls": 1,
        "prompt_hash": "ab12",
        "work_key": "w1",
        "violations": 0,
    }


async def test_a_traceback_with_locals_does_not_show_key_or_words(client: ModelClient, model: ScriptedModel) -> None:
    model.script(ok(GOOD))

    def broken(_answer: Draft) -> list[str]:
        raise LookupError("a slip")

    with pytest.raises(LookupError) as raised:
        await client.ask(question(), repair=broken)
    told = "".join(traceback.TracebackException.from_exception(raised.value, capture_locals=True).format())
    assert KEY not in told
    assert WORDS not in told
