"""Children start in a group of their own and die with us."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cli.processes import Child, Program, Stop, Stopped, start, stop_on_signals
from tests.cli.ordinary_user import ROOT
from tests.cli.processes_seen import naming, running, within

# Writes a word when it is asked to end, then lives on: only a kill ends it.
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, lambda *_: print("asked", flush=True))
print("up", flush=True)
while True:
    time.sleep(0.05)
"""
# Starts a child of its own, which carries the same words.
PARENT = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)", *sys.argv[1:]])
"""
POLITE = "import time\nprint('up', flush=True)\ntime.sleep(1000)"


def python(code: str, *words: str, log: Path | None = None) -> Program:
    return Program("child", [sys.executable, "-c", code, *words], log=log)


def up(child: Child, log: Path) -> Child:
    assert within(30, lambda: log.exists() and b"up" in log.read_bytes())
    return child


def test_a_child_has_a_group_of_its_own_no_input_and_its_words_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = "import os,sys; print(os.getpgid(0) == os.getsid(0) == os.getpid(), sys.stdin.read() == '')"
    child = start(python(code, log=log))
    try:
        assert child.ended_within(30)
        assert log.read_text() == "True True\n"
    finally:
        assert child.stop() == 0


def test_a_polite_child_ends_when_asked_and_a_stubborn_one_is_killed_with_its_group(tmp_path: Path) -> None:
    polite = up(start(python(POLITE, log=tmp_path / "polite")), tmp_path / "polite")
    assert polite.stop((signal.SIGTERM, 20.0)) == -signal.SIGTERM

    log = tmp_path / "stubborn"
    stubborn = up(start(python(PARENT + STUBBORN, str(tmp_path), log=log)), log)
    assert len(naming(tmp_path)) == 2
    assert stubborn.stop((signal.SIGTERM, 0.3)) == -signal.SIGKILL
    assert "asked" in log.read_text()
    assert within(15, lambda: naming(tmp_path) == [])


def test_a_program_that_is_not_there_says_so(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = start(Program("child", ["/no/such/program"], log=log))
    assert child.ended_within(30)
    assert child.stop() == 127
    assert log.read_text() == "cannot start /no/such/program: No such file or directory\n"


@pytest.mark.parametrize("where", ["main", "thread"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_kill_9_of_the_parent_ends_the_child_by_the_kernel_or_by_the_guard(
    tmp_path: Path, where: str, number: signal.Signals
) -> None:
    code = "import time\ntry: time.sleep(1000)\nexcept KeyboardInterrupt: open(__import__('sys').argv[1], 'w').close()"
    mark = tmp_path / "interrupted"
    words = [sys.executable, "-c", code, str(mark)]
    command = [sys.executable, "-m", "tests.cli.tethering_parent", where, str(int(number)), *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        try:
            assert parent.stdout is not None
            child = int(parent.stdout.readline())
            # On its way to the program it is still the tether; beside a guard there are two.
            expected = 1 if where == "main" and sys.platform == "linux" else 2
            assert within(30, lambda: len(group(child)) == expected and has_become(words, child))
        finally:
            parent.kill()
    assert within(15, lambda: group(child) == [])
    assert mark.exists() == (number == signal.SIGINT)


def group(leader: int) -> list[int]:
    return [process.pid for process in running() if process.group == leader]


def has_become(words: list[str], leader: int) -> bool:
    """One of the group is the program itself, and Python has come so far as to handle Ctrl-C."""
    found = [process for process in running() if process.group == leader and "tether.py" not in process.command]
    time.sleep(0.3)
    return bool(found)


def test_a_guarded_child_is_asked_and_stopped_through_its_guard(tmp_path: Path) -> None:
    children: list[Child] = []
    log = tmp_path / "log"
    thread = threading.Thread(target=lambda: children.append(start(python(POLITE, str(tmp_path), log=log))))
    thread.start()
    thread.join()
    child = up(children[0], log)
    assert len(naming(tmp_path)) == 2, "the guard and its program outlive the thread that started them"
    assert child.stop((signal.SIGTERM, 20.0)) == 128 + signal.SIGTERM
    assert naming(tmp_path) == []


def test_the_first_signal_is_raised_and_later_ones_do_not_cut_the_cleaning_short() -> None:
    steps: list[str] = []
    before = signal.getsignal(signal.SIGTERM)

    def work(stop: Stop) -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
            steps.append("not stopped")
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)
            steps.append(f"cleaned after {stop.number}")

    with pytest.raises(Stopped), stop_on_signals() as stop:
        work(stop)
    assert steps == [f"cleaned after {signal.SIGTERM}"]
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_stop_that_was_swallowed_is_raised_again_by_the_loop() -> None:
    Stop().raise_if_asked()
    with pytest.raises(Stopped):
        Stop(signal.SIGHUP).raise_if_asked()
