"""The contract of claims: the sentences of a bio and what each rests on."""

from datetime import datetime

import strawberry

from glaze.chat.words import domain_of
from glaze.highlights import types as domain
from schema.words import ReceiptKind


@strawberry.type(description="A link, with what a card shows of it.")
class Link:
    """An absolute http(s) URL and its domain."""

    url: str = strawberry.field(description="Absolute, http or https.")
    domain: str = strawberry.field(description="The host, as a label.")


@strawberry.type(description="What a sentence rests on.")
class Receipt:
    """R11."""

    kind: ReceiptKind = strawberry.field(description="What it proves.")
    rule: str = strawberry.field(description="The rule of the snapshot that counted or found it.")
    value: str = strawberry.field(
        description="The number, the day, the URL or the words, as they must appear in the sentence. Plain text."
    )
    comment_count: int = strawberry.field(description="How many comments it names; 0 for a number or a day.")
    link: Link | None = strawberry.field(description="For a LINK: where it leads.")

    @classmethod
    def of(cls, receipt: domain.Receipt) -> "Receipt":
        """The receipt as the API shows it: comments are counted, never named."""
        is_link = receipt.kind is domain.ReceiptKind.LINK
        return cls(
            kind=ReceiptKind[receipt.kind.name],
            rule=receipt.rule,
            value=receipt.value,
            comment_count=len(receipt.comment_ids),
            link=Link(url=receipt.value, domain=domain_of(receipt.value)) if is_link else None,
        )


@strawberry.type(description="One sentence of a bio and the receipts it rests on.")
class Claim:
    """R11."""

    text: str = strawberry.field(description="The sentence. Plain text.")
    receipts: list[Receipt] = strawberry.field(description="What it rests on; empty only for an admin's own text.")

    @classmethod
    def of(cls, claim: domain.Claim) -> "Claim":
        """The claim as the API shows it."""
        return cls(text=claim.text, receipts=[Receipt.of(receipt) for receipt in claim.receipts])


@strawberry.type(description="A paragraph of a bio.")
class Paragraph:
    """Its claims in reading order."""

    claims: list[Claim] = strawberry.field(description="Its sentences, to be joined by a space.")


@strawberry.type(description="A short fact beside the bio.")
class ProofPoint:
    """With its one receipt."""

    key: str = strawberry.field(description="Stable, for analytics: `message_count`.")
    text: str = strawberry.field(description="The fact. Plain text.")
    receipt: Receipt = strawberry.field(description="What it rests on.")

    @classmethod
    def of(cls, point: domain.ProofPoint) -> "ProofPoint":
        """The proof point as the API shows it."""
        return cls(key=point.key, text=point.text, receipt=Receipt.of(point.receipt))


@strawberry.type(description="The member's own words, verbatim.")
class Quote:
    """A visible comment of the subject's."""

    text: str = strawberry.field(description="The words. Plain text.")
    sent_at: datetime = strawberry.field(description="When they were sent.")
