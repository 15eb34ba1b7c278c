"""Reading a GraphQL request out of HTTP: a small body, in time, parsed strictly and once."""

import asyncio
from http import HTTPStatus
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request

from schema.execute import GraphQLRequest
from schema.faults import Code

LONGEST_BODY = 32 * 1024
READ_SECONDS = 5.0
_LONGEST_DROPPED = 1024 * 1024
_DIGITS = 9
"""Of a length worth turning into a number."""


class RefusedError(Exception):
    """A request that is answered by HTTP alone: nothing of it reaches the schema."""

    def __init__(self, status: HTTPStatus, message: str, code: Code = Code.BAD_USER_INPUT, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


async def read_request(request: Request) -> GraphQLRequest:
    """The GraphQL request in the body. Raises RefusedError."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            body = await _read_body(request)
    except TimeoutError as error:
        raise RefusedError(
            HTTPStatus.REQUEST_TIMEOUT, "The body took too long to arrive.", Code.TIMEOUT, connection="close"
        ) from error
    except ClientDisconnect as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "The body ended early.") from error
    return _request_in(_parsed(body))


async def _read_body(request: Request) -> bytes:
    """The body, kept no further than its limit: a length that is announced may be wrong, and may be missing.

    What is somewhat too long is read to its end and dropped, since a client that is still sending when the
    connection closes never reads why. What is far too long is not.
    """
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and (len(announced) > _DIGITS or int(announced) > _LONGEST_DROPPED):
        raise _too_long()
    body = bytearray()
    length = 0
    async for chunk in request.stream():
        length += len(chunk)
        if length <= LONGEST_BODY:
            body += chunk
        elif length > _LONGEST_DROPPED:
            raise _too_long()
    if length > LONGEST_BODY:
        raise _too_long()
    return bytes(body)


def _too_long() -> RefusedError:
    return RefusedError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A request has at most {LONGEST_BODY} bytes.", Code.QUERY_TOO_COMPLEX
    )


def _parsed(body: bytes) -> dict[str, Any]:
    """The JSON object. orjson refuses NaN, Infinity, other encodings, lone surrogates and a thousand nestings."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "The body is no JSON in UTF-8.") from error
    if not isinstance(parsed, dict):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "The body is one JSON object; there is no batching.")
    # The one character JSON can carry and PostgreSQL cannot. Its escape is rare enough to look for it first.
    if b"\\u0000" in body and _holds_nul(parsed):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "A text may not hold the character NUL.")
    return parsed


def _holds_nul(parsed: object) -> bool:
    waiting = [parsed]
    while waiting:  # not by recursion: orjson lets a thousand levels through
        value = waiting.pop()
        if isinstance(value, str) and "\0" in value:
            return True
        if isinstance(value, dict):
            waiting += value.keys()
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return False


def _request_in(parsed: dict[str, Any]) -> GraphQLRequest:
    query, variables, name = parsed.get("query"), parsed.get("variables"), parsed.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise RefusedError(HTTPStatus.BAD_REQUEST, "The body has a `query`, a text.")
    if variables is not None and not isinstance(variables, dict):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "`variables` is an object.")
    if name is not None and not isinstance(name, str):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "`operationName` is a text.")
    extensions = parsed.get("extensions")
    if extensions is not None and not isinstance(extensions, dict):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "`extensions` is an object.")
    return GraphQLRequest(query=query, variables=variables, operation_name=name or None)
