"""Real servers for tests: those that are set, else embedded ones; a fresh database and an empty Redis for each test."""

import asyncio
import os
import random
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from redis import Redis
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine

from cli.servers.start import Servers, servers_for
from glaze.db import engine as glaze_engine
from glaze.db.engine import Database
from glaze.db.migrate import upgrade
from glaze.log import setup_logging

_OURS = "glaze-tests"
_OURS_FOR_SECONDS = 3600
_TRIES = 50


@dataclass(frozen=True)
class _Environment:
    database_url: str | None
    redis_url: str | None


@pytest.fixture(scope="session", autouse=True)
def _no_sockets_but_our_own_machines() -> Iterator[None]:
    """A test that needs the internet is none: it fails at once, and says where it wanted to go."""

    def guarded(real: Callable[[socket.socket, object], object]) -> Callable[[socket.socket, object], object]:
        def connect(self: socket.socket, address: object) -> object:
            if self.family in (socket.AF_INET, socket.AF_INET6):
                host = str(address[0]) if isinstance(address, tuple) else ""
                if host != "localhost" and host != "::1" and not host.startswith("127."):
                    raise RuntimeError(f"a test may connect to this machine only, not to {host}")
            return real(self, address)

        return connect

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
        yield


@pytest.fixture(scope="session", autouse=True)
def _logs_as_in_production() -> None:
    """Without it structlog draws every error with the values around it, slowly, and past our own filters."""
    setup_logging("json")


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """PostgreSQL and Redis: DATABASE_URL and REDIS_URL where they are set, else embedded, for this session."""
    environment = _Environment(os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL"))
    with servers_for(environment, tmp_path_factory.mktemp("servers"), durable=False) as running:
        yield running


@pytest.fixture(scope="session")
def migrated_template(servers: Servers) -> Iterator[str]:
    """The name of a database with all migrations applied, to clone from."""
    name = f"glaze_template_{uuid4().hex[:12]}"
    _administer(servers, f"CREATE DATABASE {name}")
    try:
        upgrade(_url_of(servers, name))
        yield name
    finally:
        _drop(servers, name)


@contextmanager
def _clone(servers: Servers, template: str) -> Iterator[str]:
    name = f"glaze_test_{uuid4().hex[:12]}"
    _administer(servers, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield _url_of(servers, name)
    finally:
        _drop(servers, name)


@pytest.fixture
def database_url(servers: Servers, migrated_template: str) -> Iterator[str]:
    """The URL of a fresh, migrated database of this test alone; what it commits is gone afterwards."""
    with _clone(servers, migrated_template) as url:
        yield url


@pytest.fixture
def another_database_url(servers: Servers, migrated_template: str) -> Iterator[str]:
    """The URL of a second database like `database_url`, for what is compared."""
    with _clone(servers, migrated_template) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A Database on `database_url`."""
    database = Database(database_url, application="glaze-tests")
    yield database
    await database.dispose()


@pytest.fixture(scope="session")
def reserved_redis_url(servers: Servers) -> Iterator[str]:
    """A Redis database of this session: all of an embedded server's, or one of a shared server that nobody uses."""
    if "REDIS_URL" not in os.environ:
        yield servers.redis_url
        return
    numbers = list(range(1, 16))
    random.shuffle(numbers)
    for number in numbers:
        url = _with_database(servers.redis_url, number)
        with Redis.from_url(url) as redis:
            if redis.dbsize() == 0 and redis.set(_OURS, os.getpid(), nx=True, ex=_OURS_FOR_SECONDS):
                yield url
                redis.flushdb()
                return
    pytest.fail("No Redis database from 1 to 15 is empty: FLUSHDB one that is left from a killed test run.")


@pytest.fixture
def redis_url(reserved_redis_url: str) -> str:
    """The URL of a Redis database that is empty, and this test's alone."""
    with Redis.from_url(reserved_redis_url) as redis, redis.pipeline(transaction=True) as together:
        together.flushdb()
        together.set(_OURS, os.getpid(), ex=_OURS_FOR_SECONDS)
        together.execute()
    return reserved_redis_url


def _drop(servers: Servers, name: str) -> None:
    try:
        _administer(servers, f"DROP DATABASE {name} WITH (FORCE)")
    except ProgrammingError:
        # An autovacuum worker is at it, whom only a superuser may force out; without force the server asks it to go.
        _administer(servers, f"DROP DATABASE {name}")


def _administer(servers: Servers, statement: str) -> None:
    async def run() -> None:
        engine = create_async_engine(glaze_engine.database_url(servers.database_url), isolation_level="AUTOCOMMIT")
        try:
            async with engine.connect() as connection:
                await connection.execute(text(statement))
        finally:
            await engine.dispose()

    for left in reversed(range(_TRIES)):
        try:
            asyncio.run(run())
        except ProgrammingError:
            # FORCE may not end an autovacuum worker, which is the superuser's; it ends by itself.
            if not left:
                raise
            time.sleep(0.2)
        else:
            return


def _url_of(servers: Servers, name: str) -> str:
    url = glaze_engine.database_url(servers.database_url).set(drivername="postgresql", database=name)
    return url.render_as_string(hide_password=False)


def _with_database(url: str, number: int) -> str:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return parts._replace(query=f"db={number}").geturl()
    return parts._replace(path=f"/{number}", query="").geturl()
