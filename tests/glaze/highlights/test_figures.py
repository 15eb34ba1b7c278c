"""Numbers and dates in a sentence, each against the receipts it has: a lie, and beside it a near truth."""

import pytest

from glaze.highlights.figures import Figures
from tests.glaze.highlights.made import receipts


def wrong(text: str, *rules: str) -> bool:
    figures = Figures(text, receipts(*rules))
    return bool(figures.wrong_numbers or figures.wrong_dates)


# message_count 25, active_days 9, active_months 4, link_count 3, reactions_received 7 (🎉 5), given 8,
# mentions_received 16, quotes_received 18; first 4 March 2025, last 20 November 2025.
@pytest.mark.parametrize(
    "text",
    [
        "… wrote 25 messages.",
        "… wrote 25 warm and kind messages.",
        "… wrote twenty-five messages.",
        "Twenty-five messages are …'s.",
        "25 messages on 9 days, in 4 different months.",
        "The latest of 25 messages is from 20 November 2025.",
        "Seven reactions, five of them …, came in.",
        "7 reactions, … 5 times.",
        "Others mentioned … 16 times.",
        "On 4 March 2025 and on the 20th of November, 2025.",
        "On March 4, 2025.",
        "On 4th March 2025.",
        "Since 2025-03-04.",
        "spread over 4 months.",
        "One of them, as one says.",
    ],
)
def test_what_its_receipts_hold_is_right(text: str) -> None:
    rules = (
        *("message_count", "active_days", "active_months", "reactions_received", "reaction:🎉", "mentions_received"),
        *("first", "last"),
    )
    assert not wrong(text, *rules)


@pytest.mark.parametrize(
    "text",
    [
        "… wrote 26 messages.",
        "… wrote 2,5 messages.",
        "… wrote 2.5 messages.",
        "… wrote 25k messages.",
        "… wrote x25 messages.",
        "… wrote 25th messages.",
        "… wrote 025 messages.",
        "… wrote ２５ messages.",
        "… wrote ٢٥ messages.",
        "… wrote ②⑤ messages.",
        "… wrote Ⅴ messages.",
        "… wrote ½ messages.",
        "… wrote twenty-six messages.",
        "… wrote twenty messages.",
        "… wrote one message.",
        "… wrote a hundred messages.",
        "… wrote hundreds of messages.",
        "… wrote many messages.",
        "… wrote a few messages.",
        "… wrote a dozen messages.",
        "… wrote several messages.",
        "… wrote more than 25 messages.",
        "… wrote over 25 messages.",
        "… wrote nearly 25 messages.",
        "… wrote at least 25 messages.",
        "… wrote twice.",
        "… was the third to write.",
    ],
)
def test_a_number_that_is_not_the_receipt_s_is_found(text: str) -> None:
    assert wrong(text, "message_count")


@pytest.mark.parametrize(
    "text",
    [
        "… wrote on 25 days.",
        "… shared 25 links.",
        "… has been here for 25 years.",
        "25 people read it.",
        "… was mentioned 25 times.",
        "The number is 25.",
        "25; messages there were.",
    ],
)
def test_a_true_number_that_counts_something_else_is_found(text: str) -> None:
    assert wrong(text, "message_count")


def test_two_true_numbers_in_each_other_s_place_are_found() -> None:
    rules = ("message_count", "active_days")
    assert not wrong("25 messages on 9 days.", *rules)
    assert wrong("9 messages on 25 days.", *rules)


def test_a_year_is_no_count_and_a_count_is_no_day() -> None:
    assert wrong("… wrote 2025 messages since 4 March 2025.", "first")
    assert wrong("Since 2025.", "first")
    assert wrong("9 messages on 9 March 2025.", "active_days", "first")
    assert wrong("On 25 March 2025.", "message_count", "first")


@pytest.mark.parametrize(
    "text",
    [
        "On 5 March 2025.",
        "On 4 March 2024.",
        "On 4 May 2025.",
        "On 14 March 2025.",
        "In April 2025.",
        "In March 2025.",
        "In March.",
        "On 4 March.",
        "On 2025-03-05.",
        "On 04/03/2025.",
        "On March 4.",
        "On Tuesday.",
        "Only yesterday.",
        "… wrote recently.",
        "… writes often.",
        "… wrote last week.",
        "… writes every day.",
    ],
)
def test_a_date_that_is_not_the_receipt_s_is_found(text: str) -> None:
    assert wrong(text, "first")


def test_what_is_not_said_is_told() -> None:
    given = receipts("message_count", "first", "last", "active_days")
    said = Figures("25 messages since 4 March 2025.", given)
    assert [receipt.rule for receipt in given if said.leave_unsaid(receipt)] == ["last_seen_at", "active_days"]
