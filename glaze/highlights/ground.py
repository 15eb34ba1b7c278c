"""Whether each sentence rests on its own receipts, and each receipt on the evidence (R11, R16): pure."""

import re
from collections.abc import Iterable, Mapping

import msgspec

from glaze.highlights.receipts import receipts_of
from glaze.highlights.types import BioPayload, Claim, Receipt, ReceiptKind
from glaze.highlights.voice import FORMS
from glaze.highlights.wording import day, fill
from glaze.snapshots.types import SignalProfileSnapshot


class Violation(msgspec.Struct, frozen=True):
    """A rule that a draft breaks, and where: a claim's number, or -1 for the draft as a whole."""

    rule: str
    claim: int
    detail: str
    """Which word or number is at fault, as far as that is no chat text."""


_URL = re.compile(r"https?://[^\s“”\"<>]+")
_QUOTED = re.compile(r"“([^”]*)”|\"([^\"]*)\"")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_MONTH = re.compile(r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b")
_UP_TO_TWENTY = (
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_SPELLED = {word: str(number) for number, word in enumerate(_UP_TO_TWENTY, 2)} | {
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "hundred": "100",
    "thousand": "1000",
    "dozen": "12",
}
_LETTERS = re.compile(r"[^\W\d_]+")


def ground(draft: BioPayload, snapshot: SignalProfileSnapshot, name: str) -> list[Violation]:
    """What in the draft does not rest on the snapshot's evidence; empty if everything does.

    A receipt must be one the snapshot gives, to the letter. A sentence of the offline writer must be what its
    form makes of its receipts, so that no word of it can differ; of a model's sentence every number, date, link
    and quoted word must be found in its own receipts.
    """
    given = receipts_of(snapshot)
    known = set(given.values())
    found: list[Violation] = []
    for number, claim in enumerate(draft.claims):
        found += [
            Violation("receipts_exist", number, receipt.rule) for receipt in claim.receipts if receipt not in known
        ]
        if not claim.receipts:
            found.append(Violation("rests_on_receipts", number, "no receipt"))
        found += _worded_as_its_form(claim, number, name) if claim.form else _rests_on_its_own(claim, number, name)
    for point in draft.proof_points:
        if point.receipt not in known:
            found.append(Violation("receipts_exist", -1, f"proof point {point.key}"))
        elif not _shows(point.text, point.receipt):
            found.append(Violation("proof_points_match", -1, point.key))
    words = {(receipt.value, receipt.comment_ids) for receipt in known if receipt.kind is ReceiptKind.QUOTE}
    if any((quote.text, (quote.comment_id,)) not in words for quote in draft.quotes):
        found.append(Violation("quotes_verbatim", -1, "a quote that is not the subject's own words"))
    return found


def _worded_as_its_form(claim: Claim, number: int, name: str) -> Iterable[Violation]:
    form = FORMS.get(claim.form)
    if form is None or len(form.places) != len(claim.receipts):
        return [Violation("worded_as_form", number, "no such form")]
    places = dict(zip(form.places, claim.receipts, strict=True))
    fitting = all(_fits(rule, places[place]) for place, rule in form.places.items())
    if not fitting or fill(form, places, name) != claim.text:
        return [Violation("worded_as_form", number, claim.form)]
    return []


def _fits(rule: str, receipt: Receipt) -> bool:
    """Whether a receipt may stand where a form asks for this rule, or for one of its kind such as a tag."""
    return receipt.rule == rule or receipt.rule.startswith(f"{rule}:")


def _rests_on_its_own(claim: Claim, number: int, name: str) -> Iterable[Violation]:
    text = claim.text
    values = _values(claim.receipts)
    for quoted in _QUOTED.finditer(text):
        words = quoted[1] or quoted[2] or ""
        if not any(words.strip() in said for said in values[ReceiptKind.QUOTE]):
            yield Violation("quotes_verbatim", number, "quoted words that are in none of its receipts")
    text = _QUOTED.sub(" ", text)
    for url in _URL.findall(text):
        if url.rstrip(".,;:!?)") not in values[ReceiptKind.LINK] and url not in values[ReceiptKind.LINK]:
            yield Violation("links_in_receipts", number, "a link that is in none of its receipts")
    # Only now: a name may be part of a link, and may be a number.
    text = _URL.sub(" ", text).replace(name, " ") if name else _URL.sub(" ", text)
    for iso in values[ReceiptKind.DATE]:
        whole = day(iso)
        for form in (iso, whole, whole.partition(" ")[2]):
            text = text.replace(form, " ")
    years = {iso[:4] for iso in values[ReceiptKind.DATE]}
    counts = values[ReceiptKind.COUNT] | years
    for digits in _NUMBER.findall(text):
        if digits.replace(",", "").replace(".", "") not in counts:
            yield Violation("numbers_in_receipts", number, digits)
    for word in _LETTERS.findall(text.casefold()):
        if word in _SPELLED and _SPELLED[word] not in counts:
            yield Violation("numbers_in_receipts", number, word)
    for month in _MONTH.findall(text):
        yield Violation("dates_in_receipts", number, month)


def _values(receipts: Iterable[Receipt]) -> Mapping[ReceiptKind, set[str]]:
    values: dict[ReceiptKind, set[str]] = {kind: set() for kind in ReceiptKind}
    for receipt in receipts:
        values[receipt.kind].add(receipt.value)
    return values


def _shows(text: str, receipt: Receipt) -> bool:
    """Whether a proof point shows its receipt's value and no other number."""
    if receipt.kind is ReceiptKind.LINK:
        return text == receipt.value
    return _NUMBER.findall(text) == [receipt.value]
