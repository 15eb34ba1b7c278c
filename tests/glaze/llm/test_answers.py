"""What the server's own words for time and error are read as."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glaze.llm.answers import MAX_RETRY_AFTER, read_body, read_error, retry_after_seconds
from glaze.llm.types import FailureKind
from tests.glaze.llm.questions import Draft

NOW = datetime(2025, 10, 21, 7, 28, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [
        ("7", 7.0),
        (" 1.5 ", 1.5),
        ("0", 0.0),
        ("-3", 0.0),
        ("86400", MAX_RETRY_AFTER),
        ("Tue, 21 Oct 2025 07:28:30 GMT", 30.0),
        ("Tue, 21 Oct 2025 09:28:30 +0200", 30.0),
        ("Tue, 21 Oct 2025 07:28:30 -0000", 30.0),
        ("Tue, 21 Oct 2025 07:00:00 GMT", 0.0),
        ("Wed, 22 Oct 2025 07:28:30 GMT", MAX_RETRY_AFTER),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_wish_for_a_pause_is_read_and_capped(wish: str, seconds: float | None) -> None:
    assert retry_after_seconds({"retry-after": wish}, NOW) == seconds


@given(st.text() | st.text(alphabet="0123456789 :,GMTJan+-.eE"))
def test_no_header_breaks_the_reading(wish: str) -> None:
    seconds = retry_after_seconds({"retry-after": wish}, NOW)
    assert seconds is None or 0 <= seconds <= MAX_RETRY_AFTER


@given(st.binary())
def test_no_body_breaks_the_reading(body: bytes) -> None:
    assert read_body(body, Draft).kind is not None


def test_an_exception_nobody_thought_of_is_malformed() -> None:
    assert read_error(AttributeError("'str' object has no attribute 'choices'")).kind is FailureKind.MALFORMED
