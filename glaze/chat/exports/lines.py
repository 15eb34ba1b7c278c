"""The lines of one file of an export, plain or packed, in constant memory whatever the file holds."""

import gzip
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from glaze.chat.exports.types import LeftOut, Tally
from glaze.errors import UnreadableExportError

LONGEST_LINE = 8 * 1024 * 1024
"""Signal's longest message is 128 KiB; a line beyond this is counted and skipped without being held."""

BOM = b"\xef\xbb\xbf"
"""Some editors put this before the first line."""

_CHUNK = 256 * 1024
_BOMB_RATIO = 200
_BOMB_BYTES = 256 * 1024 * 1024
"""Chats pack 5 to 30 times smaller; what unpacks to more than both of these is no chat."""

_GZIP_MAGIC = b"\x1f\x8b"
_BOUNDED_ZIPS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Python unpacks the other kinds a whole block at a time, however large the block."""

_DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile, struct.error, ValueError)
"""What the standard library raises at a packed file that is cut or altered."""

Frame = TypeVar("Frame")


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Source:
    """One file of an export, opened afresh for each pass: `path` itself, or its `member` in a zip.

    `chat` names the chat for the format that keeps one chat a file. `bytes_read` of `bytes_total` says how far
    the present pass is: packed bytes for a .gz, unpacked ones for a member of a zip, whose directory tells the size.
    """

    def __init__(self, path: Path, chat: str, member: zipfile.ZipInfo | None = None) -> None:
        self.chat = chat
        self.bytes_read = 0
        self.bytes_total = member.file_size if member else path.stat().st_size
        self.ends_cut = False
        """True from the moment the last line is given out, if it has no line end."""
        self._path = path
        self._member = member
        self._packed_bytes = member.compress_size if member else self.bytes_total

    def head(self, size: int) -> bytes:
        """The first `size` bytes; fewer if the file is shorter, or is damaged after some."""
        taken = bytearray()
        try:
            with self._open() as (stream, _):
                while len(taken) < size and (chunk := _read(stream, size - len(taken))):
                    taken += chunk
        except UnreadableExportError:
            if not taken:
                raise
        return bytes(taken)

    def lines(self, tally: Tally) -> Iterator[bytes]:
        """Each line without its end. Empty ones are left out, overlong ones counted as broken.

        UnreadableExportError, maybe in the midst of it, if a packed file breaks off or the disk fails.
        """
        self.ends_cut = False
        rest = b""
        for number, chunk in enumerate(self._chunks()):
            first, *lines = (chunk if number else chunk.removeprefix(BOM)).split(b"\n")
            # Once too long, it is enough to know that: the rest of such a line is not held.
            if len(rest) <= LONGEST_LINE:
                rest += first
            if not lines:
                continue
            lines.insert(0, rest)
            rest = lines.pop()
            tally.lines += len(lines)
            for line in lines:
                if len(line) > LONGEST_LINE:
                    tally.leave_out(LeftOut.BROKEN_LINES)
                elif line:
                    yield line
        if rest:
            tally.lines += 1
            self.ends_cut = True
            if len(rest) > LONGEST_LINE:
                tally.leave_out(LeftOut.BROKEN_LINES)
            else:
                yield rest

    def frames(self, decode: Callable[[bytes], Frame], tally: Tally) -> Iterator[tuple[bytes, Frame]]:
        """Each line with what `decode`, of a msgspec decoder, makes of it; what it cannot read is counted."""
        for line in self.lines(tally):
            try:
                frame = decode(line)
            except (ValueError, RecursionError):
                mended = _mended(line, decode)
                if mended is None:
                    tally.leave_out(self._why_unreadable(line))
                    continue
                frame = mended
            yield line, frame

    def _why_unreadable(self, line: bytes) -> LeftOut:
        if self.ends_cut:
            return LeftOut.CUT_LAST_LINE
        try:
            found = msgspec.json.decode(line)
        except (ValueError, RecursionError):
            return LeftOut.BROKEN_LINES
        return LeftOut.UNKNOWN_FRAMES if isinstance(found, dict) else LeftOut.BROKEN_LINES

    def _chunks(self) -> Iterator[bytes]:
        self.bytes_read = unpacked = 0
        with self._open() as (stream, packed_position):
            while chunk := _read(stream, _CHUNK):
                unpacked += len(chunk)
                self.bytes_read = min(packed_position() if packed_position else unpacked, self.bytes_total)
                if unpacked > _BOMB_BYTES and unpacked > _BOMB_RATIO * self._packed_bytes:
                    raise UnreadableExportError("The packed file unpacks to more than any chat: choose another.")
                yield chunk
        self.bytes_read = self.bytes_total

    @contextmanager
    def _open(self) -> Iterator[tuple[_Stream, Callable[[], int] | None]]:
        """The unpacked bytes, and for a .gz how far its packed ones are read."""
        with ExitStack() as opened:
            stream: _Stream
            packed_position: Callable[[], int] | None = None
            with in_one_sentence():
                stream = file = opened.enter_context(self._path.open("rb"))
                if self._member is not None:
                    if self._member.compress_type not in _BOUNDED_ZIPS:
                        raise UnreadableExportError("The zip is of an unusual kind: unpack it and import the folder.")
                    stream = opened.enter_context(opened.enter_context(zipfile.ZipFile(file)).open(self._member))
                elif file.peek(2).startswith(_GZIP_MAGIC):
                    stream, packed_position = opened.enter_context(gzip.GzipFile(fileobj=file)), file.tell
            yield stream, packed_position


def _read(stream: _Stream, size: int) -> bytes:
    with in_one_sentence():
        return stream.read(size)


@contextmanager
def in_one_sentence() -> Iterator[None]:
    """Turn whatever opening and reading raise into UnreadableExportError: one sentence, nothing of the file in it."""
    try:
        yield
    except FileNotFoundError:
        raise UnreadableExportError("There is no such file or folder: check the path.") from None
    except PermissionError:
        raise UnreadableExportError("You may not read this: change its permissions, or copy it.") from None
    except _DAMAGED:
        raise UnreadableExportError("The packed file is damaged or cut off: copy or export it again.") from None
    except RuntimeError:
        raise UnreadableExportError("The zip is locked with a password: unpack it and import the folder.") from None
    except OSError:
        raise UnreadableExportError("The file could not be read to its end: is its disk still there?") from None


def _mended(line: bytes, decode: Callable[[bytes], Frame]) -> Frame | None:
    """A frame from a line with half an emoji in it (`\\ud83d` alone), which JSON can write and Unicode cannot: `?`."""
    if b"\\ud" not in line.lower():
        return None
    try:
        return decode(json.dumps(json.loads(line), ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
