"""Finding the export in what a person points at, by content, and one sentence where there is none."""

import gzip
import io
import os
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

from glaze.chat.exports.open import open_export
from glaze.chat.exports.types import ExportFormat, Tally
from glaze.errors import InvalidInputError, UnreadableExportError
from tests.glaze.chat.exports.written import (
    ANN,
    BO,
    OPENING,
    Frame,
    everything,
    jsonl,
    main_jsonl,
    read,
    row,
    said,
    wrote,
)

OFFICIAL = main_jsonl(said(ANN, 0, "from the walrus"))
SIGEXPORT = jsonl(
    row("AnnOstrander", "2023-11-14T22:13:20", "from the walrus"), row("BoQuist", "2023-11-14T22:13:21", "aye")
)
SIGNAL_CLI = jsonl(wrote(ANN, 0, "from the walrus"))
FORMATS = [
    (OFFICIAL, ExportFormat.OFFICIAL),
    (SIGEXPORT, ExportFormat.SIGEXPORT),
    (SIGNAL_CLI, ExportFormat.SIGNAL_CLI),
]
each_format = pytest.mark.parametrize(("content", "export_format"), FORMATS)


def written_to(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@each_format
@pytest.mark.parametrize("name", ["main.jsonl", "data.json", "message.txt", "x.zip", "x.gz", "none"])
def test_the_content_decides_and_not_the_name(
    tmp_path: Path, content: bytes, export_format: ExportFormat, name: str
) -> None:
    for bytes_on_disk in (content, gzip.compress(content), b"\xef\xbb\xbf" + content, b"\n{}\n" + content):
        path = written_to(tmp_path / name, bytes_on_disk)
        assert open_export(path).format is export_format
        assert read(path).bodies[0] == "from the walrus"


def test_the_opening_line_alone_is_an_export_without_groups() -> None:
    assert read(jsonl(OPENING[0])).records == []


@each_format
def test_a_folder_or_zip_may_hold_it_at_any_depth(tmp_path: Path, content: bytes, export_format: ExportFormat) -> None:
    written_to(tmp_path / "out/signal-export/signal-backup/main.jsonl", content)
    written_to(tmp_path / "out/signal-export/signal-backup/metadata.json", b'{"version":1}')
    written_to(tmp_path / "out/signal-export/files/ab/abcd.txt", OFFICIAL)
    written_to(tmp_path / "out/chat.md", b"[2023-11-14 22:13:20] Ann: from the walrus")
    assert open_export(tmp_path / "out").format is export_format
    zipped = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "out"))
    zipped = zipped.rename(tmp_path / "packed.bin")
    assert read(zipped).bodies == read(tmp_path / "out").bodies
    assert read(zipped).bodies[0] == "from the walrus"


@pytest.mark.parametrize(
    "line",
    [
        {"jsonrpc": "2.0", "method": "receive", "params": wrote(ANN, 0, "from the walrus")},
        {
            "jsonrpc": "2.0",
            "method": "receive",
            "params": {"subscription": 0, "result": wrote(ANN, 0, "from the walrus")},
        },
    ],
)
def test_signal_cli_is_known_in_all_its_wrappers(line: Frame) -> None:
    assert read(jsonl({"jsonrpc": "2.0", "result": {"version": "0.14.6"}, "id": 1}, line)).bodies == ["from the walrus"]


def test_sigexport_names_each_chat_by_its_folder(tmp_path: Path) -> None:
    written_to(tmp_path / "out/Choirmusicalnote/data.json", SIGEXPORT)
    written_to(tmp_path / "out/Rowing/data.json", SIGEXPORT)
    titles = ["Choirmusicalnote", "Rowing"]
    assert [group.title for group in read(tmp_path / "out").groups] == titles
    assert [group.title for group in read(tmp_path / "out/Rowing").groups] == titles[1:]
    assert [group.title for group in read(tmp_path / "out/Rowing/data.json").groups] == titles[1:]
    assert read(tmp_path / "out/Rowing").groups[0].key == "folder:Rowing"
    renamed = written_to(tmp_path / "elsewhere/Sailing.jsonl.gz", gzip.compress(SIGEXPORT))
    assert [group.title for group in read(renamed).groups] == ["Sailing"]


