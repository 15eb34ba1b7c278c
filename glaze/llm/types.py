"""What is asked of a model and what comes back: an answer, or a failure of one of eleven kinds."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, Literal, TypeAlias, TypeVar

from pydantic import BaseModel

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation. Its text is kept out of `repr`, and so out of tracebacks and logs."""

    role: Literal["system", "user", "assistant"]
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChatRequest(Generic[T]):
    """One question, and the plain model (`glaze/llm/wire.py`) its answer has to fit.

    `schema_name` is letters, digits, `_` and `-`. `max_tokens` can only lower the endpoint's limit.
    `temperature` None sends none: reasoning models refuse any. `work_key` says for whom the call is made, is
    opaque to this room and never sent (R28). `prompt_hash` names the prompt file in logs and records.
    """

    messages: tuple[Message, ...] = field(repr=False)
    wire: type[T]
    schema_name: str
    prompt_hash: str
    work_key: str = ""
    max_tokens: int | None = None
    temperature: float | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", self.schema_name):
            raise ValueError("schema_name is letters, digits, `_` and `-`: endpoints answer 400 to anything else")


class Rung(StrEnum):
    """How firmly the endpoint is held to the schema, strongest first (`glaze/llm/ladder.py`)."""

    JSON_SCHEMA = "json_schema"
    JSON_OBJECT = "json_object"
    PLAIN = "plain"


class FailureKind(StrEnum):
    """Why there is no answer. The list is closed: whatever happens is one of these."""

    TRANSPORT = "transport"
    """The connection was refused, cut, or spoke no HTTP."""
    RATE_LIMITED = "rate_limited"
    """429."""
    SERVER_ERROR = "server_error"
    """5xx, or an error of that kind inside a 200."""
    REFUSED = "refused"
    """The model declined."""
    TRUNCATED = "truncated"
    """The answer ran into the token limit."""
    FILTERED = "filtered"
    """A content filter of the endpoint stepped in."""
    MALFORMED = "malformed"
    """No JSON where JSON had to be: HTML, prose, a broken, compressed or oversized body."""
    SCHEMA = "schema"
    """JSON that does not fit the wire model."""
    EMPTY = "empty"
    """No choice, or a choice without words."""
    TIMEOUT = "timeout"
    """Nothing in time."""
    REJECTED = "rejected"
    """3xx or 4xx other than 408 and 429: key, model name, address or credit; a person has to change something."""


RETRYABLE = frozenset({FailureKind.TRANSPORT, FailureKind.RATE_LIMITED, FailureKind.SERVER_ERROR, FailureKind.TIMEOUT})
"""Kinds where the same request may succeed later. Retrying belongs to the job, never to this room."""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """Who was asked, who answered and what it took, over all calls of one ask; ids and counts, never text.

    `model_answered`, `response_id` and `finish_reason` are those of the answer that is handed back. Token counts
    are sums over the calls that answered, and None as soon as one of them came without usage: an unknown cost
    is not a small one. `latency_ms` is the whole ask's. `rung` is where the last call stood.
    """

    provider: str
    model_asked: str
    model_answered: str | None
    response_id: str | None
    finish_reason: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    latency_ms: int
    rung: Rung
    calls: int
    prompt_hash: str
    work_key: str


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """An answer that fits the wire model. `violations` are what the caller's check still finds in it."""

    value: T = field(repr=False)
    record: CallRecord
    violations: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class ModelFailure:
    """No usable answer. `retry_after` is the server's wish in seconds, capped; None when it voiced none.

    `status` is the HTTP status when there was one. `code` is the endpoint's own word for its error (such as
    `insufficient_quota`), None unless it looks like one word.
    """

    kind: FailureKind
    record: CallRecord
    retry_after: float | None = None
    status: int | None = None
    code: str | None = None

    @property
    def retryable(self) -> bool:
        """True if the same request may succeed later."""
        return self.kind in RETRYABLE


Outcome: TypeAlias = Reply[T] | ModelFailure
