"""Which earlier comment a quoted text is from, for the format that writes the text and not whose it is."""

from collections import OrderedDict
from hashlib import blake2b

from glaze.chat.exports.types import Quote

_REMEMBERED = 20_000
"""So many of the latest texts are remembered, as digests: a few megabytes, however long the chat."""


class QuotedTexts:
    """The texts of one chat, as far as they are told from each other. A text said twice is nobody's."""

    def __init__(self) -> None:
        self._said: OrderedDict[bytes, Quote | None] = OrderedDict()
        self._first: Quote | None = None

    def remember(self, body: str, said: Quote) -> None:
        """Learn a comment's text as written.

        Where the first comment comes again, the file was written to twice, and one starts anew: the second
        round must find what the first one found.
        """
        if said == self._first:
            self._said.clear()
        self._first = self._first or said
        digest = _digest(body)
        if digest is None:
            return
        if digest in self._said:
            self._said[digest] = None
            return
        self._said[digest] = said
        if len(self._said) > _REMEMBERED:
            self._said.popitem(last=False)

    def find(self, quoted: str) -> Quote | None:
        """The one earlier comment with that text, given as a Markdown quotation; None if there is none, or several."""
        digest = _digest(quoted.strip("\n").removeprefix("> ").replace("\n> ", "\n"))
        return self._said.get(digest) if digest else None


def _digest(text: str) -> bytes | None:
    # Backticks are taken out of bodies, not of quotations; spaces at the ends come and go.
    plain = " ".join(text.replace("`", "").split())
    return blake2b(plain.encode(errors="replace"), digest_size=12).digest() if plain else None
