"""`./wb` itself, from nothing to the command it hands on to."""

import ast
import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.cli.launch.made import Checkout, checkout, wheel
from tests.cli.ordinary_user import ROOT, as_nobody, give_to_nobody, is_open_to_all, python_for_all
from tests.cli.processes_seen import within


@pytest.fixture
def small(tmp_path: Path) -> Checkout:
    return checkout(tmp_path)


def environments(place: Path) -> list[str]:
    return sorted(each.name for each in place.iterdir() if (each / "complete").exists())


def test_an_old_python_can_parse_what_it_must_run() -> None:
    ast.parse((ROOT / "wb").read_text(), feature_version=(3, 6))
    for path in (ROOT / "cli" / "launch").glob("*.py"):
        ast.parse(path.read_text(), feature_version=(3, 8))


@pytest.mark.parametrize("version", ["3.6", "3.7"])  # from 3.8 on it would have uv download one first
def test_an_old_python_looks_for_another_or_says_what_to_install(small: Checkout, version: str) -> None:
    kept = sorted(Path("~/.pyenv/versions").expanduser().glob(f"{version}.*/bin/python3"))
    if not kept:
        pytest.skip(f"no Python {version} here to try it with")
    command = [str(kept[0]), str(small.root / "wb"), "demo"]
    env = {name: value for name, value in small.env.items() if name != "WB_PYTHON"}
    alone = subprocess.run(command, env={**env, "PATH": "/nowhere"}, capture_output=True, text=True, check=False)
    assert alone.returncode == 1
    assert "install Python 3.11 to 3.14, or name one in WB_PYTHON" in alone.stderr.splitlines()[-1]
    beside = f"{Path(sys.base_prefix, 'bin')}:{env['PATH']}"
    found = subprocess.run(command, env={**env, "PATH": beside}, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


def test_wb_python_that_will_not_do_is_refused_in_one_sentence(small: Checkout) -> None:
    command = [sys.executable, str(small.root / "wb")]
    env = {**small.env, "WB_PYTHON": "/bin/false"}
    ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr == "wb: WB_PYTHON=/bin/false is no Python 3.11 to 3.14; point it at one, or unset it.\n"


def test_the_first_start_installs_and_the_next_is_quiet(small: Checkout) -> None:
    (small.home / "json.py").write_text("raise RuntimeError('a file of the current folder was taken for a module')")
    first = small.wb("demo", "--port", "1")
    assert first.returncode == 0, first.stderr
    assert "installing requirements-embedded.lock" in first.stderr
    second = small.wb("demo", "--port", "1")
    assert second.stderr == ""

    told = json.loads(small.wb("demo", "--port", "1", PYTHONPATH="/nowhere").stdout)
    place = small.root / ".wb"
    (name,) = environments(place)
    assert told["executable"] == str(place / name / "bin" / "python")
    assert told["arguments"] == ["demo", "--port", "1"]
    assert told["cwd"] == str(small.home)
    assert told["home"] == str(place)
    assert told["pebble"] == 1
    assert str(told["PATH"]).split(":")[0] == str(place / name / "bin")
    assert told["path"][0] == str(small.root)
    assert "/nowhere" not in told["path"]
    assert small.wb("fail").returncode == 7


def test_commands_of_developers_have_the_lock_of_developers(small: Checkout) -> None:
    small.told("test")
    small.told("--verbose", "bench")
    small.told("--help")
    assert [name.split("-")[0] for name in environments(small.root / ".wb")] == ["dev", "embedded"]


def test_it_becomes_the_command_so_signals_and_pid_are_its_own(small: Checkout) -> None:
    small.told()
    command = [small.env["WB_PYTHON"], str(small.root / "wb"), "wait"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=small.env, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert f'"pid": {process.pid},' in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
    assert process.returncode == -signal.SIGTERM


def test_without_standard_streams_it_runs_all_the_same(small: Checkout) -> None:
    closed = f"exec {sys.executable} {small.root / 'wb'} demo <&- >&- 2>&-"
    assert subprocess.run(["/bin/sh", "-c", closed], env=small.env, check=False).returncode == 0
    assert len(environments(small.root / ".wb")) == 1


def test_two_first_starts_at_once_do_not_collide(small: Checkout) -> None:
    command = [small.env["WB_PYTHON"], str(small.root / "wb"), "demo"]
    pipe = subprocess.PIPE
    starts = [subprocess.Popen(command, env=small.env, stdout=pipe, stderr=pipe, text=True) for _ in range(3)]
    ended = [(start.communicate(timeout=60), start.returncode) for start in starts]
    assert [code for _, code in ended] == [0, 0, 0]
    assert sum("installing requirements" in words for (_, words), _ in ended) == 1


def test_kill_9_in_the_midst_of_installing_leaves_nothing_half_used(small: Checkout) -> None:
    command = [small.env["WB_PYTHON"], str(small.root / "wb"), "demo"]
    place = small.root / ".wb"
    # uv waits between the environment's making and its filling, so that the kill falls there.
    uv = Path(small.env["PATH"].split(":")[0], "uv")
    real = uv.resolve()
    uv.unlink()
    waits = f": > {place}/filling; while [ ! -e {place}/go ]; do sleep 0.05; done"
    uv.write_text(f'#!/bin/sh\nif [ "$1" = pip ]; then {waits}; fi\nexec {real} "$@"\n')
    uv.chmod(0o755)
    with subprocess.Popen(command, env=small.env) as killed:
        assert within(30, (place / "filling").exists)
        killed.kill()
    assert environments(place) == []
    with subprocess.Popen(command, env=small.env, stderr=subprocess.PIPE, text=True) as second:
        assert second.stderr is not None
        said = second.stderr.readline()
        (place / "go").touch()
        said += second.stderr.read()
    assert second.returncode == 0, said
    assert said.startswith("wb: another ./wb is installing; waiting for it\nwb: installing requirements-embedded.lock")
    assert len(environments(place)) == 1


def test_a_new_lock_makes_a_new_environment_and_sweeps_the_old_unless_it_is_used(small: Checkout) -> None:
    command = [small.env["WB_PYTHON"], str(small.root / "wb"), "wait"]
    place = small.root / ".wb"
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=small.env, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as user:
        assert user.stdout is not None
        assert '"pebble": 1' in user.stdout.readline()
        index = small.root.parent / "index"
        small.lock("2", wheel(index, "pebble", "2", {"pebble.py": "WEIGHT = 2\n"}))
        assert small.told("demo")["pebble"] == 2
        assert len(environments(place)) == 2
        user.kill()
    small.lock("2", wheel(index, "pebble", "2", {"pebble.py": "WEIGHT = 2  # again\n"}))
    assert small.told("demo")["pebble"] == 2
    assert len(environments(place)) == 1


def test_what_does_not_match_its_hash_is_not_installed(small: Checkout) -> None:
    small.lock("1", "0" * 64)
    ended = small.wb("demo")
    assert ended.returncode == 1
    assert "the installation failed, see above" in ended.stderr.splitlines()[-1]
    assert "ash" in ended.stderr
    assert environments(small.root / ".wb") == []


def test_a_checkout_of_another_and_no_home_lead_to_a_private_folder() -> None:
    python, before = python_for_all(), as_nobody()
    with tempfile.TemporaryDirectory() as open_to_all:  # pytest's own folders are closed to others
        Path(open_to_all).chmod(0o755)
        small = checkout(Path(open_to_all), python)
        uv = Path(open_to_all, "bin", "uv")
        if not is_open_to_all(uv):
            uv.write_bytes(_replaced(uv))
            uv.chmod(0o755)
        temporary = Path(open_to_all, "temporary")
        temporary.mkdir()
        temporary.chmod(0o1777)
        give_to_nobody(small.home)
        if not before:
            small.root.chmod(0o555)
        first, second = [small.wb("demo", before=before, HOME="/nonexistent", TMPDIR=str(temporary)) for _ in range(2)]
        assert first.returncode == 0, first.stderr
        assert (second.returncode, second.stderr) == (0, "")
        (private,) = temporary.glob("signal-profile-glaze-*")
        assert private.stat().st_mode & 0o777 == 0o700
        in_cache = small.wb("demo", before=before)
        assert in_cache.returncode == 0, in_cache.stderr
        assert (small.home / ".cache" / "signal-profile-glaze").is_dir()
        assert not (small.root / ".wb").exists()
        small.root.chmod(0o755)


def _replaced(link: Path) -> bytes:
    content = link.read_bytes()
    link.unlink()
    return content
