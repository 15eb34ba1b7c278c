"""How a child process of ours is started, tied to our life, and stopped."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TETHER = Path(__file__).with_name("tether.py")


@dataclass(frozen=True)
class Account:
    """Whom a child runs as, when not as ourselves."""

    user: int
    group: int


@dataclass(frozen=True)
class Program:
    """What to run: `argv[0]` is an absolute path; `log` None means our own output streams, `env` None our own.

    `reads` is a file for standard input; without one it is empty.
    """

    name: str
    argv: Sequence[str | os.PathLike[str]]
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    log: Path | None = None
    reads: Path = Path(os.devnull)


@dataclass
class Child:
    """A running program; `lifeline` is the pipe end whose closing ends it, where the kernel gives no signal."""

    program: Program
    process: subprocess.Popen[bytes]
    lifeline: int | None = None

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.process.poll()

    def ask(self, number: signal.Signals) -> None:
        """Send a signal to the program itself; one that has ended already is no error."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    def ended_within(self, seconds: float) -> bool:
        """Wait for its end, so long at most."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self, *asks: tuple[signal.Signals, float]) -> int:
        """Ask with each signal in turn and wait so many seconds, then kill its whole group; its exit code."""
        for number, seconds in asks or ((signal.SIGTERM, 10.0),):
            self.ask(number)
            if self.ended_within(seconds):
                break
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        if self.lifeline is not None:
            os.close(self.lifeline)
            self.lifeline = None
        return code


def start(
    program: Program, *, at_our_death: signal.Signals = signal.SIGKILL, account: Account | None = None, umask: int = -1
) -> Child:
    """Start it in a session and process group of its own; when we die, however we do, it gets `at_our_death`.

    On Linux the kernel sees to that, but counts the end of the *thread* that started it as our death; so from
    any thread but the main one, and on other systems, a guard holding a pipe stands beside the program.
    """
    by_kernel = sys.platform == "linux" and threading.current_thread() is threading.main_thread()
    theirs, ours = (None, None) if by_kernel else os.pipe()
    tie = [
        str(os.getpid()),
        str(int(at_our_death)),
        f"{account.user}:{account.group}" if account else "-",
        "-" if theirs is None else str(theirs),
    ]
    command = [sys.executable, "-I", "-S", TETHER, *tie, *program.argv]
    try:
        with contextlib.ExitStack() as opened:
            log = None if program.log is None else opened.enter_context(program.log.open("ab"))
            standard_input = opened.enter_context(program.reads.open("rb"))
            process = subprocess.Popen(
                command,
                stdin=standard_input,
                stdout=log,
                stderr=log,
                env=None if program.env is None else dict(program.env),
                cwd=program.cwd,
                pass_fds=() if theirs is None else (theirs,),
                start_new_session=True,
                umask=umask,
            )
    except BaseException:
        if ours is not None:
            os.close(ours)
        raise
    finally:
        if theirs is not None:
            os.close(theirs)
    return Child(program, process, ours)


class Stopped(KeyboardInterrupt):
    """Ctrl-C, SIGTERM or SIGHUP. A KeyboardInterrupt, because asyncio lets only that (and SystemExit) through."""


@dataclass
class Stop:
    """Which signal asked us to stop; None as long as none did."""

    number: signal.Signals | None = None

    def raise_if_asked(self) -> None:
        """For loops: an exception raised by a handler can be swallowed by whatever code it falls into."""
        if self.number is not None:
            raise Stopped


@contextlib.contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Let the first Ctrl-C, SIGTERM or SIGHUP raise Stopped in this block, and so run every `finally` inside it.

    Enter it before anything is started. Further signals are ignored, so that the cleaning up is not cut short.
    """
    stop = Stop()

    def receive(number: int, _frame: types.FrameType | None) -> None:
        if stop.number is None:
            stop.number = signal.Signals(number)
            raise Stopped

    before = {number: signal.signal(number, receive) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
