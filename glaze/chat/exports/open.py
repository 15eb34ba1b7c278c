"""Opens what a person points at: finds the export in a file, folder or zip, and the reader for its format."""

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePath
from zoneinfo import ZoneInfo

from glaze.chat.exports.detect import HEAD, HOW_TO_EXPORT, detect, what_else
from glaze.chat.exports.lines import Source, in_one_sentence
from glaze.chat.exports.official import OfficialReader
from glaze.chat.exports.sigexport import SigexportReader
from glaze.chat.exports.signal_cli import SignalCliReader
from glaze.chat.exports.types import ExportFormat, GroupChoice, Reader, Record, Tally
from glaze.errors import InvalidInputError, UnreadableExportError

_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
_MEDIA_FOLDERS = {"files", "media", "exported_stickers", "__MACOSX"}
"""Folders of an export without any text, often with thousands of files."""

_MOST_FILES = 5_000


class Export:
    """An export that was found and is of a known format. It is itself a Reader, as often as one likes.

    Its files are open only while it is read. If they break off then, that is UnreadableExportError, and what was
    yielded before is to be thrown away.
    """

    def __init__(self, export_format: ExportFormat, sources: list[Source], reader: Reader) -> None:
        self.format = export_format
        self._sources = sources
        self._reader = reader

    def __call__(self, wanted: GroupChoice, tally: Tally, /) -> Iterator[Record]:
        """Yield what is wanted; see Reader."""
        return self._reader(wanted, tally)

    def position(self) -> tuple[int, int]:
        """How many bytes of how many the present pass has behind it."""
        read = sum(source.bytes_read for source in self._sources)
        return read, sum(source.bytes_total for source in self._sources)


def open_export(path: Path, *, owner: str | None = None, timezone: str = "UTC") -> Export:
    """Find the export at `path`: a file of any name, plain, .gz or .zip, or a folder that holds it at any depth.

    `owner` and `timezone` are for sigexport: the name behind `Me`, and the zone of its local times.
    UnreadableExportError if nothing there can be read, InvalidInputError if there is no such zone.
    """
    zone = _zone(timezone)
    with in_one_sentence():
        if not path.exists():
            raise FileNotFoundError
        path = path.resolve()
        if path.is_dir():
            found, sources = _the_export_among(_in_folder(path))
        elif not path.is_file():
            raise UnreadableExportError("This is neither a file nor a folder: point at the export itself.")
        elif _is_zip(path):
            found, sources = _the_export_among(_in_zip(path))
        else:
            found, sources = _the_export_at(path)
    match found:
        case ExportFormat.OFFICIAL:
            return Export(found, sources, OfficialReader(sources[0]))
        case ExportFormat.SIGEXPORT:
            return Export(found, sources, SigexportReader(sources, owner, zone))
        case ExportFormat.SIGNAL_CLI:
            return Export(found, sources, SignalCliReader(sources))


def _the_export_at(path: Path) -> tuple[ExportFormat, list[Source]]:
    source = Source(path, _chat_of(path))
    head = source.head(HEAD)
    found = detect(head)
    if found is None:
        raise UnreadableExportError(what_else(head))
    return found, [source]


def _the_export_among(candidates: Iterator[Source]) -> tuple[ExportFormat, list[Source]]:
    """The one export among the files of a folder or zip: all of one format, and a single file if it is Signal's own."""
    found: dict[ExportFormat, list[Source]] = {}
    refused: UnreadableExportError | None = None
    for number, source in enumerate(candidates):
        if number >= _MOST_FILES:
            raise UnreadableExportError("There are thousands of files here: point at the export's own folder or file.")
        try:
            export_format = detect(source.head(HEAD))
        except UnreadableExportError as reason:
            refused = reason
            continue
        if export_format is not None:
            found.setdefault(export_format, []).append(source)
    if not found:
        raise refused or UnreadableExportError(f"There is no Signal export in here that can be read. {HOW_TO_EXPORT}")
    if len(found) > 1 or len(found.get(ExportFormat.OFFICIAL, [])) > 1:
        raise UnreadableExportError("There are several exports in here: import one at a time, each by its own path.")
    return found.popitem()


def _in_folder(folder: Path) -> Iterator[Source]:
    """The files in a folder at any depth, in the order of their names; links and media are passed by."""
    os.scandir(folder).close()  # says so if it may not be read, where walk would find it empty
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _MEDIA_FOLDERS and not name.startswith("."))
        for name in sorted(names):
            path = Path(here, name)
            if path.is_file() and not path.is_symlink():
                yield Source(path, _chat_of(path))


def _in_zip(path: Path) -> Iterator[Source]:
    """The files in a zip, in the order of their names."""
    with zipfile.ZipFile(path) as archive:
        members = sorted(archive.infolist(), key=lambda member: member.filename)
    for member in members:
        inside = path.with_suffix("") / PurePath(member.filename)
        if not member.is_dir() and _MEDIA_FOLDERS.isdisjoint(inside.parts[len(path.parts) : -1]):
            yield Source(path, _chat_of(inside), member)


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in _ZIP_MAGICS


def _chat_of(path: PurePath) -> str:
    """The chat a file is of, for the format with one chat a file: data.json lies in a folder of the chat's name."""
    stem = path.name.partition(".")[0]
    return path.parent.name if stem == "data" else stem


def _zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        raise InvalidInputError("There is no such time zone: name one like Europe/Berlin or UTC.", "timezone") from None
