"""Turning one pair's evidence into editions: the writer asked for, the guard, and the offline writer behind it."""

from dataclasses import dataclass
from typing import Any

import msgspec

from glaze.highlights.compose import generate_bio
from glaze.highlights.compose_by_model import compose_by_model, named
from glaze.highlights.evidence import Evidence
from glaze.highlights.guard import Verdict, judge
from glaze.highlights.types import BioPayload, EditionStatus, FallbackReason
from glaze.highlights.wanted import Making
from glaze.llm.client import ModelClient
from glaze.llm.marking import marks_for
from glaze.llm.types import RETRYABLE, CallRecord, FailureKind

OFFLINE = "offline"


@dataclass(frozen=True)
class EditionDraft:
    """An edition before it has a number: what was written, by whom, and what the guard says of it."""

    status: EditionStatus
    payload: BioPayload
    verdict: Verdict
    record: CallRecord | None = None
    fallback_reason: FallbackReason | None = None

    @property
    def provider(self) -> str:
        """Who in fact wrote it."""
        return self.record.provider if self.record and not self.fallback_reason else OFFLINE

    @property
    def model_used(self) -> str:
        """The model that in fact wrote it."""
        if self.record is None or self.fallback_reason:
            return OFFLINE
        return self.record.model_answered or self.record.model_asked

    def scorecard(self) -> dict[str, Any]:
        """As it is stored and served."""
        return {
            "passed": self.verdict.passed,
            "rules": [msgspec.to_builtins(result) for result in self.verdict.scorecard],
        }


@dataclass(frozen=True)
class Written:
    """What became of one pair: the edition to publish, the drafts refused before it, and whether to try again."""

    final: EditionDraft
    refused: tuple[EditionDraft, ...] = ()
    retry_after: float | None = None
    """Seconds the endpoint asked to wait, when its failure may pass."""
    may_pass: bool = False


async def write_edition(evidence: Evidence, making: Making, *, client: ModelClient | None, secret: str) -> Written:
    """Write the bio of one pair; holds no database session.

    Without a client the offline writer speaks; with one it speaks when the model fails or the guard refuses,
    and the edition says why (R14). What even the guard refuses of it waits for a person's copy.
    """
    if client is None:
        return Written(_offline(evidence))
    fingerprint = making.fingerprint(evidence.snapshot.hash)
    drafted = await compose_by_model(
        client,
        making.prompt,
        evidence.snapshot,
        name=evidence.name,
        others=evidence.others,
        marks=marks_for(secret, fingerprint),
        work_key=fingerprint,
    )
    if drafted.draft is None or drafted.verdict is None:
        reason = FallbackReason(drafted.failure or FailureKind.MALFORMED)
        may_pass = drafted.failure in RETRYABLE
        return Written(_offline(evidence, drafted.record, reason), (), drafted.retry_after, may_pass)
    draft = named(drafted.draft, evidence.name)
    if drafted.verdict.passed:
        return Written(EditionDraft(EditionStatus.PUBLISHED, draft, drafted.verdict, drafted.record))
    # What the call took stands with the draft it brought, once.
    refused = EditionDraft(EditionStatus.REJECTED, draft, drafted.verdict, drafted.record)
    return Written(_offline(evidence, None, FallbackReason.GUARD), (refused,))


def _offline(
    evidence: Evidence, record: CallRecord | None = None, reason: FallbackReason | None = None
) -> EditionDraft:
    payload = generate_bio(evidence.snapshot, name=evidence.name, others=evidence.others)
    verdict = judge(payload, evidence.snapshot, name=evidence.name, others=evidence.others)
    status = EditionStatus.PUBLISHED if verdict.passed else EditionStatus.PENDING_MANUAL_COPY
    return EditionDraft(status, payload, verdict, record, reason)
