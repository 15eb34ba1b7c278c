"""Bodies, names and mentions as they are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glaze.chat.exports.text import (
    LONGEST_NAME,
    clean_body,
    clean_content_type,
    clean_emoji,
    clean_file_name,
    clean_name,
    clean_size,
    place_mentions,
    read_words,
)
from glaze.chat.exports.types import LeftOut, Mention, Tally

_PIECES = st.lists(st.sampled_from(["a", "é", "😀", "👩🏽\u200d🔧", "שלום", "مرحبا", "\u200f", " ", "\n", "@"]))


@given(st.lists(_PIECES, min_size=1, max_size=6))
def test_mentions_stand_where_they_stood_whatever_is_before_them(parts: list[list[str]]) -> None:
    texts = ["".join(part) for part in parts]
    # A mention between every two texts, its offset counted in UTF-16 units by the encoder itself.
    offsets = [len("\ufffc".join([*texts[:n], ""]).encode("utf-16-le")) // 2 - 1 for n in range(1, len(texts))]
    body, mentions = place_mentions("\ufffc".join(texts), [(offset, f"aci:{n}") for n, offset in enumerate(offsets)])
    assert body == "@".join(texts)
    starts = [len("@".join(texts[:n])) for n in range(1, len(texts))]
    assert mentions == tuple(Mention(start, f"aci:{n}") for n, start in enumerate(starts))
    assert all(body[mention.start] == "@" for mention in mentions)


@pytest.mark.parametrize("offset", [-1, 0, 1, 3, 99, 2**70])
def test_a_mention_that_points_elsewhere_names_nobody(offset: int) -> None:
    # "😀" is units 0 and 1, the mention unit 2, "x" unit 3.
    assert place_mentions("😀\ufffcx", [(offset, "aci:1")]) == ("😀@x", ())


def test_two_mentions_of_one_place_are_one_and_they_come_in_order() -> None:
    body, mentions = place_mentions("\ufffc\ufffc", [(1, "aci:1"), (0, "aci:2"), (1, "aci:3")])
    assert (body, mentions) == ("@@", (Mention(0, "aci:2"), Mention(1, "aci:3")))


def test_control_characters_become_spaces_and_lines_and_joined_emoji_stay() -> None:
    assert clean_body("a\x00b\x1b[31m\tc\r\nd 👩🏽\u200d🔧\x9b") == "a b [31m\tc\r\nd 👩🏽\u200d🔧 "


def test_a_control_character_before_a_mention_does_not_move_it() -> None:
    words = read_words("\x00\x01 \ufffc", [(3, "aci:1")], Tally())
    assert (words.body, words.mentions) == ("   @", (Mention(3, "aci:1"),))


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("  Ann \t\n Ostrander ", "Ann Ostrander"),
        ("Ann\u202enimda", "Annnimda"),
        ("A\u200bn\u200dn\x00\ufeff\u2066", "Ann"),
        ("👩🏽\u200d🔧 Ann", "👩🏽\u200d🔧 Ann"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("\U000e0041nn", "nn"),
        ("\u200b\u2060", ""),
        ("a folder named in \udce9 another encoding", "a folder named in another encoding"),
    ],
)
def test_a_name_holds_nothing_unseen(name: str, clean: str) -> None:
    assert clean_name(name) == clean


def test_a_long_name_is_cut_without_a_space_at_its_end() -> None:
    assert clean_name("x" * 119 + " " + "y" * 50) == "x" * 119
    assert len(clean_name("x" * 500)) == LONGEST_NAME


@pytest.mark.parametrize(
    "emoji", ["❤️", "👍🏽", "👩🏽\u200d🔧", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"]
)
def test_an_emoji_is_kept_as_sent(emoji: str) -> None:
    assert clean_emoji(emoji) == emoji


@pytest.mark.parametrize("emoji", ["", "\x00", "x" * 33])
def test_what_is_no_emoji_is_none(emoji: str) -> None:
    assert clean_emoji(emoji) is None


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("image/JPEG; charset=x", "image/jpeg"),
        ("application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"),
        ("text/x-signal-plain", "text/x-signal-plain"),
        ("\x00/\x00", "application/octet-stream"),
        ("", "application/octet-stream"),
        (None, "application/octet-stream"),
    ],
)
def test_a_content_type_is_one_or_unknown(written: str | None, kept: str) -> None:
    assert clean_content_type(written) == kept


def test_sizes_and_file_names_are_kept_where_they_can_be() -> None:
    assert [clean_size(size) for size in (None, 0, -1, 40, 2**70)] == [None, None, None, 40, None]
    assert [clean_file_name(name) for name in (None, "", "\u202e", "a\x00.jpg")] == [None, None, None, "a.jpg"]


def test_unsafe_links_are_tallied() -> None:
    tally = Tally()
    assert read_words("https://a.example ftp://b.example #tag", (), tally).links == ("https://a.example",)
    assert tally.left_out == {LeftOut.UNSAFE_LINKS: 1}
