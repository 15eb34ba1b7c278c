"""How a member's words enter a prompt as data and not as orders: cleaned, marked and fenced (R28)."""

import re
import unicodedata
from dataclasses import dataclass, field

from glaze.fingerprint import digest, keyed_digest
from glaze.llm.endpoints import Endpoint
from glaze.llm.types import ChatRequest, T
from glaze.llm.wire import wire_schema

MARK = "¦"
"""Stands for each gap between words of a member; what is marked so is data (spotlighting, arXiv 2403.14720)."""

# Invisible although Unicode calls them letters, marks or symbols: fillers, variation selectors, the Braille blank.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
# Format characters that are seen: the number signs of Arabic, Syriac and Kaithi.
_SEEN = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
_LINE_ENDS = re.compile("\r\n|[\r\u000b\u000c\u0085\u2028\u2029]")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs"})


@dataclass(frozen=True, slots=True)
class Marks:
    """The delimiter around a member's words and the canary in the system message of one request."""

    delimiter: str = field(repr=False)
    canary: str = field(repr=False)


def marks_for(secret: str, fingerprint: str) -> Marks:
    """The marks of one edition: nobody outside can guess them, and asking again finds the same (R28)."""
    return Marks(
        delimiter=f"data-{keyed_digest(secret, f'delimiter:{fingerprint}')[:20]}",
        canary=f"canary-{keyed_digest(secret, f'canary:{fingerprint}')[:20]}",
    )


def clean(text: str) -> str:
    """Text as one sees it: NFKC, line ends as `\\n`, nothing invisible.

    Zero-width, bidi, tag and private characters and variation selectors go: they carry orders past a human's
    eye. Emoji made of several lose their joiner and stand side by side; so a quote that a model gives back is
    compared with the cleaned words, not with the stored ones.
    """
    # In this order: a hidden sign between a letter and its accent would keep the two from composing.
    return unicodedata.normalize("NFKC", _visible(text))


def _visible(text: str) -> str:
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char for char in text if char in "\n\t" or char in _SEEN or unicodedata.category(char) not in _HIDDEN_CATEGORIES
    )


def mark(text: str) -> str:
    """Cleaned text with MARK for every gap, so that no run of it reads as an order. `unmark` brings words back."""
    return MARK.join(clean(text).replace(MARK, "|").split())


def unmark(text: str) -> str:
    """A model's text with MARK read as a space."""
    return text.replace(MARK, " ")


def fence(text: str, marks: Marks) -> str:
    """Text between two delimiters. A delimiter inside it is taken out, should one ever have been seen."""
    return f"<{marks.delimiter}>\n{text.replace(marks.delimiter, '')}\n</{marks.delimiter}>"


def canary_leaked(text: str, marks: Marks) -> bool:
    """True if text gives away the canary or the delimiter, also spaced out, hyphenated or in capitals."""
    bare = _bare(text)
    return any(_bare(secret).partition(kind)[2] in bare for secret, kind in _secrets(marks))


def _secrets(marks: Marks) -> tuple[tuple[str, str], ...]:
    # The random part alone: what stands before the hyphen is a common word.
    return ((marks.delimiter, "data"), (marks.canary, "canary"))


def _bare(text: str) -> str:
    return "".join(char for char in clean(text).casefold() if char.isalnum())


def request_hash(endpoint: Endpoint, request: ChatRequest[T], marks: Marks) -> str:
    """What a stored reply is found by (R28): all that decides the answer, but delimiter, canary and work key.

    The rung is left out: how the schema was put does not change what was asked.
    """
    return digest(
        {
            "provider": endpoint.provider_name,
            "base_url": endpoint.base_url,
            "model": endpoint.model,
            "extra_body": _exact(dict(endpoint.extra_body)),
            "max_tokens": min(request.max_tokens or endpoint.max_output_tokens, endpoint.max_output_tokens),
            "temperature": _exact(request.temperature),
            "prompt": request.prompt_hash,
            "schema_name": request.schema_name,
            "schema": wire_schema(request.wire),
            "messages": [[message.role, _unsigned(message.content, marks)] for message in request.messages],
        }
    )


def _unsigned(content: str, marks: Marks) -> str:
    return content.replace(marks.delimiter, "{delimiter}").replace(marks.canary, "{canary}")


def _exact(value: object) -> object:
    """Floats as their shortest text: canonical JSON here knows none."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {str(key): _exact(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_exact(item) for item in value]
    return value
