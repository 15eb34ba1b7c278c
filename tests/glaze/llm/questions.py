"""The question that the tests of this room ask, a good answer to it, and words that must show up nowhere."""

import json
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, SecretStr

from glaze.llm.endpoints import Endpoint, endpoint_at
from glaze.llm.types import ChatRequest, Message
from tests.scripted_model import ScriptedModel

KEY = "sk-test-5up3rs3cret"
WORDS = "the walrus sings at midnight"
ECHO = "an echo from the tundra"


class Tone(StrEnum):
    WARM = "warm"
    PLAIN = "plain"


class Claim(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sentence: str
    receipts: list[str]
    tone: Tone


class Draft(BaseModel):
    model_config = ConfigDict(extra="forbid")

    claims: list[Claim]


def draft(sentence: str = ECHO) -> dict[str, Any]:
    return {"claims": [{"sentence": sentence, "receipts": ["r1"], "tone": "warm"}]}


GOOD = json.dumps(draft())


def question(**more: Any) -> ChatRequest[Draft]:
    messages = (Message("system", "Be kind."), Message("user", f"Say something about: {WORDS}"))
    given: dict[str, Any] = {"schema_name": "draft", "prompt_hash": "ab12", "work_key": "w1", "messages": messages}
    return ChatRequest(wire=Draft, **given | more)


def endpoint_of(server: ScriptedModel, /, **more: Any) -> Endpoint:
    given: dict[str, Any] = {"model": "scripted", "api_key": SecretStr(KEY), "total_seconds": 5.0}
    return endpoint_at(server.url, **given | more)
