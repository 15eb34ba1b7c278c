"""How a handler says what went wrong, and how long to wait before trying again."""

import random
from dataclasses import dataclass

from glaze.jobs.deadlines import Deadlines


class RetryLater(Exception):  # noqa: N818 - it says what to do, like StopIteration
    """Not now: try again in `seconds`. `code` stands in the job's last_error; it is a code, never a message."""

    def __init__(self, seconds: float, code: str) -> None:
        super().__init__(code)
        self.seconds = seconds
        self.code = code


class PermanentFailure(Exception):  # noqa: N818 - it says what to do, like StopIteration
    """Trying again cannot help: the job is dead at once, with this code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class LeaseLostError(Exception):
    """The job is no longer ours: another worker has it, or it has ended. Write nothing, undo the transaction (R17)."""


class NotCompletedError(Exception):
    """A handler returned and had not completed its job: its effect and the job's end were not one transaction."""


@dataclass(frozen=True)
class Verdict:
    """What an error means for its job."""

    code: str
    """What is stored of the error: never its words."""
    pause: float = 0.0
    """Seconds until the next attempt."""
    permanent: bool = False


def verdict_on(error: BaseException, attempt: int, deadlines: Deadlines) -> Verdict:
    """What to do about an error of attempt number `attempt`: only what says so is permanent or knows its time."""
    match error:
        case PermanentFailure():
            return Verdict(error.code, permanent=True)
        case RetryLater():
            return Verdict(error.code, error.seconds)
        case _:
            return Verdict(type(error).__name__, backoff(attempt, deadlines))


def backoff(attempt: int, deadlines: Deadlines) -> float:
    """Seconds to wait after failed attempt number `attempt` (from 1): base * 2^n, and up to half more or less.

    The jitter keeps the jobs that one outage has failed from coming back all at once.
    """
    pause = min(deadlines.backoff * 2.0 ** (attempt - 1), deadlines.longest_backoff)
    return pause * random.uniform(0.5, 1.5)  # noqa: S311 - spreading, not secrecy
