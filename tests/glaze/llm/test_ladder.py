"""How an endpoint is stepped down to what it knows, and how long that is remembered."""

import pytest

from glaze.llm.client import ModelClient
from glaze.llm.ladder import Ladder, spoken
from glaze.llm.types import FailureKind, Message, ModelFailure, Reply, Rung
from tests.glaze.llm.questions import GOOD, Draft, endpoint_of, question
from tests.scripted_model import ScriptedModel, knows_only, ok, status


def formats(model: ScriptedModel) -> list[str]:
    return [call["json"].get("response_format", {"type": "none"})["type"] for call in model.calls]


async def test_a_400_on_the_schema_steps_down_to_a_json_object_and_is_remembered(
    client: ModelClient, model: ScriptedModel
) -> None:
    model.script(knows_only("json_object", "none", content=GOOD))
    for _ in range(2):
        outcome = await client.ask(question())
        assert isinstance(outcome, Reply)
        assert outcome.record.rung is Rung.JSON_OBJECT
        assert outcome.record.prompt_tokens == 90, "a refused call has no bill"
    assert formats(model) == ["json_schema", "json_object", "json_object"]


async def test_a_server_without_any_format_gets_the_schema_in_words(client: ModelClient, model: ScriptedModel) -> None:
    model.script(knows_only("none", content=f"Sure!\n```json\n{GOOD}\n```"))
    outcome = await client.ask(question())
    assert isinstance(outcome, Reply)
    assert formats(model) == ["json_schema", "json_object", "none"]
    system = model.calls[2]["json"]["messages"][0]
    assert system["role"] == "system"
    assert system["content"].startswith("Be kind.\n\nAnswer with one JSON object")
    assert '"additionalProperties":false' in system["content"]
    assert "Answer with" not in model.calls[0]["json"]["messages"][0]["content"]


async def test_a_400_for_another_reason_teaches_nothing(client: ModelClient, model: ScriptedModel) -> None:
    model.script(status(400))
    outcome = await client.ask(question())
    assert isinstance(outcome, ModelFailure)
    assert outcome.kind is FailureKind.REJECTED
    assert formats(model) == ["json_schema", "json_object", "none"]
    model.script(ok(GOOD))
    await client.ask(question())
    assert formats(model) == ["json_schema"]


async def test_an_error_on_the_lower_rung_teaches_nothing(client: ModelClient, model: ScriptedModel) -> None:
    model.script(status(400), status(500), ok(GOOD))
    outcome = await client.ask(question())
    assert isinstance(outcome, ModelFailure)
    assert outcome.kind is FailureKind.SERVER_ERROR
    await client.ask(question())
    assert formats(model) == ["json_schema", "json_object", "json_schema"]


@pytest.mark.parametrize("code", [401, 404, 422, 429, 500])
async def test_nothing_but_a_400_steps_down(client: ModelClient, model: ScriptedModel, code: int) -> None:
    model.script(status(code))
    await client.ask(question())
    assert formats(model) == ["json_schema"]


async def test_a_repair_begins_on_the_rung_that_was_found(client: ModelClient, model: ScriptedModel) -> None:
    model.script(knows_only("none", content="prose"))
    await client.ask(question())
    assert formats(model) == ["json_schema", "json_object", "none", "none"]


async def test_clients_that_share_a_ladder_share_what_was_learnt_about_one_model(model: ScriptedModel) -> None:
    ladder = Ladder()
    model.script(knows_only("json_object", content=GOOD))
    for name in ("one", "one", "two"):
        async with ModelClient(endpoint_of(model, model=name), ladder) as client:
            await client.ask(question())
    assert formats(model) == ["json_schema", "json_object", "json_object", "json_schema", "json_object"]


def test_after_an_hour_the_top_is_tried_again() -> None:
    now = 100.0
    ladder = Ladder(clock=lambda: now)
    ladder.learn("u", "m", Rung.PLAIN)
    now = 3699.0
    assert ladder.start("u", "m") is Rung.PLAIN
    now = 3700.0
    assert ladder.start("u", "m") is Rung.JSON_SCHEMA


def test_within_the_hour_nothing_steps_up() -> None:
    now = 0.0
    ladder = Ladder(clock=lambda: now)
    ladder.learn("u", "m", Rung.PLAIN)
    now = 3000.0
    ladder.learn("u", "m", Rung.JSON_OBJECT)
    assert ladder.start("u", "m") is Rung.PLAIN
    now = 3600.0
    assert ladder.start("u", "m") is Rung.JSON_SCHEMA


def test_a_conversation_without_a_system_message_gets_one_for_the_schema() -> None:
    said = spoken((Message("user", "Hello"),), Rung.JSON_OBJECT, Draft.model_json_schema())
    assert [message["role"] for message in said] == ["system", "user"]
    assert "JSON" in said[0]["content"]
