"""The figures in a sentence: dates, and numbers in digits or words with what they count; held to receipts: pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from glaze.highlights.types import Receipt, ReceiptKind
from glaze.highlights.wording import MONTHS

_MONTH = "|".join(MONTHS)
_DATE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<month>{_MONTH}),? (?P<year>\d{{4}})"
    rf"|(?P<month2>{_MONTH}) (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year2>\d{{4}})"
    r"|(?P<iso>\d{4}-\d{2}-\d{2}))(?!\w)"
)
_OTHER_DATES = re.compile(
    rf"\b(?:{_MONTH}"
    r"|(?i:mon|tues|wednes|thurs|fri|satur|sun)days?"
    r"|(?i:yesterday|today|tomorrow|recent|recently|lately|ago|nowadays|currently|daily|weekly|monthly|yearly"
    r"|always|often|regularly|frequently|constantly|usually"
    r"|(?:last|this|next|every|each) (?:day|week|weekend|month|year|spring|summer|autumn|winter)))\b"
)

_UP_TO_NINETEEN = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SPELLED = (
    {word: value for value, word in enumerate(_UP_TO_NINETEEN, 1)}
    | {word: 10 * tens for tens, word in enumerate(_TENS, 2)}
    | {
        f"{word}-{one}": 10 * tens + value
        for tens, word in enumerate(_TENS, 2)
        for value, one in enumerate(_UP_TO_NINETEEN[:9], 1)
    }
    | {"dozen": 12, "hundred": 100, "thousand": 1000}
)
# Quantities no receipt can prove: too many, too few, or left to the reader.
_VAGUE = frozenset(
    (
        *("zero", "twice", "thrice", "half", "double", "doubled", "triple", "tripled", "couple", "dozens", "hundreds"),
        *("thousands", "million", "millions", "billion", "many", "several", "few", "numerous", "countless", "plenty"),
        *("lots", "tons", "loads", "scores", "myriad", "endless", "innumerable", "most", "majority", "third", "fourth"),
        *("fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "hundredth", "thousandth"),
    )
)
_NOT_EXACTLY = frozenset(
    (
        *("than", "least", "most", "nearly", "almost", "about", "around", "roughly", "approximately", "some", "under"),
        *("above", "beyond", "over", "past"),
    )
)
_DURING = frozenset({"over", "about", "around", "past"})

_TOKEN = re.compile(r"\w+(?:[.,'’/:-]\w+)*|\S")
_PLAIN = re.compile(r"[1-9][0-9]*|[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_AHEAD = 4
_STOPS = frozenset(".;:!?—–")

_COUNTED: Mapping[str, str] = {
    "message_count": "message messages post posts comment comments contribution contributions",
    "active_days": "day days",
    "active_months": "month months",
    "link_count": "link links",
    "reactions_received": "reaction reactions",
    "reactions_given": "reaction reactions",
    "quotes_received": "reply replies quote quotes time times",
    "quotes_made": "reply replies quote quotes time times",
    "mentions_received": "mention mentions time times",
    "mentions_made": "mention mentions time times",
    "pictures": "picture pictures photo photos image images",
    "recordings": "recording recordings",
    "videos": "video videos clip clips",
    "tag": "time times",
    "reaction": "reaction reactions time times them",
}
_UNITS: Mapping[str, frozenset[str]] = {rule: frozenset(words.split()) for rule, words in _COUNTED.items()}
_ANY_UNIT = frozenset().union(*_UNITS.values())


def without_dates(text: str) -> str:
    """The text with … for every date in it, true or not."""
    return _DATE.sub(" … ", text)


class Figures:
    """What a sentence says in figures, held to the receipts it has. Give it the writer's own words only."""

    def __init__(self, text: str, receipts: Iterable[Receipt]) -> None:
        receipts = tuple(receipts)
        self._dates = {receipt.value for receipt in receipts if receipt.kind is ReceiptKind.DATE}
        self._counts = [receipt for receipt in receipts if receipt.kind is ReceiptKind.COUNT]
        self._said: set[tuple[str, str]] = set()
        """(rule, value) of the counts that are said, and ("", ISO date) of the dates."""
        self.wrong_dates: list[str] = []
        self.wrong_numbers: list[str] = []
        self._read_numbers(_TOKEN.findall(self._without_dates(text)))

    def leave_unsaid(self, receipt: Receipt) -> bool:
        """Whether it is a count or a date that the sentence does not say."""
        rule = "" if receipt.kind is ReceiptKind.DATE else receipt.rule
        counted = receipt.kind in {ReceiptKind.DATE, ReceiptKind.COUNT}
        return counted and (rule, receipt.value) not in self._said

    def _without_dates(self, text: str) -> str:
        def judged(found: re.Match[str]) -> str:
            dates = [iso for iso in self._dates if _means(found, iso)]
            self._said |= {("", iso) for iso in dates}
            if not dates:
                self.wrong_dates.append(found[0])
            return " ; "

        text = _DATE.sub(judged, text)
        self.wrong_dates += _OTHER_DATES.findall(text)
        return text

    def _read_numbers(self, tokens: Sequence[str]) -> None:
        for place, token in enumerate(tokens):
            value = _value(tokens, place)
            if value is None:
                continue
            of = [receipt for receipt in self._counts if receipt.value == str(value) and _fits(receipt, tokens, place)]
            self._said |= {(receipt.rule, receipt.value) for receipt in of}
            if not of:
                self.wrong_numbers.append(token)


def _means(found: re.Match[str], iso: str) -> bool:
    if found["iso"]:
        return found["iso"] == iso
    year, month, day = (int(part) for part in iso.split("-"))
    said = (found["day"] or found["day2"], found["month"] or found["month2"], found["year"] or found["year2"])
    return (day, MONTHS[month - 1], year) == (int(said[0]), said[1], int(said[2]))


def _value(tokens: Sequence[str], place: int) -> int | str | None:
    """The number a token is; itself, if it is a figure that is no plain number; None, if it is no figure at all."""
    token = tokens[place]
    if any(unicodedata.category(letter).startswith("N") for letter in token):
        return int(token.replace(",", "")) if _PLAIN.fullmatch(token) else token
    word = token.casefold()
    if word == "one":
        return 1 if _unit_after(tokens, place, 1) else None
    if word in _SPELLED:
        return _SPELLED[word]
    return token if word in _VAGUE else None


def _fits(receipt: Receipt, tokens: Sequence[str], place: int) -> bool:
    """Whether the number there counts what the receipt counts, no more and no less."""
    unit = _unit_after(tokens, place, _AHEAD)
    before = tokens[place - 1].casefold() if place else ""
    exact = before not in _NOT_EXACTLY or (before in _DURING and unit in {"day", "days", "month", "months"})
    return exact and unit in _UNITS.get(receipt.rule.partition(":")[0], frozenset())


def _unit_after(tokens: Sequence[str], place: int, ahead: int) -> str | None:
    """What is counted: the first unit among the words behind a number, as far as the number reaches."""
    for token in tokens[place + 1 : place + 1 + ahead]:
        word = token.casefold()
        if word in _ANY_UNIT:
            return word
        if token in _STOPS or any(unicodedata.category(letter).startswith("N") for letter in token):
            return None
    return None
