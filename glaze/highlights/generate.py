"""Writing bios: read the evidence of one moment, write, judge, publish; nothing is held while a model thinks."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from glaze.audit.models import AuditEntry
from glaze.audit.record import SYSTEM
from glaze.clock import now
from glaze.db.engine import Database
from glaze.highlights import publish as publishing
from glaze.highlights import store
from glaze.highlights.edition import write_edition
from glaze.highlights.evidence import Evidence, Pair, read_evidence
from glaze.highlights.publish import ToPublish, publish
from glaze.highlights.wanted import Making, making_of
from glaze.jobs.catalogue import GlazeOrder
from glaze.jobs.failures import RetryLater
from glaze.jobs.lease import Lease, complete
from glaze.llm.client import ModelClient
from glaze.log import get_logger
from glaze.settings import Settings

_log = get_logger("highlights")

AT_ONCE = 8
"""Model calls under way at a time for one batch."""


@dataclass
class Generated:
    """What became of a batch: pairs by outcome."""

    outcome: dict[Pair, str] = field(default_factory=dict)
    fallbacks: int = 0
    refused: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """For reports and job results."""
        counted: dict[str, int] = dict(Counter(self.outcome.values()))
        return counted | {"fallbacks": self.fallbacks, "refused": self.refused}


UNCHANGED = "unchanged"
STILL_TRUE = "still_true"
NO_DATA = "no_data"
WITHDRAWN = "withdrawn"


async def generate(
    database: Database, settings: Settings, order: GlazeOrder, lease: Lease, model: ModelClient | None
) -> Generated:
    """Write the bio a job asks for and complete the job in the transaction that publishes it.

    Raises LeaseLostError when the job is no longer ours, RetryLater when a comment it rests on has just gone.
    """
    pair = (order.user_id, order.group_id)
    return await write_bios(database, settings, [pair], model=model, force=order.ordinal > 0, lease=lease)


async def write_bios(
    database: Database,
    settings: Settings,
    pairs: Sequence[Pair],
    *,
    model: ModelClient | None,
    force: bool = False,
    lease: Lease | None = None,
    dry_run: bool = False,
    actor: str = SYSTEM,
) -> Generated:
    """Write the bios of these pairs as far as they are due, and publish them together.

    A pair whose fingerprint is as published is left alone unless `force`; one with too few comments has its
    highlight withdrawn (R19). A dry run writes and judges but stores nothing.
    """
    making = making_of(settings)
    async with database.reading_evidence() as session:
        evidence = await read_evidence(session, pairs, names=model is not None)
    done = Generated()
    due = [found for pair in pairs if (found := _due(pair, evidence.get(pair), making, settings, done, force=force))]
    gate = asyncio.Semaphore(AT_ONCE)

    async def write(item: Evidence) -> ToPublish:
        async with gate:
            secret = settings.secret.get_secret_value()
            return ToPublish(item, await write_edition(item, making, client=model, secret=secret))

    items = await asyncio.gather(*(write(item) for item in due))
    done.fallbacks = sum(item.written.final.fallback_reason is not None for item in items)
    done.refused = sum(len(item.written.refused) for item in items)
    if dry_run:
        done.outcome |= {item.evidence.pair: item.written.final.status.value for item in items}
        return done
    await _commit(database, settings, making, items, evidence, done, lease=lease, actor=actor)
    _log.info("glaze.finished", **done.counts)
    return done


def _due(
    pair: Pair, evidence: Evidence | None, making: Making, settings: Settings, done: Generated, *, force: bool
) -> Evidence | None:
    if evidence is None or evidence.snapshot.message_count < settings.min_comments:
        done.outcome[pair] = NO_DATA
        return None
    published = evidence.published
    if published is None or force or published.marked:
        return evidence
    if published.fingerprint != making.fingerprint(evidence.snapshot.hash):
        return evidence
    done.outcome[pair] = UNCHANGED if published.evidence_version >= evidence.version else STILL_TRUE
    return None


async def _commit(
    database: Database,
    settings: Settings,
    making: Making,
    items: Sequence[ToPublish],
    evidence: dict[Pair, Evidence],
    done: Generated,
    *,
    lease: Lease | None,
    actor: str,
) -> None:
    async with database.transaction() as session:
        done.outcome |= await publish(
            session,
            items,
            making,
            now=now(),
            expire_days=settings.expire_days,
            actor=actor,
            job_id=lease.job_id if lease else None,
        )
        if lease is not None and publishing.MOVED in done.outcome.values():
            raise RetryLater(0, "EVIDENCE_MOVED")
        still = {
            pair: (evidence[pair].version, making.fingerprint(evidence[pair].snapshot.hash))
            for pair, outcome in done.outcome.items()
            if outcome == STILL_TRUE
        }
        await store.move_versions_up(session, still)
        for pair in await store.withdraw(session, [pair for pair, what in done.outcome.items() if what == NO_DATA]):
            done.outcome[pair] = WITHDRAWN
            session.add(
                AuditEntry(
                    actor_key=actor,
                    action="highlight.withdrawn",
                    target=f"highlight:{pair[0]}:{pair[1]}",
                    details={},
                )
            )
        if lease is not None:
            await session.flush()
            await complete(session, lease, done.counts)
