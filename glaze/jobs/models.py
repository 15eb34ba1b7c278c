"""The table of jobs: PostgreSQL is the queue."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Identity, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from glaze.db.base import Base


class JobState(StrEnum):
    """Where a job stands. `done`, `dead`, `superseded` and `cancelled` are ends."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


class Job(Base):
    """One unit of work; arq only rings its id."""

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]
    """What it serialises on: `user:group` for glaze, `group` for snapshot (R25)."""
    idem_key: Mapped[str]
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default=JobState.QUEUED)
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    max_attempts: Mapped[int] = mapped_column(server_default=text("5"))
    run_at: Mapped[datetime] = mapped_column(server_default=func.now())
    rung_at: Mapped[datetime | None]
    ring_count: Mapped[int] = mapped_column(server_default=text("0"))
    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None]
    """Counts and ids, once done."""
    last_error: Mapped[str | None]
    """A code, never a message."""
    superseded_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("kind", "idem_key"),
        CheckConstraint("state IN ('queued', 'running', 'done', 'dead', 'superseded', 'cancelled')", name="state"),
        CheckConstraint("(state = 'running') = (lease_token IS NOT NULL AND lease_until IS NOT NULL)", name="lease"),
        Index("uq_jobs_running", "kind", "subject", unique=True, postgresql_where=text("state = 'running'")),
        Index("uq_jobs_queued", "kind", "subject", unique=True, postgresql_where=text("state = 'queued'")),
        Index("ix_jobs_due", "run_at", "id", postgresql_where=text("state = 'queued'")),
        Index("ix_jobs_lease", "lease_until", postgresql_where=text("state = 'running'")),
        Index(None, "kind", "subject", "id"),
    )
