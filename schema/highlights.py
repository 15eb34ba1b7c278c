"""The contract of highlights: the bio as a card shows it."""

from datetime import datetime

import strawberry

from glaze.highlights import types as domain
from glaze.highlights.served import ServedHighlight
from glaze.snapshots.read import Figures
from schema.global_ids import global_id
from schema.members import Group, Member
from schema.node import Node
from schema.provenance import Freshness, Provenance, Verdict
from schema.receipts import Claim, Paragraph, ProofPoint, Quote
from schema.snapshots import LinkCount, TagCount
from schema.words import Display

_FALLBACK_COPY = {
    domain.Display.BASELINE: "No portrait yet. Until it is written, here is what the group's chat shows.",
    domain.Display.NONE: "Nothing to tell yet: a portrait appears once there is something to rest it on.",
}


@strawberry.type(description="What a profile shows where no bio stands.")
class Baseline:
    """Figures of the current snapshot."""

    message_count: int = strawberry.field(description="How many comments the member wrote here.")
    first_seen_at: datetime | None = strawberry.field(description="Their first comment.")
    last_seen_at: datetime | None = strawberry.field(description="Their latest comment.")
    top_links: list[LinkCount] = strawberry.field(description="The links they shared most.")
    top_tags: list[TagCount] = strawberry.field(description="The tags they used most.")

    @classmethod
    def of(cls, figures: Figures) -> "Baseline":
        """The figures as the API shows them."""
        return cls(
            message_count=figures.message_count,
            first_seen_at=figures.first_seen_at,
            last_seen_at=figures.last_seen_at,
            top_links=[LinkCount.of(link) for link in figures.top_links],
            top_tags=[TagCount.of(tag) for tag in figures.top_tags],
        )


@strawberry.type(description="What a group knows a member for: one per member and group.")
class ProfileHighlight(Node):
    """The card."""

    member: Member = strawberry.field(description="Whom it is about.")
    group: Group = strawberry.field(description="The group it is drawn from.")
    display: Display = strawberry.field(description="How to show it. A client branches on this alone.")
    bio_text: str | None = strawberry.field(
        description="The bio as one text, paragraphs parted by an empty line; null where `display` shows none."
        " Plain text."
    )
    paragraphs: list[Paragraph] = strawberry.field(description="The same bio, sentence by sentence.")
    proof_points: list[ProofPoint] = strawberry.field(description="Short facts beside the bio.")
    quotes: list[Quote] = strawberry.field(description="The member's own words.")
    manual_override: bool = strawberry.field(
        description="Whether the bio is an admin's own text, which rests on no receipts."
    )
    freshness: Freshness = strawberry.field(description="Whether it still holds, and if not, why.")
    provenance: Provenance | None = strawberry.field(
        description="Who wrote the edition behind it, also behind an override; null without a bio."
    )
    scorecard: list[Verdict] = strawberry.field(description="What each rule of the guard said of that edition.")
    fallback_copy: str | None = strawberry.field(
        description="The sentence to show where there is no bio; null where there is one. Plain text."
    )
    baseline: Baseline | None = strawberry.field(
        description="The figures to show where there is no bio; null where there is one, or nothing to show."
    )
    other_groups: list[Group] = strawberry.field(
        description="The other groups in which the viewer may see this member, by title."
    )

    @classmethod
    def of(cls, served: ServedHighlight, *, is_admin: bool) -> "ProfileHighlight":
        """The highlight as this viewer may read it."""
        return cls(
            id=strawberry.ID(global_id("ProfileHighlight", served.member.id, served.group.id)),
            member=Member.of(served.member),
            group=Group.of(served.group),
            display=Display[served.display.name],
            bio_text=served.bio_text,
            paragraphs=[Paragraph(claims=[Claim.of(claim) for claim in paragraph]) for paragraph in served.paragraphs],
            proof_points=[ProofPoint.of(point) for point in served.proof_points],
            quotes=[Quote(text=quote.text, sent_at=quote.sent_at) for quote in served.quotes],
            manual_override=served.manual_override,
            freshness=Freshness.of(served.freshness),
            provenance=None if served.provenance is None else Provenance.of(served.provenance, is_admin=is_admin),
            scorecard=Verdict.all_of(served.scorecard),
            fallback_copy=_FALLBACK_COPY.get(served.display),
            baseline=None if served.baseline is None else Baseline.of(served.baseline),
            other_groups=[Group.of(group) for group in served.other_groups],
        )
