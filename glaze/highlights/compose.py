"""The offline writer: a bio made of sentence forms and receipts alone; no key, no network, always right: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from glaze.highlights import voice
from glaze.highlights.limits import may_be_named, may_be_quoted, may_be_shown
from glaze.highlights.names import NOBODY_ELSE, Names
from glaze.highlights.points import proof_points
from glaze.highlights.receipts import EMOJI, LINK, QUOTE, TAG, receipts_of
from glaze.highlights.types import BioPayload, Claim, Quote, Receipt
from glaze.highlights.wording import Form, fill
from glaze.snapshots.types import Quotable, SignalProfileSnapshot

_MOST_HIGHLIGHTS = 5
_LONGEST_LINK = 90
"""A longer link is among the proof points and in no sentence."""
_WORTH_SAYING = 2
"""A tag used once says nothing of a person; nor does having addressed somebody once."""
_MOST_QUOTES = 2
_PRESENT_DAYS = 3


@dataclass(frozen=True)
class Writing:
    """One bio being written: whose, among whom, from which receipts, and the choices that are theirs alone."""

    snapshot: SignalProfileSnapshot
    name: str
    others: Names
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

    def count(self, rule: str) -> int:
        """What a rule counts; 0 where there is no receipt."""
        return int(self.receipts[rule].value) if rule in self.receipts else 0


def generate_bio(snapshot: SignalProfileSnapshot, *, name: str = "", others: Names = NOBODY_ELSE) -> BioPayload:
    """The bio of a snapshot, in English, for somebody the group calls `name`, naming none of the `others` (R11).

    One or two plain sentences where there are only counts and dates, more where there is more (R19); no
    paragraphs at all where nothing was written.
    """
    writing = Writing(snapshot, name, others, receipts_of(snapshot))
    if snapshot.message_count == 0:
        return BioPayload("en", ())
    quotables = quotables_of(snapshot, name, others)
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
        proof_points(writing.receipts),
        tuple(Quote(quotable.text, quotable.comment_id, quotable.sent_at) for quotable in quotables),
    )


def quotables_of(snapshot: SignalProfileSnapshot, name: str, others: Names) -> list[Quotable]:
    """What may be quoted of somebody called `name`: plain remarks within limits that name nobody else (R11)."""
    return [
        quotable
        for quotable in snapshot.quotables
        if quotable.text and may_be_quoted(quotable.text) and not others.in_own_words(quotable.text, name)
    ]


def _opening(writing: Writing) -> Claim:
    receipts = writing.receipts
    one_day = receipts["first_seen_at"].value == receipts["last_seen_at"].value
    return writing.say(voice.ONE_DAY if one_day else voice.OPENING)


def _presence(writing: Writing) -> tuple[Claim, ...]:
    if writing.snapshot.active_days < _PRESENT_DAYS:
        return ()
    return (writing.say(voice.PRESENCE if writing.snapshot.active_months > 1 else voice.DAYS),)


def _highlights(writing: Writing) -> list[Claim]:
    """What there is beyond counts and dates, what others made of it first."""
    shared: tuple[tuple[str, Sequence[Form]], ...] = (
        ("pictures", voice.PICTURES),
        ("videos", voice.VIDEOS),
        ("recordings", voice.RECORDINGS),
    )
    return [
        *_reactions(writing),
        *([writing.say(voice.REPLIES)] if "quotes_received" in writing.receipts else []),
        *_links(writing),
        *_tags(writing),
        *(writing.say(forms) for rule, forms in shared if rule in writing.receipts),
    ]


def _reactions(writing: Writing) -> list[Claim]:
    total = writing.count("reactions_received")
    if not total:
        return []
    kind = next((emoji for emoji, _ in writing.snapshot.reaction_counts if may_be_named(emoji)), None)
    often = writing.count(f"{EMOJI}{kind}")
    if often == total:
        return [writing.say(voice.ONE_EMOJI, {"emoji": f"{EMOJI}{kind}"})]
    if often >= _WORTH_SAYING:
        return [writing.say(voice.EMOJI, {"emoji": f"{EMOJI}{kind}"})]
    return [writing.say(voice.REACTIONS)]


def _links(writing: Writing) -> list[Claim]:
    snapshot = writing.snapshot
    if not snapshot.top_links:
        return []
    fitting = next(
        (link.url for link in snapshot.top_links if len(link.url) <= _LONGEST_LINK and may_be_shown(link.url)), None
    )
    if fitting is None:
        return [writing.say(voice.LINK_COUNT)]
    # The same link shared twice is not "one of 2 links".
    forms = voice.LINKS if len(snapshot.top_links) > 1 else voice.ONE_LINK
    return [writing.say(forms, {"link": f"{LINK}:{fitting}"})]


def _tags(writing: Writing) -> list[Claim]:
    for tag in writing.snapshot.top_tags:
        named = writing.others.in_own_words(tag.tag, writing.name)
        if tag.count >= _WORTH_SAYING and may_be_shown(tag.tag) and not named:
            return [writing.say(voice.TAGS, {"tag": TAG + tag.tag})]
    return []


def _company(writing: Writing) -> list[Claim]:
    """How often others turned to the person, and the person to others: counts again, so they pad nothing."""
    counted: tuple[tuple[str, Sequence[Form]], ...] = (
        ("mentions_received", voice.MENTIONS),
        ("mentions_made", voice.GREETS),
        ("reactions_given", voice.GIVES),
    )
    return [writing.say(forms) for rule, forms in counted if writing.count(rule) >= _WORTH_SAYING]
