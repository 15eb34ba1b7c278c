"""The model writer: receipts in, claims out, and nothing of a person that the receipts do not need."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
import orjson
from pydantic import BaseModel, ConfigDict

from glaze.highlights.compose import generate_bio, quotables_of
from glaze.highlights.guard import Verdict, judge
from glaze.highlights.limits import may_be_named, may_be_shown
from glaze.highlights.names import Names
from glaze.highlights.receipts import EMOJI, TAG, quote_receipt, receipts_of
from glaze.highlights.types import BioPayload, Claim, Receipt, ReceiptKind
from glaze.highlights.wording import nameless_after
from glaze.llm.client import ModelClient
from glaze.llm.marking import Marks, clean, fence, mark, unmark
from glaze.llm.pii import PiiTokens
from glaze.llm.prompts import Prompt
from glaze.llm.types import CallRecord, ChatRequest, FailureKind, Reply
from glaze.snapshots.types import SignalProfileSnapshot

NAME = "{name}"
"""What a model writes in place of the member's name, which it is never told."""

UNKNOWN = Receipt(ReceiptKind.COUNT, "unknown", "")
"""Stands for a receipt that was named and not given."""

_PARAGRAPH = 3
"""Sentences of a paragraph."""

_LONGEST_SENTENCE = 2000
_MOST_CLAIMS = 30
"""Beyond these an answer is refused whatever it says, and is not read to its end: an endpoint may send a megabyte."""

_MOST_EMOJI = 10

_LENGTHS = (
    (5, "one or two plain sentences."),
    (50, "three to five sentences."),
    (500, "five to eight sentences."),
)
_LONGEST = "eight to twelve sentences."


class WireClaim(BaseModel):
    """A sentence and the ids of its receipts, as it comes over the wire."""

    model_config = ConfigDict(extra="forbid")

    receipts: list[str]
    sentence: str


class WireBio(BaseModel):
    """What a model answers: claims, in the order they are read."""

    model_config = ConfigDict(extra="forbid")

    claims: list[WireClaim]


@dataclass(frozen=True)
class Drafted:
    """What asking a model came to: a draft and what the guard says of it, or the kind of failure.

    The draft calls the member NAME, so that nothing in it can be taken for their name; `named` gives it to them.
    """

    draft: BioPayload | None
    verdict: Verdict | None
    failure: FailureKind | None
    retry_after: float | None
    record: CallRecord


async def compose_by_model(
    client: ModelClient,
    prompt: Prompt,
    snapshot: SignalProfileSnapshot,
    *,
    name: str,
    others: Names,
    marks: Marks,
    work_key: str,
) -> Drafted:
    """Ask for a bio, once more with the guard's objections if it finds any; holds no database session.

    Proof points and quotes are ours, as the offline writer makes them.
    """
    by_id = _numbered(snapshot, name, others)
    scaffold = generate_bio(snapshot, name=name, others=others)

    def draft_of(wire: WireBio) -> BioPayload:
        claims = [_claim(claim, by_id) for claim in wire.claims[:_MOST_CLAIMS]]
        paragraphs = tuple(tuple(claims[start : start + _PARAGRAPH]) for start in range(0, len(claims), _PARAGRAPH))
        return BioPayload("en", paragraphs, scaffold.proof_points, scaffold.quotes)

    def judged(wire: WireBio) -> Verdict:
        return judge(draft_of(wire), snapshot, name=name, stand_in=NAME, others=others, marks=marks)

    def objections(wire: WireBio) -> list[str]:
        return [
            f"{f'Sentence {fault.claim + 1}' if fault.claim >= 0 else 'The answer'} breaks the rule {fault.rule}."
            for fault in judged(wire).violations
        ]

    request = ChatRequest(
        messages=prompt.filled(
            {
                "length": _length(snapshot.message_count),
                "delimiter": marks.delimiter,
                "canary": marks.canary,
                "receipts": fence(_told(by_id), marks),
            }
        ),
        wire=WireBio,
        schema_name="bio",
        prompt_hash=prompt.hash,
        work_key=work_key,
    )
    outcome = await client.ask(request, repair=objections)
    if isinstance(outcome, Reply):
        return Drafted(draft_of(outcome.value), judged(outcome.value), None, None, outcome.record)
    return Drafted(None, None, outcome.kind, outcome.retry_after, outcome.record)


