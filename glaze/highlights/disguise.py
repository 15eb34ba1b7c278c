"""Which words a text holds, and which forbidden ones in disguise: look-alike letters, figures, stars, gaps: pure."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import groupby

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_DRESSED = re.compile(r"[\w@$!*]+")
_SPACED = re.compile(r"(?<!\w)\w(?:[ .*_-]\w){2,}(?!\w)")
_LONG_ENOUGH_TO_SEARCH = 4

# Letters of other scripts that look Latin, and figures and signs that stand for letters.
_LOOK_ALIKES = str.maketrans(
    "абвгеикмнорстухѕіјһԁԛԝαβεικνορτυχ",
    "a6breukmhopctyxsijhdqwabeikvoptux",
)
_LEET = str.maketrans("0134578@$!", "oieastbasi")
_ENDINGS = "(?:e?s|e?d|ing)?"


def words_of(text: str) -> list[str]:
    """The words of a text, compatibility-normalised and case-folded."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def disguised_in(text: str, words: Collection[str]) -> str | None:
    """The first of `words`, plain, inflected or in disguise, that the text holds: as it stands there, else None.

    Only whole words count: Scunthorpe holds none.
    """
    pattern = _pattern(frozenset(words))
    plain = unicodedata.normalize("NFKC", text).casefold()
    return next((found for found, folded in _readings(plain) if pattern.fullmatch(folded)), None) or _spaced_out(
        plain, frozenset(words)
    )


def _readings(text: str) -> Iterator[tuple[str, str]]:
    """Each word as it stands, and each way of reading it."""
    for word in _WORD.findall(text):
        yield word, word
        if not word.isascii():
            yield word, _bare(word.translate(_LOOK_ALIKES))
    for dressed in _DRESSED.findall(text):
        inner = dressed.strip("!*_")
        if not inner.isalpha() and any(letter.isalpha() for letter in inner):
            yield dressed, _bare(inner.translate(_LOOK_ALIKES)).translate(_LEET)


def _spaced_out(text: str, words: frozenset[str]) -> str | None:
    for run in _SPACED.findall(text):
        letters = _bare("".join(letter for letter in run if letter.isalnum()).translate(_LOOK_ALIKES)).translate(_LEET)
        if letters in words or any(word in letters for word in words if len(word) >= _LONG_ENOUGH_TO_SEARCH):
            return str(run)
    return None


def _bare(word: str) -> str:
    """Without accents."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))


class _Pattern:
    """The words as one pattern, and as themselves for a reading with stars in it."""

    def __init__(self, words: frozenset[str]) -> None:
        # `shiiit` is read, `as` is not `ass`: each letter at least as often as in the word.
        stretched = (
            "".join(f"{re.escape(letter)}{{{len(list(run))},}}" for letter, run in groupby(word)) for word in words
        )
        self._words = words
        self._stretched = re.compile(f"(?:{'|'.join(sorted(stretched))}){_ENDINGS}")

    def fullmatch(self, reading: str) -> bool:
        if "*" in reading.strip("*"):
            starred = re.compile(re.escape(reading).replace(r"\*", "[^\\W\\d_]"))
            return any(starred.fullmatch(word) for word in self._words)
        return self._stretched.fullmatch(reading) is not None


@lru_cache(maxsize=4)
def _pattern(words: frozenset[str]) -> _Pattern:
    return _Pattern(words)
