"""The contract of snapshots: what can be proven of a member, as counts, dates, links and tags."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from glaze.snapshots import types as stored
from glaze.snapshots.read import SeenSnapshot
from schema.global_ids import global_id
from schema.members import Group, Member
from schema.node import Node


@strawberry.type(description="A link the member shared, and how often.")
class LinkCount:
    """One of the top links."""

    url: str = strawberry.field(description="Absolute, http or https.")
    domain: str = strawberry.field(description="The host, as a label.")
    count: int = strawberry.field(description="In how many comments.")

    @classmethod
    def of(cls, link: stored.LinkCount) -> "LinkCount":
        """The link as the API shows it."""
        return cls(url=link.url, domain=link.domain, count=link.count)


@strawberry.type(description="A tag of the member's comments, and how many bear it.")
class TagCount:
    """One of the top tags."""

    tag: str = strawberry.field(description="The tag, without `#`. Plain text.")
    count: int = strawberry.field(description="In how many comments.")

    @classmethod
    def of(cls, tag: stored.TagCount) -> "TagCount":
        """The tag as the API shows it."""
        return cls(tag=tag.tag, count=tag.count)


@strawberry.type(description="An emoji, and how often.")
class EmojiCount:
    """One kind of reaction."""

    emoji: str = strawberry.field(description="The emoji as sent, skin tone and all.")
    count: int = strawberry.field(description="How often.")

    @classmethod
    def all_of(cls, counts: Sequence[tuple[str, int]]) -> list["EmojiCount"]:
        """The counts as the API shows them, most first."""
        return [cls(emoji=emoji, count=count) for emoji, count in counts]


@strawberry.type(description="A kind of file, and how many.")
class AttachmentCount:
    """One content type."""

    content_type: str = strawberry.field(description="Its MIME type.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="What can be proven of one member in one group, and nothing else.")
class Snapshot(Node):
    """The current receipts bundle, of visible comments only."""

    member: Member = strawberry.field(description="Of whom.")
    group: Group = strawberry.field(description="In which group.")
    hash: str = strawberry.field(description="SHA-256 of the evidence; equal evidence has equal hashes.")
    taken_at: datetime = strawberry.field(description="When it became the current one.")
    up_to_date: bool = strawberry.field(
        description="Whether the chat is still as it was then. Counts and dates wait for the next snapshot; links"
        " and tags that are gone are left out at once."
    )
    evidence_version: int = strawberry.field(
        description="The evidence it was taken of. Only its growth means anything."
    )
    message_count: int = strawberry.field(description="Comments written.")
    first_seen_at: datetime | None = strawberry.field(description="The first comment; null if there is none.")
    last_seen_at: datetime | None = strawberry.field(description="The latest comment; null if there is none.")
    active_days: int = strawberry.field(description="Days with a comment, in the group's time zone.")
    active_months: int = strawberry.field(description="Months with a comment, in the group's time zone.")
    conversation_count: int = strawberry.field(description="Conversations taken part in.")
    top_links: list[LinkCount] = strawberry.field(description="The links shared most.")
    link_count: int = strawberry.field(description="Links shared altogether.")
    top_tags: list[TagCount] = strawberry.field(description="The tags used most.")
    reaction_counts: list[EmojiCount] = strawberry.field(description="Reactions received, by emoji.")
    reactions_given: list[EmojiCount] = strawberry.field(description="Reactions given, by emoji.")
    attachment_counts: list[AttachmentCount] = strawberry.field(description="Files sent, by type.")
    mentions_made: int = strawberry.field(description="How often they mentioned somebody.")
    mentions_received: int = strawberry.field(description="How often somebody mentioned them.")
    quotes_made: int = strawberry.field(description="How often they replied to a comment.")
    quotes_received: int = strawberry.field(description="How often somebody replied to theirs.")

    @classmethod
    def of(cls, seen: SeenSnapshot) -> "Snapshot":
        """The snapshot as the API shows it; conversations and comments are counted, never named."""
        snapshot = seen.snapshot
        return cls(
            id=strawberry.ID(global_id("Snapshot", seen.member.id, seen.group.id)),
            member=Member.of(seen.member),
            group=Group.of(seen.group),
            hash=snapshot.hash,
            taken_at=seen.taken_at,
            up_to_date=seen.up_to_date,
            evidence_version=seen.evidence_version,
            message_count=snapshot.message_count,
            first_seen_at=snapshot.first_seen_at,
            last_seen_at=snapshot.last_seen_at,
            active_days=snapshot.active_days,
            active_months=snapshot.active_months,
            conversation_count=len(snapshot.request_ids),
            top_links=[LinkCount.of(link) for link in snapshot.top_links],
            link_count=snapshot.link_count,
            top_tags=[TagCount.of(tag) for tag in snapshot.top_tags],
            reaction_counts=EmojiCount.all_of(snapshot.reaction_counts),
            reactions_given=EmojiCount.all_of(snapshot.reactions_given),
            attachment_counts=[AttachmentCount(content_type=kind, count=n) for kind, n in snapshot.attachment_counts],
            mentions_made=snapshot.mentions_made,
            mentions_received=snapshot.mentions_received,
            quotes_made=snapshot.quotes_made,
            quotes_received=snapshot.quotes_received,
        )
