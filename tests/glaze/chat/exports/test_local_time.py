"""Local times to UTC (R5)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glaze.chat.exports.local_time import LocalClock
from glaze.chat.exports.types import Doubt, Tally
from glaze.clock import from_ms

BERLIN = ZoneInfo("Europe/Berlin")


def utc(times: list[str], zone: ZoneInfo = BERLIN) -> tuple[list[str], dict[Doubt, int]]:
    tally = Tally()
    clock = LocalClock(zone, tally)
    read = [clock.read(time) for time in times]
    return ["" if ms is None else from_ms(ms).strftime("%H:%M:%S.%f")[:-3] for ms in read], tally.doubts


def test_an_hour_that_occurs_twice_is_settled_by_the_order_of_the_file() -> None:
    autumn = ["01:59:59", "02:10:00", "02:50:00", "02:15:00", "02:55:00", "03:05:00"]
    assert utc([f"2023-10-29T{time}" for time in autumn]) == (
        ["23:59:59.000", "00:10:00.000", "00:50:00.000", "01:15:00.000", "01:55:00.000", "02:05:00.000"],
        {},
    )


def test_a_file_written_to_twice_gives_the_same_times_twice() -> None:
    once = ["2023-10-29T02:10:00", "2023-10-29T02:50:00", "2023-10-29T02:15:00", "2024-01-01T00:00:00"]
    times, _ = utc(once * 2)
    assert times[:4] == times[4:]


def test_a_time_the_clock_skipped_moves_forward_with_a_doubt() -> None:
    assert utc(["2023-03-26T01:59:59", "2023-03-26T02:30:00", "2023-03-26T03:00:00"]) == (
        ["00:59:59.000", "01:30:00.000", "01:00:00.000"],
        {Doubt.MOVED_TIMES: 1},
    )


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2023-06-01T12:00:00", "10:00:00.000"),
        ("2023-06-01T12:00:00.112000", "10:00:00.112"),
        ("2023-06-01T12:00:00.005", "10:00:00.005"),
        ("2023-06-01T12:00:00+00:00", "12:00:00.000"),
        ("2023-06-01 12:00", "10:00:00.000"),
        ("yesterday", ""),
        ("", ""),
        ("0001-01-01T00:00:00", ""),
    ],
)
def test_times_are_read_to_the_millisecond_or_not_at_all(written: str, time: str) -> None:
    assert utc([written])[0] == [time]


@given(
    st.lists(st.integers(0, 40 * 365 * 86_400_000), min_size=1, max_size=20),
    st.sampled_from(["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_what_was_written_in_order_is_read_back_but_for_a_leap_within_a_doubled_hour(
    times: list[int], name: str
) -> None:
    zone = ZoneInfo(name)
    clock = LocalClock(zone, Tally())
    for ms in sorted(times):
        moment = from_ms(ms) + timedelta(days=1)
        written = moment.astimezone(zone).replace(tzinfo=None).isoformat()
        read = clock.read(written)
        assert read is not None
        off = abs(from_ms(read) - moment)
        doubled = moment.astimezone(zone).fold == 1
        assert off == timedelta(0) or (doubled and off <= timedelta(hours=1))


def test_every_minute_of_a_doubled_hour_is_read_back_in_order() -> None:
    clock = LocalClock(BERLIN, Tally())
    start = datetime(2023, 10, 28, 23, 0, tzinfo=UTC)
    for minute in range(240):
        moment = start + timedelta(minutes=minute)
        read = clock.read(moment.astimezone(BERLIN).replace(tzinfo=None).isoformat())
        assert read is not None
        assert from_ms(read) == moment
