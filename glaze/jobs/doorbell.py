"""The doorbell as arq rings it: all that the domain knows of arq and Redis, and of arq's traps."""

from typing import Any

import orjson
from arq import ArqRedis
from redis.asyncio import ConnectionPool

from glaze.errors import InvalidInputError

QUEUE = "glaze:jobs"
FUNCTION = "run_job"
"""What a ring calls in a worker, with the job's id."""

EXPIRES_MS = 60_000
_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 5.0


def write_json(value: dict[str, Any]) -> bytes:
    """arq's default is pickle: whoever writes to Redis would run code in our workers."""
    return orjson.dumps(value, default=repr)


def read_json(content: bytes) -> dict[str, Any]:
    """The inverse of `write_json`."""
    value: dict[str, Any] = orjson.loads(content)
    return value


def arq_redis(url: str) -> ArqRedis:
    """arq's Redis client for a `redis://`, `rediss://` or `unix:///path?db=0` URL. Connects when first used.

    Raises InvalidInputError for another URL, without repeating it: it may hold a password.
    """
    try:
        # Without a timeout, a Redis that hangs is never told from one that has nothing to say.
        pool = ConnectionPool.from_url(url, socket_connect_timeout=_CONNECT_SECONDS, socket_timeout=_ANSWER_SECONDS)
    except ValueError as error:
        raise InvalidInputError("REDIS_URL must start with redis://, rediss:// or unix://") from error
    return ArqRedis(
        pool,
        job_serializer=write_json,
        job_deserializer=read_json,
        default_queue_name=QUEUE,
        # A ring nobody answered in a minute has been repeated long ago; arq would keep it for a day.
        expires_extra_ms=EXPIRES_MS,
    )


class ArqDoorbell:
    """Rings through Redis. Make one a process, `close()` it at the end."""

    def __init__(self, redis_url: str) -> None:
        self._redis = arq_redis(redis_url)

    async def ring(self, job_id: int, ring: int) -> None:
        """Put the job's id into arq's queue. Raises what Redis raises.

        The ring's number makes the id new: arq silently drops an id whose job, or even whose result, it still has.
        """
        await self._redis.enqueue_job(FUNCTION, job_id, _job_id=f"job:{job_id}:{ring}")

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose(close_connection_pool=True)
