"""Which words may be shown at all: no forbidden word, no sensitive topic, no address or number: pure."""

import re
import unicodedata
from functools import lru_cache

from glaze.highlights.lexicon import forbidden_words, limit_words

_SHORTEST_QUOTE = 12
_LONGEST_QUOTE = 240
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ADDRESS = re.compile(r"@|://|www\.|\.(?:com|org|net|io|de)\b", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d(?:[\s().-]*\d){4,}")
_MARKUP = re.compile(r"[<>`{}\[\]|\\]|\*\*|__|&\w+;")
_INVISIBLE = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_ORDERS = re.compile(r"\b(?:ignore|disregard|instruction|prompt|system|assistant)", re.IGNORECASE)


def words_of(text: str) -> list[str]:
    """The words of a text, compatibility-normalised and case-folded."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def forbidden_in(text: str) -> str | None:
    """The first forbidden word in the text, if there is one."""
    return next((word for word in words_of(text) if word in forbidden_words()), None)


def limit_in(text: str) -> str | None:
    """The first word in the text that touches what no bio touches, if there is one."""
    found = _limits().search(" ".join(words_of(text)))
    return found[0] if found else None


def has_markup(text: str) -> bool:
    """Whether there is anything a page or a reader could take for markup."""
    return _MARKUP.search(text) is not None


def has_invisible(text: str) -> bool:
    """Whether there are characters nobody sees: zero-width, direction overrides, controls."""
    return _INVISIBLE.search(text) is not None


def may_be_quoted(text: str) -> bool:
    """Whether somebody's own words may stand in a bio: a plain remark without addresses, numbers or orders."""
    return (
        _SHORTEST_QUOTE <= len(text) <= _LONGEST_QUOTE
        and "\n" not in text
        and not any(quote in text for quote in '“”"')
        and len(words_of(text)) >= 3
        and not any(pattern.search(text) for pattern in (_ADDRESS, _LONG_NUMBER, _MARKUP, _INVISIBLE, _ORDERS))
        and forbidden_in(text) is None
        and limit_in(text) is None
    )


@lru_cache(maxsize=1)
def _limits() -> re.Pattern[str]:
    ends = (re.escape(word[:-1]) + r"\w*" if word.endswith("*") else re.escape(word) for word in limit_words())
    return re.compile(r"\b(?:" + "|".join(ends) + r")\b")
