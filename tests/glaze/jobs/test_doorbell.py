"""The doorbell over a real Redis: what a ring leaves there, and what it does when nobody is at home."""

import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis, SSLConnection

from glaze.db.engine import Database
from glaze.errors import InvalidInputError
from glaze.jobs.doorbell import QUEUE, ArqDoorbell, arq_redis, read_json
from glaze.jobs.relay import relay_once
from glaze.jobs.ring import ring_now
from tests.glaze.jobs.acting import AT_MOST, ask, change, glaze_order


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def doorbell(redis_url: str) -> AsyncIterator[ArqDoorbell]:
    bell = ArqDoorbell(redis_url)
    yield bell
    await bell.close()


async def test_a_ring_is_json_that_holds_the_jobs_id_and_is_forgotten_in_a_minute(
    doorbell: ArqDoorbell, redis: Redis
) -> None:
    await doorbell.ring(7, 1)

    assert await redis.zrange(QUEUE, 0, -1) == [b"job:7:1"]
    ring = read_json(await redis.get("arq:job:job:7:1"))
    assert (ring["f"], ring["a"], ring["k"]) == ("run_job", [7], {})
    assert 55_000 < await redis.pttl("arq:job:job:7:1") <= 60_000


async def test_each_ring_is_a_new_one_and_the_same_ring_twice_is_one(doorbell: ArqDoorbell, redis: Redis) -> None:
    for ring in (1, 2, 2):
        await doorbell.ring(7, ring)

    assert sorted(await redis.zrange(QUEUE, 0, -1)) == [b"job:7:1", b"job:7:2"]


async def test_after_redis_was_flushed_the_relay_rings_again(
    database: Database, doorbell: ArqDoorbell, redis: Redis
) -> None:
    job_id = (await ask(database, glaze_order())).job_id
    await relay_once(database, doorbell)
    await redis.flushdb()

    await change(database, "UPDATE jobs SET rung_at = rung_at - interval '11 seconds'")
    await relay_once(database, doorbell)

    assert await redis.zrange(QUEUE, 0, -1) == [b"job:%d:2" % job_id]


async def test_without_redis_a_mutation_succeeds_and_hardly_waits(database: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    bell = ArqDoorbell(f"redis://127.0.0.1:{port}/0")

    job_id = (await ask(database, glaze_order())).job_id
    started = time.monotonic()
    await ring_now(database, bell, job_id)

    assert time.monotonic() - started < AT_MOST
    await bell.close()


async def test_a_redis_that_accepts_and_never_answers_is_given_up_on(database: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        bell = ArqDoorbell(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        job_id = (await ask(database, glaze_order())).job_id

        started = time.monotonic()
        await ring_now(database, bell, job_id)

        assert time.monotonic() - started < AT_MOST
        await bell.close()


async def test_a_unix_socket_is_a_redis_url_too(tmp_path: Path) -> None:
    redis = arq_redis(f"unix://{tmp_path}/valkey.sock?db=3")

    assert redis.connection_pool.connection_kwargs["path"] == f"{tmp_path}/valkey.sock"
    assert redis.connection_pool.connection_kwargs["db"] == 3
    assert arq_redis("rediss://host/1").connection_pool.connection_class is SSLConnection


def test_another_url_is_refused_without_repeating_its_password() -> None:
    with pytest.raises(InvalidInputError) as refused:
        arq_redis("http://user:hunter2@host/")

    assert "redis://" in str(refused.value)
    assert "hunter2" not in str(refused.value)
