"""What one ask has cost so far: calls, tokens, time, and the best answer it has in hand."""

import time
from typing import Any, Generic

from glaze.llm.answers import Answer
from glaze.llm.endpoints import Endpoint
from glaze.llm.types import CallRecord, ChatRequest, FailureKind, ModelFailure, Reply, Rung, T

OK = 200


class Trail(Generic[T]):
    """Grows while an ask runs; its replies and failures carry what was spent up to then."""

    def __init__(self, endpoint: Endpoint, request: ChatRequest[T], rung: Rung) -> None:
        self.rung = rung
        self.calls = 0
        self._endpoint = endpoint
        self._request = request
        self._began = time.perf_counter()
        self._prompt_tokens: list[int | None] = []
        self._completion_tokens: list[int | None] = []
        self._in_hand: tuple[Answer[T], T, tuple[str, ...]] | None = None

    def set_out(self, rung: Rung) -> None:
        """A call begins."""
        self.rung = rung
        self.calls += 1

    def came_back(self, answer: Answer[T]) -> None:
        """A call ended; only an answer, however useless, has a bill."""
        if answer.status == OK:
            self._prompt_tokens.append(answer.prompt_tokens)
            self._completion_tokens.append(answer.completion_tokens)

    def keep(self, answer: Answer[T], value: T, violations: tuple[str, ...]) -> None:
        """Hold a usable answer, unless the one in hand has fewer violations."""
        if self._in_hand is None or len(violations) <= len(self._in_hand[2]):
            self._in_hand = (answer, value, violations)

    def outcome(self, otherwise: Answer[Any]) -> Reply[T] | ModelFailure:
        """The answer in hand, else the failure that `otherwise` stands for."""
        if self._in_hand is not None:
            answer, value, violations = self._in_hand
            return Reply(value, self._record(answer), violations)
        kind = otherwise.kind or FailureKind.MALFORMED
        return ModelFailure(kind, self._record(otherwise), otherwise.retry_after, otherwise.status, otherwise.code)

    def _record(self, answer: Answer[Any]) -> CallRecord:
        return CallRecord(
            provider=self._endpoint.provider_name,
            model_asked=self._endpoint.model,
            model_answered=answer.model,
            response_id=answer.response_id,
            finish_reason=answer.finish_reason,
            prompt_tokens=_sum(self._prompt_tokens),
            completion_tokens=_sum(self._completion_tokens),
            latency_ms=round((time.perf_counter() - self._began) * 1000),
            rung=self.rung,
            calls=self.calls,
            prompt_hash=self._request.prompt_hash,
            work_key=self._request.work_key,
        )


def _sum(counts: list[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if counts and len(known) == len(counts) else None
