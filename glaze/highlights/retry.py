"""When the model is tried again for a bio that the offline writer had to speak instead (R14)."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from glaze.highlights.publish import ToPublish
from glaze.highlights.wanted import Making
from glaze.jobs.catalogue import AUTOMATIC, GlazeOrder
from glaze.jobs.enqueue import enqueue, insisting

_FIRST_PAUSE = 300.0
_GROWTH = 4.0
MOST_TRIES = 5
"""In a row; a new ask is a new beginning."""


def pause_before(tries: int, asked: float | None) -> float | None:
    """Seconds until the model is tried again, after so many tries again; None when it has been enough.

    5 minutes, then four times as long each time, and never sooner than the endpoint `asked`.
    """
    if tries >= MOST_TRIES:
        return None
    return max(_FIRST_PAUSE * float(_GROWTH**tries), asked or 0.0)


async def try_again_later(session: AsyncSession, order: GlazeOrder, making: Making, item: ToPublish) -> bool:
    """Ask, in the transaction that publishes a fallback, for the model to be tried again; whether it will be.

    `order` is what the fallback was made for. Only failures that may pass are worth another try.
    """
    written = item.written
    pause = pause_before(order.fallbacks, written.retry_after) if written.may_pass else None
    if pause is None:
        return False
    again = replace(
        order,
        requested=AUTOMATIC,
        evidence_version=item.evidence.version,
        wanted_digest=making.digest,
        fallbacks=order.fallbacks + 1,
    )
    await enqueue(session, await insisting(session, again), pause=pause)
    return True
