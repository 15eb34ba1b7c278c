"""Addresses and numbers before the prompt; every one below is made up or from a manual."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glaze.llm.pii import PiiTokens


def replaced(text: str) -> str:
    return PiiTokens().replace(text)


@pytest.mark.parametrize(
    "address",
    ["ann.lee+x@mail.example.org", "ANN@EXAMPLE.CO.UK", "jörg@müller.example", "a_b-c%d@x.io"],
)
def test_mail_addresses_go(address: str) -> None:
    assert replaced(f"write ({address}), please.") == "write (<EMAIL_1>), please."


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org/a?b=c&d=1",
        "http://127.0.0.1:8080/x",
        "www.example.org",
        "signal.group/#abc",
        "HTTPS://X.IO",
    ],
)
def test_links_go(link: str) -> None:
    assert replaced(f"see {link} there") == "see <URL_1> there"


@pytest.mark.parametrize(
    "number",
    [
        "+49 151 12345678",
        "+49 (0)151 / 123 456-78",
        "+1 (555) 010-9999",
        "+15550109999",
        "0049 151 12345678",
        "0151 12345678",
        "0151/12345678",
        "(030) 901820",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "555-010-9999",
        "(555) 010-9999",
        "(030) 9018",
        "0151 1234",
        "555-0109",
        "5550109999",
        "612 345 678",
        "٠١٥١١٢٣٤٥٦٧٨",
    ],
)
def test_telephone_numbers_go(number: str) -> None:
    assert replaced(f"call {number}, ok?") == "call <PHONE_1>, ok?"


@pytest.mark.parametrize("iban", ["DE89 3704 0044 0532 0130 00", "DE89370400440532013000", "gb29nwbk60161331926819"])
def test_ibans_go_with_or_without_words_behind(iban: str) -> None:
    assert replaced(f"send to {iban}") == "send to <IBAN_1>"
    assert replaced(f"send to {iban} or so") == "send to <IBAN_1> or so"


@pytest.mark.parametrize("card", ["4111 1111 1111 1111", "4111-1111-1111-1111", "378282246310005"])
def test_cards_go(card: str) -> None:
    assert replaced(f"card {card}.") == "card <CARD_1>."


def test_a_long_number_that_is_no_card_goes_all_the_same() -> None:
    assert replaced("card 4111 1111 1111 1112.") == "card <PHONE_1>."


@pytest.mark.parametrize(
    "text",
    [
        "42 messages since 2024-05-01, the last on 01.05.2024 at 12:30:15",
        "on 2024-05-01 12:30",
        "from 2019-2024, once more (2020-2021), 0.1234567 on average, 1,000,000 views and 1.000.000 likes",
        "3.1415 and 10:45-11:30 and 24/7",
        "version 1.2.3, chapter 12-14, 99.9 %",
        "an @mention, a #tag, mail me at example dot org",
        "he said i.e./e.g. and and/or",
        "DE12 is no account",
        "DE89370400440532013001 has a wrong checksum",
    ],
)
def test_dates_counts_and_common_signs_stay(text: str) -> None:
    assert replaced(text) == text


def test_a_number_behind_a_date_goes_and_the_date_stays() -> None:
    assert replaced("2024-05-01 0151 12345678") == "2024-05-01 <PHONE_1>"


def test_one_address_has_one_token_within_a_request() -> None:
    tokens = PiiTokens()
    assert tokens.replace("a@x.org, b@x.org") == "<EMAIL_1>, <EMAIL_2>"
    assert tokens.replace("A@X.ORG and +49 151 12345678") == "<EMAIL_1> and <PHONE_1>"
    assert tokens.replace("0049-151-12345678") == "<PHONE_1>"
    assert tokens.counts() == {"EMAIL": 2, "PHONE": 1}


def test_hidden_and_wide_signs_do_not_save_a_number() -> None:
    assert replaced("call ＋４９ 151\u200b123\u200d45678") == "call <PHONE_1>"
    assert replaced("a\u200b@x.o\u2060rg") == "<EMAIL_1>"


@given(st.lists(st.sampled_from(["+49 151 12345678", "a@x.org", "https://x.org/p", "2024-05-01", "so", "(7)", ","])))
def test_no_neighbour_saves_an_address_or_a_number(parts: list[str]) -> None:
    text = replaced(" ".join(parts))
    assert not any(part in text for part in ("12345678", "a@x", "x.org"))


@pytest.mark.parametrize(
    "text", ["a." * 20_000, "1 " * 20_000, "a@" * 20_000, "DE12" * 10_000, "+" * 40_000, "a" * 40_000, "1-" * 20_000]
)
def test_long_nonsense_takes_no_time(text: str) -> None:
    began = time.perf_counter()
    replaced(text)
    assert time.perf_counter() - began < 1
