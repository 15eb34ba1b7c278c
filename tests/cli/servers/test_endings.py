"""However a run ends, its servers end with it."""

import asyncio
import os
import pwd
import signal
import stat
import subprocess
import tempfile
from pathlib import Path

import asyncpg
import pytest

from cli.processes import Account
from cli.servers.folders import erase_data, home_of, socket_folder
from cli.servers.start import embedded_servers
from glaze.errors import ConflictError
from tests.cli.ordinary_user import ROOT, as_nobody, give_to_nobody, is_open_to_all, python_for_all
from tests.cli.processes_seen import naming, within
from tests.cli.servers.held_servers import held_servers, sockets_of

as_root_only = pytest.mark.skipif(os.geteuid() != 0, reason="root's way of running the servers needs root")


@pytest.mark.parametrize("kind", ["durable", "throw-away"])
async def test_kill_9_leaves_no_server_and_the_next_run_starts_at_once_on_the_same_folder(
    data_dir: Path, kind: str
) -> None:
    with held_servers(data_dir, kind) as held:
        assert len(naming(held.sockets)) == 2
        connection = await asyncpg.connect(held.database_url)
        await connection.execute("create table survivor as select 7 as number")
        await connection.close()
        held.process.kill()
        held.process.wait()
        # At once: PostgreSQL may still be on its way out.
        with embedded_servers(data_dir, durable=kind == "durable") as servers:
            connection = await asyncpg.connect(servers.database_url)
            if kind == "durable":
                assert await connection.fetchval("select number from survivor") == 7
            await connection.close()
        assert within(15, lambda: naming(held.sockets) == [])
        assert not held.sockets.exists(), "the next run sweeps what was left"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_and_sigterm_stop_everything_in_order(data_dir: Path, number: signal.Signals) -> None:
    with held_servers(data_dir, "durable", "by-signal") as held:
        held.process.send_signal(number)
        output, _ = held.process.communicate(timeout=30)
        assert (output, held.process.returncode) == ("stopped\n", 0)
        assert naming(held.sockets) == []
        assert not held.sockets.exists()


def test_a_sigterm_that_nobody_handles_leaves_no_server_either(data_dir: Path) -> None:
    with held_servers(data_dir, "durable") as held:
        held.process.terminate()
        assert held.process.wait(30) == -signal.SIGTERM
        assert within(15, lambda: naming(held.sockets) == [])


def test_a_lock_file_that_names_a_strangers_process_does_not_keep_the_server_from_starting(
    data_dir: Path,
) -> None:
    cluster = home_of(data_dir).postgres
    # A power cut leaves the file; after the restart its number may be that of any program of the same user.
    with subprocess.Popen([*as_nobody(), "sleep", "60"]) as stranger:
        lock = f"{stranger.pid}\n{cluster}\n1\n5432\n/tmp\n\n  1 1\nready   \n"
        (cluster / "postmaster.pid").write_text(lock)
        with embedded_servers(data_dir, durable=True) as servers:
            assert asyncio.run(answers(servers.database_url)) == 1
        assert stranger.poll() is None
        stranger.kill()


async def answers(database_url: str) -> object:
    connection = await asyncpg.connect(database_url)
    try:
        return await connection.fetchval("select 1")
    finally:
        await connection.close()


def test_a_swept_socket_folder_keeps_what_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.servers.folders._short_parent", lambda: tmp_path)
    stale, foreign, strange = (tmp_path / f"wb-servers-{word}" for word in ("abcdefgh", "ijklmnop", "too-long-for-it"))
    for folder in (stale, foreign, strange):
        folder.mkdir()
        (folder / "valkey.sock").touch()
    (foreign / "letter.txt").touch()
    with socket_folder(None) as first, socket_folder(None) as second:
        assert not stale.exists()
        assert [each.name for each in foreign.iterdir()] == ["letter.txt"]
        assert [each.name for each in strange.iterdir()] == ["valkey.sock"]
        assert first.is_dir(), "a folder in use is not swept"
        assert first != second
    assert not first.exists()


