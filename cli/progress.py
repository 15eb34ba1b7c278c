"""How long work shows itself: a bar on a terminal, a plain line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_LINE_EVERY = 10.0

Advance = Callable[[int, int | None], None]
"""Told (done, in all or None if unknown)."""


@contextmanager
def progress(what: str, *, in_bytes: bool = False) -> Iterator[Advance]:
    """Show the progress of one piece of work on stderr; what is printed at its end is the caller's."""
    console = Console(stderr=True)
    if console.is_terminal:
        count = TextColumn("{task.percentage:>3.0f}%") if in_bytes else MofNCompleteColumn()
        with Progress(
            TextColumn("{task.description}"), BarColumn(), count, TimeRemainingColumn(), console=console, transient=True
        ) as bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
        return
    yield _lines(what)


def _lines(what: str) -> Advance:
    last = time.monotonic()

    def advance(done: int, total: int | None) -> None:
        nonlocal last
        if time.monotonic() - last >= _LINE_EVERY:
            last = time.monotonic()
            share = f" {100 * done // total} %" if total else f" {done}"
            sys.stderr.write(f"{what}:{share}\n")

    return advance
