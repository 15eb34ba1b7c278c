"""The table of the audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy import Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from glaze.db.base import Base


class AuditEntry(Base):
    """Who did what to whom: field names, lengths and keyed hashes, no text, no foreign key to users (R23).

    Triggers made by the migration refuse UPDATE, DELETE and TRUNCATE.
    """

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_key: Mapped[str]
    """Keyed hash of the actor's user_id, or `system`."""
    action: Mapped[str]
    """`room.deed`."""
    target: Mapped[str]
    """`kind:id` of what was acted on."""
    details: Mapped[dict[str, Any]]

    __table_args__ = (Index(None, "target", "id"),)
