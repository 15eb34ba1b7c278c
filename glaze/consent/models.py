"""Tables of consent: what a person has withdrawn. Consent belongs to the identity and travels with it (R3)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from glaze.db.base import Base


class Exclusion(Base):
    """A span of time whose own comments and reactions a person has taken back in one group (R9).

    Stored as a span, not as conversations, so that re-threading cannot undo it; by identity, so that it
    travels with a link and back with an unlink.
    """

    __tablename__ = "exclusions"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("user_attributes.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """Exclusive end."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="span"),
        Index(None, "identity_id", "group_id"),
        Index(None, "group_id"),
    )


class OptOut(Base):
    """A person who is not to be spoken of in one group at all: no bio, no words, no reactions (R9)."""

    __tablename__ = "opt_outs"

    identity_id: Mapped[int] = mapped_column(ForeignKey("user_attributes.id"), primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), primary_key=True, index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Hide(Base):
    """A person whose highlight in one group is shown to nobody but themselves (R20)."""

    __tablename__ = "hides"

    identity_id: Mapped[int] = mapped_column(ForeignKey("user_attributes.id"), primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), primary_key=True, index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class BarredReceipt(Base):
    """A comment that a subject's disputes bar from resting anything on, in this subject's bios only (R10)."""

    __tablename__ = "barred_receipts"

    subject_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), primary_key=True, index=True)
    comment_id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RetentionHorizon(Base):
    """From which moment on a group's comments may be used; older ones are past retention (R10)."""

    __tablename__ = "retention_horizons"

    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), primary_key=True)
    keep_from: Mapped[datetime]
