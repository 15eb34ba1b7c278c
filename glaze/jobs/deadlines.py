"""How long everything about a job may take, and in which order the deadlines must fall (R26)."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """Seconds. Ascending (R26): heartbeat < lease; model < handler < arq < grace; finish + hand_back < grace."""

    heartbeat: float = 5.0
    """Between two renewals of a lease; several may fail before the lease runs out."""
    lease: float = 20.0
    """For how long a claim holds without a renewal. A killed worker's job is taken over after this."""
    model: float = 60.0
    """All model calls of one bio together: the default of GLAZE_MODEL_TOTAL_SECONDS."""
    handler: float = 85.0
    """One attempt at a job. Ours, below arq's: arq cancels for a timeout just as it does for a shutdown."""
    arq: float = 90.0
    """arq's job_timeout: it must never come first, for to arq a timeout is the end of a job."""
    finish: float = 88.0
    """After SIGTERM, how long running jobs may finish before they are handed back."""
    hand_back: float = 8.0
    """How long handing them back may take."""
    grace: float = 100.0
    """What the supervisor must allow between SIGTERM and SIGKILL."""
    relay: float = 0.2
    """Between two rounds of the relay: reap what died, ring what is due."""
    ring_again: float = 10.0
    """After how long a ring that brought nobody is repeated; so long a lost Redis can delay a job."""
    ring: float = 0.15
    """How long one ring may take. A mutation waits for it, so it is short: the relay rings again."""
    backoff: float = 2.0
    """The pause before the second attempt; it doubles with each."""
    longest_backoff: float = 300.0
    """The pause grows no longer than this."""


DEADLINES = Deadlines()
