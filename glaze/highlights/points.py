"""The proof points beside a bio: short facts, each the value of one receipt: pure."""

from collections.abc import Mapping

from glaze.highlights.limits import may_be_shown
from glaze.highlights.receipts import LINK
from glaze.highlights.types import ProofPoint, Receipt

_COUNTS: Mapping[str, tuple[str, str]] = {
    "message_count": ("{} message", "{} messages"),
    "active_days": ("{} active day", "{} active days"),
    "reactions_received": ("{} reaction received", "{} reactions received"),
    "quotes_received": ("quoted {} time", "quoted {} times"),
    "mentions_received": ("mentioned {} time", "mentioned {} times"),
    "link_count": ("{} link shared", "{} links shared"),
    "pictures": ("{} picture shared", "{} pictures shared"),
    "videos": ("{} video shared", "{} videos shared"),
}
_MOST_LINKS = 5


def proof_points(receipts: Mapping[str, Receipt]) -> tuple[ProofPoint, ...]:
    """The points that these receipts, by rule, give: counts first, then links that may be shown."""
    counts = [receipts[rule] for rule in _COUNTS if rule in receipts]
    links = [receipt for receipt in receipts.values() if receipt.rule == LINK and may_be_shown(receipt.value)]
    return (
        *(ProofPoint(receipt.rule, point_text(receipt), receipt) for receipt in counts),
        *(ProofPoint(f"link_{n}", point_text(link), link) for n, link in enumerate(links[:_MOST_LINKS], 1)),
    )


def point_text(receipt: Receipt) -> str:
    """What a point of this receipt says; nothing, if points are not made of its rule."""
    if receipt.rule == LINK:
        return receipt.value
    one, many = _COUNTS.get(receipt.rule, ("", ""))
    return (one if receipt.value == "1" else many).format(receipt.value)
