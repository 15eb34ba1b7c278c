"""Filling a sentence form with receipts: the only way the offline writer makes a sentence: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from string import Formatter

from glaze.highlights.types import Receipt, ReceiptKind

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True)
class Form:
    """A sentence with places for receipts.

    `text` has `{name}` and places by short names: `{messages}` is a count's digits, `{messages:message/messages}`
    the word that fits it, `{first}` a day, `{link}` a URL, `{quote}` words, `{tag}` and `{emoji}` what a rule
    counts. `places` maps the short names to rules; what a place is bound to decides how it reads.
    """

    key: str
    text: str
    places: Mapping[str, str]


def fill(form: Form, receipts: Mapping[str, Receipt], name: str) -> str:
    """The sentence a form makes of receipts, by place name, for somebody called `name`."""
    parts: list[str] = []
    for literal, place, choice, _ in Formatter().parse(form.text):
        parts.append(literal)
        if place is None:
            continue
        if place == "name":
            parts.append(name)
        else:
            parts.append(_word(place, receipts[place.split(".")[0]], choice or ""))
    return "".join(parts)


def day(iso: str) -> str:
    """`2025-03-04` as it is read: 4 March 2025."""
    at = date.fromisoformat(iso)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def _word(place: str, receipt: Receipt, choice: str) -> str:
    if place.endswith(".what"):
        return receipt.rule.partition(":")[2]
    if choice:
        one, many = choice.split("/")
        return one if receipt.value == "1" else many
    return day(receipt.value) if receipt.kind is ReceiptKind.DATE else receipt.value
