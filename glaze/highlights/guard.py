"""Whether a draft may be published: true to its receipts, kind, plain, within limits (R16): pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from glaze.fingerprint import digest
from glaze.highlights.disguise import words_of
from glaze.highlights.figures import without_dates
from glaze.highlights.ground import Violation, ground, own_words
from glaze.highlights.lexicon import lists_version, opening_words
from glaze.highlights.limits import (
    forbidden_in,
    has_invisible,
    has_markup,
    limit_in,
    may_be_named,
    may_be_quoted,
    may_be_shown,
)
from glaze.highlights.names import NOBODY_ELSE, Names
from glaze.highlights.receipts import EMOJI, TAG
from glaze.highlights.types import BioPayload, Claim, Receipt, ReceiptKind
from glaze.highlights.voice import voice_version
from glaze.llm.marking import Marks, canary_leaked
from glaze.snapshots.types import SignalProfileSnapshot

_RULES_VERSION = 1

_LONGEST_SENTENCE = 400
_MOST_CLAIMS = 14

# True words in a false relation pass every lexical check, so what claims a deed needs a receipt that holds the deed
# in the subject's own words. A closed vocabulary.
_DEEDS = re.compile(
    r"\b(?:award(?:s|ed|ing)?|w[io]n|wins|winning|winners?|prizes?|medals?|honou?r(?:s|ed)?|found(?:ed|ers?|ing)"
    r"|co-?found\w*|rais(?:e|es|ed|ing)|fund(?:s|ed|ing|raising|raisers?)|led|leads?|leaders?|leading|leadership"
    r"|experts?|expertise|professional\w*|certified|graduat\w+|degrees?|invent(?:s|ed|ors?)|creat(?:ed|or|ors)|built"
    r"|builders?|author(?:s|ed)?|publish\w*|organi[sz]\w+|host(?:s|ed)?|mentor\w*|taught|teach\w*|coach\w*|train(?:s|ed)"
    r"|saved|donat\w+|volunteer\w*|champion\w*|best|most|first to|only one|number one|official(?:ly)?|elected|promoted"
    r"|hired|earned|achiev\w+|boss|ceo|cto|managers?|manages?|directors?|presidents?|chair(?:s|ed|man|woman|person)?"
    r"|moderat\w+|admins?|administrat\w+|maintain\w*|pioneer\w*|launch\w*|started|runs|famous|renowned|celebrated"
    r"|known for|recogni[sz]ed|help(?:s|ed|ing)?|solv\w+|fix(?:es|ed)|answer(?:s|ed) (?:questions?|people|everyone))\b",
    re.IGNORECASE,
)
_BACKHANDED = re.compile(
    r"\b(?:rarely|seldom|hardly|barely|never|fails?|failed|when (?:he|she|they) (?:bothers?|feels? like)|at least"
    r"|despite|in spite of|even though|although|for once|unlike|too late|not always|sometimes|tries|tried to|at times"
    r"|could be|only|merely|mere|just|no more than|nothing but|not bad|for someone|for somebody|lacks?|lacking|quiet"
    r"|silent|inactive|absent|ignored|annoy\w*)\b",
    re.IGNORECASE,
)
_GENDERED = re.compile(
    r"\b(?:he|she|him|her|his|hers|himself|herself|mr|mrs|ms|sir|madam|guy|girl|boy|man|woman|men|women|lady"
    r"|gentleman|king|queen|brother|sister|father|mother|dad|mom|mum|husband|wife)\b",
    re.IGNORECASE,
)
# English as it is written without any ornament. What is left out: markup, look-alikes of other scripts, emoji.
_PLAIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-İĲ-ķĹ-ňŊ-ž0-9 .,;:!?'’()…–—-]*")
_CAPITAL_AMID = re.compile(r"(?:(?<=[\w,;–—)…] )|(?<=[(/-]))[A-ZÀ-ÖØ-Þ]\w*")

_FIRST_WORD = re.compile(r"[^\W\d_]+")


class RuleResult(msgspec.Struct, frozen=True):
    """One rule of the guard and what it said; `detail` names the sentence at fault."""

    rule: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True)
class Verdict:
    """What the guard says of a draft."""

    violations: tuple[Violation, ...]

    @property
    def passed(self) -> bool:
        """Whether it may be published as it is."""
        return not self.violations

    @property
    def scorecard(self) -> tuple[RuleResult, ...]:
        """Every rule in a fixed order, with what it found."""
        found: dict[str, list[str]] = {}
        for violation in self.violations:
            place = f"sentence {violation.claim + 1}: " if violation.claim >= 0 else ""
            found.setdefault(violation.rule, []).append(f"{place}{violation.detail}")
        return tuple(RuleResult(rule, rule not in found, "; ".join(found.get(rule, ()))) for rule in RULES)


RULES = (
    *("has_claims", "rests_on_receipts", "receipts_exist", "worded_as_form", "numbers_in_receipts"),
    *("dates_in_receipts", "links_in_receipts", "quotes_verbatim", "proof_points_match", "deeds_in_receipts"),
    *("names_nobody_else", "no_forbidden_words", "within_limits", "not_backhanded", "no_gender_assumed"),
    *("plain_text", "length", "no_repetition", "no_canary"),
)
"""Every rule of the guard."""


def guard_version() -> str:
    """Names the rules, word lists and sentence forms a draft was judged by (R14)."""
    return digest([_RULES_VERSION, lists_version(), voice_version()])[:16]


def judge(
    draft: BioPayload,
    snapshot: SignalProfileSnapshot,
    *,
    name: str,
    stand_in: str | None = None,
    others: Names = NOBODY_ELSE,
    marks: Marks | None = None,
) -> Verdict:
    """What the guard says of a draft about `name`, whose group also has `others`.

    `stand_in` is what the draft calls them, if it does not know their name. `marks` are the secrets of the prompt that
    no honest answer holds. Words of links and of quotes that may be quoted are the subject's, not the writer's, and
    are judged as such.
    """
    called = name if stand_in is None else stand_in
    found = ground(draft, snapshot, called)
    if not draft.claims:
        found.append(Violation("has_claims", -1, "nothing is said"))
    if len(draft.claims) > _MOST_CLAIMS:
        found.append(Violation("length", -1, f"{len(draft.claims)} sentences"))
    seen: set[str] = set()
    for number, claim in enumerate(draft.claims):
        found += [Violation(rule, number, detail) for rule, detail in _judge_sentence(claim, called, name, others)]
        if claim.text.casefold() in seen:
            found.append(Violation("no_repetition", number, "said before"))
        seen.add(claim.text.casefold())
    for receipt in (point.receipt for point in draft.proof_points):
        found += [Violation(rule, -1, detail) for rule, detail in _judge_receipt(receipt, name, others)]
    for quote in draft.quotes:
        if not may_be_quoted(quote.text):
            found.append(Violation("within_limits", -1, "a quote that may not be shown"))
        if others.in_own_words(quote.text, name):
            found.append(Violation("names_nobody_else", -1, "a quote that names somebody"))
    if marks and canary_leaked(draft.bio_text, marks):
        found.append(Violation("no_canary", -1, "words of the prompt"))
    return Verdict(tuple(found))


def _judge_sentence(claim: Claim, called: str, name: str, others: Names) -> Iterator[tuple[str, str]]:
    if not claim.text.strip() or len(claim.text) > _LONGEST_SENTENCE + sum(len(r.value) for r in claim.receipts):
        yield "length", f"{len(claim.text)} characters"
    if not claim.form:
        yield from _judge_free_words(claim, own_words(claim, called), name, others)
    for receipt in claim.receipts:
        yield from _judge_receipt(receipt, name, others)


def _judge_free_words(claim: Claim, own: str, name: str, others: Names) -> Iterator[tuple[str, str]]:
    """What only a free hand can get wrong: a form is judged where it stands, and its sentence is it to the letter."""
    if forbidden := forbidden_in(own):
        yield "no_forbidden_words", forbidden
    if limit := limit_in(own):
        yield "within_limits", limit
    said = words_of(" ".join(receipt.value for receipt in claim.receipts if receipt.kind is ReceiptKind.QUOTE))
    yield from (("deeds_in_receipts", deed) for deed in _DEEDS.findall(own) if deed.casefold() not in said)
    for rule, pattern in (("not_backhanded", _BACKHANDED), ("no_gender_assumed", _GENDERED)):
        if found := pattern.search(own):
            yield rule, found[0]
    undated = " ".join(without_dates(own).split())  # for somebody may be called October
    if others.in_bio(undated, name) or _CAPITAL_AMID.search(undated) or _begins_with_a_name(undated):
        yield "names_nobody_else", "a name that is not the subject's"
    if not _PLAIN.fullmatch(own):
        why = "markup" if has_markup(own) else "invisible characters" if has_invisible(own) else "other signs"
        yield "plain_text", why


def _begins_with_a_name(text: str) -> bool:
    """Whether a sentence begins with a word it need not begin with: a capital there says nothing."""
    first = _FIRST_WORD.match(text)
    return first is not None and first[0].casefold() not in opening_words() and not first[0].endswith("ing")


def _judge_receipt(receipt: Receipt, name: str, others: Names) -> Iterator[tuple[str, str]]:
    """What a receipt brings into a bio: a quote, a link, a tag, an emoji."""
    if receipt.kind is ReceiptKind.QUOTE:
        if not may_be_quoted(receipt.value):
            yield "within_limits", "a quote that may not be shown"
        if others.in_own_words(receipt.value, name):
            yield "names_nobody_else", "a quote that names somebody"
    elif receipt.kind is ReceiptKind.LINK:
        if not may_be_shown(receipt.value):
            yield "within_limits", "a link that may not be shown"
    elif receipt.rule.startswith(EMOJI) and not may_be_named(receipt.rule.removeprefix(EMOJI)):
        yield "within_limits", "a reaction that may not be shown"
    elif receipt.rule.startswith(TAG):
        if not may_be_shown(receipt.rule.removeprefix(TAG)):
            yield "within_limits", "a tag that may not be shown"
        if others.in_own_words(receipt.rule.removeprefix(TAG), name):
            yield "names_nobody_else", "a tag that names somebody"
