"""What of a stored highlight is served now: the parts that still hold, how fresh they are, and how to show them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from glaze.highlights.freshness import Standing, Wanted, shown_to_members, stale_reasons
from glaze.highlights.guard import RuleResult
from glaze.highlights.types import BioPayload, Claim, Display, ProofPoint, Quote, Receipt, ReceiptKind, StaleReason
from glaze.members.types import SeenGroup, SeenMember
from glaze.snapshots.read import Figures


class FreshnessState(StrEnum):
    """Whether what is served still holds."""

    FRESH = "FRESH"
    STALE = "STALE"
    MISSING = "MISSING"


class Freshness(msgspec.Struct, frozen=True):
    """How fresh a highlight is, and if it is stale, why (R15). Without a highlight: MISSING, and no times."""

    state: FreshnessState
    reasons: tuple[StaleReason, ...]
    updated_at: datetime | None
    stale_after: datetime | None
    evidence_version: int
    """Up to which evidence the highlight is known to hold; 0 without one."""


class Provenance(msgspec.Struct, frozen=True):
    """Who wrote the edition, with what, and from which evidence (R14)."""

    edition_id: int
    provider: str
    model: str
    model_asked: str
    prompt_name: str
    prompt_version: str
    prompt_hash: str
    style: str
    guard_version: str
    snapshot_hash: str
    fallback_reason: str | None
    finish_reason: str | None
    response_id: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    latency_ms: int | None
    generated_at: datetime


class Published(msgspec.Struct, frozen=True):
    """A highlight and its edition as they stand in the tables, and what has happened since."""

    provenance: Provenance
    payload: BioPayload
    scorecard: tuple[RuleResult, ...]
    pending_manual_copy: bool
    override_text: str | None
    """The admin's text, if one stands in front of the machine's."""
    known_version: int
    stale_after: datetime
    marked_stale_at: datetime | None
    visible_comments: frozenset[int]
    """Those comments of the edition that it may still rest on (R10, R16)."""


class ServedHighlight(msgspec.Struct, frozen=True):
    """The answer about one subject in one group. Without a bio, `bio_text` is None and `paragraphs` is empty."""

    member: SeenMember
    group: SeenGroup
    other_groups: tuple[SeenGroup, ...]
    display: Display
    bio_text: str | None
    paragraphs: tuple[tuple[Claim, ...], ...]
    proof_points: tuple[ProofPoint, ...]
    quotes: tuple[Quote, ...]
    manual_override: bool
    freshness: Freshness
    provenance: Provenance | None
    scorecard: tuple[RuleResult, ...]
    baseline: Figures | None
    """The figures of the current snapshot, where no bio stands in front of them."""


class Subject(msgspec.Struct, frozen=True):
    """Whom the answer is about, and what is known beside the highlight."""

    member: SeenMember
    group: SeenGroup
    other_groups: tuple[SeenGroup, ...]
    evidence_version: int
    evidence_reasons: Mapping[str, int]
    tells_all_reasons: bool
    """Whether the viewer is the subject or an admin, who may read why exactly a highlight is stale (R15)."""
    figures: Figures | None


def serve(subject: Subject, published: Published | None, wanted: Wanted, now: datetime) -> ServedHighlight:
    """What the viewer is shown (R16, R18).

    An override stands in front of the bio and is exempt from R16; proof points and quotes beside it are not.
    """
    kept = None if published is None else _what_still_holds(published)
    paragraphs = () if kept is None else kept.paragraphs
    freshness = _freshness(subject, published, wanted, now)
    return ServedHighlight(
        member=subject.member,
        group=subject.group,
        other_groups=subject.other_groups,
        display=_display(freshness, subject.figures, has_bio=bool(paragraphs)),
        bio_text=kept.bio_text if kept is not None and paragraphs else None,
        paragraphs=paragraphs,
        proof_points=kept.proof_points if kept is not None else (),
        quotes=kept.quotes if kept is not None else (),
        manual_override=published is not None and published.override_text is not None,
        freshness=freshness,
        provenance=None if published is None else published.provenance,
        scorecard=() if published is None else published.scorecard,
        baseline=None if paragraphs else subject.figures,
    )


def _what_still_holds(published: Published) -> BioPayload:
    """The payload without what rests on a comment that may not be used any more (R16).

    Of a draft that waits for manual copy nothing is shown: it did not pass the guard.
    """
    payload = published.payload
    if published.pending_manual_copy:
        payload = BioPayload(payload.language, ())
    if published.override_text is not None:
        paragraphs = _as_paragraphs(published.override_text)
    else:
        paragraphs = tuple(
            tuple(claim for claim in paragraph if all(_holds(receipt, published) for receipt in claim.receipts))
            for paragraph in payload.paragraphs
        )
    return BioPayload(
        language=payload.language,
        paragraphs=tuple(paragraph for paragraph in paragraphs if paragraph),
        proof_points=tuple(point for point in payload.proof_points if _holds(point.receipt, published)),
        quotes=tuple(quote for quote in payload.quotes if quote.comment_id in published.visible_comments),
    )


def _holds(receipt: Receipt, published: Published) -> bool:
    """Whether a receipt may still be shown: a count or a date always, a link or quote while its comments are.

    A comment counts as gone unless the tables say that it is visible: one whose very row is gone must hide the
    claim, not free it.
    """
    if receipt.kind in (ReceiptKind.LINK, ReceiptKind.QUOTE) and not receipt.comment_ids:
        return False
    return published.visible_comments.issuperset(receipt.comment_ids)


def _as_paragraphs(override_text: str) -> tuple[tuple[Claim, ...], ...]:
    """An admin's text in the shape of a bio: a paragraph where there is an empty line, and no receipts."""
    blocks = (" ".join(block.split()) for block in override_text.replace("\r\n", "\n").split("\n\n"))
    return tuple((Claim(block, ()),) for block in blocks if block)


def _freshness(subject: Subject, published: Published | None, wanted: Wanted, now: datetime) -> Freshness:
    if published is None:
        return Freshness(FreshnessState.MISSING, (), None, None, 0)
    made = published.provenance
    reasons = stale_reasons(
        Standing(
            prompt_hash=made.prompt_hash,
            model_asked=made.model_asked,
            guard_version=made.guard_version,
            known_version=published.known_version,
            evidence_version=subject.evidence_version,
            evidence_reasons=subject.evidence_reasons,
            stale_after=published.stale_after,
            marked_stale_at=published.marked_stale_at,
        ),
        wanted,
        now,
    )
    return Freshness(
        state=FreshnessState.STALE if reasons else FreshnessState.FRESH,
        reasons=reasons if subject.tells_all_reasons else shown_to_members(reasons),
        updated_at=made.generated_at,
        stale_after=published.stale_after,
        evidence_version=published.known_version,
    )


def _display(freshness: Freshness, figures: Figures | None, *, has_bio: bool) -> Display:
    if has_bio:
        return Display.NEEDS_REFRESH if freshness.state is FreshnessState.STALE else Display.FULL
    return Display.BASELINE if figures is not None and figures.message_count else Display.NONE
