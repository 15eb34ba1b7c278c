"""Endpoints by settings alone, and settings that are refused."""

import json

import pytest
from pydantic import SecretStr

from glaze.errors import InvalidInputError
from glaze.llm.client import ModelClient
from glaze.llm.endpoints import endpoint_at
from glaze.llm.types import Reply
from tests.glaze.llm.questions import GOOD, KEY, endpoint_of, question
from tests.scripted_model import ScriptedModel, ok


@pytest.mark.parametrize(
    ("url", "provider", "token_field", "extra"),
    [
        ("https://api.openai.com/v1", "openai", "max_completion_tokens", {}),
        ("https://openrouter.ai/api/v1/", "openrouter", "max_tokens", {"provider": {"require_parameters": True}}),
        ("https://api.dedaluslabs.ai/v1", "dedalus", "max_tokens", {}),
        ("http://127.0.0.1:11434/v1", "127.0.0.1", "max_tokens", {}),
    ],
)
def test_a_known_host_brings_its_habits(url: str, provider: str, token_field: str, extra: dict[str, object]) -> None:
    endpoint = endpoint_at(url, model="m")
    assert (endpoint.provider_name, endpoint.habits.token_field, endpoint.extra_body) == (provider, token_field, extra)
    assert endpoint.base_url == url.rstrip("/")


def test_a_router_says_404_where_others_say_400() -> None:
    assert endpoint_at("https://openrouter.ai/api/v1", model="m").habits.steps_down_on == {400, 404}
    assert endpoint_at("https://api.openai.com/v1", model="m").habits.steps_down_on == {400}


def test_what_settings_say_wins() -> None:
    endpoint = endpoint_at(
        "https://openrouter.ai/api/v1", model="m", provider_name="mine", extra_body={"provider": {"order": ["x"]}}
    )
    assert endpoint.provider_name == "mine"
    assert endpoint.extra_body == {"provider": {"order": ["x"]}}


async def test_the_extra_body_is_part_of_each_request(model: ScriptedModel) -> None:
    model.script(ok(GOOD))
    extra = {"provider": {"require_parameters": True}, "store": False}
    async with ModelClient(endpoint_of(model, extra_body=extra)) as client:
        assert isinstance(await client.ask(question()), Reply)
    sent = model.calls[0]["json"]
    assert {name: sent[name] for name in extra} == extra


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"base_url": "api.openai.com/v1"}, "base_url"),
        ({"base_url": "ftp://host/v1"}, "base_url"),
        ({"base_url": "https:///v1"}, "base_url"),
        ({"base_url": "https://host:port/v1"}, "base_url"),
        ({"base_url": "https://[::1/v1"}, "base_url"),
        ({"base_url": f"https://user:{KEY}@host/v1"}, "base_url"),
        ({"base_url": f"https://{KEY}@host/v1"}, "base_url"),
        ({"base_url": f"https://host/v1?key={KEY}"}, "base_url"),
        ({"api_key": SecretStr(f"{KEY} ")}, "api_key"),
        ({"api_key": SecretStr(f"{KEY}…")}, "api_key"),
        ({"model": " "}, "model"),
        ({"total_seconds": 0}, "total_seconds"),
    ],
)
def test_a_wrong_setting_is_named_and_not_quoted(given: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        endpoint_at(**({"base_url": "https://host/v1", "model": "m"} | given))  # type: ignore[arg-type]
    assert raised.value.field == field
    assert KEY not in str(raised.value)


def test_an_endpoint_does_not_show_its_key() -> None:
    endpoint = endpoint_at("https://host/v1", model="m", api_key=SecretStr(KEY))
    assert KEY not in repr(endpoint) + str(endpoint) + json.dumps(endpoint.base_url)
