"""What dies is started again, what cannot live is reported."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import supervise
from cli.processes import Program, Stopped, stop_on_signals
from cli.supervise import Supervisor
from glaze.errors import UnavailableError
from tests.cli.processes_seen import naming, within

LIVES = "import sys, time\nprint('up', flush=True)\ntime.sleep(1000)"


def program(name: str, code: str, folder: Path) -> Program:
    return Program(name, [sys.executable, "-c", code, str(folder)], log=folder / f"{name}.log")


def seen_to(supervisor: Supervisor, holds: Callable[[], bool]) -> bool:
    def look() -> bool:
        supervisor.look()
        return holds()

    return within(30, look)


def test_what_dies_is_started_again_and_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "FIRST_PAUSE", 0.1)
    said: list[str] = []
    with Supervisor([program("worker", LIVES, tmp_path), program("API", LIVES, tmp_path)], say=said.append) as both:
        first = both.pids()
        assert set(first) == {"worker", "API"}
        os.kill(first["worker"], signal.SIGKILL)
        assert seen_to(both, lambda: both.pids().get("worker", first["worker"]) != first["worker"])
        assert both.pids()["API"] == first["API"]
        assert said == ["the worker ended (SIGKILL); starting it again in 0.1 s"]
    assert naming(tmp_path) == []


def test_what_cannot_live_is_given_up_with_a_pointer_to_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervise, "FIRST_PAUSE", 0.01)
    said: list[str] = []
    broken = program("API", "raise SystemExit(3)", tmp_path)
    with (
        pytest.raises(UnavailableError, match=rf"The API ends as soon as it is started; read {broken.log}"),
        Supervisor([broken, program("worker", LIVES, tmp_path)], say=said.append) as both,
    ):
        seen_to(both, lambda: False)
    pauses = [line.rpartition(" in ")[2] for line in said]
    assert pauses == ["0.01 s", "0.02 s", "0.04 s", "0.08 s", "0.16 s"]
    assert all("exit code 3" in line for line in said)
    assert naming(tmp_path) == []


def test_watching_ends_with_a_signal_and_everything_is_stopped(tmp_path: Path) -> None:
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
    with (
        pytest.raises(Stopped),
        stop_on_signals() as stop,
        Supervisor([program("API", LIVES, tmp_path)], say=print) as one,
    ):
        one.watch(stop)
    assert stop.number == signal.SIGTERM
    assert naming(tmp_path) == []


def test_a_start_that_fails_midway_stops_what_was_started(tmp_path: Path) -> None:
    unloggable = Program("API", [sys.executable, "-V"], log=tmp_path / "no" / "folder")
    with pytest.raises(FileNotFoundError), Supervisor([program("worker", LIVES, tmp_path), unloggable], say=print):
        pass
    assert naming(tmp_path) == []


def test_stubborn_ones_share_their_grace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "GRACE", 1.0)
    stubborn = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + LIVES
    names = ("one", "two", "three")
    with Supervisor([program(name, stubborn, tmp_path) for name in names], say=print):
        assert within(30, lambda: all((tmp_path / f"{name}.log").read_bytes() == b"up\n" for name in names))
        began = time.monotonic()
    assert time.monotonic() - began < 2.5
    assert naming(tmp_path) == []
