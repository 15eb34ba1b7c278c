"""Tables of highlights: the published bio, every edition, and the comments its claims rest on."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from glaze.db.base import Base


class UserProfileHighlight(Base):
    """The highlight of one user in one group: what is served. Its columns bear the seed's names."""

    __tablename__ = "user_profile_highlights"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    source_group: Mapped[int] = mapped_column(ForeignKey("groups.id"), primary_key=True, index=True)
    bio_text: Mapped[str]
    proof_points_json: Mapped[list[Any]]
    quotes_json: Mapped[list[Any]]
    snapshot_hash: Mapped[str]
    llm_model: Mapped[str]
    """Who in fact wrote it: a model's name, or `offline`."""
    generated_at: Mapped[datetime]
    stale_after: Mapped[datetime]
    manual_override: Mapped[bool] = mapped_column(server_default="false")
    override_text: Mapped[str | None]
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"), index=True)
    evidence_version: Mapped[int]
    """Up to which evidence the edition is known to hold; at or above the edition's own (R15)."""
    fingerprint: Mapped[str]
    marked_stale_at: Mapped[datetime | None]
    """When an admin marked it stale, if one did since it was published."""


class Edition(Base):
    """One generation result, published or not; append-only (R14)."""

    __tablename__ = "editions"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), index=True)
    status: Mapped[str]
    fingerprint: Mapped[str]
    evidence_version: Mapped[int]
    snapshot_hash: Mapped[str]
    prompt_name: Mapped[str]
    prompt_version: Mapped[str]
    prompt_hash: Mapped[str]
    style: Mapped[str]
    guard_version: Mapped[str]
    model_asked: Mapped[str]
    provider: Mapped[str]
    """Who in fact wrote it."""
    model_used: Mapped[str]
    fallback_reason: Mapped[str | None]
    """Why the offline writer speaks although a model was asked."""
    response_id: Mapped[str | None]
    finish_reason: Mapped[str | None]
    prompt_tokens: Mapped[int | None]
    completion_tokens: Mapped[int | None]
    latency_ms: Mapped[int | None]
    payload: Mapped[dict[str, Any]]
    """BioPayload: paragraphs, claims with receipts, proof points, quotes."""
    scorecard: Mapped[dict[str, Any]]
    """Each rule of the guard and what it said."""
    job_id: Mapped[int | None]
    """The job that made it; no foreign key, jobs are housekept."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("status IN ('published', 'rejected', 'pending_manual_copy')", name="status"),
        Index(None, "user_id", "group_id", "id"),
    )


class EditionReceipt(Base):
    """A comment that a claim of an edition rests on (R11)."""

    __tablename__ = "edition_receipts"

    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True)
    claim: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int]
    comment_id: Mapped[int] = mapped_column(primary_key=True)

    __table_args__ = (
        ForeignKeyConstraint(
            ["group_id", "comment_id"],
            ["request_comments.group_id", "request_comments.id"],
            ondelete="CASCADE",
        ),
        Index(None, "group_id", "comment_id"),
    )
