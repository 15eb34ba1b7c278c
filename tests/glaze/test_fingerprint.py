"""Canonical JSON (RFC 8785) and the digests over it."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glaze.fingerprint import canonical_json, digest, digest_bytes, keyed_digest


@pytest.mark.parametrize(
    ("value", "canonical"),
    [
        # RFC 8785, 3.2.2: literals, and no space anywhere.
        ([None, True, False, 0, -1, 2**53 - 1], "[null,true,false,0,-1,9007199254740991]"),
        ({}, "{}"),
        ([], "[]"),
        ((1, (2,)), "[1,[2]]"),
        # RFC 8785, 3.2.2.2: what is escaped, and how; everything else stands as it is.
        ({"string": '€$\u000f\nA\'B"\\\\"/'}, '{"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'),
        ("\b\t\n\f\r\x00\x1f\x7f\u2028", '"\\b\\t\\n\\f\\r\\u0000\\u001f\x7f\u2028"'),
        # RFC 8785, 3.2.3: keys by UTF-16 code units.
        (
            {
                "€": "Euro Sign",
                "\r": "Carriage Return",
                "\ufb33": "Hebrew Letter Dalet With Dagesh",
                "1": "One",
                "😀": "Emoji: Grinning Face",
                "\u0080": "Control",
                "ö": "Latin Small Letter O With Diaeresis",
            },
            (
                '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis",'
                '"€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}'
            ),
        ),
        # By code points U+FE0F would come before an emoji; by UTF-16 it comes after.
        ({"❤\ufe0f": 1, "❤😀": 2}, '{"❤😀":2,"❤\ufe0f":1}'),
        ({"\ufe0f": 1, "👍🏽": 2, "👍": 3, "a": 4, "B": 5}, '{"B":5,"a":4,"👍":3,"👍🏽":2,"\ufe0f":1}'),
        ({"b": {"d": 1, "c": [{"z": 1, "y": 2}]}, "a": 3}, '{"a":3,"b":{"c":[{"y":2,"z":1}],"d":1}}'),
        ({"": 1}, '{"":1}'),
    ],
)
def test_vectors(value: object, canonical: str) -> None:
    assert canonical_json(value) == canonical.encode()


@pytest.mark.parametrize("value", [1.0, float("nan"), 2**53, -(2**53), {1: 2}, b"x", {"a"}, object(), {"a": [0.5]}])
def test_what_has_no_exact_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


def test_a_refusal_tells_nothing_of_the_value() -> None:
    with pytest.raises(TypeError) as raised:
        canonical_json({"name": 2**60 + 7})
    assert str(2**60 + 7) not in str(raised.value)


texts = st.text(st.characters(exclude_categories=["Cs"]))
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=12,
)


@given(values)
def test_it_is_json_of_the_same_value_whatever_order_keys_came_in(value: Any) -> None:
    canonical = canonical_json(value)
    assert json.loads(canonical) == value
    assert canonical_json(json.loads(canonical, object_pairs_hook=lambda pairs: dict(reversed(pairs)))) == canonical


@given(st.dictionaries(texts, st.none(), min_size=2))
def test_keys_are_in_the_order_of_utf_16(value: dict[str, None]) -> None:
    keys = list(json.loads(canonical_json(value)))
    assert keys == sorted(keys, key=lambda key: [*key.encode("utf-16-be")])


def test_digests_are_sha_256_in_lower_case_hex() -> None:
    assert digest({"b": 1, "a": "ü"}) == hashlib.sha256('{"a":"ü","b":1}'.encode()).hexdigest()
    assert digest_bytes(b"x") == hashlib.sha256(b"x").hexdigest()


def test_a_keyed_digest_depends_on_the_key() -> None:
    # RFC 4231, test case 2.
    wanted = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert keyed_digest("Jefe", "what do ya want for nothing?") == wanted
    assert keyed_digest("jefe", "what do ya want for nothing?") != wanted
