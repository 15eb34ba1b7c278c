"""How Signal's export writes values: protobuf JSON, and key material that is the same on every machine."""

import base64
import hashlib
import uuid
from typing import Any

from cli.demo.script.reading import MENTION

Frame = dict[str, Any]
"""One line of `main.jsonl`, or a part of it. 64-bit numbers are strings, 32-bit ones are numbers."""

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://example.org/kettle-lane")


def present(**fields: Any) -> Frame:
    """The fields that are set: protobuf JSON leaves default values out. An empty message `{}` is a value and stays."""
    return {name: value for name, value in fields.items() if value not in (None, 0, "", [])}


def aci_of(key: str) -> uuid.UUID:
    """The Signal account of the person a script calls `key`."""
    return uuid.uuid5(_NAMESPACE, key)


def aci_bytes(key: str) -> str:
    """The same account as the file writes it: base64 of its 16 bytes."""
    return base64.b64encode(aci_of(key).bytes).decode()


def secret(name: str, length: int = 32, *, prefix: bytes = b"") -> str:
    """Base64 of bytes that look random and depend on `name` alone."""
    return base64.b64encode(prefix + hashlib.shake_256(f"kettle-lane {name}".encode()).digest(length)).decode()


def text(words: str, styles: list[tuple[str, str]]) -> Frame | None:
    """Body and ranges of a script's words; None where there are none.

    Offsets count UTF-16 units, so that most emoji take two. A mention is one U+FFFC; one that opens
    the body has no `start`, because that would be 0.
    """
    if not words:
        return None
    body, ranges, end = "", [], 0
    for mention in MENTION.finditer(words):
        body += words[end : mention.start()]
        ranges.append(present(start=_utf16(body), length=1, mentionAci=aci_bytes(mention[1])))
        body, end = body + "\N{OBJECT REPLACEMENT CHARACTER}", mention.end()
    body += words[end:]
    for style, styled in styles:
        start = _utf16(body[: body.index(styled)])
        ranges.append(present(start=start, length=_utf16(styled), style=style))
    return present(body=body, bodyRanges=ranges)


def pointer(content_type: str, seed: str, size: int, **known: Any) -> Frame:
    """A file that Signal can find by the keys in here: none of them may outlive an import."""
    locator = {
        "key": secret(f"{seed} key", 64),
        "size": size,
        "localKey": secret(f"{seed} local key", 64),
        "plaintextHash": secret(f"{seed} hash"),
    }
    return present(contentType=content_type, **known, locatorInfo=locator)


def _utf16(words: str) -> int:
    return len(words.encode("utf-16-le")) // 2