def test_a_long_tmpdir_does_not_make_the_sockets_paths_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as short:  # open to all, like TMPDIR mostly is
        Path(short).chmod(0o755)
        long = Path(short, "x" * 100)
        long.mkdir()
        for wanted, taken in ((short, Path(short)), (str(long), Path("/tmp"))):
            monkeypatch.setattr("tempfile.tempdir", wanted)
            with socket_folder(None) as folder:
                assert len(os.fsencode(folder / ".s.PGSQL.5432.lock")) < 104
                assert folder.parent == taken


def test_data_is_erased_for_a_fresh_start_but_not_under_running_servers(data_dir: Path) -> None:
    with embedded_servers(data_dir, durable=True), pytest.raises(ConflictError):
        erase_data(data_dir)
    assert home_of(data_dir).postgres.is_dir()
    erase_data(data_dir)
    assert not home_of(data_dir).folder.exists()
    erase_data(data_dir)


@as_root_only
def test_root_runs_them_as_nobody_and_leaves_the_users_folders_as_they_are(tmp_path: Path) -> None:
    private = tmp_path / "private"
    data = private / "data"
    data.mkdir(parents=True)
    private.chmod(0o700)
    data.chmod(0o750)

    def looks() -> list[tuple[str, int, int, int]]:
        found = [Path("/root"), *tmp_path.parents, tmp_path, private, data, *data.rglob("*")]
        return [(str(each), s.st_mode, s.st_uid, s.st_gid) for each in found for s in [each.lstat()]]

    before = looks()
    with embedded_servers(data, durable=False) as servers:
        sockets = sockets_of(servers.database_url)
        seen = naming(sockets)
        assert {process.user for process in seen} == {"nobody"}
        assert len(seen) == 2
        assert all(process.group == process.pid and process.parent == os.getpid() for process in seen)
        assert sockets.stat().st_uid == pwd.getpwnam("nobody").pw_uid
        programs = [Path(process.command.split()[0]) for process in seen]
        assert all(str(program).startswith("/var/lib/") and is_open_to_all(program) for program in programs)
        assert not any(stat.S_IMODE(each.stat().st_mode) & 0o022 or each.stat().st_uid for each in programs)
    assert looks() == before


@as_root_only
def test_roots_throw_away_data_of_a_killed_run_is_swept(tmp_path: Path) -> None:
    with held_servers(tmp_path) as held:
        home = held.logs[0].parent
        held.process.kill()
        held.process.wait()
        assert within(15, lambda: naming(held.sockets) == [])
    assert home.is_dir()
    with embedded_servers(tmp_path / "another", durable=False):
        assert not home.exists()


@pytest.mark.parametrize("ending", ["kill", "signal"])
def test_an_ordinary_user_without_a_home_runs_them_from_a_checkout_of_another(tmp_path: Path, ending: str) -> None:
    python, before = python_for_all(), as_nobody()
    if not is_open_to_all(ROOT):
        pytest.skip("this checkout lies where no ordinary user may look")
    with socket_folder(Account(*_nobody()) if before else None) as folder:  # a place of that user's own
        data = folder / "data"
        data.mkdir()
        give_to_nobody(data)
        env = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
        with held_servers(data, "throw-away", "by-signal", before=before, python=python, env=env) as held:
            user = "nobody" if before else pwd.getpwuid(os.geteuid()).pw_name
            assert [process.user for process in naming(held.sockets)] == [user, user]
            assert held.logs[0].is_relative_to(data)
            held.process.send_signal(signal.SIGKILL if ending == "kill" else signal.SIGTERM)
            held.process.wait(30)
            assert within(15, lambda: naming(held.sockets) == [])
        for each in sorted(data.rglob("*"), reverse=True):
            each.rmdir() if each.is_dir() else each.unlink()
        data.rmdir()


def _nobody() -> tuple[int, int]:
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid
