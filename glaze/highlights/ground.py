"""Whether each sentence rests on its own receipts, and each receipt on the evidence (R11, R16): pure."""

import re
from collections.abc import Iterator

import msgspec

from glaze.highlights.figures import Figures
from glaze.highlights.limits import has_address
from glaze.highlights.points import point_text
from glaze.highlights.receipts import LINK, receipts_of
from glaze.highlights.types import BioPayload, Claim, Receipt, ReceiptKind
from glaze.highlights.voice import FORMS
from glaze.highlights.wording import fill
from glaze.snapshots.types import SignalProfileSnapshot


class Violation(msgspec.Struct, frozen=True):
    """A rule that a draft breaks, and where: a claim's number, or -1 for the draft as a whole."""

    rule: str
    claim: int
    detail: str
    """Which word or number is at fault, as far as that is no chat text."""


_QUOTED = re.compile(
    r"“([^“”]*)”|\"([^\"]*)\"|„([^„“”]*)[“”]|«([^«»]*)»|‹([^‹›]*)›"
    r"|(?<![\w…])‘([^‘’]*(?:\w’\w[^‘’]*)*)’(?!\w)|(?<![\w…])'([^']*(?:\w'\w[^']*)*)'(?!\w)"
)
_QUOTE_MARK = re.compile("[“”\"„«»‹›‘]|(?<![\\w…])'(?=\\w)")
_NOT_OURS = "…"
_END_OF_LINK = r"(?=[.,;:!?)]*(?:\s|$))"


def ground(draft: BioPayload, snapshot: SignalProfileSnapshot, name: str) -> list[Violation]:
    """What in the draft does not rest on the snapshot's evidence; empty if everything does.

    A receipt must be one the snapshot gives, to the letter. A sentence of the offline writer must be what its form
    makes of its receipts, so that no word of it can differ. A model's sentence must say each of its receipts, and
    every number, date, link and quoted word of it must be one of them.
    """
    known = set(receipts_of(snapshot).values())
    found: list[Violation] = []
    for number, claim in enumerate(draft.claims):
        found += [
            Violation("receipts_exist", number, receipt.rule) for receipt in claim.receipts if receipt not in known
        ]
        if not claim.receipts:
            found.append(Violation("rests_on_receipts", number, "no receipt"))
        faults = _worded_as_its_form(claim, name) if claim.form else _rests_on_its_own(claim, name)
        found += [Violation(rule, number, detail) for rule, detail in faults]
    for point in draft.proof_points:
        if point.receipt not in known:
            found.append(Violation("receipts_exist", -1, f"proof point {point.key}"))
        named = point.key == point.receipt.rule or (point.receipt.rule == LINK and point.key.startswith("link_"))
        if not named or not point.text or point.text != point_text(point.receipt):
            found.append(Violation("proof_points_match", -1, point.key))
    words = {(quotable.text, quotable.comment_id, quotable.sent_at) for quotable in snapshot.quotables if quotable.text}
    if any((quote.text, quote.comment_id, quote.sent_at) not in words for quote in draft.quotes):
        found.append(Violation("quotes_verbatim", -1, "a quote that is not the subject's own words"))
    return found


def own_words(claim: Claim, name: str) -> str:
    """What the writer of a sentence is answerable for: … stands for the subject's name and for words of its receipts.

    A name that holds no letter stays: nobody could tell it from a number. Drafts of a model are judged under the
    placeholder it was given for the name, where this cannot happen.
    """
    text = claim.text
    for receipt in sorted(claim.receipts, key=lambda receipt: -len(receipt.value)):
        said = re.escape(receipt.value)
        if receipt.kind is ReceiptKind.QUOTE:
            text = re.sub(rf"“{said}”|\"{said}\"|„{said}“", _NOT_OURS, text)
        elif receipt.kind is ReceiptKind.LINK:
            text = re.sub(rf"(?<![^\s(]){said}{_END_OF_LINK}", _NOT_OURS, text)
        elif ":" in receipt.rule:
            kind, _, what = receipt.rule.partition(":")
            text = re.sub(rf"#{re.escape(what)}(?!\w)" if kind == "tag" else re.escape(what), _NOT_OURS, text)
    if any(letter.isalpha() for letter in name):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", _NOT_OURS, text)
    return text


def _worded_as_its_form(claim: Claim, name: str) -> Iterator[tuple[str, str]]:
    form = FORMS.get(claim.form)
    if form is None or len(form.places) != len(claim.receipts):
        yield "worded_as_form", "no such form"
        return
    places = dict(zip(form.places, claim.receipts, strict=True))
    if not form.takes(places) or fill(form, places, name) != claim.text:
        yield "worded_as_form", claim.form


def _rests_on_its_own(claim: Claim, name: str) -> Iterator[tuple[str, str]]:
    own = own_words(claim, name)
    for _ in _QUOTED.finditer(own):
        yield "quotes_verbatim", "quoted words that are in none of its receipts"
    if _QUOTE_MARK.search(_QUOTED.sub(" ", own)):
        yield "quotes_verbatim", "a quotation mark without its other half"
    if has_address(own):
        yield "links_in_receipts", "a link that is in none of its receipts"
    figures = Figures(own, claim.receipts)
    yield from (("numbers_in_receipts", figure) for figure in figures.wrong_numbers)
    yield from (("dates_in_receipts", date) for date in figures.wrong_dates)
    for receipt in claim.receipts:
        if figures.leave_unsaid(receipt) or not _is_said_whole(receipt, claim.text):
            yield "rests_on_receipts", f"{receipt.rule.partition(':')[0]} is not said"


def _is_said_whole(receipt: Receipt, text: str) -> bool:
    """Whether a link or a quote stands in the sentence; a count or a date is not looked at."""
    if receipt.kind is ReceiptKind.QUOTE:
        return any(f"{opening}{receipt.value}{closing}" in text for opening, closing in ("“”", '""', "„“"))
    return receipt.kind is not ReceiptKind.LINK or receipt.value in text
