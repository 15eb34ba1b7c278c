"""Where a model is reached and what each known endpoint wants; settings alone choose among them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from glaze.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class Habits:
    """What one endpoint does differently from the rest."""

    provider_name: str
    token_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"  # noqa: S105 - a field's name
    extra_body: Mapping[str, object] = field(default_factory=dict)
    steps_down_on: frozenset[int] = frozenset({400})
    """The statuses that mean "I do not know this response_format"."""


_KNOWN: Mapping[str, Habits] = {
    # OpenAI's newer models answer 400 to `max_tokens`; most compatible servers know nothing else.
    "api.openai.com": Habits("openai", token_field="max_completion_tokens"),  # noqa: S106 - a field's name
    # Without require_parameters it routes to models that silently ignore response_format; with it, "nobody
    # here supports that" comes as 404.
    "openrouter.ai": Habits(
        "openrouter",
        extra_body={"provider": {"require_parameters": True}},
        steps_down_on=frozenset({400, 404}),
    ),
    "api.dedaluslabs.ai": Habits("dedalus"),
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One OpenAI-compatible endpoint and one model of it. Made by `endpoint_at`; never shows its key.

    `total_seconds` bounds everything of one ask: every step of the ladder and the repair (R26).
    """

    provider_name: str
    base_url: str
    api_key: SecretStr
    model: str
    habits: Habits
    extra_body: Mapping[str, object] = field(default_factory=dict)
    total_seconds: float = 60.0
    connect_seconds: float = 5.0
    max_output_tokens: int = 1200
    max_response_bytes: int = 1_000_000


def endpoint_at(
    base_url: str,
    *,
    model: str,
    api_key: SecretStr | None = None,
    provider_name: str | None = None,
    extra_body: Mapping[str, object] | None = None,
    total_seconds: float = 60.0,
    connect_seconds: float = 5.0,
    max_output_tokens: int = 1200,
    max_response_bytes: int = 1_000_000,
) -> Endpoint:
    """The endpoint at a URL such as `https://openrouter.ai/api/v1`, with the habits its host is known for.

    `extra_body` replaces the known one key by key. Raises InvalidInputError naming the field at fault, without
    quoting it: a URL or a key typed into the wrong setting would else end in a log.
    """
    url = base_url.strip().rstrip("/")
    host = _host_of(url)
    key = api_key or SecretStr("")
    if not re.fullmatch(r"[\x21-\x7e]*", key.get_secret_value()):
        raise InvalidInputError("The model's API key holds a space or a special character; copy it again.", "api_key")
    if not model.strip():
        raise InvalidInputError("Name the model to ask, as the endpoint names it.", "model")
    if not (total_seconds > 0 and connect_seconds > 0 and max_output_tokens > 0 and max_response_bytes > 0):
        raise InvalidInputError(
            "Deadlines and limits of the model endpoint must be greater than zero.", "total_seconds"
        )
    habits = _KNOWN.get(host, Habits(host))
    return Endpoint(
        provider_name=provider_name or habits.provider_name,
        base_url=url,
        api_key=key,
        model=model.strip(),
        habits=habits,
        extra_body={**habits.extra_body, **(extra_body or {})},
        total_seconds=total_seconds,
        connect_seconds=connect_seconds,
        max_output_tokens=max_output_tokens,
        max_response_bytes=max_response_bytes,
    )


def _host_of(url: str) -> str:
    refusal = InvalidInputError("The model's base URL must be like https://host/v1.", "base_url")
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError when it is no number
    except ValueError:
        raise refusal from None
    host = parts.hostname
    if not host or parts.scheme not in {"http", "https"} or parts.query or parts.fragment:
        raise refusal
    if parts.username is not None or parts.password is not None:
        raise InvalidInputError("Put the key into its own setting, not into the model's base URL.", "base_url")
    return host
