"""Conversations (R8)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from glaze.chat.thread import PAUSE_MS, Turn, thread

MINUTE = 60_000


def conversations(turns: list[Turn]) -> list[set[int]]:
    """The partition, without the names."""
    parts: dict[int, set[int]] = {}
    for key, request in thread(turns).items():
        parts.setdefault(request, set()).add(key)
    return sorted(parts.values(), key=min)


def test_a_pause_of_exactly_an_hour_does_not_end_a_conversation():
    assert conversations([Turn(1, 0), Turn(2, PAUSE_MS), Turn(3, 2 * PAUSE_MS + 1)]) == [{1, 2}, {3}]


def test_a_reply_joins_what_it_quotes_and_does_not_move_the_running_conversation():
    turns = [Turn(1, 0), Turn(2, 30 * MINUTE), Turn(3, 70 * MINUTE, quotes=1), Turn(4, 100 * MINUTE)]
    # Comment 4 comes 70 minutes after comment 2, the last one that moved the conversation.
    assert conversations(turns) == [{1, 2, 3}, {4}]


def test_a_quote_of_something_absent_counts_as_none():
    assert conversations([Turn(1, 0), Turn(2, 50 * MINUTE, quotes=99), Turn(3, 100 * MINUTE)]) == [{1, 2, 3}]


def test_a_reply_to_a_reply_joins_the_first_conversation():
    day = 24 * 60 * MINUTE
    turns = [Turn(1, 0), Turn(2, day, quotes=1), Turn(3, 2 * day, quotes=2), Turn(4, 2 * day + 1)]
    assert conversations(turns) == [{1, 2, 3}, {4}]


def test_a_circle_of_quotes_is_a_conversation_of_its_own():
    turns = [Turn(1, 0, quotes=2), Turn(2, 5, quotes=1), Turn(3, 9), Turn(4, 10, quotes=2)]
    assert conversations(turns) == [{1, 2, 4}, {3}]


def test_the_earliest_request_survives_a_merge():
    turns = [Turn(1, 0, request=7), Turn(2, 50 * MINUTE), Turn(3, 100 * MINUTE, request=5)]
    assert thread(turns) == {1: 7, 2: 7, 3: 7}


def test_a_comment_before_a_conversation_does_not_rename_it():
    assert thread([Turn(2, 0), Turn(1, 5 * MINUTE, request=7)]) == {1: 7, 2: 7}


def test_a_split_leaves_the_request_with_its_earliest_part():
    turns = [Turn(1, 0, request=7), Turn(2, 200 * MINUTE, request=7)]
    assert thread(turns) == {1: 7, 2: -1}


def test_a_fixed_target_outside_the_window_gives_its_request():
    turns = [Turn(1, 0, request=7, fixed=True), Turn(2, 500 * MINUTE, quotes=1), Turn(3, 501 * MINUTE)]
    assert thread(turns) == {2: 7, 3: -1}


@st.composite
def chats(draw: st.DrawFn) -> list[Turn]:
    gaps = draw(st.lists(st.sampled_from([0, MINUTE, 59 * MINUTE, 61 * MINUTE]), min_size=1, max_size=30))
    turns, now = [], 0
    for index, gap in enumerate(gaps):
        now += gap
        quotes = draw(st.one_of(st.none(), st.integers(0, len(gaps) + 2)))
        turns.append(Turn(index, now, quotes=quotes if quotes != index else None))
    return turns


@settings(max_examples=300)
@given(chats())
def test_threading_again_changes_nothing(turns: list[Turn]):
    first = thread(turns)
    for turn in turns:
        turn.request = first[turn.key] + 1000
    assert thread(turns) == {key: request + 1000 for key, request in first.items()}
