"""What a child of ours runs before it becomes its program: it gives up root, and ties its life to its parent's.

Started by path, isolated (`python -I -S tether.py PARENT SIGNAL ACCOUNT PIPE PROGRAM ...`), never imported by the
parent: code between fork and exec in a process with threads may deadlock, a program of its own may not. Standard
library only, and everything is imported before root is given up: afterwards our own files may be out of reach.
"""

import ctypes
import os
import select
import signal
import sys
import time
from typing import NoReturn

PR_SET_PDEATHSIG = 1
SECONDS_TO_END = 10.0
NOT_STARTED = 127


def main() -> NoReturn:
    """Become the program, tied by the kernel (PIPE is `-`), or stand beside it and watch the pipe."""
    parent, number, account, pipe, *program = sys.argv[1:]
    if account != "-":
        give_up_root(*(int(part) for part in account.split(":")))
    if pipe == "-":
        # Only now: the kernel clears the wish when a process changes its user.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != int(parent):  # it ended before we had asked
            sys.exit(NOT_STARTED)
        become(program)
    stand_guard(int(pipe), int(number), program)


def give_up_root(user: int, group: int) -> None:
    """Be this user, for good."""
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)


def become(program: list[str]) -> NoReturn:
    """Exec, or one line on standard error."""
    try:
        os.execv(program[0], program)  # noqa: S606 - becoming it is the point
    except OSError as problem:
        sys.stderr.write(f"cannot start {program[0]}: {problem.strerror}\n")
        sys.stderr.flush()
        os._exit(NOT_STARTED)


def stand_guard(pipe: int, number: int, program: list[str]) -> NoReturn:
    """Run the program as our child, hand it our signals, and end it when the pipe's other end closes.

    For systems without a parent-death signal: only the parent holds that end, so it closes however it dies.
    """
    wanted: list[int] = []
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(each, lambda received, _frame: wanted.append(received))
    child = os.fork()
    if child == 0:
        os.close(pipe)
        become(program)
    deadline = None
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)
        while wanted:
            os.kill(child, wanted.pop(0))
        if deadline is None:
            if select.select([pipe], [], [], 0.05)[0]:
                deadline = time.monotonic() + SECONDS_TO_END
                os.kill(child, number)
        elif time.monotonic() > deadline:
            os.killpg(0, signal.SIGKILL)
        else:
            time.sleep(0.05)


if __name__ == "__main__":
    main()
