"""Filling a sentence form with receipts: the only way the offline writer makes a sentence: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from string import Formatter

from glaze.highlights.types import Receipt, ReceiptKind

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True)
class Form:
    """A sentence with places for receipts.

    `text` has `{name}` and places by short names: `{messages}` is a count's digits, `{messages:message/messages}`
    the word that fits it, `{first}` a day, `{link}` a URL, `{quote}` words, `{tag.what}` and `{emoji.what}` what a
    rule counts. `places` maps the short names to rules; what a place is bound to decides how it reads. In the
    places of `several` it speaks of more than one, and is untrue of one.
    """

    key: str
    text: str
    places: Mapping[str, str]
    several: frozenset[str] = frozenset()

    def takes(self, receipts: Mapping[str, Receipt]) -> bool:
        """Whether these receipts, by place name, may stand in its places: of the rules it asks for, and enough."""
        return receipts.keys() == self.places.keys() and all(
            _of_rule(rule, receipts[place].rule) and not (place in self.several and receipts[place].value == "1")
            for place, rule in self.places.items()
        )


def fill(form: Form, receipts: Mapping[str, Receipt], name: str) -> str:
    """The sentence a form makes of receipts, by place name, for somebody called `name`; may be empty."""
    said = ""
    for literal, place, choice, _ in Formatter().parse(form.text):
        said += literal
        if place == "name":
            said += name or nameless_after(said)
        elif place is not None:
            said += _word(place, receipts[place.partition(".")[0]], choice or "")
    return said


def nameless_after(said: str) -> str:
    """How somebody without a name is called, when so much of the sentence has been said."""
    return "this member" if said else "This member"


def day(iso: str) -> str:
    """`2025-03-04` as it is read: 4 March 2025."""
    at = date.fromisoformat(iso)
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def _of_rule(asked: str, rule: str) -> bool:
    """Whether it is the rule asked for, or one of its kind, such as `tag:wood` for `tag`."""
    return rule == asked or rule.startswith(f"{asked}:")


def _word(place: str, receipt: Receipt, choice: str) -> str:
    if place.endswith(".what"):
        return receipt.rule.partition(":")[2]
    if choice:
        one, many = choice.split("/")
        return one if receipt.value == "1" else many
    return day(receipt.value) if receipt.kind is ReceiptKind.DATE else receipt.value
