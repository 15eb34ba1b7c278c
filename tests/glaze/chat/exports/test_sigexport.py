"""sigexport's data.json: names for people, local times, quoted text."""

from pathlib import Path

import pytest

from glaze.chat.exports.quoted_text import QuotedTexts
from glaze.chat.exports.types import Attachment, LeftOut, MessageKind, Person, Quote
from glaze.errors import InvalidInputError
from tests.glaze.chat.exports.written import Frame, Read, jsonl, only, read
from tests.glaze.chat.exports.written import row as row_of

ANN, BO, CAT = "AnnOstrander", "BoQuist", "Catfire"
SEVEN = "2023-06-01T19:00:00"
SEVEN_MS = 1_685_646_000_000
OTHERS = (row_of(BO, "2023-06-01T20:00:00", "aye"), row_of(CAT, "2023-06-01T20:00:01.005000", "no"))


def row(sender: str, body: str = "", /, **fields: object) -> Frame:
    return row_of(sender, SEVEN, body, **fields)


def read_rows(*rows: Frame, owner: str | None = "Mia Edgar 🎵", timezone: str = "UTC") -> Read:
    """Rows in a chat where two others speak as well, after them."""
    return read(jsonl(*rows, *OTHERS), owner=owner, timezone=timezone)


def test_people_are_squashed_names_and_me_is_the_owner() -> None:
    found = read_rows(row("Me", "hi", reactions=[["Me", "❤️"], [ANN, "👍🏽"]]))
    assert found.people[:2] == [Person("name:MiaEdgarmusicalnote", "Mia Edgar 🎵"), Person(f"name:{ANN}", ANN)]
    assert found.messages[0].author_key == "name:MiaEdgarmusicalnote"
    assert [(one.reactor_key, one.emoji, one.reacted_at_ms) for one in found.reactions] == [
        ("name:MiaEdgarmusicalnote", "❤️", None),
        (f"name:{ANN}", "👍🏽", None),
    ]


@pytest.mark.parametrize("fields", [{}, {"sender": ANN, "reactions": [["Me", "❤️"]]}])
def test_without_an_owner_me_is_asked_for(fields: Frame) -> None:
    with pytest.raises(InvalidInputError, match="--owner") as caught:
        read_rows(row("Me", "hi") | fields, owner=None)
    assert caught.value.field == "owner"
    assert read_rows(row(ANN, "hi"), owner=None).bodies[0] == "hi"


def test_times_are_local_and_exact() -> None:
    found = read_rows(row(ANN), timezone="Europe/Berlin")
    two_hours = 7_200_000
    assert [message.sent_at_ms for message in found.messages] == [
        SEVEN_MS - two_hours,
        SEVEN_MS + 3_600_000 - two_hours,
        SEVEN_MS + 3_601_005 - two_hours,
    ]
    assert found.tally.as_of_ms == SEVEN_MS + 3_601_005 - two_hours


@pytest.mark.parametrize(
    ("written", "kept"), [("two spaces  ", "two spaces"), ("four    ", "four  "), ("\n  ", "\n"), ("", "")]
)
def test_just_the_two_spaces_that_sigexport_adds_are_cut(written: str, kept: str) -> None:
    assert read_rows(row(ANN) | {"body": written}).bodies[0] == kept


def test_a_lost_mention_is_an_at_sign_alone() -> None:
    (message, *_) = read_rows(row(ANN, "ask \ufffc #tag https://example.org")).messages
    assert (message.body, message.mentions) == ("ask @ #tag https://example.org", ())
    assert (message.links, message.tags) == (("https://example.org",), ("tag",))


@pytest.mark.parametrize(
    "fields",
    [
        {"sender": "No-Sender"},
        {"sender": ANN, "body": "Incoming call  ", "call": True},
        {"sender": "Me", "body": "Outgoing voice call (2m 5s)  ", "call": None},
    ],
)
def test_calls_and_changes_of_the_group_are_no_comments(fields: Frame) -> None:
    found = read_rows(row(ANN) | fields)
    assert (len(found.messages), found.left_out(LeftOut.SYSTEM)) == (2, 1)


def test_words_about_a_call_are_words_where_calls_are_marked() -> None:
    assert read_rows(row(ANN, "Missed call")).bodies[0] == "Missed call"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"sender": "No-Sender", "body": "words of nobody  "}, LeftOut.NO_AUTHOR),
        ({"sender": "..."}, LeftOut.NO_AUTHOR),
        ({"sender": None}, LeftOut.NO_AUTHOR),
        ({"date": "soon"}, LeftOut.NO_TIME),
        ({"date": "1970-01-01T00:00:00"}, LeftOut.NO_TIME),
        ({"date": None, "sender": None}, LeftOut.UNKNOWN_FRAMES),
        ({"reactions": "none"}, LeftOut.UNKNOWN_FRAMES),
    ],
)
def test_what_cannot_be_told_is_counted(fields: Frame, why: LeftOut) -> None:
    found = read_rows(row(ANN) | fields)
    assert (len(found.messages), found.left_out(why)) == (2, 1)


