"""What one HTTP call brought: the body of a 200, or an exception, read into one kind of value."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any, Generic, Protocol

import openai
from pydantic import BaseModel, ConfigDict, ValidationError

from glaze import clock
from glaze.llm.transport import UnreadableResponseError
from glaze.llm.types import FailureKind, T
from glaze.llm.wire import UnfitError, read_wire

MAX_RETRY_AFTER = 900.0
"""A server may ask for a quarter of an hour, not for a month."""

_WORD = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_ID = re.compile(r"[\x21-\x7e]{1,200}")
_MAX_COUNT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """One call's result: a `value`, or the `kind` of its failure.

    `faults` are what the model could mend if told so, empty where telling it is useless. `words` and `faults`
    hold text and stay out of `repr`.
    """

    value: T | None = field(default=None, repr=False)
    kind: FailureKind | None = None
    faults: tuple[str, ...] = field(default=(), repr=False)
    words: str = field(default="", repr=False)
    status: int | None = None
    code: str | None = None
    retry_after: float | None = None
    model: str | None = None
    response_id: str | None = None
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Said(_Part):
    content: str | None = None
    refusal: str | None = None


class _Choice(_Part):
    message: _Said
    finish_reason: str | None = None


class _Body(_Part):
    id: str | None = None
    model: str | None = None
    choices: list[_Choice] | None = None
    usage: dict[str, Any] | None = None
    error: Any = None


def read_body(body: bytes, wire: type[T]) -> Answer[T]:
    """The answer in the body of a 200. Never raises for what a server sends."""
    try:
        said = _Body.model_validate_json(body)
    except ValidationError:  # HTML, a cut JSON, a string where an object had to be: no model to mend it
        return Answer(kind=FailureKind.MALFORMED, status=200)
    choice = said.choices[0] if said.choices else None
    usage = said.usage or {}
    kind: FailureKind = FailureKind.EMPTY
    faults: tuple[str, ...] = ()
    value: T | None = None
    words = (choice.message.content or "") if choice else ""
    if said.error:
        # Routers answer 200 before they know, and tell of the failure inside.
        code = said.error.get("code") if isinstance(said.error, dict) else None
        kind = kind_of_status(code) if isinstance(code, int) else FailureKind.SERVER_ERROR
    elif choice:
        kind, faults, value = _read_choice(choice, words, wire)
    return Answer(
        value=value,
        kind=None if value is not None else kind,
        faults=faults,
        words=words,
        status=200,
        model=_matching(_ID, said.model),
        response_id=_matching(_ID, said.id),
        finish_reason=_matching(_WORD, choice.finish_reason) if choice else None,
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
    )


def _read_choice(choice: _Choice, words: str, wire: type[T]) -> tuple[FailureKind, tuple[str, ...], T | None]:
    if choice.message.refusal:
        return FailureKind.REFUSED, (), None
    match choice.finish_reason:
        case "content_filter":
            return FailureKind.FILTERED, (), None
        case "length":
            return FailureKind.TRUNCATED, ("It was cut off at the length limit: say it in far fewer words.",), None
        case "error":
            return FailureKind.SERVER_ERROR, (), None
    if not words.strip():
        return FailureKind.EMPTY, ("It was empty.",), None
    try:
        return FailureKind.SCHEMA, (), read_wire(words, wire)
    except UnfitError as unfit:
        return unfit.kind, unfit.faults, None


def read_error(error: Exception) -> Answer[Any]:
    """The answer an exception of one call stands for; its message, which may quote the prompt, is left behind."""
    match error:
        case openai.APIStatusError():
            code = _matching(_WORD, error.code)
            filtered = error.status_code == 400 and code == "content_filter"  # Azure filters prompts this way
            return Answer(
                kind=FailureKind.FILTERED if filtered else kind_of_status(error.status_code),
                status=error.status_code,
                code=code,
                retry_after=retry_after_seconds(error.response.headers, clock.now()),
            )
        case openai.APITimeoutError():
            return Answer(kind=FailureKind.TIMEOUT)
        case openai.APIConnectionError():
            return Answer(kind=FailureKind.TRANSPORT)
        case UnreadableResponseError():
            success = error.status < 300
            return Answer(kind=FailureKind.MALFORMED if success else kind_of_status(error.status), status=error.status)
        case _:
            return Answer(kind=FailureKind.MALFORMED)


def kind_of_status(status: int) -> FailureKind:
    """What a status that is not 2xx means."""
    if status == 429:
        return FailureKind.RATE_LIMITED
    if status == 408:
        return FailureKind.TIMEOUT
    return FailureKind.SERVER_ERROR if status >= 500 else FailureKind.REJECTED


class Headers(Protocol):
    """The part of a header mapping that is read here."""

    def get(self, key: str, /) -> str | None:
        """The header's value, whatever the case of its name."""
        ...


def retry_after_seconds(headers: Headers, now: datetime) -> float | None:
    """The server's wish from `Retry-After` (seconds or an HTTP date), at most MAX_RETRY_AFTER; None without one."""
    wish = (headers.get("retry-after") or "").strip()
    if not wish:
        return None
    try:
        seconds = float(wish)
    except ValueError:
        try:
            when = parsedate_to_datetime(wish)
        except ValueError:
            return None
        # `-0000` and asctime dates come without a zone; HTTP means UTC.
        seconds = ((when if when.tzinfo else when.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(seconds, 0.0), MAX_RETRY_AFTER) if isfinite(seconds) else None


def _matching(pattern: re.Pattern[str], value: str | None) -> str | None:
    """A word of the server's for logs and tables, if it is one: a server might put a sentence there."""
    return value if value is not None and pattern.fullmatch(value) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_COUNT else None
