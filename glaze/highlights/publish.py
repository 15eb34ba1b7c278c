"""Publishing editions in order of evidence: highlight, edition, receipts, snapshot and audit together (R17)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.audit.models import AuditEntry
from glaze.highlights import store
from glaze.highlights.edition import EditionDraft, Written
from glaze.highlights.evidence import Evidence, Pair
from glaze.highlights.models import Edition, EditionReceipt
from glaze.highlights.types import EditionStatus
from glaze.highlights.wanted import Making


class Outcome(StrEnum):
    """What became of one pair."""

    DUE = "due"
    """Still to be written."""
    PUBLISHED = "published"
    PENDING = "pending_manual_copy"
    OUTRUN = "outrun"
    """Newer evidence was published meanwhile; this edition is dropped."""
    MOVED = "moved"
    """A comment it rests on is invisible by now; it is to be written anew."""
    UNCHANGED = "unchanged"
    STILL_TRUE = "still_true"
    """The evidence moved and came to the same."""
    NO_DATA = "no_data"
    WITHDRAWN = "withdrawn"


_OUTCOMES = {
    EditionStatus.PUBLISHED: Outcome.PUBLISHED,
    EditionStatus.PENDING_MANUAL_COPY: Outcome.PENDING,
}


@dataclass(frozen=True)
class ToPublish:
    """One pair's evidence and what was written from it."""

    evidence: Evidence
    written: Written


async def publish(
    session: AsyncSession,
    items: Sequence[ToPublish],
    making: Making,
    *,
    now: datetime,
    expire_days: int,
    actor: str,
    job_id: int | None = None,
) -> dict[Pair, Outcome]:
    """Publish what may be published; what became of each pair.

    An edition appears only if no newer evidence stands and every comment its claims, points and quotes rest on
    is visible in this transaction. If evidence moved on meanwhile it appears all the same and is stale at once.
    """
    known = await store.lock_highlights(session, [item.evidence.pair for item in items])
    invisible = await store.invisible_of(session, _comments(items))
    outcome: dict[Pair, Outcome] = {}
    fit: list[ToPublish] = []
    for item in items:
        pair = item.evidence.pair
        if known.get(pair, -1) > item.evidence.version:
            outcome[pair] = Outcome.OUTRUN
        elif not invisible.isdisjoint(_comments([item])):
            outcome[pair] = Outcome.MOVED
        else:
            fit.append(item)
            outcome[pair] = _OUTCOMES[item.written.final.status]
    if fit:
        await store.keep_snapshots(session, [item.evidence for item in fit], now)
        await _store(session, fit, making, now=now, expire_days=expire_days, actor=actor, job_id=job_id)
    return outcome


async def _store(
    session: AsyncSession,
    items: Sequence[ToPublish],
    making: Making,
    *,
    now: datetime,
    expire_days: int,
    actor: str,
    job_id: int | None,
) -> None:
    drafts = [
        (item, draft, _edition_row(item.evidence, draft, making, job_id))
        for item in items
        for draft in (*item.written.refused, item.written.final)
    ]
    result = await session.execute(
        insert(Edition).returning(Edition.id, sort_by_parameter_order=True), [row for *_, row in drafts]
    )
    numbers = list(result.scalars())
    receipts: list[dict[str, Any]] = []
    highlights: list[dict[str, Any]] = []
    entries: list[dict[str, Any]] = []
    for (item, draft, row), edition_id in zip(drafts, numbers, strict=True):
        receipts += _receipt_rows(item.evidence.pair, draft, edition_id)
        if draft.status is EditionStatus.PUBLISHED:
            highlights.append(_highlight_row(item.evidence, draft, row, edition_id, now, expire_days))
        entries.append(_audit_row(item.evidence.pair, draft, edition_id, actor))
    if receipts:
        await session.execute(insert(EditionReceipt), receipts)
    await store.upsert_highlights(session, highlights)
    await session.execute(insert(AuditEntry), entries)


def _edition_row(evidence: Evidence, draft: EditionDraft, making: Making, job_id: int | None) -> dict[str, Any]:
    record = draft.record
    return {
        "user_id": evidence.pair[0],
        "group_id": evidence.pair[1],
        "status": draft.status.value,
        "fingerprint": making.fingerprint(evidence.snapshot.hash),
        "evidence_version": evidence.version,
        "snapshot_hash": evidence.snapshot.hash,
        "prompt_name": making.prompt.name,
        "prompt_version": making.prompt.version,
        "prompt_hash": making.prompt.hash,
        "style": making.style,
        "guard_version": making.guard_version,
        "model_asked": making.model_asked,
        "provider": draft.provider,
        "model_used": draft.model_used,
        "fallback_reason": draft.fallback_reason.value if draft.fallback_reason else None,
        "response_id": record.response_id if record else None,
        "finish_reason": record.finish_reason if record else None,
        "prompt_tokens": record.prompt_tokens if record else None,
        "completion_tokens": record.completion_tokens if record else None,
        "latency_ms": record.latency_ms if record else None,
        "payload": msgspec.to_builtins(draft.payload),
        "scorecard": draft.scorecard(),
        "job_id": job_id,
    }


def _highlight_row(
    evidence: Evidence, draft: EditionDraft, row: dict[str, Any], edition_id: int, now: datetime, expire_days: int
) -> dict[str, Any]:
    return {
        "user_id": evidence.pair[0],
        "source_group": evidence.pair[1],
        "bio_text": draft.payload.bio_text,
        "proof_points_json": row["payload"]["proof_points"],
        "quotes_json": row["payload"]["quotes"],
        "snapshot_hash": evidence.snapshot.hash,
        "llm_model": draft.model_used,
        "generated_at": now,
        "stale_after": now + timedelta(days=expire_days),
        "edition_id": edition_id,
        "evidence_version": evidence.version,
        "fingerprint": row["fingerprint"],
        "marked_stale_at": None,
    }


def _receipt_rows(pair: Pair, draft: EditionDraft, edition_id: int) -> list[dict[str, Any]]:
    return [
        {"edition_id": edition_id, "claim": number, "group_id": pair[1], "comment_id": comment}
        for number, comments in enumerate(draft.payload.rests_on)
        for comment in sorted(comments)
    ]


def _audit_row(pair: Pair, draft: EditionDraft, edition_id: int, actor: str) -> dict[str, Any]:
    return {
        "actor_key": actor,
        "action": f"highlight.{draft.status.value}",
        "target": f"highlight:{pair[0]}:{pair[1]}",
        "details": {
            "edition": edition_id,
            "provider": draft.provider,
            "fallback_reason": draft.fallback_reason.value if draft.fallback_reason else None,
            "length": len(draft.payload.bio_text),
            "claims": len(draft.payload.claims),
        },
    }


def _comments(items: Sequence[ToPublish]) -> set[tuple[int, int, int]]:
    """(subject, group, comment) of everything the final drafts rest on."""
    return {
        (*item.evidence.pair, comment)
        for item in items
        for comments in item.written.final.payload.rests_on
        for comment in comments
    }
