"""Whatever happens to an export's bytes, reading it ends in records fit to keep or in one sentence."""

import gzip
import io
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glaze.chat.exports.types import Group, LeftOut, Message, Person, is_a_time
from glaze.errors import UnreadableExportError
from tests.glaze.chat.exports.written import (
    ANN,
    BO,
    ME,
    NOON,
    Read,
    aci,
    data,
    envelope,
    item,
    jsonl,
    main_jsonl,
    reacted,
    read,
    row,
    said,
    uuid_of,
    wrote,
)

_MENTION = {"bodyRanges": [{"start": 3, "length": 1, "mentionAci": aci(BO)}]}
_QUOTE = {"targetSentTimestamp": str(NOON), "authorId": str(ANN), "text": {"body": "x"}}
_QUOTED = {"id": NOON, "authorUuid": str(uuid_of(ANN))}
_REVISED = said(ANN, 9, "better 😀")
_REVISED["chatItem"]["revisions"] = [item(ANN, 4)["chatItem"]]
_FILE = {"pointer": {"contentType": "image/jpeg", "fileName": "a.jpg", "locatorInfo": {"size": 40}}}

OFFICIAL = main_jsonl(
    said(ANN, 0, "😀 \ufffc #tag https://example.org", text=_MENTION, reactions=[reacted(ME, "❤️", 5)]),
    said(ME, 3, "שלום", quote=_QUOTE, attachments=[_FILE]),
    _REVISED,
    item(BO, 12, remoteDeletedMessage={}),
    said(ANN, 15, "private", 2),
)
SIGEXPORT = jsonl(
    row("AnnOstrander", "2023-06-01T19:00:00.112000", "😀 \ufffc #tag", reactions=[["BoQuist", "❤️"]]),
    row("Me", "2023-06-01T19:00:01", "שלום", quote="\n\n> 😀 \ufffc #tag\n\n", sticker={"id": "4"}),
    row("BoQuist", "2023-06-01T19:00:02", "aye", attachments=[{"name": "2023-06-01T19-00-02_00_a.jpg"}]),
)
SIGNAL_CLI = jsonl(
    wrote(ANN, 0, "😀 \ufffc #tag", mentions=[{"uuid": str(uuid_of(BO)), "number": None, "start": 3, "length": 1}]),
    envelope(ANN, 9, editMessage={"targetSentTimestamp": NOON, "dataMessage": data(9, "better")}),
    wrote(BO, 10, reaction={"emoji": "❤️", "targetAuthorUuid": str(uuid_of(ANN)), "targetSentTimestamp": NOON}),
    envelope(
        ME, 11, syncMessage={"sentMessage": data(11, "mine", quote={"id": NOON, "authorUuid": str(uuid_of(ANN))})}
    ),
)
EXPORTS = [OFFICIAL, SIGEXPORT, SIGNAL_CLI]
each_export = pytest.mark.parametrize("content", EXPORTS, ids=["official", "sigexport", "signal_cli"])


def zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Kitchen/data.json", content)
    return packed.getvalue()


_VALUES = [b"null", b'""', b"0", b"-5", b"1.5", b"true", b"[]", b"{}", b"[null]", b'"x"', b'"12345678901"']

PACKINGS: list[Callable[[bytes], bytes]] = [bytes, gzip.compress, zipped]


def read_or_refuse(content: bytes) -> Read | None:
    """None if it was refused in one sentence; any other error is the test's failure."""
    try:
        found = read(content, owner="Mia Edgar")
    except UnreadableExportError:
        return None
    assert_fit_to_keep(found)
    return found


def assert_fit_to_keep(found: Read) -> None:
    for record in found.records:
        # What PostgreSQL refuses is in no field.
        text = repr(record)
        assert "\\x00" not in text
        text.encode()
        match record:
            case Person() | Group():
                assert record.key.partition(":")[2]
            case Message():
                assert is_a_time(record.sent_at_ms)
                assert record.edited_at_ms is None or is_a_time(record.edited_at_ms)
                assert "\ufffc" not in record.body
                assert all(record.body[mention.start] == "@" for mention in record.mentions)
                assert not record.deleted or not (record.body or record.links or record.tags or record.attachments)
                assert all(file.size is None or 0 < file.size < 2**63 for file in record.attachments)


@each_export
def test_as_written_it_is_read_whole(content: bytes) -> None:
    for pack in PACKINGS:
        found = read_or_refuse(pack(content))
        assert found is not None
        assert len(found.messages) + len(found.reactions) >= 4


@each_export
@given(data=st.data())
def test_bytes_changed_anywhere_break_lines_and_nothing_else(content: bytes, data: st.DataObject) -> None:
    mangled = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(mangled)))
        over = data.draw(st.integers(0, 6))
        mangled[at : at + over] = data.draw(
            st.one_of(
                st.binary(max_size=6),
                st.sampled_from(
                    [b"null", b"\\u0000", b"\\ud83d", b"99999999999999999999", b"-1", b"[", b"{}", b"\xff"]
                ),
            )
        )
    read_or_refuse(bytes(mangled))


@each_export
@given(data=st.data())
def test_values_of_any_other_kind_break_lines_and_nothing_else(content: bytes, data: st.DataObject) -> None:
    """Where a line stays JSON, its values may still be of any shape."""
    pieces = content.split(b":")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(1, len(pieces) - 1))
        value = data.draw(
            st.sampled_from([b"null", b'""', b"0", b"-5", b"1.5", b"true", b"[]", b"{}", b"[null]", b'"x"'])
        )
        end = min((where for mark in (b",", b"}") if (where := pieces[at].find(mark)) >= 0), default=0)
        pieces[at] = b" " + value + pieces[at][end:]
    read_or_refuse(b":".join(pieces))


@pytest.mark.parametrize("pack", PACKINGS, ids=["plain", "gzip", "zip"])
@each_export
@given(data=st.data())
def test_cut_anywhere_it_is_read_as_far_as_it_goes_or_refused(
    content: bytes, pack: Callable[[bytes], bytes], data: st.DataObject
) -> None:
    packed = pack(content)
    read_or_refuse(packed[: data.draw(st.integers(0, len(packed)))])


@given(data=st.data())
def test_a_zip_changed_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    packed = bytearray(zipped(OFFICIAL))
    for _ in range(data.draw(st.integers(1, 3))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    read_or_refuse(bytes(packed))


@each_export
def test_cut_within_its_last_line_it_loses_that_line_alone(content: bytes) -> None:
    whole = read_or_refuse(content)
    cut = read_or_refuse(content[:-9])
    assert whole is not None
    assert cut is not None
    assert cut.records == whole.records[: len(cut.records)]
    assert cut.left_out(LeftOut.CUT_LAST_LINE) == 1
    assert sum(cut.tally.left_out.values()) <= sum(whole.tally.left_out.values()) + 1
