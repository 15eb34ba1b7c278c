"""Reading a snapshot out of its evidence, and hashing the evidence (R12): pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from glaze.fingerprint import digest
from glaze.snapshots.types import LinkCount, Quotable, SignalProfileSnapshot, TagCount

Evidence = Mapping[str, Any]


def evidence_hash(evidence: Evidence) -> str:
    """SHA-256 of the evidence's canonical JSON: no user id, no database id, no time of computing (R12)."""
    return digest(evidence)


def snapshot_from(
    evidence: Evidence,
    *,
    user_id: str,
    group_slug: str,
    snapshot_hash: str,
    request_ids: Sequence[int] = (),
    comment_ids: Mapping[str, int] | None = None,
) -> SignalProfileSnapshot:
    """The snapshot that this evidence is, for the user with this external id.

    `comment_ids` maps the digests in the evidence to comment ids, where a bio is to rest on them.
    """
    ids = comment_ids or {}
    return SignalProfileSnapshot(
        user_id=user_id,
        group_slug=group_slug,
        timezone=evidence["timezone"],
        message_count=evidence["message_count"],
        first_seen_at=_moment(evidence["first_seen_at"]),
        last_seen_at=_moment(evidence["last_seen_at"]),
        active_days=evidence["active_days"],
        active_months=evidence["active_months"],
        top_links=tuple(
            LinkCount(
                url=link["url"],
                domain=link["domain"],
                count=link["count"],
                comments=tuple(link["comments"]),
                comment_ids=tuple(ids[comment] for comment in link["comments"] if comment in ids),
            )
            for link in evidence["top_links"]
        ),
        link_count=evidence["link_count"],
        top_tags=tuple(TagCount(tag["tag"], tag["count"]) for tag in evidence["top_tags"]),
        reaction_counts=_counts(evidence["reaction_counts"]),
        reactions_given=_counts(evidence["reactions_given"]),
        attachment_counts=_counts(evidence["attachment_counts"]),
        mentions_made=evidence["mentions_made"],
        mentions_received=evidence["mentions_received"],
        quotes_made=evidence["quotes_made"],
        quotes_received=evidence["quotes_received"],
        quotables=tuple(
            Quotable(
                comment=quotable["comment"],
                text_digest=quotable["text_digest"],
                sent_at=_required_moment(quotable["sent_at"]),
                reactions=quotable["reactions"],
                replies=quotable["replies"],
                comment_id=ids.get(quotable["comment"], 0),
            )
            for quotable in evidence["quotables"]
        ),
        request_ids=tuple(request_ids),
        hash=snapshot_hash,
    )


def _counts(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else _required_moment(text)


def _required_moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
