"""A recount of published words: it finds what is wrong with them, by itself."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cli.recount import Recount, Tally

PAIR = (1, 2)
NOON = datetime(2025, 3, 4, 12, tzinfo=UTC)
LATE = datetime(2025, 11, 20, 23, 30, tzinfo=UTC)
URL = "https://example.org/trail"


@pytest.fixture
def recount() -> Recount:
    tally = Tally(
        sent={1: NOON, 2: NOON, 3: LATE},
        counts=Counter(
            {"link_count": 1, "reactions_received": 5, "reaction:🎉": 5, "tag:wood": 4, "mentions_received": 7}
        ),
        bodies={1: "The view was worth it.", 2: URL, 3: "Nobody said a word."},
        links={2: [URL]},
        answered={1},
    )
    return Recount({PAIR: tally}, {2: ZoneInfo("Europe/Berlin")})


def receipt(rule: str, value: str, *comments: int) -> dict[str, Any]:
    kind = {"top_links": "link", "quotables": "quote", "first_seen_at": "date", "last_seen_at": "date"}.get(
        rule, "count"
    )
    return {"kind": kind, "rule": rule, "value": value, "comment_ids": comments}


def wrong(recount: Recount, text: str, *receipts: dict[str, Any], name: str = "Ada") -> list[str]:
    return [fault.what for fault in recount.check(PAIR, name, [{"text": text, "receipts": receipts}])]


MESSAGES = receipt("message_count", "3")
FIRST = receipt("first_seen_at", "2025-03-04")
LINK = receipt("top_links", URL, 2)
QUOTE = receipt("quotables", "The view was worth it.", 1)


@pytest.mark.parametrize(
    ("text", "receipts"),
    [
        ("Ada wrote 3 messages here.", [MESSAGES]),
        ("Ada has been here since 4 March 2025.", [FIRST]),
        ("The latest is from 21 November 2025.", [receipt("last_seen_at", "2025-11-21")]),  # as Berlin counts
        (f"See {URL}, by Ada.", [LINK]),
        ("Ada wrote: “The view was worth it.”", [QUOTE]),
        ("Ada used #wood 4 times.", [receipt("tag:wood", "4")]),
        ("Others gave 🎉 5 times.", [receipt("reaction:🎉", "5")]),
        ("On 2 days, in 2 months.", [receipt("active_days", "2"), receipt("active_months", "2")]),
    ],
)
def test_what_is_true_holds(recount: Recount, text: str, receipts: list[dict[str, Any]]) -> None:
    assert wrong(recount, text, *receipts) == []


@pytest.mark.parametrize(
    ("text", "receipts"),
    [
        ("Ada wrote 4 messages here.", [receipt("message_count", "4")]),
        ("Ada wrote 4 messages here.", [MESSAGES]),
        ("Ada wrote 3 messages and 9 letters.", [MESSAGES]),
        ("Ada wrote here.", [MESSAGES]),
        ("Ada wrote here.", []),
        ("Ada has been here since 5 March 2025.", [FIRST]),
        ("Ada has been here since 31 November 2025.", [FIRST]),
        ("Ada has been here.", [FIRST]),
        ("Ada wrote 3 messages since 4 March 2025.", [MESSAGES]),
        ("The latest is from 20 November 2025.", [receipt("last_seen_at", "2025-11-20")]),
        (f"See {URL}s.", [LINK]),
        (f"See {URL}.evil.example.", [LINK]),
        ("See for yourself.", [LINK]),
        (f"Ada wrote 3 messages: {URL}", [MESSAGES]),
        (f"See {URL}.", [receipt("top_links", URL, 3)]),
        ("Ada wrote: “The view was worth.”", [QUOTE]),
        ("Ada wrote: “Nobody said a word.”", [receipt("quotables", "Nobody said a word.", 3)]),  # nobody answered
        ("Ada wrote 3 messages: “so true”", [MESSAGES]),
        ("Ada used #wood 5 times.", [receipt("tag:wood", "5")]),
        ("Ada has 1 secret.", [receipt("secrets", "1")]),
    ],
)
def test_what_is_not_true_is_a_fault(recount: Recount, text: str, receipts: list[dict[str, Any]]) -> None:
    assert wrong(recount, text, *receipts)


def test_somebody_unknown_has_done_nothing(recount: Recount) -> None:
    claims = [{"text": "Ada wrote 3 messages here.", "receipts": [MESSAGES]}]
    assert recount.check((9, 9), "Ada", claims)


@pytest.mark.parametrize("name", ["3", "4 March 2025", "user 9", "a.*b", ""])
def test_a_name_is_not_taken_for_a_figure(recount: Recount, name: str) -> None:
    assert wrong(recount, f"{name} wrote 3 messages here.", MESSAGES, name=name) == []
    assert wrong(recount, f"{name} wrote 5 messages here.", MESSAGES, name=name)


def test_points_are_recounted_too(recount: Recount) -> None:
    def faults(text: str, given: dict[str, Any]) -> int:
        return len(recount.check_points(PAIR, [{"text": text, "receipt": given}]))

    assert (
        faults("3 messages", MESSAGES)
        == faults(URL, LINK)
        == faults("mentioned 7 times", receipt("mentions_received", "7"))
        == 0
    )
    assert faults("4 messages", MESSAGES) == faults("3 awards", MESSAGES) == faults(f"{URL}x", LINK) == 1
    assert faults("4 messages", receipt("message_count", "4")) == 1
    assert faults("3 secrets", receipt("secrets", "3")) == 2


def test_quotes_are_recounted_too(recount: Recount) -> None:
    def wrong_with(**changes: Any) -> list[str]:
        quote = {"text": "The view was worth it.", "comment_id": 1, "sent_at": "2025-03-04T12:00:00Z"} | changes
        return [fault.what for fault in recount.check_quotes(PAIR, [quote])]

    assert wrong_with() == []
    assert wrong_with(text="The view was worth it") == ["not the words of that comment"]
    assert wrong_with(comment_id=2) == ["not the words of that comment"]
    assert wrong_with(sent_at="2025-03-04T12:00:01Z") == ["sent at another time"]
    assert wrong_with(text="Nobody said a word.", comment_id=3) == ["nobody answered it"]