def test_streams_of_signal_cli_in_one_folder_are_one_export(tmp_path: Path) -> None:
    written_to(tmp_path / "1.log", jsonl(wrote(ANN, 0, "first")))
    written_to(tmp_path / "2.log", jsonl(wrote(BO, 5, "second")))
    assert read(tmp_path).bodies == ["first", "second"]


def test_several_exports_are_asked_for_one_at_a_time(tmp_path: Path) -> None:
    written_to(tmp_path / "a/main.jsonl", OFFICIAL)
    written_to(tmp_path / "b/main.jsonl", OFFICIAL)
    with pytest.raises(UnreadableExportError, match="one at a time"):
        open_export(tmp_path)
    written_to(tmp_path / "b/main.jsonl", SIGNAL_CLI)
    with pytest.raises(UnreadableExportError, match="one at a time"):
        open_export(tmp_path)


SECRET_WORDS = "the walrus sings at midnight"


def zip_with_a_name_of_no_encoding() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("näme", OFFICIAL)
    return packed.getvalue().replace("näme".encode(), b"n\xff\xffme")


HOPELESS = {
    "empty": (b"", "empty"),
    "blank": (b" \n\n", "empty"),
    "sigtop": (b'[\n{"id":"x","body":"' + SECRET_WORDS.encode() + b'"}\n]', "sigtop"),
    "no rows": (b"[]", "JSON array"),
    "desktop row": (jsonl({"id": "x", "conversationId": "y", "body": SECRET_WORDS, "sent_at": 1}), "database"),
    "sqlite": (b"SQLite format 3\x00" + b"\x10" * 100, "database"),
    "chat.md": (f"[2026-06-17 17:03:00] Ann: {SECRET_WORDS}\n".encode(), "chat.md"),
    "html": (f"<!DOCTYPE html>\n<html>{SECRET_WORDS}".encode(), "web page"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
    "encrypted": (b"\x00\x00\x00\x3a" + os.urandom(200), "encrypted"),
    "random": (b"\x92\x81\xfe\x9c" * 50, "encrypted"),
    "utf-16": (OFFICIAL.decode().encode("utf-16"), "UTF-16"),
    "other json": (jsonl({"hello": SECRET_WORDS}), "no Signal export"),
    "metadata": (b'{"version":1}', "no Signal export"),
    "prose": (SECRET_WORDS.encode(), "no Signal export"),
    "cut at once": (OFFICIAL[:40], "no Signal export"),
    "packed twice": (gzip.compress(gzip.compress(OFFICIAL)), "packed twice"),
    "cut gzip": (gzip.compress(OFFICIAL)[:7], "cut off"),
    "cut zip": (b"PK\x03\x04" + b"\x00" * 100, "cut off"),
    "zip of no name": (zip_with_a_name_of_no_encoding(), "cut off"),
    "empty zip": (b"PK\x05\x06" + b"\x00" * 18, "no Signal export"),
}


@pytest.mark.parametrize("name", HOPELESS)
def test_a_hopeless_file_gets_one_sentence_without_a_word_of_it(tmp_path: Path, name: str) -> None:
    content, says = HOPELESS[name]
    with pytest.raises(UnreadableExportError, match=says) as caught:
        open_export(written_to(tmp_path / "private-name.json", content))
    sentence = str(caught.value)
    assert SECRET_WORDS not in sentence
    assert "private-name" not in sentence
    assert "\n" not in sentence
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("name", sorted(HOPELESS))
def test_a_folder_or_zip_of_hopeless_files_holds_no_export(tmp_path: Path, name: str) -> None:
    written_to(tmp_path / "out/x/y", HOPELESS[name][0])
    zipped = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "out")
    for path in (tmp_path / "out", Path(zipped)):
        with pytest.raises(UnreadableExportError, match=r"no Signal export in here|cut off"):
            open_export(path)


