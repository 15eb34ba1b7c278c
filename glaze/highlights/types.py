"""What a bio is made of: claims with receipts, proof points, quotes, and how fresh and how shown it is."""

from datetime import datetime
from enum import StrEnum

import msgspec


class ReceiptKind(StrEnum):
    """What a receipt proves."""

    COUNT = "count"
    DATE = "date"
    LINK = "link"
    QUOTE = "quote"


class Receipt(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something a sentence may rest on (R11).

    A count or a date is a named rule of the snapshot and its value; a link or a quote also names its comments.
    `value` is the count, the ISO date (`2025-03-04`, in the group's time zone), the URL or the verbatim words.
    """

    kind: ReceiptKind
    rule: str
    value: str
    comment_ids: tuple[int, ...] = ()


class Claim(msgspec.Struct, frozen=True, omit_defaults=True):
    """One sentence and the receipts it rests on; it is checked against these alone.

    `form` names the sentence form the offline writer filled, so that the guard can fill it again and compare; a
    model's sentence has none.
    """

    text: str
    receipts: tuple[Receipt, ...]
    form: str = ""


class ProofPoint(msgspec.Struct, frozen=True):
    """A short fact beside the bio, with its one receipt. `key` is stable for analytics, e.g. `message_count`."""

    key: str
    text: str
    receipt: Receipt


class Quote(msgspec.Struct, frozen=True):
    """The subject's own words, verbatim, and the comment they are from (R11)."""

    text: str
    comment_id: int
    sent_at: datetime


class BioPayload(msgspec.Struct, frozen=True):
    """A bio: paragraphs of claims, proof points and quotes, in one language (`en`, `de`)."""

    language: str
    paragraphs: tuple[tuple[Claim, ...], ...]
    proof_points: tuple[ProofPoint, ...] = ()
    quotes: tuple[Quote, ...] = ()

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All claims in reading order."""
        return tuple(claim for paragraph in self.paragraphs for claim in paragraph)

    @property
    def rests_on(self) -> tuple[frozenset[int], ...]:
        """The comments that each claim, then each proof point, then each quote rests on.

        A position here is the number in `edition_receipts`; for claims it is their number in reading order.
        """
        return (
            *(frozenset(ident for receipt in claim.receipts for ident in receipt.comment_ids) for claim in self.claims),
            *(frozenset(point.receipt.comment_ids) for point in self.proof_points),
            *(frozenset([quote.comment_id]) for quote in self.quotes),
        )

    @property
    def bio_text(self) -> str:
        """The bio as it is read: it is nothing but its claims."""
        return "\n\n".join(" ".join(claim.text for claim in paragraph) for paragraph in self.paragraphs)


class EditionStatus(StrEnum):
    """What became of a generation result."""

    PUBLISHED = "published"
    REJECTED = "rejected"
    PENDING_MANUAL_COPY = "pending_manual_copy"


class StaleReason(StrEnum):
    """Why a highlight no longer holds in full (R15)."""

    EVIDENCE_CHANGED = "EVIDENCE_CHANGED"
    COMMENT_EDITED = "COMMENT_EDITED"
    COMMENT_DELETED = "COMMENT_DELETED"
    EXCLUDED = "EXCLUDED"
    DISPUTED = "DISPUTED"
    IDENTITY_LINKED = "IDENTITY_LINKED"
    ANALYSIS_CHANGED = "ANALYSIS_CHANGED"
    RETENTION_APPLIED = "RETENTION_APPLIED"
    PROMPT_REVISED = "PROMPT_REVISED"
    STYLE_SURPASSED = "STYLE_SURPASSED"
    MODEL_CHANGED = "MODEL_CHANGED"
    GUARD_REVISED = "GUARD_REVISED"
    EXPIRED = "EXPIRED"
    MARKED_BY_ADMIN = "MARKED_BY_ADMIN"


class Display(StrEnum):
    """How the server wants a highlight shown (R18)."""

    FULL = "FULL"
    """The bio, fresh."""
    NEEDS_REFRESH = "NEEDS_REFRESH"
    """The bio with a chip that says why it is stale."""
    BASELINE = "BASELINE"
    """No bio yet, or none that may be published: snapshot figures and fallback copy."""
    NONE = "NONE"
    """A member of whom nothing can be proven yet."""


class FallbackReason(StrEnum):
    """Why the offline writer speaks although a model was asked (R14)."""

    TRANSPORT = "transport"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    FILTERED = "filtered"
    MALFORMED = "malformed"
    SCHEMA = "schema"
    EMPTY = "empty"
    REJECTED = "rejected"
    GUARD = "guard"
