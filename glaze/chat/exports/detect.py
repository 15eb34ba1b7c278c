"""Tells by its first lines what a file is: one of the three formats we read, or what else it looks like."""

import re

import msgspec

from glaze.chat.exports.lines import BOM
from glaze.chat.exports.types import ExportFormat

HEAD = 256 * 1024
"""So many first bytes are looked at: enough for an exporter's settings and two of Signal's longest messages."""

_LINES = 200
_Keys = dict[str, msgspec.Raw]
_FRAMES = ("account", "recipient", "chat", "chatItem", "stickerPack", "adHocCall", "notificationProfile", "chatFolder")
_ENVELOPES = (("envelope",), ("params", "envelope"), ("params", "result", "envelope"))
"""Plain, in a JSON-RPC notification, in a subscription's."""

HOW_TO_EXPORT = (
    "In Signal, open Settings > Chats > Export chat history, choose the plaintext (JSON) form, and import that."
)


def detect(head: bytes) -> ExportFormat | None:
    """The format of a file with these first bytes, None if it is none of them."""
    if _is_tar(head) or head.startswith(b"PK"):
        return None  # lines may lie in it as they are, but its first and last would be lost in the packing
    for line in head.split(b"\n", _LINES)[:_LINES]:
        found = _format_of(line)
        if found is not None:
            return found
    return None


def what_else(head: bytes) -> str:
    """What a file that is no export we read looks like, and what to do; nothing of it is quoted."""
    start = head.removeprefix(BOM).lstrip()
    for looks_like, sentence in _LOOKS:
        if looks_like.match(head) or looks_like.match(start):
            return f"{sentence} {HOW_TO_EXPORT}"
    if not start:
        return f"This file is empty. {HOW_TO_EXPORT}"
    if _is_tar(head):
        return "This is a tar archive: unpack it and import the folder."
    if _is_desktop_row(head):
        return f"This is a dump of Signal Desktop's database, which is not read. {HOW_TO_EXPORT}"
    if b"\0" in head or not _is_text(head):
        return f"This is an encrypted Signal backup, or another file that is no text. {HOW_TO_EXPORT}"
    return f"This is no Signal export we know. {HOW_TO_EXPORT}"


_LOOKS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"%PDF"), "This is a PDF document."),
    (re.compile(rb"SQLite format 3"), "This is a database, not an export."),
    (re.compile(rb"PK\x03\x04|\x1f\x8b"), "This is packed twice: unpack it once."),
    (re.compile(rb"\xff\xfe|\xfe\xff"), "This text is in UTF-16: save it as UTF-8."),
    (re.compile(rb"<"), "This is a web page or XML, not an export; sigexport's own text is in data.json beside it."),
    (re.compile(rb"\[\d{4}-\d\d-\d\d"), "This is sigexport's chat.md; its data.json beside it can be imported."),
    (
        re.compile(rb"\[\s*(?:[{\]]|\Z)"),
        "This is a JSON array like sigtop's, in which no text lies any more.",
    ),
)


def _format_of(line: bytes) -> ExportFormat | None:
    keys = _object_at(line)
    if keys is None:
        return None
    if any(_object_at(line, *path) is not None for path in _ENVELOPES):
        return ExportFormat.SIGNAL_CLI
    if "backupTimeMs" in keys or any(_object_at(line, frame) is not None for frame in _FRAMES):
        return ExportFormat.OFFICIAL
    if keys.keys() >= {"date", "sender", "body"}:
        return ExportFormat.SIGEXPORT
    return None


def _is_desktop_row(head: bytes) -> bool:
    keys = _object_at(head.split(b"\n", 1)[0])
    return keys is not None and "conversationId" in keys


def _object_at(line: bytes, *path: str) -> dict[str, msgspec.Raw] | None:
    """The object a line is, or holds at a path of keys; None if there is none."""
    found: bytes | msgspec.Raw = line.removeprefix(BOM)
    try:
        for key in path:
            found = msgspec.json.decode(found, type=_Keys)[key]
        return msgspec.json.decode(found, type=_Keys)
    except (KeyError, ValueError, RecursionError):
        return None


def _is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def _is_text(head: bytes) -> bool:
    # A character cut in two at the end of the head is no fault of the file.
    try:
        head[: max(head.rfind(b"\n"), len(head) - 4)].decode()
    except UnicodeDecodeError:
        return False
    return True
