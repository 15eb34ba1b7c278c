"""The table of evidence versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from glaze.db.base import Base


class EvidenceVersion(Base):
    """A counter per (user, group), raised by one in the transaction that changes evidence (R13)."""

    __tablename__ = "evidence_versions"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), primary_key=True, index=True)
    version: Mapped[int]
    reasons: Mapped[dict[str, Any]]
    """`{reason: the last version it raised}`; those above an edition's version say why it is stale (R15)."""
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
