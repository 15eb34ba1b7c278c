"""The schema as sent, and reading words back into the wire model."""

import json
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from glaze.llm.types import FailureKind
from glaze.llm.wire import UnfitError, read_wire, wire_schema
from tests.glaze.llm.questions import GOOD, Draft, draft


class Mood(StrEnum):
    CALM = "calm"


class Inner(BaseModel):
    """What a claim rests on."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=3, max_length=9, pattern="^a", description="A short title.")]
    default: list[str] = Field(default_factory=list, min_length=1, max_length=4)


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    inners: list[Inner]
    mood: Mood = Mood.CALM
    note: str | None = None
    kind: Literal["a", "b"]


def test_the_schema_is_closed_complete_and_without_limits() -> None:
    inner = {
        "type": "object",
        "description": "What a claim rests on.",
        "properties": {
            "title": {"type": "string", "description": "A short title."},
            "default": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["title", "default"],
        "additionalProperties": False,
    }
    assert wire_schema(Outer) == {
        "type": "object",
        "properties": {
            "inners": {"type": "array", "items": inner},
            "mood": {"type": "string", "enum": ["calm"]},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "kind": {"type": "string", "enum": ["a", "b"]},
        },
        "required": ["inners", "mood", "note", "kind"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize("extra", [None, "ignore", "allow"])
def test_a_model_that_lets_extra_fields_in_is_no_wire_model(extra: Literal["ignore", "allow"] | None) -> None:
    class Loose(BaseModel):
        model_config = ConfigDict(extra=extra)

        word: str

    class Around(BaseModel):
        model_config = ConfigDict(extra="forbid")

        inner: list[Loose]

    with pytest.raises(TypeError, match="forbid"):
        wire_schema(Around)


class Tree(BaseModel):
    model_config = ConfigDict(extra="forbid")

    branches: "list[Tree]"


def test_a_model_that_contains_itself_is_no_wire_model() -> None:
    with pytest.raises(TypeError, match="itself"):
        wire_schema(Tree)


def test_a_number_is_no_string() -> None:
    with pytest.raises(UnfitError) as raised:
        read_wire('{"claims": [{"sentence": 7, "receipts": [], "tone": "warm"}]}', Draft)
    assert raised.value.kind is FailureKind.SCHEMA
    assert raised.value.faults == ("claims.0.sentence: Input should be a valid string",)


def test_a_string_is_no_number() -> None:
    class Counted(BaseModel):
        model_config = ConfigDict(extra="forbid")

        count: int

    assert read_wire('{"count": 3}', Counted).count == 3
    for words in ('{"count": "3"}', 'so: {"count": "3"}'):
        with pytest.raises(UnfitError) as raised:
            read_wire(words, Counted)
        assert raised.value.kind is FailureKind.SCHEMA


def test_faults_are_few() -> None:
    words = json.dumps({"claims": [{"sentence": 7}] * 50})
    with pytest.raises(UnfitError) as raised:
        read_wire(words, Draft)
    assert len(raised.value.faults) == 12


def test_an_object_behind_many_braces_is_given_up_in_time() -> None:
    with pytest.raises(UnfitError):
        read_wire('{"a":' * 100_000 + GOOD, Draft)


@given(before=st.text(), after=st.text())
def test_prose_without_braces_never_hides_the_object(before: str, after: str) -> None:
    words = before.replace("{", "(") + GOOD + after.replace("{", "(")
    assert read_wire(words, Draft) == Draft.model_validate(draft())


@given(st.text())
def test_no_text_does_more_than_not_fit(words: str) -> None:
    with pytest.raises(UnfitError):
        read_wire(words, Draft)
