"""What every test can rely on."""

import socket

import pytest
from redis import Redis
from sqlalchemy import text

from glaze.db.engine import Database


def test_a_test_cannot_reach_another_machine() -> None:
    with socket.socket() as outward, pytest.raises(RuntimeError, match=r"not to 192\.0\.2\.1"):
        outward.connect(("192.0.2.1", 80))


@pytest.mark.parametrize("turn", [1, 2])
async def test_each_test_has_a_database_and_a_redis_of_its_own(database: Database, redis_url: str, turn: int) -> None:
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE of_one_test_only (id int)"))
    with Redis.from_url(redis_url) as redis:
        assert redis.set("of-one-test-only", turn, nx=True)
