"""What scripted models answer about Ada of the scene: bios as they come over the wire."""

import json
from collections.abc import Sequence
from typing import Any


def answer(*claims: tuple[str, Sequence[str]]) -> str:
    """The words of an answer: (sentence, ids of its receipts) each."""
    return json.dumps({"claims": [{"receipts": list(ids), "sentence": sentence} for sentence, ids in claims]})


def receipts_told(call: dict[str, Any]) -> list[dict[str, str]]:
    """The receipts a call told the model."""
    user = next(message["content"] for message in call["json"]["messages"] if message["role"] == "user")
    return [json.loads(line) for line in user.splitlines() if line.startswith("{")]


# The ids are those of the scene: its receipts always come in one order.
MESSAGES, DAYS, LINKS, RECEIVED, FIRST, LAST = "r1", "r2", "r4", "r5", "r6", "r7"
EMOJI, LINK, QUOTE = "r8", "r9", "r10"

GOOD = answer(
    ("{name} wrote 2 messages here, from 4 March 2025 to 7 March 2025.", [MESSAGES, FIRST, LAST]),
    ("The group can open {r9} thanks to {name}.", [LINK]),
    ("One of them met with 1 🎉 reaction: “The¦view¦was worth every single step.”", [EMOJI, QUOTE]),
)
