"""Which receipts a snapshot gives: each named rule and its value (R11): pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from glaze.highlights.types import Receipt, ReceiptKind
from glaze.snapshots.types import Quotable, SignalProfileSnapshot

_COUNTS: Mapping[str, Callable[[SignalProfileSnapshot], int]] = {
    "message_count": lambda snapshot: snapshot.message_count,
    "active_days": lambda snapshot: snapshot.active_days,
    "active_months": lambda snapshot: snapshot.active_months,
    "link_count": lambda snapshot: snapshot.link_count,
    "reactions_received": lambda snapshot: snapshot.reactions_received,
    "reactions_given": lambda snapshot: sum(count for _, count in snapshot.reactions_given),
    "quotes_received": lambda snapshot: snapshot.quotes_received,
    "quotes_made": lambda snapshot: snapshot.quotes_made,
    "mentions_received": lambda snapshot: snapshot.mentions_received,
    "mentions_made": lambda snapshot: snapshot.mentions_made,
    "pictures": lambda snapshot: _of_type(snapshot, "image/"),
    "recordings": lambda snapshot: _of_type(snapshot, "audio/"),
    "videos": lambda snapshot: _of_type(snapshot, "video/"),
}

_DATES: Mapping[str, Callable[[SignalProfileSnapshot], datetime | None]] = {
    "first_seen_at": lambda snapshot: snapshot.first_seen_at,
    "last_seen_at": lambda snapshot: snapshot.last_seen_at,
}

TAG = "tag:"
"""A count of one tag is the rule `tag:<tag>`."""
EMOJI = "reaction:"
"""A count of one emoji received is the rule `reaction:<emoji>`."""
LINK = "top_links"
QUOTE = "quotables"


def receipts_of(snapshot: SignalProfileSnapshot) -> dict[str, Receipt]:
    """Every receipt the snapshot gives, by rule; links and quotes by `top_links:<url>`, `quotables:<comment>`.

    Counts of nothing are no receipts. A quote needs its words, which are filled in where a bio is composed.
    """
    found: dict[str, Receipt] = {}
    for rule, count in _COUNTS.items():
        if count(snapshot) > 0:
            found[rule] = Receipt(ReceiptKind.COUNT, rule, str(count(snapshot)))
    for rule, moment in _DATES.items():
        at = moment(snapshot)
        if at is not None:
            found[rule] = Receipt(ReceiptKind.DATE, rule, local_day(at, snapshot.timezone))
    for tag in snapshot.top_tags:
        found[TAG + tag.tag] = Receipt(ReceiptKind.COUNT, TAG + tag.tag, str(tag.count))
    for emoji, times in snapshot.reaction_counts:
        found[EMOJI + emoji] = Receipt(ReceiptKind.COUNT, EMOJI + emoji, str(times))
    for link in snapshot.top_links:
        found[f"{LINK}:{link.url}"] = Receipt(ReceiptKind.LINK, LINK, link.url, link.comment_ids)
    for quotable in snapshot.quotables:
        if quotable.text:
            found[f"{QUOTE}:{quotable.comment}"] = quote_receipt(quotable)
    return found


def quote_receipt(quotable: Quotable) -> Receipt:
    """The receipt of a quotable comment: its words and its comment."""
    return Receipt(ReceiptKind.QUOTE, QUOTE, quotable.text, (quotable.comment_id,))


def local_day(moment: datetime, timezone: str) -> str:
    """The ISO date of a moment in a group's time zone (R5)."""
    return moment.astimezone(ZoneInfo(timezone)).date().isoformat()


def _of_type(snapshot: SignalProfileSnapshot, prefix: str) -> int:
    return sum(count for content_type, count in snapshot.attachment_counts if content_type.startswith(prefix))
