"""What the words of a comment hold: links, tags and their domains, and how names are squashed to compare them."""

import re
from typing import NamedTuple

import emoji

_LINK = re.compile(r"https?://[^\s<>\"`\[\]|\\^{}]+")
_PUNCTUATION = ".,;:!?'\""
_EMPHASIS = "*_~"
_PLAIN = re.compile(r"https?://([\w.-]*\w)\.?(?::[0-9]{1,5})?(?:[/?#]|\Z)")
_TURNS_TEXT_ROUND = re.compile("[\u202a-\u202e\u2066-\u2069]")
_OTHER_SCHEME = re.compile(r"\b(?!https?:)[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s<>\"]")
_TAG = re.compile(r"(?<![\w&/#])#([^\W\d_]\w{1,49})")
"""`#` + letter + word characters, 2 to 50 of them; `&#x27`, `a/#b` and `##b` are code, not tags."""


class FoundLinks(NamedTuple):
    """`safe` links as written, in order, and how many `unsafe` ones stood beside them."""

    safe: tuple[str, ...]
    unsafe: int


_NO_LINKS = FoundLinks((), 0)


def find_links(body: str) -> FoundLinks:
    """The links of `body`: plain http(s) to a host. Unsafe are other schemes, user names in a link, and no host.

    A link ends before the punctuation of the sentence around it, and before a `)` it did not open.
    """
    if "://" not in body:
        return _NO_LINKS
    unsafe = len(_OTHER_SCHEME.findall(body))
    safe: list[str] = []
    for found in _LINK.findall(body):
        url = _without_the_sentence(found)
        if _PLAIN.match(url) and not _TURNS_TEXT_ROUND.search(url):
            safe.append(url)
        elif len(url) > len("https://"):
            unsafe += 1
    return FoundLinks(tuple(safe), unsafe)


def _without_the_sentence(url: str) -> str:
    """Cut what is the sentence's around a link: punctuation, emphasis, and each `)` that the link did not open."""
    url = url.rstrip(_EMPHASIS + _PUNCTUATION)
    end = len(url)
    unopened = url.count(")") - url.count("(")
    # By index: cut piece by piece, a link of a hundred thousand `)` would take minutes.
    while unopened > 0 and url[end - 1] == ")":
        end -= 1
        unopened -= 1
        while url[end - 1] in _PUNCTUATION:
            end -= 1
    return url[:end]


def links_in(body: str) -> tuple[str, ...]:
    """The safe links of `body`, as written, in order, each as often as it stands there."""
    return find_links(body).safe


def tags_in(body: str) -> tuple[str, ...]:
    """The hashtags of `body` in lower case, without `#`, in order; what follows `#` in a link is no tag."""
    if "#" not in body:
        return ()
    if "://" in body:
        body = _LINK.sub(" ", body)
    return tuple(tag.lower() for tag in _TAG.findall(body))


def domain_of(url: str) -> str:
    """The host of a link as `find_links` gives it: lower case, without `www.` and port; "" if it has none."""
    plain = _PLAIN.match(url)
    return plain[1].lower().removeprefix("www.") if plain else ""


def squash(name: str) -> str:
    """A name as sigexport writes it: emoji as their English words, then letters and digits alone.

    `Thursday Builders 🛠️` is `ThursdayBuildershammerandwrench`. The words are the `emoji` package's, which is
    what sigexport itself asks (Unicode's own names agree for one emoji in four). What is squashed stays as it is.
    Two members of one name get `2`, `3` … at the end by newer versions: such a name may not match.
    """
    if not name.isascii():
        name = emoji.demojize(name)
    return "".join(letter for letter in name if letter.isalnum())
