"""The model writer: receipts in, claims out, and nothing of a person that the receipts do not need."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from pydantic import BaseModel, ConfigDict

from glaze.highlights.compose import generate_bio
from glaze.highlights.guard import judge
from glaze.highlights.limits import may_be_quoted
from glaze.highlights.receipts import receipts_of
from glaze.highlights.types import BioPayload, Claim, Receipt, ReceiptKind
from glaze.llm.client import ModelClient
from glaze.llm.marking import Marks, fence, mark
from glaze.llm.pii import PiiTokens
from glaze.llm.prompts import Prompt
from glaze.llm.types import CallRecord, ChatRequest, FailureKind, Reply
from glaze.snapshots.types import SignalProfileSnapshot

NAME = "{name}"
"""What a model writes in place of the member's name, which it is never told."""

_PARAGRAPH = 3
"""Sentences of a paragraph."""

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
    """What asking a model came to: a draft, or None and the kind of failure; and the record of the call."""

    draft: BioPayload | None
    failure: FailureKind | None
    retry_after: float | None
    record: CallRecord


async def compose_by_model(
    client: ModelClient,
    prompt: Prompt,
    snapshot: SignalProfileSnapshot,
    *,
    name: str,
    other_names: Sequence[str],
    marks: Marks,
    work_key: str,
) -> Drafted:
    """Ask for a bio, once more with the guard's objections if it finds any; holds no database session.

    The draft still has to pass the guard. Proof points and quotes are ours, as the offline writer makes them.
    """
    by_id = _numbered(snapshot)
    scaffold = generate_bio(snapshot, name=name)

    def draft_of(wire: WireBio) -> BioPayload:
        claims = [_claim(claim, by_id, name) for claim in wire.claims if claim.sentence.strip()]
        paragraphs = tuple(tuple(claims[start : start + _PARAGRAPH]) for start in range(0, len(claims), _PARAGRAPH))
        return BioPayload("en", paragraphs, scaffold.proof_points, scaffold.quotes)

    def objections(wire: WireBio) -> list[str]:
        verdict = judge(draft_of(wire), snapshot, name=name, other_names=other_names, marks=marks)
        return [f"Sentence {fault.claim + 1} breaks the rule {fault.rule}." for fault in verdict.violations]

    request = ChatRequest(
        messages=prompt.filled(
            {
                "length": _length(snapshot.message_count),
                "delimiter": marks.delimiter,
                "canary": marks.canary,
                "receipts": fence("\n".join(_told(number, by_id[number]) for number in by_id), marks),
            }
        ),
        wire=WireBio,
        schema_name="bio",
        prompt_hash=prompt.hash,
        work_key=work_key,
    )
    outcome = await client.ask(request, repair=objections)
    if isinstance(outcome, Reply):
        return Drafted(draft_of(outcome.value), None, None, outcome.record)
    return Drafted(None, outcome.kind, outcome.retry_after, outcome.record)


def _numbered(snapshot: SignalProfileSnapshot) -> dict[str, Receipt]:
    usable = (
        receipt
        for receipt in receipts_of(snapshot).values()
        if receipt.kind is not ReceiptKind.QUOTE or may_be_quoted(receipt.value)
    )
    return {f"r{number}": receipt for number, receipt in enumerate(usable, 1)}


def _told(number: str, receipt: Receipt) -> str:
    """A receipt as the model is told it: words and tags marked as data, personal data replaced for good."""
    told = {"id": number, "kind": str(receipt.kind), "rule": receipt.rule, "value": receipt.value}
    if receipt.kind is ReceiptKind.QUOTE:
        told["value"] = mark(PiiTokens().replace(receipt.value))
    return orjson.dumps(told).decode()


def _claim(wire: WireClaim, by_id: dict[str, Receipt], name: str) -> Claim:
    receipts = tuple(by_id[number] for number in dict.fromkeys(wire.receipts) if number in by_id)
    return Claim(" ".join(wire.sentence.replace(NAME, name).split()), receipts)


def _length(messages: int) -> str:
    return next((length for below, length in _LENGTHS if messages < below), _LONGEST)
