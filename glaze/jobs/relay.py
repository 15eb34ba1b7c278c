"""The safety net under the doorbell: takes back what died, and rings for what waits, round after round."""

import asyncio
from dataclasses import dataclass

from glaze.db.engine import Database
from glaze.jobs.deadlines import DEADLINES, Deadlines
from glaze.jobs.hold import hold_automatic
from glaze.jobs.ring import Doorbell, ring_front
from glaze.jobs.unfinished import Unfinished, reap, tell
from glaze.log import get_logger

_log = get_logger("jobs")


@dataclass(frozen=True)
class Relayed:
    """What one round did."""

    reaped: list[Unfinished]
    rung: int


async def relay_once(
    database: Database, doorbell: Doorbell, *, automatic: bool = True, deadlines: Deadlines = DEADLINES
) -> Relayed:
    """One round: reap leases that ran out, then ring for the front of the queue. Any number may run side by side.

    Without `automatic` (the flag is off, R22) what nobody waits for is held back, with the reason beside it.
    """
    reaped = await reap(database)
    for unfinished in reaped:
        tell(_log, unfinished)
    if not automatic:
        await hold_automatic(database)
    rung = await ring_front(database, doorbell, automatic=automatic, deadlines=deadlines)
    return Relayed(reaped, rung)


async def relay(
    database: Database, doorbell: Doorbell, *, automatic: bool = True, deadlines: Deadlines = DEADLINES
) -> None:
    """Rounds without end, until cancelled. A round that fails, say because PostgreSQL is away, is not the last."""
    failing = False
    while True:
        try:
            await relay_once(database, doorbell, automatic=automatic, deadlines=deadlines)
            if failing:
                _log.info("relay.recovered")
            failing = False
        except Exception as error:
            if not failing:
                _log.exception("relay.failed", exc_info=error)
            failing = True
        await asyncio.sleep(deadlines.relay)
