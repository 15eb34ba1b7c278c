"""What the machine says of running processes, for tests that look from outside."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Seen:
    """One running process."""

    pid: int
    parent: int
    group: int
    user: str
    command: str


def running() -> list[Seen]:
    """All processes but zombies."""
    columns = "pid=,ppid=,pgid=,stat=,user:40=,args="
    listed = subprocess.run(["ps", "-ww", "-eo", columns], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=5) for line in listed.splitlines()]
    return [
        Seen(int(pid), int(parent), int(group), user, command)
        for pid, parent, group, state, user, command in (row for row in rows if len(row) == 6)
        if not state.startswith("Z")
    ]


def naming(word: str | Path) -> list[Seen]:
    """Those whose command names this folder or word."""
    return [process for process in running() if str(word) in process.command]


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether it comes to hold in that time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
