"""What does not run for now although it is due, and why (R22)."""

from sqlalchemy import text

from glaze.db.engine import Database
from glaze.jobs.catalogue import AUTOMATIC

FLAG_OFF = "FLAG_OFF"
"""`PROFILE_SIGNAL_GLAZE` is off: what nobody waits for stays queued."""

_HOLD = text(
    """
    UPDATE jobs SET last_error = :reason
    WHERE id IN (
        SELECT id FROM jobs
        WHERE state = 'queued' AND run_at <= statement_timestamp() AND payload ->> 'requested' = :cron
            AND last_error IS DISTINCT FROM :reason
        LIMIT 1000
        FOR UPDATE SKIP LOCKED
    )
    """
)


async def hold_automatic(database: Database) -> None:
    """Write the reason beside each automatic job that stays queued; the ring that lets it run takes it away."""
    async with database.transaction() as session:
        await session.execute(_HOLD, {"reason": FLAG_OFF, "cron": AUTOMATIC})
