"""How the launcher speaks: short lines on standard error, so that a command's own output stays its own."""

import sys


class LaunchError(Exception):
    """The launcher cannot go on; its message is one sentence that says what to do."""


def say(line: str) -> None:
    """Write one line of progress."""
    sys.stderr.write(f"wb: {line}\n")
    sys.stderr.flush()