def named(draft: BioPayload, name: str) -> BioPayload:
    """The draft with the member's name where the model wrote NAME."""

    def say(claim: Claim) -> Claim:
        first, *more = claim.text.split(NAME)
        said = first
        for part in more:
            said += (name or nameless_after(said)) + part
        return msgspec.structs.replace(claim, text=said)

    return msgspec.structs.replace(
        draft, paragraphs=tuple(tuple(say(claim) for claim in paragraph) for paragraph in draft.paragraphs)
    )


def _numbered(snapshot: SignalProfileSnapshot, name: str, others: Names) -> dict[str, Receipt]:
    """The receipts a model may use, by the ids it is told: those within limits that name nobody.

    Nor the member: the model is not to learn whom it writes about.
    """
    own = Names([name])
    emoji = {f"{EMOJI}{sign}" for sign, _ in snapshot.reaction_counts[:_MOST_EMOJI] if may_be_named(sign)}
    quotes = [quote_receipt(quotable) for quotable in quotables_of(snapshot, name, others)]

    def may_be_told(receipt: Receipt) -> bool:
        if receipt.kind is ReceiptKind.QUOTE:
            return receipt in quotes and not own.in_own_words(receipt.value, "")
        if receipt.kind is ReceiptKind.LINK:
            return may_be_shown(receipt.value)
        what = receipt.rule.partition(":")[2]
        if receipt.rule.startswith(TAG):
            return may_be_shown(what) and not others.in_own_words(what, name) and not own.in_own_words(what, "")
        return not receipt.rule.startswith(EMOJI) or receipt.rule in emoji

    usable = (receipt for receipt in receipts_of(snapshot).values() if may_be_told(receipt))
    return {f"r{number}": receipt for number, receipt in enumerate(usable, 1)}


def _told(by_id: Mapping[str, Receipt]) -> str:
    """The receipts as the model is told them: words marked as data, no address, personal data replaced for good."""
    tokens = PiiTokens()
    lines = []
    for number, receipt in by_id.items():
        told = {"id": number, "kind": str(receipt.kind), "rule": mark(receipt.rule), "value": receipt.value}
        if receipt.kind is ReceiptKind.QUOTE:
            told["value"] = mark(tokens.replace(clean(receipt.value)))
        if receipt.kind is ReceiptKind.LINK:
            told["value"] = _stand_in(number)
        lines.append(orjson.dumps(told).decode())
    return "\n".join(lines)


def _stand_in(number: str) -> str:
    return f"{{{number}}}"


def _claim(wire: WireClaim, by_id: Mapping[str, Receipt]) -> Claim:
    """The claim with addresses for their stand-ins, and quotes and emoji as they were written, not as cleaned (R11)."""
    if len(wire.sentence) > _LONGEST_SENTENCE:
        return Claim(wire.sentence[:_LONGEST_SENTENCE], (UNKNOWN,))
    numbers = dict.fromkeys(wire.receipts)
    text = " ".join(unmark(wire.sentence).split())
    for number in numbers:
        receipt = by_id.get(number, UNKNOWN)
        if receipt.kind is ReceiptKind.LINK:
            text = text.replace(_stand_in(number), receipt.value)
        elif receipt.kind is ReceiptKind.QUOTE:
            text = text.replace(f"“{' '.join(clean(receipt.value).split())}”", f"“{receipt.value}”")
        elif receipt.rule.startswith(EMOJI):
            sign = receipt.rule.removeprefix(EMOJI)
            text = text if sign in text else text.replace(clean(sign), sign)
    return Claim(text, tuple(by_id.get(number, UNKNOWN) for number in numbers))


def _length(messages: int) -> str:
    return next((length for below, length in _LENGTHS if messages < below), _LONGEST)
