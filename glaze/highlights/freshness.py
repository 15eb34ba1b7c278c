"""Whether a published highlight still holds, and if not, exactly why (R15)."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from glaze.highlights.types import StaleReason


class Wanted(msgspec.Struct, frozen=True):
    """What a generation of today would be made with, beside the evidence (R14)."""

    prompt_hash: str
    model_asked: str
    guard_version: str


class Standing(msgspec.Struct, frozen=True):
    """What a published highlight was made with and what has happened since."""

    prompt_hash: str
    model_asked: str
    guard_version: str
    known_version: int
    """Up to which evidence version it is known to hold."""
    evidence_version: int
    """The evidence version now."""
    evidence_reasons: Mapping[str, int]
    """`{reason: the last version it raised}`."""
    stale_after: datetime
    marked_stale_at: datetime | None


def stale_reasons(standing: Standing, wanted: Wanted, now: datetime) -> tuple[StaleReason, ...]:
    """Why the highlight is stale, in the order of StaleReason; empty when it is fresh (R15)."""
    reasons = {
        StaleReason(reason) for reason, version in standing.evidence_reasons.items() if version > standing.known_version
    }
    if standing.evidence_version > standing.known_version and not reasons:
        reasons.add(StaleReason.EVIDENCE_CHANGED)
    if standing.prompt_hash != wanted.prompt_hash:
        reasons.add(StaleReason.PROMPT_REVISED)
    if standing.model_asked != wanted.model_asked:
        reasons.add(StaleReason.MODEL_CHANGED)
    if standing.guard_version != wanted.guard_version:
        reasons.add(StaleReason.GUARD_REVISED)
    if now >= standing.stale_after:
        reasons.add(StaleReason.EXPIRED)
    if standing.marked_stale_at is not None:
        reasons.add(StaleReason.MARKED_BY_ADMIN)
    return tuple(reason for reason in StaleReason if reason in reasons)


def shown_to_members(reasons: tuple[StaleReason, ...]) -> tuple[StaleReason, ...]:
    """The reasons as other members may read them: what the subject withdrew is nobody's business (R15)."""
    private = {StaleReason.EXCLUDED, StaleReason.DISPUTED}
    seen = {StaleReason.EVIDENCE_CHANGED if reason in private else reason for reason in reasons}
    return tuple(reason for reason in StaleReason if reason in seen)
