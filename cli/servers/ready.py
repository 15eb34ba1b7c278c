"""How a started server is waited for, and what it said if it did not come up."""

import time
from collections.abc import Callable
from pathlib import Path

from cli.processes import Child
from glaze.errors import UnavailableError


def wait_until(is_ready: Callable[[], bool], server: Child, seconds: float) -> None:
    """Return as soon as the server is ready; UnavailableError if it ends before, or takes longer."""
    name, log = server.program.name, server.program.log
    deadline = time.monotonic() + seconds
    pause = 0.005
    while not is_ready():
        if server.exit_code() is not None:
            raise UnavailableError(f"The embedded {name} did not start: {last_words(log)}")
        if time.monotonic() > deadline:
            raise UnavailableError(f"The embedded {name} was not ready within {seconds:g} s: {last_words(log)}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def last_words(log: Path | None) -> str:
    """The last line of the log and where the rest is."""
    if log is None or not log.exists():
        return "it said nothing."
    with log.open("rb") as content:
        content.seek(max(0, log.stat().st_size - 4096))
        lines = [line for line in content.read().decode(errors="replace").splitlines() if line.strip()]
    return f"{lines[-1].strip() if lines else 'it said nothing'} (all of it is in {log})"