def test_a_zip_with_a_password_is_to_be_unpacked(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("main.jsonl", OFFICIAL)
    locked = bytearray(packed.getvalue())
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UnreadableExportError, match="password"):
        open_export(written_to(tmp_path / "x.zip", bytes(locked)))


def test_a_tar_is_to_be_unpacked(tmp_path: Path) -> None:
    written_to(tmp_path / "main.jsonl", OFFICIAL)
    for mode in ("w", "w:gz"):
        with tarfile.open(tmp_path / "x.tar", mode) as archive:
            archive.add(tmp_path / "main.jsonl", "main.jsonl")
        with pytest.raises(UnreadableExportError, match="tar archive"):
            open_export(tmp_path / "x.tar")


@pytest.mark.parametrize("missing", ["nowhere", "x\x00y", "file/below"])
def test_a_path_without_anything_is_one_sentence(tmp_path: Path, missing: str) -> None:
    written_to(tmp_path / "file", b"")
    with pytest.raises(UnreadableExportError, match="no such file"):
        open_export(tmp_path / missing)


def test_what_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may read anything, so the refusal is played here.
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, SECRET_WORDS)

    written_to(tmp_path / "main.jsonl", OFFICIAL)
    monkeypatch.setattr(Path, "open", refused)
    monkeypatch.setattr(os, "scandir", refused)
    for path in (tmp_path / "main.jsonl", tmp_path):
        with pytest.raises(UnreadableExportError, match="may not read this"):
            open_export(path)


def test_an_empty_folder_a_pipe_and_a_link_to_nowhere_hold_no_export(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("nowhere")
    for path, says in ((tmp_path, "in here"), (tmp_path / "pipe", "neither"), (tmp_path / "link", "no such file")):
        with pytest.raises(UnreadableExportError, match=says):
            open_export(path)


def test_a_folder_of_thousands_of_files_is_not_searched_for_ever(tmp_path: Path) -> None:
    for number in range(5_001):
        (tmp_path / str(number)).touch()
    with pytest.raises(UnreadableExportError, match="thousands"):
        open_export(tmp_path)


@pytest.mark.parametrize("timezone", ["Mars/Olympus", "", "../etc/passwd", "Europe"])
def test_a_zone_that_is_none_is_invalid_input(tmp_path: Path, timezone: str) -> None:
    with pytest.raises(InvalidInputError, match="Europe/Berlin") as caught:
        open_export(written_to(tmp_path / "data.json", SIGEXPORT), timezone=timezone)
    assert caught.value.field == "timezone"


def test_an_export_can_be_read_twice_and_tells_where_it_is(tmp_path: Path) -> None:
    export = open_export(written_to(tmp_path / "main.jsonl", OFFICIAL))
    assert export.position() == (0, len(OFFICIAL))
    first, second = (list(export(everything, Tally())) for _ in range(2))
    assert first == second
    assert export.position() == (len(OFFICIAL), len(OFFICIAL))


def test_a_first_look_does_not_move_the_position(tmp_path: Path) -> None:
    export = open_export(written_to(tmp_path / "stream", jsonl(*(wrote(ANN, n, "x" * 99) for n in range(9_000)))))
    records = export(everything, Tally())
    next(records)
    read_so_far, total = export.position()
    assert 0 < read_so_far < total


def test_what_is_abandoned_midway_is_closed(tmp_path: Path) -> None:
    # A file left open would be a ResourceWarning, and so a failure, when it is collected.
    path = written_to(tmp_path / "x.gz", gzip.compress(OFFICIAL))
    next(open_export(path)(everything, Tally()))


def test_a_zip_that_stretches_out_of_its_folder_is_never_unpacked_there(tmp_path: Path) -> None:
    path = tmp_path / "in/evil.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../main.jsonl", OFFICIAL)
    assert read(path).bodies == ["from the walrus"]
    assert sorted(entry.name for entry in tmp_path.rglob("*")) == ["evil.zip", "in"]
