"""The offline writer: a bio made of sentence forms and receipts alone; no key, no network, always right: pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from glaze.highlights import voice
from glaze.highlights.limits import may_be_quoted
from glaze.highlights.receipts import EMOJI, LINK, QUOTE, TAG, receipts_of
from glaze.highlights.types import BioPayload, Claim, ProofPoint, Quote, Receipt
from glaze.highlights.wording import Form, fill
from glaze.snapshots.types import Quotable, SignalProfileSnapshot

NOBODY = "This member"
"""How somebody is called of whom the export knows no name."""

_MOST_HIGHLIGHTS = 5
_LONGEST_LINK = 90
"""A longer link is among the proof points and in no sentence."""
_WORTH_SAYING = 2
"""A tag used once says nothing of a person; nor does having addressed somebody once."""
_MOST_QUOTES = 2
_PRESENT_DAYS = 3


@dataclass(frozen=True)
class Writing:
    """One bio being written: whose, from which receipts, and the choices that are theirs alone."""

    snapshot: SignalProfileSnapshot
    name: str
    receipts: Mapping[str, Receipt]

    def say(self, forms: Sequence[Form], bound: Mapping[str, str] | None = None) -> Claim:
        """One of the forms, chosen for this person in this group (R19), filled with the receipts it names.

        `bound` says which rule stands in a place that several could fill, such as which tag.
        """
        form = forms[self.choose(forms[0].key, len(forms))]
        places = {place: self.receipts[(bound or {}).get(place, rule)] for place, rule in form.places.items()}
        return Claim(fill(form, places, self.name), tuple(places.values()), form.key)

    def choose(self, what: str, among: int) -> int:
        """A number below `among` that only the person, the group and `what` decide: never the evidence."""
        seed = f"{self.snapshot.user_id}\n{self.snapshot.group_slug}\n{what}"
        return int.from_bytes(sha256(seed.encode("utf-8", "surrogatepass")).digest()[:8]) % among


def generate_bio(snapshot: SignalProfileSnapshot, *, name: str = "") -> BioPayload:
    """The bio of a snapshot, in English, for somebody the group calls `name`.

    One or two plain sentences where there are only counts and dates, more where there is more (R19); no
    paragraphs at all where nothing was written.
    """
    writing = Writing(snapshot, name or NOBODY, receipts_of(snapshot))
    if snapshot.message_count == 0:
        return BioPayload("en", ())
    quotables = [quotable for quotable in snapshot.quotables if quotable.text and may_be_quoted(quotable.text)]
    highlights = _highlights(writing)
    company = _company(writing)
    paragraphs = [
        (_opening(writing), *(_presence(writing) or company[:1] if not highlights else _presence(writing))),
        tuple((highlights + company)[:_MOST_HIGHLIGHTS]) if highlights else (),
        tuple(
            writing.say(voice.QUOTES[number::_MOST_QUOTES], {"quote": f"{QUOTE}:{quotable.comment}"})
            for number, quotable in enumerate(quotables[:_MOST_QUOTES])
        ),
    ]
    return BioPayload(
        "en",
        tuple(paragraph for paragraph in paragraphs if paragraph),
        _proof_points(writing.receipts),
        tuple(_quote(quotable) for quotable in quotables),
    )


def _opening(writing: Writing) -> Claim:
    receipts = writing.receipts
    if receipts["message_count"].value == "1":
        return writing.say(voice.ONE_MESSAGE)
    if receipts["first_seen_at"].value == receipts["last_seen_at"].value:
        return writing.say(voice.ONE_DAY)
    return writing.say(voice.OPENING)


def _presence(writing: Writing) -> tuple[Claim, ...]:
    if writing.snapshot.active_days < _PRESENT_DAYS:
        return ()
    return (writing.say(voice.PRESENCE if writing.snapshot.active_months > 1 else voice.DAYS),)


def _highlights(writing: Writing) -> list[Claim]:
    """What there is beyond counts and dates, what others made of it first."""
    snapshot, receipts = writing.snapshot, writing.receipts
    found: list[Claim] = []
    if snapshot.reaction_counts:
        found.append(writing.say(voice.EMOJI, {"emoji": EMOJI + snapshot.reaction_counts[0][0]}))
    if "quotes_received" in receipts:
        found.append(writing.say(voice.REPLIES))
    if snapshot.top_links:
        found.append(_links(writing))
    if snapshot.top_tags and snapshot.top_tags[0].count >= _WORTH_SAYING:
        found.append(writing.say(voice.TAGS, {"tag": TAG + snapshot.top_tags[0].tag}))
    shared: tuple[tuple[str, Sequence[Form]], ...] = (
        ("pictures", voice.PICTURES),
        ("recordings", voice.RECORDINGS),
    )
    return found + [writing.say(forms) for rule, forms in shared if rule in receipts]


def _links(writing: Writing) -> Claim:
    fitting = next((link.url for link in writing.snapshot.top_links if len(link.url) <= _LONGEST_LINK), None)
    if fitting is None:
        return writing.say(voice.LINK_COUNT)
    forms = voice.LINKS if writing.snapshot.link_count > 1 else voice.ONE_LINK
    return writing.say(forms, {"link": f"{LINK}:{fitting}"})


def _company(writing: Writing) -> list[Claim]:
    """How often others turned to the person, and the person to others: counts again, so they pad nothing."""
    counted: tuple[tuple[str, Sequence[Form]], ...] = (
        ("mentions_received", voice.MENTIONS),
        ("mentions_made", voice.GREETS),
        ("reactions_given", voice.GIVES),
    )
    receipts = writing.receipts
    return [
        writing.say(forms) for rule, forms in counted if rule in receipts and int(receipts[rule].value) >= _WORTH_SAYING
    ]


def _quote(quotable: Quotable) -> Quote:
    return Quote(quotable.text, quotable.comment_id, quotable.sent_at)


_POINTS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("message_count", lambda value: f"{value} message{_s(value)}"),
    ("active_days", lambda value: f"{value} active day{_s(value)}"),
    ("reactions_received", lambda value: f"{value} reaction{_s(value)} received"),
    ("quotes_received", lambda value: f"quoted {value} time{_s(value)}"),
    ("mentions_received", lambda value: f"mentioned {value} time{_s(value)}"),
    ("link_count", lambda value: f"{value} link{_s(value)} shared"),
    ("pictures", lambda value: f"{value} picture{_s(value)} shared"),
)
_MOST_LINKS = 5


def _proof_points(receipts: Mapping[str, Receipt]) -> tuple[ProofPoint, ...]:
    counts = [ProofPoint(key, text(receipts[key].value), receipts[key]) for key, text in _POINTS if key in receipts]
    links = [receipt for receipt in receipts.values() if receipt.rule == LINK]
    return (
        *counts,
        *(ProofPoint(f"link_{number}", link.value, link) for number, link in enumerate(links[:_MOST_LINKS], 1)),
    )


def _s(value: str) -> str:
    return "" if value == "1" else "s"
