"""How our own processes (API, worker) are kept running: what dies is started again, what cannot live is reported."""

import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from cli.processes import Child, Program, Stop, start
from glaze.errors import UnavailableError

LOOK_EVERY = 0.1
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
LIVED_WELL = 30.0
"""Seconds after which an end counts as an accident, and the next pause is short again."""
QUICK_ENDS_AT_MOST = 6
GRACE = 10.0


@dataclass
class _Post:
    """One program, its present child, and how its last starts went."""

    program: Program
    child: Child
    started: float
    quick_ends: int = 0
    due: float | None = None


class Supervisor:
    """Starts the programs on entering, restarts them in `look` or `watch`, stops them all on leaving.

    arq's worker ends when Redis goes away, for one: it is back as soon as Redis is.
    """

    def __init__(self, programs: Sequence[Program], *, say: Callable[[str], None]) -> None:
        self._programs = programs
        self._say = say
        self._posts: list[_Post] = []

    def __enter__(self) -> Self:
        try:
            for program in self._programs:
                self._posts.append(_Post(program, start(program), time.monotonic()))
        except BaseException:
            self._stop_all()
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _problem: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stop_all()

    def pids(self) -> dict[str, int]:
        """The process of each program that runs now, by name."""
        return {post.program.name: post.child.process.pid for post in self._posts if post.child.exit_code() is None}

    def look(self) -> None:
        """Restart what has died and is due; UnavailableError for one that cannot live. Never blocks."""
        now = time.monotonic()
        for post in self._posts:
            code = post.child.exit_code()
            if code is None:
                continue
            if post.due is None:
                self._note_end(post, code, now)
            elif now >= post.due:
                post.child, post.started, post.due = start(post.program), now, None

    def watch(self, stop: Stop) -> None:
        """Keep everything running until a signal raises out of it."""
        while True:
            stop.raise_if_asked()
            self.look()
            time.sleep(LOOK_EVERY)

    def _note_end(self, post: _Post, code: int, now: float) -> None:
        post.child.stop()  # what it started must not live on beside its successor
        post.quick_ends = 1 if now - post.started > LIVED_WELL else post.quick_ends + 1
        name = post.program.name
        if post.quick_ends >= QUICK_ENDS_AT_MOST:
            raise UnavailableError(f"The {name} ends as soon as it is started; {_where_to_read(post.program)}.")
        pause = min(FIRST_PAUSE * 2 ** (post.quick_ends - 1), LONGEST_PAUSE)
        post.due = now + pause
        self._say(f"the {name} ended ({how_it_ended(code)}); starting it again in {pause:g} s")

    def _stop_all(self) -> None:
        """Ask all at once, so that the graces run side by side; the last started is waited for first."""
        for post in self._posts:
            post.child.ask(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for post in reversed(self._posts):
            post.child.ended_within(max(0.0, deadline - time.monotonic()))
            post.child.stop((signal.SIGTERM, 0.0))
        self._posts.clear()


def how_it_ended(code: int) -> str:
    """An exit code of subprocess in words."""
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def _where_to_read(program: Program) -> str:
    return "its words are above" if program.log is None else f"read {program.log}"
