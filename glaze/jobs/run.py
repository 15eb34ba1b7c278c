"""How one job is run: claimed, kept while its handler works, and ended by what the handler did or said."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import Any

from structlog.typing import FilteringBoundLogger

from glaze.db.engine import Database
from glaze.jobs.catalogue import UnreadableOrderError, read_order
from glaze.jobs.deadlines import DEADLINES, Deadlines
from glaze.jobs.failures import LeaseLostError, NotCompletedError, Verdict, verdict_on
from glaze.jobs.lease import Lease, claim, renew, standing
from glaze.jobs.models import JobState
from glaze.jobs.ring import Doorbell, ring_next
from glaze.jobs.unfinished import fail, hand_back, tell
from glaze.log import get_logger
from glaze.settings import Settings

_SECONDS_TO_STOP = 5.0
"""What a cancelled handler may take to clean up before we go on without it."""


@dataclass(frozen=True)
class WorkContext:
    """What a handler works with. `lease` is to be completed in the transaction of the effect."""

    database: Database
    settings: Settings
    lease: Lease
    log: FilteringBoundLogger


Handler = Callable[[Any, WorkContext], Awaitable[Mapping[str, object]]]
"""Takes the order of its kind and does it; returns counts for the log. Must `complete` its lease."""


class Ran(StrEnum):
    """What came of a ring."""

    LEFT = "left"
    """Nothing to do here: done already, not due, held, of an unknown kind, or its subject is at work."""
    DONE = "done"
    QUEUED = "queued"
    """It will be tried again."""
    DEAD = "dead"
    SUPERSEDED = "superseded"
    FENCED = "fenced"
    """It was taken from us while we worked; we wrote nothing."""


class _End(Enum):
    """Why the wait for a handler was over."""

    HANDLER = auto()
    LEASE_LOST = auto()
    CLOSING = auto()
    TIME_OUT = auto()


@dataclass(frozen=True)
class Runner:
    """Runs jobs of the kinds it has handlers for, any number at a time. One a process."""

    database: Database
    settings: Settings
    handlers: Mapping[str, Handler]
    doorbell: Doorbell
    deadlines: Deadlines = DEADLINES
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    """Set: claim nothing any more; what runs may finish."""
    hand_back_now: asyncio.Event = field(default_factory=asyncio.Event)
    """Set: what runs is stopped and handed back, at no cost of an attempt."""

    async def run(self, job_id: int) -> Ran:
        """Run the job if it is to be had, and ring for the next of its subject.

        Raises NotCompletedError for a handler that is wrong, and what PostgreSQL raises: then the lease runs out.
        """
        if self.closing.is_set() or self.hand_back_now.is_set():
            return Ran.LEFT
        lease = await claim(
            self.database,
            job_id,
            kinds=self.handlers,
            automatic=self.settings.flag,
            seconds=self.deadlines.lease,
        )
        if lease is None:
            return Ran.LEFT
        log = get_logger("jobs").bind(job_id=lease.job_id, kind=lease.kind, attempt=lease.attempt)
        log.info("job.claimed", subject=lease.subject)
        try:
            return await self._work(lease, log)
        finally:
            await ring_next(self.database, self.doorbell, lease.kind, lease.subject, self.deadlines)

    async def _work(self, lease: Lease, log: FilteringBoundLogger) -> Ran:
        try:
            order = read_order(lease.kind, lease.payload)
        except UnreadableOrderError:
            return await self._unfinished(lease, Verdict("UNREADABLE_ORDER", permanent=True), log)
        started = time.monotonic()
        context = WorkContext(self.database, self.settings, lease, log)
        handler = asyncio.ensure_future(self.handlers[lease.kind](order, context))
        try:
            end = await self._watch(handler, lease, log)
        except asyncio.CancelledError:
            # Whoever gives up on us, arq or the event loop: the job is not at fault.
            await _stop(handler)
            await self._hand_back(lease, log)
            raise
        if end is _End.HANDLER:
            seconds = round(time.monotonic() - started, 3)
            return await self._judge(handler, lease, log, seconds=seconds)
        await _stop(handler)
        # Not asked what it says of its end: it was told to. If it had completed the job all the same, nothing below
        # finds it running.
        match end:
            case _End.LEASE_LOST:
                return await self._lost_or_done(lease, log)
            case _End.CLOSING:
                return await self._hand_back(lease, log)
            case _End.TIME_OUT:
                return await self._unfinished(lease, verdict_on(TimeoutError(), lease.attempt, self.deadlines), log)

    async def _judge(
        self, handler: asyncio.Future[Any], lease: Lease, log: FilteringBoundLogger, *, seconds: float
    ) -> Ran:
        """What a handler that ended by itself did, or said."""
        error = asyncio.CancelledError() if handler.cancelled() else handler.exception()
        if isinstance(error, LeaseLostError):
            return await self._lost_or_done(lease, log)
        if error is not None:
            log.warning("job.failed", exc_info=error)
            return await self._unfinished(lease, verdict_on(error, lease.attempt, self.deadlines), log)
        if await standing(self.database, lease) is JobState.RUNNING:
            await self._unfinished(lease, Verdict("NOT_COMPLETED", permanent=True), log)
            raise NotCompletedError(lease.kind)
        return await self._lost_or_done(lease, log, counts=handler.result(), seconds=seconds)

    async def _watch(self, handler: asyncio.Future[Any], lease: Lease, log: FilteringBoundLogger) -> _End:
        """Wait for the handler, and for what may end it: keep its lease meanwhile."""
        beat = asyncio.ensure_future(self._keep(lease, log))
        closing = asyncio.ensure_future(self.hand_back_now.wait())
        try:
            done, _ = await asyncio.wait(
                {handler, beat, closing}, timeout=self.deadlines.handler, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            await _stop(beat, closing)
        for task, end in ((handler, _End.HANDLER), (beat, _End.LEASE_LOST), (closing, _End.CLOSING)):
            if task in done:
                return end
        return _End.TIME_OUT

    async def _keep(self, lease: Lease, log: FilteringBoundLogger) -> None:
        """Renew the lease until it is lost. A renewal that fails is no loss yet: the next one will tell."""
        while True:
            await asyncio.sleep(self.deadlines.heartbeat)
            try:
                if not await renew(self.database, lease, seconds=self.deadlines.lease):
                    return
            except Exception as error:
                log.warning("job.heartbeat_failed", exc_info=error)

    async def _unfinished(self, lease: Lease, verdict: Verdict, log: FilteringBoundLogger) -> Ran:
        unfinished = await fail(self.database, lease, verdict.code, pause=verdict.pause, permanent=verdict.permanent)
        if unfinished is None:
            return await self._lost_or_done(lease, log)
        tell(log, unfinished)
        return Ran(unfinished.state)

    async def _hand_back(self, lease: Lease, log: FilteringBoundLogger) -> Ran:
        unfinished = await hand_back(self.database, lease)
        if unfinished is None:
            return await self._lost_or_done(lease, log)
        log.info("job.handed_back", superseded_by=unfinished.superseded_by)
        return Ran(unfinished.state)

    async def _lost_or_done(self, lease: Lease, log: FilteringBoundLogger, **details: object) -> Ran:
        """The job is not running under our lease: either we completed it, or it was taken from us."""
        if await standing(self.database, lease) is JobState.DONE:
            log.info("job.done", **details)
            return Ran.DONE
        log.warning("job.fenced")
        return Ran.FENCED


async def _stop(*tasks: asyncio.Future[Any]) -> None:
    """Cancel what still runs and wait for its cleaning up, within reason."""
    running = {task for task in tasks if not task.done()}
    for task in running:
        task.cancel()
    if running:
        ended, _ = await asyncio.wait(running, timeout=_SECONDS_TO_STOP)
        for task in ended:
            if not task.cancelled():
                task.exception()  # seen, so that asyncio does not complain of it
