"""Whether the process lives, and whether it can serve."""

import asyncio
from collections.abc import Awaitable
from http import HTTPStatus

from redis.asyncio import Redis
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from api.state import State
from glaze.db.migrate import require_head
from glaze.errors import UnavailableError
from glaze.log import get_logger

_CHECK_SECONDS = 2.0

_log = get_logger("api")


async def live(_request: Request) -> Response:
    """200 as long as the event loop turns."""
    return PlainTextResponse("live")


async def ready(request: Request) -> Response:
    """200 if the database answers and is migrated, and Redis answers; else 503 and which of them does not."""
    state: State = request.state.glaze
    database, redis = await asyncio.gather(
        _check("database", require_head(state.database)), _check("redis", _ping(state.settings.redis_url))
    )
    ok = database == "ok" and redis == "ok"
    status = HTTPStatus.OK if ok else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse({"database": database, "redis": redis}, status)


async def _check(what: str, check: Awaitable[None]) -> str:
    """`ok`, or one sentence that names no address."""
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            await check
    except UnavailableError as error:
        return str(error)
    except Exception as error:
        _log.warning("ready.failed", what=what, exc_info=error)
        return "does not answer"
    return "ok"


async def _ping(url: str | None) -> None:
    if url is None:
        raise UnavailableError("REDIS_URL is not set.")
    redis: Redis = Redis.from_url(url, socket_connect_timeout=1.0, socket_timeout=1.0)
    try:
        await redis.ping()
    finally:
        await redis.aclose()
