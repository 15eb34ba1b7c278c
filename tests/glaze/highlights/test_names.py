"""Whether words mean somebody in the group."""

import pytest

from glaze.highlights.names import NOBODY_ELSE, Names

GROUP = Names(
    [
        *(
            "Bea Lindqvist",
            "alayek",
            "QuincyLarson",
            "Will",
            "October",
            "mr_robot-7",
            "李娜",
            "علي",
            "Łukasz",
            "Jo",
            "7",
            "",
        ),
        *("a.*b(c", "messages", "the", "🦊"),
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks to Bea.",
        "Thanks to Lindqvist.",
        "Thanks to Bea  Lindqvist.",
        "bea_lindqvist did it",
        "Thanks to alayek.",
        "Thanks to Alayek.",
        "Thanks to ALAYEK!",
        "Thanks to QuincyLarson.",
        "Thanks to Quincy.",
        "Thanks to Will.",
        "Thanks to mr_robot-7.",
        "Thanks to mr robot 7.",
        "Thanks to 李娜.",
        "谢谢李娜的帮助",
        "شكرا يا علي",
        "Thanks to Łukasz.",
        "Bea's words.",
    ],
)
def test_a_name_is_found_in_a_bio(text: str) -> None:
    assert GROUP.in_bio(text, "Ada")


@pytest.mark.parametrize(
    "text",
    [
        "What will be, will be.",
        "Will it be?",
        "She wrote messages in the group.",
        "Beans and beads.",
        "quincy",
        "in october",
        "Jo wrote 7 messages.",
        "Malayek is no word.",
        "abc",
    ],
)
def test_a_word_is_no_name(text: str) -> None:
    assert GROUP.in_bio(text, "Ada") is None


def test_in_haste_one_writes_names_small() -> None:
    assert GROUP.in_own_words("thanks bea", "Ada")
    assert GROUP.in_bio("thanks bea", "Ada") is None
    assert GROUP.in_own_words("i will do it", "Ada") is None
    assert GROUP.in_own_words("I think Will did it", "Ada")
    assert GROUP.in_own_words("the messages", "Ada") is None


def test_one_s_own_name_is_nobody_else_s() -> None:
    assert GROUP.in_bio("Bea Lindqvist wrote.", "Bea Lindqvist") is None
    assert GROUP.in_bio("Bea wrote.", "Bea Ortega") is None
    assert GROUP.in_bio("Bea Lindqvist wrote.", "Bea Ortega")
    assert GROUP.in_own_words("我是李娜", "李娜") is None


def test_a_name_of_pattern_signs_is_only_itself() -> None:
    signs = Names(["a.*b(c", "[x]+yz", "nam\\d+e"])
    assert signs.in_bio("It was a.*b(c again.", "Ada")
    assert signs.in_bio("axxxb", "Ada") is None
    assert signs.in_bio("by nam\\d+e", "Ada")
    assert signs.in_bio("nam12e", "Ada") is None


def test_in_a_group_of_one_there_is_nobody_else() -> None:
    assert NOBODY_ELSE.in_bio("Ada Bea Cid", "Ada") is None
