"""Tables of the chat: conversations, comments, and what hangs on a comment."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from glaze.db.base import Base


class Request(Base):
    """A conversation (R8). Its id enters no hash: completing a chat can change where a conversation begins."""

    __tablename__ = "requests"

    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    id: Mapped[int] = mapped_column(Identity())
    started_at: Mapped[datetime]

    __table_args__ = (
        PrimaryKeyConstraint("group_id", "id"),
        Index(None, "group_id", "started_at"),
    )


class RequestComment(Base):
    """A comment: one message. The same one is (group, author identity, original sent millisecond) (R6).

    Only the files named in R10's house test may read this table; everybody else reads the view
    `visible_comments`.

    Identities and conversations are named without foreign keys: checking each row again took a third of an
    import. Whoever a chat names has a row in group_members, whose keys hold identity and group; conversations are
    made by the import that places the comments. A test looks for orphans after every kind of import.
    """

    __tablename__ = "request_comments"

    group_id: Mapped[int]
    id: Mapped[int] = mapped_column(Identity())
    request_id: Mapped[int]
    author_id: Mapped[int]
    """An identity; see the note on foreign keys at the class."""
    sent_at: Mapped[datetime]
    """When it was first sent; an edit does not move it."""
    edited_at: Mapped[datetime | None]
    kind: Mapped[str]
    body: Mapped[str]
    """Plain text; each mention is one `@` with a row in comment_mentions, the name is put in when shown."""
    deleted: Mapped[bool] = mapped_column(server_default=text("false"))
    """Deleted for everyone, for ever; the row stays, without words (R7)."""
    duplicate_of: Mapped[int | None]
    """The copy of the same comment from a richer format, once both belong to one user (R3)."""
    quoted_author_id: Mapped[int | None]
    quoted_sent_at: Mapped[datetime | None]
    text_as_of: Mapped[datetime]
    """The time of the export the text is from, for equal edit times (R7)."""
    reactions_as_of: Mapped[datetime]
    """The time of the export the reactions are from; the newest wins (R7)."""

    __table_args__ = (
        PrimaryKeyConstraint("group_id", "id"),
        # The author leads, so that this is the author's index too: one index less on the largest table.
        UniqueConstraint("author_id", "group_id", "sent_at"),
        CheckConstraint("NOT deleted OR body = ''", name="deleted_has_no_words"),
        Index(None, "group_id", "sent_at"),
        Index(None, "group_id", "request_id"),
        Index(None, "group_id", "duplicate_of", postgresql_where=text("duplicate_of IS NOT NULL")),
        Index(
            None,
            "quoted_author_id",
            "group_id",
            "quoted_sent_at",
            postgresql_where=text("quoted_author_id IS NOT NULL"),
        ),
    )


def _of_comment() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["group_id", "comment_id"], ["request_comments.group_id", "request_comments.id"], ondelete="CASCADE"
    )


class CommentLink(Base):
    """An http(s) link in a comment, as written."""

    __tablename__ = "comment_links"

    group_id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str]
    domain: Mapped[str]

    __table_args__ = (_of_comment(),)


class CommentTag(Base):
    """A hashtag in a comment, in lower case, without `#`."""

    __tablename__ = "comment_tags"

    group_id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    tag: Mapped[str]

    __table_args__ = (_of_comment(),)


class CommentMention(Base):
    """Somebody a comment mentions; `start` is the code-point offset of the `@` in the body."""

    __tablename__ = "comment_mentions"

    group_id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(primary_key=True)
    identity_id: Mapped[int] = mapped_column(index=True)

    __table_args__ = (_of_comment(),)


class CommentAttachment(Base):
    """A file that went with a comment: its type and size only. File names say more than they should."""

    __tablename__ = "comment_attachments"

    group_id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    content_type: Mapped[str]
    size: Mapped[int | None]
    voice: Mapped[bool]

    __table_args__ = (_of_comment(),)


class CommentReaction(Base):
    """The reaction of one identity to one comment. `emoji` is as sent, skin tone and all."""

    __tablename__ = "comment_reactions"

    group_id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(primary_key=True)
    reactor_id: Mapped[int] = mapped_column(primary_key=True)
    emoji: Mapped[str]
    reacted_at: Mapped[datetime | None]

    __table_args__ = (_of_comment(), Index(None, "reactor_id", "group_id"))


class Import(Base):
    """One finished import that changed the chat, and its report: counts only."""

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    format: Mapped[str]
    as_of: Mapped[datetime]
    """The export's own time."""
    report: Mapped[dict[str, Any]]
    finished_at: Mapped[datetime] = mapped_column(server_default=func.now())
