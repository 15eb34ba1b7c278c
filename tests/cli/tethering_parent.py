"""A program for tests: starts a child of ours, tells its pid, and waits to be killed.

python -m tests.cli.tethering_parent (main|thread) SIGNAL_AT_OUR_DEATH WORDS_OF_THE_CHILD ...
"""

import signal
import sys
import threading
from pathlib import Path

from cli.processes import Program, start


def main() -> None:
    where, number, *words = sys.argv[1:]

    def begin() -> None:
        child = start(Program("child", words, cwd=Path("/")), at_our_death=signal.Signals(int(number)))
        print(child.process.pid, flush=True)
        if where == "thread":
            threading.Event().wait()

    if where == "thread":
        threading.Thread(target=begin, daemon=True).start()
    else:
        begin()
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
