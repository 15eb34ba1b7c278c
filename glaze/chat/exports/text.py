"""Text as exporters write it, made fit to keep: control characters, names, emoji, and where a mention stands."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from glaze.chat.exports.types import LeftOut, Mention, Tally
from glaze.chat.words import find_links, tags_in

MENTION = "\ufffc"
"""What every Signal client puts where a mention stands; the name itself is beside the text."""

LONGEST_NAME = 120
_LONGEST_EMOJI = 32
_LONGEST_FILE_NAME = 255

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
"""All but tab and line ends: PostgreSQL refuses NUL, a terminal obeys the others."""

_CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,63}/[a-z0-9][a-z0-9.+_-]{0,126}")

_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ud800-\udfff\ufff9-\ufffc\U000e0000-\U000e0fff]"
    # Joiners belong where they join: in an emoji, and in Persian and Indic words.
    "|(?<![\u0600-\u0dff\u2190-\u3299\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]"
)


def clean_body(body: str) -> str:
    """The body without control characters. Each gives way to one space, so that offsets stay true."""
    return body if body.isprintable() else _CONTROLS.sub(" ", body)


def clean_name(name: str, longest: int = LONGEST_NAME) -> str:
    """A name or title on one line, capped, without unseen characters that hide in it or turn the text around it."""
    if not name.isprintable():
        name = _UNSEEN.sub("", name)
    return " ".join(name.split())[:longest].rstrip()


def clean_file_name(name: str | None) -> str | None:
    """A file's name, or None where there is none."""
    return clean_name(name, _LONGEST_FILE_NAME) or None if name else None


def clean_content_type(content_type: str | None) -> str:
    """A MIME type in lower case without parameters, `application/octet-stream` if it is none."""
    plain = (content_type or "").partition(";")[0].strip().lower()
    return plain if _CONTENT_TYPE.fullmatch(plain) else "application/octet-stream"


def clean_size(size: int | None) -> int | None:
    """A file's size in bytes, None where it is not known or no size."""
    return size if size and 0 < size < 2**53 else None


def clean_emoji(emoji: str) -> str | None:
    """A reaction's emoji as sent, skin tone and all; None if it is no such thing."""
    if not emoji or len(emoji) > _LONGEST_EMOJI or _CONTROLS.search(emoji):
        return None
    return emoji


def place_mentions(body: str, named: Iterable[tuple[int, str]]) -> tuple[str, tuple[Mention, ...]]:
    """Put `@` where people are mentioned: (UTF-16 offset, person key) pairs become code-point offsets into the body.

    Signal counts in UTF-16 units, in which an emoji is two. A pair that does not point at a mention is left out;
    a mention of nobody known is an `@` alone.
    """
    if MENTION not in body:
        return body, ()
    units = body.encode("utf-16-le", "replace")
    astral = len(units) != 2 * len(body)
    mentions: dict[int, Mention] = {}
    for offset, key in named:
        if not 0 <= offset < len(units) // 2:
            continue
        start = len(units[: 2 * offset].decode("utf-16-le", "ignore")) if astral else offset
        if body[start] == MENTION:
            mentions[start] = Mention(start, key)
    return body.replace(MENTION, "@"), tuple(mentions[start] for start in sorted(mentions))


class Words(NamedTuple):
    """The words of a comment and what stands in them, as a Message holds it."""

    body: str
    mentions: tuple[Mention, ...]
    links: tuple[str, ...]
    tags: tuple[str, ...]


def read_words(body: str, named: Iterable[tuple[int, str]], tally: Tally) -> Words:
    """A body as exported, with (UTF-16 offset, person key) of its mentions, to Words; unsafe links are tallied."""
    body, mentions = place_mentions(body, named)
    body = clean_body(body)
    links = find_links(body)
    if links.unsafe:
        tally.leave_out(LeftOut.UNSAFE_LINKS, links.unsafe)
    return Words(body, mentions, links.safe, tags_in(body))
