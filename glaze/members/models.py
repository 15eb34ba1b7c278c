"""Tables of people and groups: users, their identities, groups, and who belongs to which."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from glaze.db.base import Base


class IdentityKind(StrEnum):
    """What an identity's value is."""

    ACI = "aci"
    E164 = "e164"
    NAME = "name"


class LinkedBy(StrEnum):
    """Who says that an identity belongs to its user."""

    HOME = "home"
    """Nobody: the identity rests with its provisional home user."""
    IMPORT = "import"
    """An import: the same Signal account's number, or the one person of that name in the group."""
    PERSON = "person"
    """A person decided; no import changes it."""


class User(Base):
    """An account. `user_id` is the stable external id, the JWT's `sub`; no role is stored (R1)."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    user_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class UserAttribute(Base):
    """An identity: a Signal account, a number or an exported name, owned by a user (R2).

    Comments name identities, identities name users, so linking rewrites no comment. A name is only unique in
    its group, so its value is `<group key>/<squashed name>`: one Alex must not become every Alex.
    """

    __tablename__ = "user_attributes"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    home_user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    """The provisional user that stands for this identity alone; unlink restores it."""
    kind: Mapped[str]
    value: Mapped[str]
    linked_by: Mapped[str] = mapped_column(server_default=LinkedBy.HOME)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("kind", "value"),
        CheckConstraint("kind IN ('aci', 'e164', 'name')", name="kind"),
        CheckConstraint("linked_by IN ('home', 'import', 'person')", name="linked_by"),
    )


class Group(Base):
    """A Signal group. Its slug is unique and survives a change of title (R5)."""

    __tablename__ = "groups"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    titled_as_of: Mapped[datetime]
    """The time of the export the title is from; the newest wins, in whatever order they come (R7)."""
    timezone: Mapped[str] = mapped_column(server_default="UTC")
    """IANA name; decides every day, week and month word. Stored times are UTC (R5)."""
    members_as_of: Mapped[datetime | None]
    """The time of the export the member list is from; null where no format had one (R4)."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class GroupKey(Base):
    """What a format calls a group: sha256 of its master key, a groupId or a folder (R5)."""

    __tablename__ = "group_keys"

    key: Mapped[str] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), index=True)


class GroupMember(Base):
    """An identity seen in a group, the name it bears there, and whether it belongs to it now (R4)."""

    __tablename__ = "group_members"

    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("user_attributes.id"), primary_key=True)
    display_name: Mapped[str]
    named_as_of: Mapped[datetime]
    is_member: Mapped[bool]
    """On the newest member list, or wrote here where the format has none."""

    __table_args__ = (Index(None, "identity_id"),)
