"""Reading line by line: what is cut, broken, overlong, packed, or a trap."""

import gzip
import io
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from glaze.chat.exports import lines
from glaze.chat.exports.lines import LONGEST_LINE, Source
from glaze.chat.exports.types import LeftOut, Tally
from glaze.errors import UnreadableExportError


class _Greeting(msgspec.Struct):
    text: str = ""


_decode = msgspec.json.Decoder(_Greeting).decode


def texts(source: Source) -> tuple[list[str], dict[LeftOut, int]]:
    tally = Tally()
    return [greeting.text for _, greeting in source.frames(_decode, tally)], tally.left_out


def file_of(folder: Path, content: bytes) -> Source:
    path = folder / "file"
    path.write_bytes(content)
    return Source(path, "chat")


def member_of(folder: Path, content: bytes, **zipped: Any) -> Source:
    path = folder / "file.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("main.jsonl", content, **zipped)
    with zipfile.ZipFile(path) as archive:
        return Source(path, "chat", archive.infolist()[0])


def test_blank_lines_other_line_ends_and_a_byte_order_mark_do_no_harm(tmp_path: Path) -> None:
    source = file_of(tmp_path, b'\xef\xbb\xbf{"text":"a"}\r\n\n \n{"text":"b"}')
    assert texts(source) == (["a", "b"], {LeftOut.BROKEN_LINES: 1})


def test_a_cut_last_line_is_counted_and_skipped(tmp_path: Path) -> None:
    assert texts(file_of(tmp_path, b'{"text":"a"}\n{"text":"b')) == (["a"], {LeftOut.CUT_LAST_LINE: 1})


def test_a_last_line_without_an_end_is_a_line(tmp_path: Path) -> None:
    assert texts(file_of(tmp_path, b'{"text":"a"}\n{"text":"b"}')) == (["a", "b"], {})


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b'{"text":"\xff"}', LeftOut.BROKEN_LINES),
        (b'{"text":', LeftOut.BROKEN_LINES),
        (b"\x00\x00", LeftOut.BROKEN_LINES),
        (b"[" * 100_000, LeftOut.BROKEN_LINES),
        (b'{"text":"a","deep":' + b"[" * 100_000 + b"]" * 100_000 + b"}", LeftOut.BROKEN_LINES),
        (b'["text"]', LeftOut.BROKEN_LINES),
        (b'{"text":{"new":"shape"}}', LeftOut.UNKNOWN_FRAMES),
    ],
)
def test_a_line_that_cannot_be_read_is_counted_and_the_others_are_read(
    tmp_path: Path, line: bytes, why: LeftOut
) -> None:
    assert texts(file_of(tmp_path, b'{"text":"a"}\n' + line + b'\n{"text":"b"}\n')) == (["a", "b"], {why: 1})


def test_half_an_emoji_costs_the_half_and_not_the_message(tmp_path: Path) -> None:
    assert texts(file_of(tmp_path, b'{"text":"a \\ud83d b \\uD83D\\uDE00"}\n')) == (["a ? b 😀"], {})


def test_an_enormous_line_is_skipped_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.write(b'{"text":"a"}\n{"text":"')
        for _ in range(64):
            file.write(b"x" * 1024 * 1024)
        file.write(b'"}\n{"text":"b"}\n')
    tracemalloc.start()
    try:
        assert texts(Source(path, "chat")) == (["a", "b"], {LeftOut.BROKEN_LINES: 1})
        assert tracemalloc.get_traced_memory()[1] < 4 * LONGEST_LINE
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("too_long", [0, 1])
@pytest.mark.parametrize("end", [b"\n", b""])
def test_the_longest_line_is_read_and_one_byte_more_is_not(tmp_path: Path, too_long: int, end: bytes) -> None:
    frame = b'{"text":"' + b"x" * (LONGEST_LINE - len(b'{"text":""}') + too_long) + b'"}'
    found, left_out = texts(file_of(tmp_path, frame + end))
    assert (len(found), left_out) == ((0, {LeftOut.BROKEN_LINES: 1}) if too_long else (1, {}))


