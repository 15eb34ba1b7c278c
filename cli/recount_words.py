"""Reading published words for a recount: which of them no receipt holds, and which receipts they do not say."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

_MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
_DATE = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}})\b")
_URL = re.compile(r"https?://\S+")
_LINK_ENDS = r"(?=[.,;:!?)]*(?:\s|$))"
_NUMBER = re.compile(r"\d+")

_POINTS = {
    "message_count": "message",
    "active_days": "active day",
    "reactions_received": "reaction",
    "quotes_received": "quoted",
    "mentions_received": "mentioned",
    "link_count": "link",
    "pictures": "picture",
    "videos": "video",
}
"""The word by which a proof point says what its number counts."""


def unproven(text: str, name: str, receipts: Iterable[Mapping[str, Any]]) -> list[str]:
    """What in the text none of the receipts holds, and which of them it does not say; nothing, if each holds."""
    values = defaultdict(list)
    for receipt in receipts:
        values[str(receipt["kind"]).lower()].append(receipt["value"])
        kind, _, what = receipt["rule"].partition(":")
        if what:
            text = text.replace(f"#{what}" if kind == "tag" else what, " ")
    unproven = []
    for words in values["quote"]:
        if f"“{words}”" not in text:
            unproven.append("a quote that is not said word by word")
        text = text.replace(f"“{words}”", " ")
    if "“" in text or "”" in text:
        unproven.append("quoted words without a receipt")
    for url in sorted(values["link"], key=len, reverse=True):
        text, times = re.subn(rf"{re.escape(url)}{_LINK_ENDS}", " ", text)
        if not times:
            unproven.append("a link that is not said")
    if _URL.search(text):
        unproven.append("a link without a receipt")
    if name and _DATE.search(name):
        text = text.replace(name, " ")
    said = {(int(year), _MONTHS.index(month) + 1, int(day)) for day, month, year in _DATE.findall(text)}
    if said != {date.fromisoformat(iso).timetuple()[:3] for iso in values["date"]}:
        unproven.append("dates and their receipts differ")
    text = _DATE.sub(" ", text)
    return unproven + _numbers(text, name, values["count"])


def _numbers(text: str, name: str, counts: Sequence[str]) -> list[str]:
    """A count must stand there, and a number alone between spaces be a count; but a name may be a number, too."""
    without_name = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text) if name else text
    return [f"{count} is not said" for count in counts if count not in _alone(text)] + [
        f"{word} has no receipt" for word in _alone(without_name) if _NUMBER.fullmatch(word) and word not in counts
    ]


def _alone(text: str) -> set[str]:
    return {word.strip(".,;:!?()") for word in text.split()}


def what_a_point_misses(text: str, receipt: Mapping[str, Any]) -> list[str]:
    """What keeps a proof point from saying its receipt, the whole of it and nothing else."""
    if receipt["rule"] == "top_links":
        return [] if text == receipt["value"] else ["it is not the link"]
    wrong = [] if _NUMBER.findall(text) == [receipt["value"]] else ["it shows another number"]
    if _POINTS.get(receipt["rule"], "?") not in text:
        wrong.append("it says something else")
    return wrong
