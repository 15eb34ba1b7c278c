"""How firmly an endpoint can be held to a schema: three rungs, stepped down on refusal and remembered."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from glaze.llm.types import Message, Rung

_DOWN: Mapping[Rung, Rung | None] = {
    Rung.JSON_SCHEMA: Rung.JSON_OBJECT,
    Rung.JSON_OBJECT: Rung.PLAIN,
    Rung.PLAIN: None,
}
_REMEMBERED_SECONDS = 3600.0


class Ladder:
    """The rung each (base URL, model) of this process was found to stand on; forgotten after an hour.

    Servers learn: what vLLM or a router refused at noon it may know after an upgrade. Until then nothing steps
    up, so that a lively hour costs one refused call and not hundreds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._learned: dict[tuple[str, str], tuple[Rung, float]] = {}

    def start(self, base_url: str, model: str) -> Rung:
        """Where to begin."""
        rung, since = self._learned.get((base_url, model), (Rung.JSON_SCHEMA, 0.0))
        if rung is not Rung.JSON_SCHEMA and self._clock() - since >= _REMEMBERED_SECONDS:
            del self._learned[base_url, model]
            return Rung.JSON_SCHEMA
        return rung

    def learn(self, base_url: str, model: str, rung: Rung) -> None:
        """Remember a rung that answered after a higher one was refused.

        Only then: a 400 for another reason (a prompt too long, a wrong temperature) comes on every rung and
        teaches nothing about schemas. A lower rung learnt by a call beside this one stands.
        """
        order = list(Rung)
        if order.index(rung) > order.index(self.start(base_url, model)):
            self._learned[base_url, model] = (rung, self._clock())


def below(rung: Rung) -> Rung | None:
    """The next rung down, None at the last."""
    return _DOWN[rung]


def response_format(rung: Rung, schema: Mapping[str, Any], schema_name: str) -> dict[str, Any] | None:
    """The request's `response_format` on this rung, None where it is not sent."""
    match rung:
        case Rung.JSON_SCHEMA:
            return {
                "type": "json_schema",
                "json_schema": {"name": schema_name, "strict": True, "schema": dict(schema)},
            }
        case Rung.JSON_OBJECT:
            return {"type": "json_object"}
        case Rung.PLAIN:
            return None


def spoken(messages: tuple[Message, ...], rung: Rung, schema: Mapping[str, Any]) -> list[dict[str, str]]:
    """The messages as sent: below the first rung the schema joins the system message in words.

    It joins the first one instead of following it, as many chat templates know a single system message only.
    """
    said = [{"role": message.role, "content": message.content} for message in messages]
    if rung is Rung.JSON_SCHEMA:
        return said
    shape = json.dumps(schema, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    order = f"Answer with one JSON object that fits this JSON Schema, and with nothing else:\n{shape}"
    if said and said[0]["role"] == "system":
        said[0]["content"] += f"\n\n{order}"
    else:
        said.insert(0, {"role": "system", "content": order})
    return said
