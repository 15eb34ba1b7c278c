"""Which words may be shown at all: no forbidden word, no sensitive topic, no address or number: pure."""

import re
import unicodedata
from functools import lru_cache

import emoji

from glaze.highlights.disguise import disguised_in, words_of
from glaze.highlights.lexicon import forbidden_signs, forbidden_words, limit_words

_SHORTEST_QUOTE = 20
_LONGEST_QUOTE = 240
_FEWEST_WORDS = 4
_LONGEST_LINK = 500
_ADDRESS = re.compile(r"@|://|\bwww\.|\w\.(?:com|org|net|io|de|dev|co|me|app|info|biz|ru|uk|eu|ly)\b", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d(?:[\s().-]*\d){4,}")
_MARKUP = re.compile(r"[<>`{}\[\]|\\]|\*\*|__|~~|&#?\w+;")
_QUOTE_MARKS = frozenset('“”"„«»‹›')
_ORDERS = re.compile(r"\b(?:ignore|disregard|instruction|prompt|system|assistant)", re.IGNORECASE)
# Invisible although Unicode calls them letters, marks or symbols.
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\uffa0")
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


def forbidden_in(text: str) -> str | None:
    """The first forbidden word or sign in the text, also in disguise, if there is one."""
    return disguised_in(text, forbidden_words()) or next((sign for sign in forbidden_signs() if sign in text), None)


def limit_in(text: str) -> str | None:
    """The first word in the text that touches what no bio touches, if there is one."""
    found = _limits().search(" ".join(words_of(text)))
    return found[0] if found else None


def has_markup(text: str) -> bool:
    """Whether there is anything a page or a reader could take for markup."""
    return _MARKUP.search(text) is not None


def has_address(text: str) -> bool:
    """Whether there is anything that reads like an address of the net."""
    return _ADDRESS.search(text) is not None


def has_invisible(text: str) -> bool:
    """Whether there are characters nobody sees: zero-width, direction overrides, controls, fillers."""
    return any(letter in _FILLERS or unicodedata.category(letter) in _HIDDEN for letter in text)


def may_be_shown(words: str) -> bool:
    """Whether a link or a tag somebody used may stand in a bio: kind, within limits, nobody's address."""
    return (
        len(words) <= _LONGEST_LINK
        and "@" not in words
        and not has_invisible(words)
        and forbidden_in(words) is None
        and limit_in(words) is None
    )


def may_be_named(reaction: str) -> bool:
    """Whether a reaction somebody received may stand in a bio: one emoji, and not one that hurts.

    What exports call an emoji may be any few words another person chose.
    """
    return emoji.is_emoji(reaction) and forbidden_in(reaction) is None


def may_be_quoted(text: str) -> bool:
    """Whether somebody's own words may stand in a bio: a plain remark without addresses, numbers or orders."""
    return (
        _SHORTEST_QUOTE <= len(text) <= _LONGEST_QUOTE
        and "\n" not in text
        and not any(mark in text for mark in _QUOTE_MARKS)
        and len(words_of(text)) >= _FEWEST_WORDS
        and not any(pattern.search(text) for pattern in (_ADDRESS, _LONG_NUMBER, _MARKUP, _ORDERS))
        and not has_invisible(text)
        and forbidden_in(text) is None
        and limit_in(text) is None
    )


@lru_cache(maxsize=1)
def _limits() -> re.Pattern[str]:
    ends = (re.escape(word[:-1]) + r"\w*" if word.endswith("*") else re.escape(word) for word in limit_words())
    return re.compile(r"\b(?:" + "|".join(ends) + r")\b")
