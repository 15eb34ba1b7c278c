"""Whether a draft may be published: true to its receipts, kind, plain, within limits (R16): pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass

import msgspec

from glaze.fingerprint import digest
from glaze.highlights.ground import Violation, ground
from glaze.highlights.lexicon import lists_version
from glaze.highlights.limits import forbidden_in, has_invisible, has_markup, limit_in, may_be_quoted, words_of
from glaze.highlights.types import BioPayload, Claim, ReceiptKind
from glaze.llm.marking import Marks, canary_leaked
from glaze.snapshots.types import SignalProfileSnapshot

_RULES_VERSION = 1

_LONGEST_SENTENCE = 400
_MOST_CLAIMS = 14

# True words in a false relation pass every lexical check, so what claims a deed needs a receipt that holds the deed
# in the subject's own words. Stems; a closed vocabulary.
_DEEDS = re.compile(
    r"\b(?:award|won|win|winner|prize|found(?:ed|er)|rais(?:ed|ing) (?:money|fund)|fund(?:ed|raising)|led|leads?|leader"
    r"|leading|expert|professional|certified|graduat|degree|invent|creat(?:ed|or)|built|author(?:ed)?|publish"
    r"|organi[sz]ed|hosted|mentor|taught|saved|donated|volunteer|champion|best|most|first to|only one|number one"
    r"|official|elected|promoted|hired|boss|ceo|manager|director)\w*",
    re.IGNORECASE,
)
_BACKHANDED = re.compile(
    r"\b(?:rarely|seldom|hardly|barely|never|fails?|failed|only when|at least when|despite|even though|for once"
    r"|unlike|late|not always|sometimes actually|tries|tried to|at times|could be"
    r"|when (?:he|she|they) (?:bothers?|feels? like))\b",
    re.IGNORECASE,
)
_GENDERED = re.compile(r"\b(?:he|she|him|her|his|hers|himself|herself)\b", re.IGNORECASE)
_SHORTEST_NAME = 3


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
    """Names the rules and word lists a draft was judged by (R14)."""
    return digest([_RULES_VERSION, lists_version()])[:16]


def judge(
    draft: BioPayload,
    snapshot: SignalProfileSnapshot,
    *,
    name: str,
    other_names: Collection[str] = (),
    marks: Marks | None = None,
) -> Verdict:
    """What the guard says of a draft about `name`, whose group also has `other_names`.

    `marks` are the secrets of the prompt that no honest answer holds. Words of links and of quotes that may be quoted
    are the subject's, not the writer's, and are judged as such.
    """
    found = ground(draft, snapshot, name)
    if not draft.claims:
        found.append(Violation("has_claims", -1, "nothing is said"))
    if len(draft.claims) > _MOST_CLAIMS:
        found.append(Violation("length", -1, f"{len(draft.claims)} sentences"))
    others = _telling_names(other_names, name)
    seen: set[str] = set()
    for number, claim in enumerate(draft.claims):
        own = _writers_words(claim, name)
        found += [Violation(rule, number, detail) for rule, detail in _judge_sentence(claim, own, others)]
        if claim.text.casefold() in seen:
            found.append(Violation("no_repetition", number, "said before"))
        seen.add(claim.text.casefold())
        if marks and canary_leaked(claim.text, marks):
            found.append(Violation("no_canary", number, "words of the prompt"))
    for quote in draft.quotes:
        if not may_be_quoted(quote.text):
            found.append(Violation("within_limits", -1, "a quote that may not be shown"))
    return Verdict(tuple(found))


def _judge_sentence(claim: Claim, own: str, others: re.Pattern[str] | None) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if len(claim.text) > _LONGEST_SENTENCE + sum(len(receipt.value) for receipt in claim.receipts):
        found.append(("length", f"{len(claim.text)} characters"))
    if has_invisible(own):
        found.append(("plain_text", "invisible characters"))
    if has_markup(own):
        found.append(("plain_text", "markup"))
    forbidden = forbidden_in(own)
    if forbidden:
        found.append(("no_forbidden_words", forbidden))
    limit = limit_in(own)
    if limit:
        found.append(("within_limits", limit))
    if not claim.form:
        found += _judge_free_words(claim, own, others)
    for receipt in claim.receipts:
        if receipt.kind is ReceiptKind.QUOTE and not may_be_quoted(receipt.value):
            found.append(("within_limits", "a quote that may not be shown"))
    return found


def _judge_free_words(claim: Claim, own: str, others: re.Pattern[str] | None) -> list[tuple[str, str]]:
    """What only a free hand can get wrong: forms hold no deeds, no back-handed turns, no pronouns, no names."""
    found: list[tuple[str, str]] = []
    said = " ".join(receipt.value.casefold() for receipt in claim.receipts if receipt.kind is ReceiptKind.QUOTE)
    found += [("deeds_in_receipts", deed) for deed in _DEEDS.findall(own) if deed.casefold() not in words_of(said)]
    backhanded = _BACKHANDED.search(own)
    if backhanded:
        found.append(("not_backhanded", backhanded[0]))
    gendered = _GENDERED.search(own)
    if gendered:
        found.append(("no_gender_assumed", gendered[0]))
    if others and (named := others.search(own)):
        found.append(("names_nobody_else", f"at character {named.start()}"))
    return found


def _writers_words(claim: Claim, name: str) -> str:
    """The sentence without the subject's name and the words of its receipts: what the writer is answerable for."""
    text = claim.text
    for receipt in sorted(claim.receipts, key=lambda receipt: -len(receipt.value)):
        if receipt.kind in {ReceiptKind.QUOTE, ReceiptKind.LINK}:
            text = text.replace(receipt.value, " ")
        elif ":" in receipt.rule:
            text = text.replace(receipt.rule.partition(":")[2], " ")
    return text.replace(name, " ") if name else text


def _telling_names(names: Collection[str], own: str) -> re.Pattern[str] | None:
    """A pattern of other people's names; short ones and parts of the subject's own name would only mislead."""
    telling = sorted({name for name in names if len(name) >= _SHORTEST_NAME and name.casefold() not in own.casefold()})
    if not telling:
        return None
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(name) for name in telling) + r")(?!\w)", re.IGNORECASE)
