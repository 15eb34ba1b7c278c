"""When a worker does not start, and what it starts with."""

import asyncio

import pytest

from glaze.db.engine import Database
from glaze.errors import UnavailableError
from glaze.settings import Settings
from tests.glaze.jobs.acting import change
from workers.serve import serve


async def test_a_worker_refuses_a_database_that_is_not_at_the_newest_migration(
    database: Database, database_url: str, redis_url: str
) -> None:
    await change(database, "UPDATE alembic_version SET version_num = '0000'")

    serving = serve(Settings(DATABASE_URL=database_url, REDIS_URL=redis_url), {})

    with pytest.raises(UnavailableError, match="db upgrade"):
        await asyncio.wait_for(serving, 5)


async def test_a_worker_without_servers_says_which_settings_it_needs() -> None:
    with pytest.raises(UnavailableError, match="DATABASE_URL and REDIS_URL"):
        await serve(Settings(DATABASE_URL=None, REDIS_URL=None), {})
