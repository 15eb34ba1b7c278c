"""The table of snapshots."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from glaze.db.base import Base


class Snapshot(Base):
    """The receipts bundle of one user in one group, with its hash; one is current."""

    __tablename__ = "snapshots"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), index=True)
    hash: Mapped[str]
    """SHA-256 of the evidence in canonical JSON (R12)."""
    evidence_version: Mapped[int]
    evidence: Mapped[dict[str, Any]]
    """What is hashed: counts, dates, links, tags; no ids of ours, no person's name or account."""
    request_ids: Mapped[list[Any]]
    """Conversations the user took part in; outside the hash, for they move when a chat is completed (R8)."""
    is_current: Mapped[bool]
    taken_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("user_id", "group_id", "hash"),
        Index("uq_snapshots_current", "user_id", "group_id", unique=True, postgresql_where=text("is_current")),
    )
