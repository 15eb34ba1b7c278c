"""Saying what happens while it happens: a line a step, with its time."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Steps:
    """Prints a line for each step once it has ended, with the seconds it took."""

    def __init__(self) -> None:
        self.started = time.monotonic()

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """One step; if it fails its line says so and the failure goes on."""
        began = time.monotonic()
        try:
            yield
        except BaseException:
            self._print("FAILED", what, began)
            raise
        self._print("ok", what, began)

    def seconds(self) -> float:
        """Since the first step began."""
        return time.monotonic() - self.started

    @staticmethod
    def _print(verdict: str, what: str, began: float) -> None:
        sys.stdout.write(f"{verdict:>6}  {time.monotonic() - began:6.2f} s  {what}\n")
        sys.stdout.flush()
