"""How a model is asked: one question, one deadline, at most one repair, and a value for an answer."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

from openai import AsyncOpenAI

from glaze.llm.answers import Answer, read_body, read_error
from glaze.llm.endpoints import Endpoint
from glaze.llm.ladder import Ladder, below, response_format, spoken
from glaze.llm.trail import OK, Trail
from glaze.llm.transport import guarded_http
from glaze.llm.types import ChatRequest, FailureKind, Message, Outcome, Reply, Rung, T
from glaze.llm.wire import Schema, wire_schema
from glaze.log import get_logger

_log = get_logger("llm")
_MAX_ECHO = 20_000

Check = Callable[[T], Sequence[str]]
"""A caller's own check of an answer: sentences naming what is wrong. They are sent to the model."""


class ModelClient:
    """Asks one endpoint. Made once per process and closed at its end; `async with` does both.

    `ladder` remembers what endpoints refused; give several clients the same one to let them share it.
    """

    def __init__(self, endpoint: Endpoint, ladder: Ladder | None = None) -> None:
        self.endpoint = endpoint
        self._ladder = ladder or Ladder()
        self._openai = AsyncOpenAI(
            # Without a key the library takes one from the environment or refuses to start. The header itself is
            # written by `guarded_http`.
            api_key="unused",
            base_url=endpoint.base_url,
            max_retries=0,  # retries belong to the job: a call retried here would outlive its deadline (R26)
            timeout=endpoint.total_seconds,
            http_client=guarded_http(endpoint),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._openai.close()

    async def ask(self, request: ChatRequest[T], repair: Check[T] | None = None) -> Outcome[T]:
        """Ask, and come back within `total_seconds` with a Reply or a ModelFailure, whatever the server does.

        An answer that was cut, empty or of the wrong shape is sent back once with its faults named; `repair`
        extends that to the caller's own check, and what the check still finds afterwards stands in
        `Reply.violations`. Of two usable answers the one with fewer violations is kept; if the repair brings
        none, the first. Failures worth retrying are not retried here. Cancellation passes through, and so do
        slips of the programmer: an exception of `repair`, a wire model that is none.
        """
        schema = wire_schema(request.wire)
        trail = Trail(self.endpoint, request, self._ladder.start(self.endpoint.base_url, self.endpoint.model))
        _log.info(
            "model.asked",
            provider=self.endpoint.provider_name,
            model_asked=self.endpoint.model,
            prompt_hash=request.prompt_hash,
            work_key=request.work_key,
            rung=trail.rung.value,
        )
        deadline = asyncio.timeout(self.endpoint.total_seconds)
        try:
            async with deadline:
                outcome = await self._converse(request, schema, repair, trail)
        except TimeoutError:
            if not deadline.expired():  # somebody else's, raised by `repair`
                raise
            outcome = trail.outcome(Answer(kind=FailureKind.TIMEOUT))
        _tell(outcome)
        return outcome

    async def _converse(
        self, request: ChatRequest[T], schema: Schema, repair: Check[T] | None, trail: Trail[T]
    ) -> Outcome[T]:
        answer = await self._climb_down(request, request.messages, schema, trail)
        faults = _judge(answer, repair, trail)
        if faults:
            messages = (*request.messages, *_correction(answer, faults))
            answer = await self._climb_down(request, messages, schema, trail)
            _judge(answer, repair, trail)
        return trail.outcome(otherwise=answer)

    async def _climb_down(
        self, request: ChatRequest[T], messages: tuple[Message, ...], schema: Schema, trail: Trail[T]
    ) -> Answer[T]:
        """One answer, from the highest rung that the endpoint does not refuse."""
        at = (self.endpoint.base_url, self.endpoint.model)
        start = rung = self._ladder.start(*at)
        while True:
            answer = await self._call(request, messages, schema, rung, trail)
            lower = below(rung)
            if answer.status not in self.endpoint.habits.steps_down_on or answer.kind is not FailureKind.REJECTED:
                if rung is not start and answer.status == OK:
                    self._ladder.learn(*at, rung)
                return answer
            if lower is None:
                return answer
            rung = lower

    async def _call(
        self, request: ChatRequest[T], messages: tuple[Message, ...], schema: Schema, rung: Rung, trail: Trail[T]
    ) -> Answer[T]:
        """One HTTP call: the one place where exceptions become values, whatever they are."""
        params = self._params(request, messages, schema, rung)
        trail.set_out(rung)
        try:
            response = await self._openai.chat.completions.with_raw_response.create(**params)
            answer = read_body(response.content, request.wire)
        except Exception as error:
            answer = read_error(error)
        trail.came_back(answer)
        return answer

    def _params(
        self, request: ChatRequest[T], messages: tuple[Message, ...], schema: Mapping[str, Any], rung: Rung
    ) -> dict[str, Any]:
        limit = self.endpoint.max_output_tokens
        params: dict[str, Any] = {
            "model": self.endpoint.model,
            "messages": spoken(messages, rung, schema),
            self.endpoint.habits.token_field: min(request.max_tokens or limit, limit),
            "extra_body": dict(self.endpoint.extra_body),
        }
        if (shape := response_format(rung, schema, request.schema_name)) is not None:
            params["response_format"] = shape
        if request.temperature is not None:
            params["temperature"] = request.temperature
        return params


def _judge(answer: Answer[T], repair: Check[T] | None, trail: Trail[T]) -> tuple[str, ...]:
    """What the model should mend in this answer; a usable one is kept in hand, faults or not."""
    if answer.value is None:
        return answer.faults
    violations = tuple(repair(answer.value)) if repair else ()
    trail.keep(answer, answer.value, violations)
    return violations


def _correction(answer: Answer[Any], faults: tuple[str, ...]) -> list[Message]:
    named = "\n".join(f"- {fault}" for fault in faults)
    order = f"Your answer cannot be used:\n{named}\nAnswer again, with the whole JSON object and nothing else."
    said = [Message("assistant", answer.words[:_MAX_ECHO])] if answer.words.strip() else []
    return [*said, Message("user", order)]


def _tell(outcome: Outcome[Any]) -> None:
    if isinstance(outcome, Reply):
        _log.info("model.answered", violations=len(outcome.violations), **asdict(outcome.record))
        return
    _log.warning(
        "model.failed",
        kind=outcome.kind.value,
        retryable=outcome.retryable,
        status=outcome.status,
        code=outcome.code,
        retry_after=outcome.retry_after,
        **asdict(outcome.record),
    )