@pytest.mark.parametrize("pack", ["gzip", "zip", "zip that only stores"])
def test_gzip_and_zip_are_read_as_the_plain_file_is(tmp_path: Path, pack: str) -> None:
    content = b'{"text":"a"}\n' * 100_000
    if pack == "gzip":
        source = file_of(tmp_path, gzip.compress(content, 1))
    else:
        kind = zipfile.ZIP_STORED if pack.endswith("stores") else zipfile.ZIP_DEFLATED
        source = member_of(tmp_path, content, compress_type=kind)
    assert texts(source) == (["a"] * 100_000, {})
    assert source.bytes_read == source.bytes_total


@pytest.mark.parametrize("pack", ["plain", "gzip", "zip"])
def test_the_position_grows_to_the_total_with_each_pass(tmp_path: Path, pack: str) -> None:
    content = b"".join(b'{"text":"%d"}\n' % (number**5) for number in range(100_000))
    packed = gzip.compress(content, 1) if pack == "gzip" else content
    source = member_of(tmp_path, content) if pack == "zip" else file_of(tmp_path, packed)
    assert source.bytes_total == len(packed)
    for _ in range(2):
        seen = [source.bytes_read for _ in source.lines(Tally())]
        assert seen == sorted(seen)
        assert 0.3 < seen[len(seen) // 2] / source.bytes_total < 0.7
        assert 0 < seen[0] < seen[-1] <= source.bytes_read == source.bytes_total


@pytest.mark.parametrize("cut", [5, 1000, -1, -9])
def test_a_gzip_that_breaks_off_is_one_sentence(tmp_path: Path, cut: int) -> None:
    packed = gzip.compress(b"".join(b'{"text":"%d"}\n' % (number**5) for number in range(10_000)))
    with pytest.raises(UnreadableExportError, match="damaged or cut off"):
        texts(file_of(tmp_path, packed[:cut]))


def test_the_head_of_a_gzip_that_breaks_off_is_what_there_is(tmp_path: Path) -> None:
    packed = gzip.compress(b"".join(b'{"text":"%d"}\n' % (number**5) for number in range(10_000)))
    assert file_of(tmp_path, packed[:1000]).head(20) == b'{"text":"0"}\n{"text"'
    with pytest.raises(UnreadableExportError):
        file_of(tmp_path, packed[:5]).head(20)


@pytest.mark.parametrize("pack", ["gzip", "zip"])
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, pack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_BOMB_BYTES", 4 * 1024 * 1024)
    content = b'{"text":"a"}\n' + b"\n" * 32 * 1024 * 1024
    source = file_of(tmp_path, gzip.compress(content)) if pack == "gzip" else member_of(tmp_path, content)
    with pytest.raises(UnreadableExportError, match="more than any chat"):
        texts(source)


def test_a_zip_with_a_password_or_of_another_kind_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableExportError, match="unusual kind"):
        texts(member_of(tmp_path, b"{}\n", compress_type=zipfile.ZIP_BZIP2))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("main.jsonl", b'{"text":"a"}\n')
    locked = bytearray(packed.getvalue())
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(locked)
    with zipfile.ZipFile(tmp_path / "locked.zip") as archive:
        source = Source(tmp_path / "locked.zip", "chat", archive.infolist()[0])
    with pytest.raises(UnreadableExportError, match="password"):
        texts(source)


def test_a_file_that_is_gone_or_a_folder_is_one_sentence(tmp_path: Path) -> None:
    source = file_of(tmp_path, b"{}")
    (tmp_path / "file").unlink()
    with pytest.raises(UnreadableExportError, match="no such file"):
        texts(source)
    (tmp_path / "file").mkdir()
    with pytest.raises(UnreadableExportError, match="could not be read"):
        texts(source)