def test_deleted_messages_and_stickers() -> None:
    deleted, sticker, old_sticker, *_ = read_rows(
        row(ANN, "never to be seen", deleted=True),
        row(BO, sticker={"id": "4", "packKey": "SECRET", "emoji": "🤖"}),
        row(ANN, sticker="🤖"),
    ).messages
    assert (deleted.deleted, deleted.body, deleted.kind) == (True, "", MessageKind.TEXT)
    assert (sticker.kind, old_sticker.kind) == (MessageKind.STICKER, MessageKind.STICKER)


def test_an_attachment_has_its_own_name_and_its_type_by_our_table() -> None:
    names = [
        "2026-06-17T17-12-00.640_00_IMG_2041.jpg",
        "2026-06-17T17-12-00_01_None.aac",
        "2026-06-17T17-12-00.640_02_None_of_it.PDF",
        "notes.xyz",
        None,
    ]
    files = [{"name": name, "path": "media/x", "missing_kind": None} for name in names]
    assert read_rows(row(ANN, attachments=files)).messages[0].attachments == (
        Attachment("image/jpeg", "IMG_2041.jpg"),
        Attachment("audio/aac"),
        Attachment("application/pdf", "None_of_it.PDF"),
        Attachment("application/octet-stream", "notes.xyz"),
        Attachment("application/octet-stream"),
    )


def quoting(text: str) -> str:
    """As sigexport writes it."""
    return "\n\n> " + text.rstrip("\n").replace("\n", "\n> ") + "\n\n"


def test_a_quoted_text_finds_the_one_earlier_comment_with_it() -> None:
    rows = [
        row(ANN, "Take the drill\nand the lathe"),
        row(ANN, "ok"),
        row(BO, "ok"),
        row(CAT, "did so", quote=quoting("Take the `drill`\nand the lathe")),
        row(CAT, "which?", quote=quoting("ok")),
        row(CAT, "what?", quote=quoting("never said")),
        row(CAT, "later", quote=quoting("not yet")),
        row(CAT, "not yet"),
        row(CAT, "mine", quote=quoting("mine")),
    ]
    found = read_rows(*(row | {"date": f"2023-06-01T19:00:{second:02}"} for second, row in enumerate(rows)))
    quotes = {message.body: message.quote for message in found.messages}
    assert quotes["did so"] == Quote(f"name:{ANN}", SEVEN_MS)
    assert [quotes[body] for body in ("which?", "what?", "later", "mine")] == [None] * 4


def test_a_file_written_to_twice_says_the_same_twice() -> None:
    rows = [row(ANN, "first"), row(BO, "aye", quote=quoting("first")), *OTHERS]
    found = read(jsonl(*rows, *rows))
    assert found.messages[:4] == found.messages[4:]
    assert found.messages[5].quote == found.messages[1].quote == Quote(f"name:{ANN}", SEVEN_MS)


def test_only_so_many_texts_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glaze.chat.exports.quoted_text._REMEMBERED", 3)
    texts = QuotedTexts()
    for number in range(5):
        texts.remember(f"text {number}", Quote("name:Ann", number))
    assert [texts.find(quoting(f"text {number}")) is not None for number in range(5)] == [
        False,
        False,
        True,
        True,
        True,
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [row("Me", "note to self")],
        [row("Me", "hello"), row(ANN, "only for you", reactions=[["Me", "❤️"], [ANN, "❤️"]])],
        [row("No-Sender"), row(ANN, "only for you")],
    ],
)
def test_a_one_to_one_chat_is_never_a_group(rows: list[Frame]) -> None:
    found = read(jsonl(*rows), owner="Mia Edgar")
    assert (found.records, found.left_out(LeftOut.OTHER_CHATS)) == ([], len(rows))


def test_two_others_make_a_group_even_if_one_only_reacts() -> None:
    assert read(jsonl(row(ANN, "hi", reactions=[[BO, "❤️"]]))).bodies == ["hi"]


def test_of_many_chats_only_the_wanted_is_read(tmp_path: Path) -> None:
    for name in ("Choir", "Rowing"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "data.json").write_bytes(jsonl(row(ANN, f"in {name}"), *OTHERS))
    found = read(tmp_path, only("Rowing"))
    assert [group.key for group in found.groups] == ["folder:Rowing"]
    assert (found.bodies[0], found.left_out(LeftOut.OTHER_CHATS)) == ("in Rowing", 3)


def test_people_of_two_chats_are_introduced_once(tmp_path: Path) -> None:
    for name in ("Choir", "Rowing"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "data.json").write_bytes(jsonl(row(ANN, f"in {name}"), *OTHERS))
    assert len(read(tmp_path).people) == 3
