"""The names of everybody in a group, and whether words mean one of them: pure."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from glaze.highlights.lexicon import everyday_words

_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"[A-Z][a-z]{2,}")
_SENTENCE_BEGINS = re.compile(r"(?:\A|[.!?:]\s)\W*\Z")
_SHORTEST = 3


class _Found(NamedTuple):
    """A name in a text."""

    text: str
    """As it stands there."""
    capital: bool
    amid: bool
    """Whether a capital there is not just the sentence's first."""
    plain: bool
    """Whether it is also a word, so that only a capital tells that somebody is meant."""
    small: bool
    """Whether it is theirs without capitals, too: two words of a name in a row are no accident."""


class Names:
    """Names to be found in text; made once a group and shared.

    A name is found by its words, whatever stands between them, and by each of its words alone: `Ana Sá`, `ana_sa`,
    `Ana`. One in a script without capitals may stand inside a longer word, for not all of them leave gaps.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, dict[tuple[str, ...], bool]] = {}
        """First word → all words of a name → whether it is also a plain word."""
        self._small: set[tuple[str, ...]] = set()
        self._without_capitals: set[str] = set()
        for name in names:
            self._learn(name)

    def in_own_words(self, text: str, own: str) -> str | None:
        """The first of these names in what somebody called `own` wrote, who may have written it small."""
        return next((found.text for found in self._found(text, own) if not found.plain or found.amid), None)

    def in_bio(self, text: str, own: str) -> str | None:
        """The first of these names in a sentence about somebody called `own`.

        A bio writes names as they are written: `will` is no Will, but a capital amid the sentence makes it one.
        """
        for found in self._found(text, own):
            if (found.amid or not found.plain) if found.capital else (found.small and not found.plain):
                return found.text
        return None

    def _learn(self, name: str) -> None:
        words = _WORD.findall(name)
        if not words or name.isdigit():
            return
        if name.lower() == name.upper():
            self._without_capitals.add(name.casefold())
            return
        self._enter(words)
        for word in words:
            if word != word.lower():
                self._enter([word])
                for hump in _HUMP.findall(word):
                    self._enter([hump], plain=len(hump) < len(word))

    def _enter(self, words: list[str], *, plain: bool = False) -> None:
        folded = tuple(word.casefold() for word in words)
        if len("".join(folded)) < _SHORTEST or "".join(folded).isdigit():
            return
        plain = plain or (len(folded) == 1 and folded[0] in everyday_words())
        names = self._by_first.setdefault(folded[0], {})
        names[folded] = names.get(folded, True) and plain
        if len(words) > 1 or words[0] == folded[0]:
            self._small.add(folded)

    def _found(self, text: str, own: str) -> Iterator[_Found]:
        mine = {word.casefold() for word in _WORD.findall(own)}
        words = list(_WORD.finditer(text))
        folded = [word[0].casefold() for word in words]
        for place, first in enumerate(folded):
            for name, plain in self._by_first.get(first, {}).items():
                if tuple(folded[place : place + len(name)]) == name and not mine.issuperset(name):
                    start, end = words[place].start(), words[place + len(name) - 1].end()
                    capital = text[start:end] != text[start:end].lower()
                    amid = capital and _SENTENCE_BEGINS.search(text[:start]) is None
                    yield _Found(text[start:end], capital, amid, plain, name in self._small)
        low = text.casefold()
        for inside in sorted(self._without_capitals):
            if inside in low and inside not in own.casefold():
                yield _Found(inside, capital=True, amid=True, plain=False, small=False)


NOBODY_ELSE = Names()
"""A group of one."""
