"""How big a query may be, and that finding out costs next to nothing."""

import time

import pytest
from graphql import GraphQLSyntaxError, get_introspection_query

from schema.faults import Code, FaultError, code_of
from schema.limits import read_document


def refusal(query: str, variables: dict[str, object] | None = None, *, may_introspect: bool = False) -> Code | None:
    try:
        read_document(query, variables, may_introspect=may_introspect)
    except FaultError as fault:
        return code_of(fault)
    return None


def nested(levels: int) -> str:
    return "{" + "a{" * (levels - 1) + "b" + "}" * (levels - 1) + "}"


WITHIN_AND_BEYOND = {
    "tokens": ("{ a(b: [" + "1 " * 985 + "]) }", "{ a(b: [" + "1 " * 1000 + "]) }"),
    "comments": ("#\n" * 900 + "{ a }", "#\n" * 1100 + "{ a }"),
    "depth": (nested(8), nested(9)),
    "depth through fragments": (
        "{ ...f } fragment f on Query { a { ... on A { b { ...g } } } } fragment g on B { c { d { e { f { g { h }}}}}}",
        "{ ...f } fragment f on Query { a { b { ...g } } } fragment g on B { c { d { e { f { g { h { i } } } } } } }",
    ),
    "aliases": (
        "{ v { " + " ".join(f"n{i}: name" for i in range(15)) + " } }",
        "{ v { " + " ".join(f"n{i}: name" for i in range(16)) + " } }",
    ),
    "fields named again": ("{ v { " + "name " * 16 + "} }", "{ v { " + "name " * 17 + "} }"),
    "aliases through fragments": (
        "{ a { ...f ...f ...f } } fragment f on A { a: x b: x c: x d: x e: x }",
        "{ a { ...f ...f ...f ...f } } fragment f on A { a: x b: x c: x d: x }",
    ),
    "directives": ("{ a " + "@skip(if: false) " * 20 + "}", "{ a " + "@skip(if: false) " * 21 + "}"),
    "directives on fragments": (
        "{ ...f @x @x } fragment f on Query @x @x { a }",
        "{ ...f @x } fragment f on Query " + "@x " * 20 + "{ a }",
    ),
    "root fields": (
        "{ " + " ".join(f"f{i}" for i in range(10)) + " }",
        "{ " + " ".join(f"f{i}" for i in range(11)) + " }",
    ),
    "root fields through fragments": (
        "{ ...f } fragment f on Query { a b c d e }",
        "{ ...f ...f ...f } fragment f on Query { a b c d }",
    ),
    "cost": (
        "{ list(first: 50) { inner(first: 19) { a b } } }",
        "{ list(first: 50) { inner(first: 50) { a b } } }",
    ),
    "cost of ids": (
        "{ nodes(ids: [" + '"x" ' * 50 + "]) { " + " ".join(f"f{i}" for i in range(90)) + " } }",
        "{ nodes(ids: [" + '"x" ' * 50 + "]) { " + " ".join(f"f{i}" for i in range(110)) + " } }",
    ),
}


@pytest.mark.parametrize("limit", list(WITHIN_AND_BEYOND))
def test_a_query_at_the_limit_is_read_and_one_beyond_is_refused(limit: str) -> None:
    within, beyond = WITHIN_AND_BEYOND[limit]
    assert (refusal(within), refusal(beyond)) == (None, Code.QUERY_TOO_COMPLEX)


def test_a_page_size_counts_as_its_variable_and_a_missing_one_as_the_dearest() -> None:
    query = "query ($n: Int) { list(first: $n) { inner(first: $n) { a b } } }"
    assert refusal(query, {"n": 3}) is None
    assert refusal(query, {"n": 50}) is Code.QUERY_TOO_COMPLEX
    assert refusal(query, {}) is Code.QUERY_TOO_COMPLEX
    assert refusal(query, {"n": -1}) is None
    assert refusal(query, {"n": "many"}) is None


def test_a_bomb_of_chained_fragments_is_measured_in_no_time() -> None:
    chain = " ".join(f"fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(80))
    bomb = f"{{ ...f0 }} {chain} fragment f80 on Query {{ viewer {{ name }} }}"
    started = time.thread_time()
    assert refusal(bomb) is Code.QUERY_TOO_COMPLEX
    assert time.thread_time() - started < 0.05


@pytest.mark.parametrize(
    "deep",
    [
        "{" + "...{" * 190 + "a" + "}" * 190 + "}",
        "{ ...f0 } " + "".join(f"fragment f{i} on Q{{...f{i + 1}}}" for i in range(109)) + "fragment f109 on Q{a}",
        "{...f0}"
        + "".join(f"fragment f{i} on Q{{...{{...{{...{{...f{i + 1}}}}}}}}}" for i in range(45))
        + "fragment f45 on Q{a}",
    ],
    ids=["inline fragments", "a chain of fragments", "both"],
)
def test_nesting_without_fields_breaks_nothing(deep: str) -> None:
    assert refusal(deep) in (None, Code.QUERY_TOO_COMPLEX)


def test_fragments_in_a_circle_are_refused() -> None:
    circle = "{ ...a } fragment a on Query { ...b } fragment b on Query { x ...a }"
    assert refusal(circle) is Code.GRAPHQL_VALIDATION_FAILED
    assert refusal("{ x } fragment a on Query { ...a }") is Code.GRAPHQL_VALIDATION_FAILED


def test_introspection_is_for_those_who_may() -> None:
    assert refusal("{ __typename a { __typename } }") is None
    for asking in (
        get_introspection_query(),
        "{ __schema { types { name } } }",
        '{ a: __type(name: "Query") { name } }',
    ):
        assert refusal(asking) is Code.GRAPHQL_VALIDATION_FAILED
        assert refusal(asking, may_introspect=True) is None
    endless = '{ __type(name: "Query") {' + "ofType {" * 30 + "name" + "}" * 30 + "} }"
    assert refusal(endless, may_introspect=True) is Code.QUERY_TOO_COMPLEX


@pytest.mark.parametrize(
    "holding",
    [
        '{ a(b: "\\u0000") }',
        '{ a(b: [{ c: "x\\u0000" }]) }',
        'query ($a: String = "\\u0000") { a }',
        '{ a(b: """\0""") }',
    ],
)
def test_a_nul_in_a_literal_is_refused(holding: str) -> None:
    assert refusal(holding) is Code.BAD_USER_INPUT


@pytest.mark.parametrize("broken", ["", "{", '{ a(b: "\\ud800") }', "query { a } }", "{ a(b: 1e) }"])
def test_what_does_not_parse_is_said_to(broken: str) -> None:
    with pytest.raises(GraphQLSyntaxError):
        read_document(broken, None, may_introspect=False)
