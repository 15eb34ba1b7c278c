"""Reading a snapshot out of its evidence, and what its hash is made of (R12)."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from glaze.fingerprint import digest
from glaze.snapshots.compute import evidence_hash, snapshot_from
from glaze.snapshots.types import LinkCount, Quotable, SignalProfileSnapshot, TagCount

EVIDENCE: dict[str, Any] = {
    "schema": 1,
    "rules": 1,
    "timezone": "Europe/Berlin",
    "message_count": 3,
    "first_seen_at": "2026-06-17T17:00:00.001Z",
    "last_seen_at": "2026-06-18T17:00:00.999Z",
    "active_days": 2,
    "active_months": 1,
    "top_links": [{"url": "https://example.org/a", "domain": "example.org", "count": 2, "comments": ["c1", "c2"]}],
    "link_count": 2,
    "top_tags": [{"tag": "repair", "count": 4}],
    "reaction_counts": {"🔥": 1, "❤️": 3, "👍": 1},
    "reactions_given": {"😂": 2},
    "attachment_counts": {"image/png": 1},
    "mentions_made": 5,
    "mentions_received": 6,
    "quotes_made": 7,
    "quotes_received": 8,
    "quotables": [
        {"comment": "c1", "text_digest": "t1", "sent_at": "2026-06-17T17:00:00.001Z", "reactions": 2, "replies": 1}
    ],
}
NOTHING = EVIDENCE | {
    "message_count": 0,
    "first_seen_at": None,
    "last_seen_at": None,
    "active_days": 0,
    "active_months": 0,
    "top_links": [],
    "link_count": 0,
    "top_tags": [],
    "reaction_counts": {},
    "attachment_counts": {},
    "quotables": [],
}


def read(evidence: dict[str, Any], **more: Any) -> SignalProfileSnapshot:
    return snapshot_from(evidence, user_id="auth0|1/2", group_slug="choir", snapshot_hash="h" * 64, **more)


def test_every_field_is_read() -> None:
    snapshot = read(EVIDENCE, request_ids=[4, 9], comment_ids={"c1": 11, "c2": 12})
    assert snapshot.first_seen_at == datetime(2026, 6, 17, 17, 0, 0, 1000, tzinfo=UTC)
    assert snapshot.last_seen_at == datetime(2026, 6, 18, 17, 0, 0, 999_000, tzinfo=UTC)
    assert snapshot.top_links == (LinkCount("https://example.org/a", "example.org", 2, ("c1", "c2"), (11, 12)),)
    assert snapshot.top_tags == (TagCount("repair", 4),)
    # Most first, then by the emoji itself.
    assert snapshot.reaction_counts == (("❤️", 3), ("👍", 1), ("🔥", 1))
    assert snapshot.reactions_received == 5
    assert snapshot.quotables == (Quotable("c1", "t1", datetime(2026, 6, 17, 17, 0, 0, 1000, tzinfo=UTC), 2, 1, 11),)
    assert (snapshot.request_ids, snapshot.hash, snapshot.user_id) == ((4, 9), "h" * 64, "auth0|1/2")
    default = SignalProfileSnapshot("", "", "", 0, None, None)
    untouched = {one.name for one in fields(snapshot) if getattr(snapshot, one.name) == getattr(default, one.name)}
    assert untouched == set()


def test_comments_that_no_longer_have_an_id_are_named_by_their_digest_alone() -> None:
    snapshot = read(EVIDENCE, comment_ids={"c2": 12})
    assert snapshot.top_links[0].comment_ids == (12,)
    assert snapshot.quotables[0].comment_id == 0


def test_nothing_is_a_snapshot_too() -> None:
    snapshot = read(NOTHING)
    assert (snapshot.message_count, snapshot.first_seen_at, snapshot.last_seen_at) == (0, None, None)
    assert (snapshot.top_links, snapshot.reaction_counts, snapshot.reactions_received) == ((), (), 0)
    assert snapshot.reactions_given == (("😂", 2),)


def test_the_hash_is_that_of_the_canonical_evidence_and_each_field_is_in_it() -> None:
    assert evidence_hash(EVIDENCE) == digest(EVIDENCE)
    assert evidence_hash(dict(reversed(EVIDENCE.items()))) == evidence_hash(EVIDENCE)
    hashes = {
        evidence_hash({key: value for key, value in EVIDENCE.items() if key != left_out}) for left_out in EVIDENCE
    }
    assert len(hashes | {evidence_hash(EVIDENCE)}) == len(EVIDENCE) + 1
