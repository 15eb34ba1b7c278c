"""Snapshots, claims and drafts for the tests of this room: plain functions without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from glaze.highlights.guard import Verdict, judge
from glaze.highlights.receipts import receipts_of
from glaze.highlights.types import BioPayload, Claim, Receipt
from glaze.snapshots.types import LinkCount, Quotable, SignalProfileSnapshot, TagCount

FIRST = datetime(2025, 3, 4, 12, tzinfo=UTC)
LAST = datetime(2025, 11, 20, 12, tzinfo=UTC)
URL = "https://example.org/trail"
SAID = "The view was worth every single step."


def link(url: str = URL, *comments: int) -> LinkCount:
    return LinkCount(url, "example.org", 1, ("c1",), comments or (11,))


def quotable(text: str = SAID, comment_id: int = 21) -> Quotable:
    return Quotable(f"q{comment_id}", f"d{comment_id}", FIRST, 2, 1, comment_id, text)


def snapshot(**more: Any) -> SignalProfileSnapshot:
    """Of somebody with a little of everything."""
    given: dict[str, Any] = {
        "user_id": "ada",
        "group_slug": "climbing",
        "timezone": "UTC",
        "message_count": 25,
        "first_seen_at": FIRST,
        "last_seen_at": LAST,
        "active_days": 9,
        "active_months": 4,
        "top_links": (link(), link("https://example.org/hut", 12)),
        "link_count": 3,
        "top_tags": (TagCount("summit", 6),),
        "reaction_counts": (("🎉", 5), ("👍", 2)),
        "reactions_given": (("👍", 8),),
        "attachment_counts": (("image/jpeg", 12), ("audio/aac", 13), ("video/mp4", 14)),
        "mentions_made": 15,
        "mentions_received": 16,
        "quotes_made": 17,
        "quotes_received": 18,
        "quotables": (quotable(),),
    }
    return SignalProfileSnapshot(**given | more)


def thin(messages: int = 1, **more: Any) -> SignalProfileSnapshot:
    """Of somebody of whom there are counts and dates only."""
    nothing: dict[str, Any] = {
        **dict.fromkeys(("top_links", "top_tags", "reaction_counts", "reactions_given", "attachment_counts"), ()),
        **dict.fromkeys(("link_count", "mentions_made", "mentions_received", "quotes_made", "quotes_received"), 0),
        "quotables": (),
        "last_seen_at": FIRST,
        "active_days": 1,
        "active_months": 1,
    }
    return snapshot(message_count=messages, **nothing | more)


def receipts(*rules: str, of: SignalProfileSnapshot | None = None) -> tuple[Receipt, ...]:
    """Receipts by rule; `quote` and `link` are the first of their kind."""
    given = receipts_of(of or snapshot())
    short = {"quote": "quotables:q21", "link": f"top_links:{URL}", "first": "first_seen_at", "last": "last_seen_at"}
    return tuple(given[short.get(rule, rule)] for rule in rules)


def free(text: str, *rules: str, of: SignalProfileSnapshot | None = None) -> Claim:
    """A sentence as a model writes it."""
    return Claim(text, receipts(*rules, of=of))


def draft(*claims: Claim, **more: Any) -> BioPayload:
    return BioPayload("en", (claims,), **more)


def verdict(claims: Claim | Sequence[Claim], **more: Any) -> Verdict:
    """What the guard says of these sentences about Ada."""
    sentences = (claims,) if isinstance(claims, Claim) else tuple(claims)
    given: dict[str, Any] = {"name": "Ada", **more}
    return judge(draft(*sentences), given.pop("of", None) or snapshot(), **given)


def broken(claims: Claim | Sequence[Claim], **more: Any) -> set[str]:
    """The rules that these sentences about Ada break."""
    return {violation.rule for violation in verdict(claims, **more).violations}


def free_handed(payload: BioPayload) -> BioPayload:
    """The same words as if a model had written them."""
    return replace_claims(
        payload, {number: Claim(claim.text, claim.receipts) for number, claim in enumerate(payload.claims)}
    )


def replace_claims(payload: BioPayload, new: Mapping[int, Claim]) -> BioPayload:
    """The payload with other claims at these places."""
    numbers = iter(range(len(payload.claims)))
    paragraphs = tuple(tuple(new.get(next(numbers), claim) for claim in part) for part in payload.paragraphs)
    return BioPayload(payload.language, paragraphs, payload.proof_points, payload.quotes)


def renamed(of: SignalProfileSnapshot, user_id: str) -> SignalProfileSnapshot:
    """The same evidence of somebody else."""
    return replace(of, user_id=user_id)
