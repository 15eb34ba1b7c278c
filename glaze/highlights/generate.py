"""Writing bios: read the evidence of one moment, write, judge, conclude; nothing is held while a model thinks."""

import asyncio
from collections.abc import Sequence

from glaze.audit.record import SYSTEM
from glaze.db.engine import Database
from glaze.highlights.conclude import Generated, Work, conclude
from glaze.highlights.edition import write_edition
from glaze.highlights.evidence import Evidence, Pair, read_evidence
from glaze.highlights.publish import Outcome, ToPublish
from glaze.highlights.wanted import Making, making_of
from glaze.jobs.catalogue import GlazeOrder
from glaze.jobs.lease import Lease
from glaze.llm.client import ModelClient
from glaze.log import get_logger
from glaze.settings import Settings

_log = get_logger("highlights")

AT_ONCE = 8
"""Model calls under way at a time for one batch."""


async def generate(
    database: Database, settings: Settings, order: GlazeOrder, lease: Lease, model: ModelClient | None
) -> Generated:
    """Write the bio a job asks for and complete the job in the transaction that publishes it.

    Raises LeaseLostError when the job is no longer ours, RetryLater when a comment it rests on has just gone.
    """
    pair = (order.user_id, order.group_id)
    return await write_bios(database, settings, [pair], model=model, force=order.ordinal > 0, work=Work(order, lease))


async def write_bios(
    database: Database,
    settings: Settings,
    pairs: Sequence[Pair],
    *,
    model: ModelClient | None,
    force: bool = False,
    work: Work | None = None,
    dry_run: bool = False,
    actor: str = SYSTEM,
) -> Generated:
    """Write the bios of these pairs as far as they are due, and publish them together, a few hundred at most.

    A pair whose fingerprint is as published is left alone unless `force`; one with too few comments has its
    highlight withdrawn (R19). A dry run writes and judges but stores nothing.
    """
    pairs = list(dict.fromkeys(pairs))
    making = making_of(settings)
    async with database.reading_evidence() as session:
        known = await read_evidence(session, pairs)
    trying_again = work is not None and work.order.fallbacks > 0
    done = Generated()
    for pair in pairs:
        done.outcome[pair] = _what_is_due(known.evidence.get(pair), making, settings, force=force, again=trying_again)
    gate = asyncio.Semaphore(AT_ONCE)

    async def write(evidence: Evidence) -> ToPublish:
        async with gate:
            secret = settings.secret.get_secret_value()
            return ToPublish(evidence, await write_edition(evidence, making, client=model, secret=secret))

    due = [known.evidence[pair] for pair in pairs if done.outcome[pair] is Outcome.DUE]
    items = await asyncio.gather(*(write(evidence) for evidence in due))
    done.fallbacks = sum(item.written.final.fallback_reason is not None for item in items)
    done.refused = sum(len(item.written.refused) for item in items)
    if dry_run:
        done.outcome |= {item.evidence.pair: Outcome(item.written.final.status) for item in items}
        return done
    await conclude(database, settings, making, items, known, done, work=work, actor=actor)
    _log.info("glaze.finished", **done.counts)
    return done


def _what_is_due(evidence: Evidence | None, making: Making, settings: Settings, *, force: bool, again: bool) -> Outcome:
    """DUE, or why a pair is not. `again`: only if the offline writer still speaks for the model (R14)."""
    if evidence is None or evidence.snapshot.message_count < settings.min_comments:
        return Outcome.NO_DATA
    published = evidence.published
    if (
        published is None
        or published.worn
        or not published.calls(evidence.name)
        or published.fingerprint != making.fingerprint(evidence.snapshot.hash)
        or (force and (published.is_fallback or not again))
    ):
        return Outcome.DUE
    return Outcome.UNCHANGED if published.evidence_version >= evidence.version else Outcome.STILL_TRUE
