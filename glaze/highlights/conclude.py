"""Ending a batch of bios: publish, withdraw, try again later, complete the job, in one transaction (R17)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from glaze.audit.record import record
from glaze.clock import now
from glaze.db.engine import Database
from glaze.highlights import store
from glaze.highlights.evidence import Known, Pair
from glaze.highlights.publish import Outcome, ToPublish, publish
from glaze.highlights.retry import try_again_later
from glaze.highlights.wanted import Making
from glaze.jobs.catalogue import GlazeOrder
from glaze.jobs.failures import RetryLater
from glaze.jobs.lease import Lease, complete
from glaze.settings import Settings


@dataclass(frozen=True)
class Work:
    """The job that asks for a bio, and our claim on it."""

    order: GlazeOrder
    lease: Lease


@dataclass
class Generated:
    """What became of a batch: pairs by outcome."""

    outcome: dict[Pair, Outcome] = field(default_factory=dict)
    fallbacks: int = 0
    refused: int = 0
    tried_again_later: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """For reports and job results."""
        return {
            **Counter(str(outcome) for outcome in self.outcome.values()),
            "fallbacks": self.fallbacks,
            "refused": self.refused,
            "tried_again_later": self.tried_again_later,
        }

    def pairs(self, outcome: Outcome) -> list[Pair]:
        """Those with this outcome."""
        return [pair for pair, what in self.outcome.items() if what is outcome]


async def conclude(
    database: Database,
    settings: Settings,
    making: Making,
    items: Sequence[ToPublish],
    known: Known,
    done: Generated,
    *,
    work: Work | None,
    actor: str,
) -> None:
    """Write into the tables what a batch came to, and into `done` what became of each pair.

    Raises LeaseLostError when the job is no longer ours, RetryLater when a comment it rests on has just gone; then
    nothing is written.
    """
    async with database.transaction() as session:
        # All at once and in their order: two batches that share pairs wait for each other instead of deadlocking.
        await store.lock_highlights(session, list(done.outcome))
        done.outcome |= await publish(
            session,
            items,
            making,
            now=now(),
            expire_days=settings.expire_days,
            actor=actor,
            job_id=work.lease.job_id if work else None,
        )
        if work is not None and done.pairs(Outcome.MOVED):
            raise RetryLater(0, "EVIDENCE_MOVED")
        await store.move_versions_up(
            session,
            {
                pair: (known.versions[pair], making.fingerprint(known.evidence[pair].snapshot.hash))
                for pair in done.pairs(Outcome.STILL_TRUE)
            },
        )
        await _withdraw(session, known, done, actor)
        if work is not None:
            await _complete(session, work, making, items, done)


async def _withdraw(session: AsyncSession, known: Known, done: Generated, actor: str) -> None:
    nothing_left = {pair: known.versions[pair] for pair in done.pairs(Outcome.NO_DATA)}
    for pair in await store.withdraw(session, nothing_left):
        done.outcome[pair] = Outcome.WITHDRAWN
        await record(session, actor=actor, action="highlight.withdrawn", target=f"highlight:{pair[0]}:{pair[1]}")


async def _complete(
    session: AsyncSession, work: Work, making: Making, items: Sequence[ToPublish], done: Generated
) -> None:
    for item in items:
        if done.outcome[item.evidence.pair] in {Outcome.PUBLISHED, Outcome.PENDING}:
            done.tried_again_later += await try_again_later(session, work.order, making, item)
    await session.flush()
    await complete(session, work.lease, done.counts)
