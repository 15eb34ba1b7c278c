"""GraphQL over HTTP: what is read, what is refused, and how it is said."""

import asyncio
import gzip
import socket
import time
from collections.abc import Iterator
from io import StringIO
from urllib.parse import urlsplit

import httpx2
import pytest

from api import read_request
from tests.running_api import RunningApi, running_api, settings_for

OK = b'{"query": "{ __typename }"}'
GRAPHQL = "application/graphql-response+json"


def code_in(response: httpx2.Response) -> str:
    errors = response.json()["errors"]
    assert len(errors) == 1
    assert "data" not in response.json()
    return str(errors[0]["extensions"]["code"])


def test_a_request_is_answered_and_nobody_keeps_the_answer(bare_api: RunningApi) -> None:
    response = bare_api.post(OK)
    assert (response.status_code, response.json()) == (200, {"data": {"__typename": "Query"}})
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "server" not in response.headers


@pytest.mark.parametrize(
    ("accept", "answered_in"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/json", "application/json"),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL},application/json;q=0.9", GRAPHQL),
        (f"application/json;q=0.9,{GRAPHQL};q=0.8", "application/json"),
        ("text/html, application/xhtml+xml, */*;q=0.1", "application/json"),
        ("APPLICATION/JSON", "application/json"),
        ("text/html", None),
        ("application/json;q=0", None),
        ("application/json;q=0, */*", GRAPHQL),
        (f"{GRAPHQL}, application/graphql+json, application/json, multipart/mixed", GRAPHQL),
        (f"application/json, {GRAPHQL}", "application/json"),
        ("application/json;q=nonsense", None),
    ],
)
def test_the_answer_comes_in_a_type_the_client_accepts(
    bare_api: RunningApi, accept: str, answered_in: str | None
) -> None:
    response = bare_api.post(OK, accept=accept)
    if answered_in is None:
        assert (response.status_code, code_in(response)) == (406, "BAD_USER_INPUT")
    else:
        assert (response.status_code, response.headers["content-type"]) == (200, f"{answered_in}; charset=utf-8")


@pytest.mark.parametrize(
    "sent",
    [
        {"content_type": ""},
        {"content_type": "text/plain"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": "multipart/form-data; boundary=x"},
        {"content_type": "application/graphql"},
        {"content_type": "application/json; charset=utf-16"},
        {"content_type": "application/json; charset=latin1"},
        {"content_encoding": "gzip"},
        {"content_encoding": "br"},
    ],
    ids=str,
)
def test_only_json_in_utf_8_sent_as_it_is_is_read(bare_api: RunningApi, sent: dict[str, str]) -> None:
    content = gzip.compress(OK) if sent.get("content_encoding") == "gzip" else OK
    response = bare_api.post(content, **sent)
    assert (response.status_code, code_in(response)) == (415, "BAD_USER_INPUT")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'])
def test_the_charset_may_be_named(bare_api: RunningApi, content_type: str) -> None:
    assert bare_api.post(OK, content_type=content_type).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"42",
        b'"{ __typename }"',
        b"[]",
        b"[" + OK + b"," + OK + b"]",
        b"{",
        b"{}",
        b'{"query": null}',
        b'{"query": ""}',
        b'{"query": 1}',
        b'{"query": ["{ __typename }"]}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "variables": "{}"}',
        b'{"query": "{ __typename }", "operationName": 1}',
        b'{"query": "{ __typename }", "extensions": []}',
        b'{"query": "{ __typename }", "variables": {"a": NaN}}',
        b'{"query": "{ __typename }", "variables": {"a": -Infinity}}',
        b'{"query": "{ __typename }", "variables": {"a": 1e999}}',
        b'{"query": "{ __typename }", "variables": {"a": ' + b"9" * 5000 + b"}}",
        b'{"query": "{ __typename }", "variables": {"a": "\\ud800"}}',
        b'{"query": "{ __typename }", "variables": {"\\u0000": 1}}',
        b'{"query": "{ __typename }", "variables": {"a": [{"b": "x\\u0000"}]}}',
        b'{"query": "{ __typename # \\u0000 \\n }"}',
        b'{"query": "{ __typename }\xff"}',
        b"\xef\xbb\xbf" + OK,
        OK.decode().encode("utf-16"),
        b"[" * 15000 + b"]" * 15000,
        b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 1100 + b"1" + b"}" * 1100 + b"}",
        b"query=%7B__typename%7D",
    ],
    ids=lambda body: repr(body[:48]),
)
def test_a_body_that_is_no_request_is_refused_before_anything_runs(bare_api: RunningApi, body: bytes) -> None:
    response = bare_api.post(body)
    assert (response.status_code, code_in(response)) == (400, "BAD_USER_INPUT")
    assert response.headers["content-type"] == "application/json; charset=utf-8"


def test_a_backslash_before_an_escape_is_not_taken_for_a_nul(bare_api: RunningApi) -> None:
    assert bare_api.post(b'{"query": "{ __typename # \\\\u0000 \\n }"}').status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_post_asks(bare_api: RunningApi, method: str) -> None:
    response = bare_api.client.request(method, "/graphql?query={__typename}", headers={"accept": "text/html"})
    assert response.status_code == 405
    if method != "OPTIONS":
        assert response.headers["allow"] == "POST"
    assert "Query" not in response.text


def test_a_long_body_is_refused_whether_or_not_its_length_is_told(bare_api: RunningApi) -> None:
    long = b'{"query": "{ __typename }", "extensions": {"a": "' + b"x" * read_request.LONGEST_BODY + b'"}}'

    def in_chunks() -> Iterator[bytes]:
        yield from (long[place : place + 4096] for place in range(0, len(long), 4096))

    told = bare_api.post(long)
    untold = bare_api.client.post(
        "/graphql",
        content=in_chunks(),
        headers={"content-type": "application/json"},
    )
    for response in (told, untold):
        assert (response.status_code, code_in(response)) == (413, "QUERY_TOO_COMPLEX")
    fitting = long.replace(b"x" * 200, b"")
    assert bare_api.post(fitting).status_code == 200


def test_a_body_that_drips_is_not_waited_for(bare_api: RunningApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_request, "READ_SECONDS", 0.3)
    address = urlsplit(bare_api.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=5) as connection:
        connection.sendall(
            b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
        )
        started = time.monotonic()
        answer = connection.recv(4096)
        assert b"408" in answer.split(b"\r\n")[0]
        assert time.monotonic() - started < 3
    assert bare_api.post(OK).status_code == 200


def test_a_request_that_cannot_run_is_a_400_to_those_who_speak_graphql_and_a_200_to_those_who_speak_json(
    bare_api: RunningApi,
) -> None:
    for query, code in (
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment f on Query { viewer { id } }", "BAD_USER_INPUT"),
        ("subscription { viewer { id } }", "BAD_USER_INPUT"),
        ("query ($id: ID!) { node(id: $id) { id } }", "BAD_USER_INPUT"),
        ("query a { __typename } query b { __typename }", "BAD_USER_INPUT"),
        ("{ __schema { queryType { name } } }", "GRAPHQL_VALIDATION_FAILED"),
    ):
        for accept, status in ((GRAPHQL, 400), ("application/json", 200)):
            response = bare_api.send(query, accept=accept)
            assert (response.status_code, code_in(response)) == (status, code), query


def test_an_operation_is_chosen_by_its_name(bare_api: RunningApi) -> None:
    two = b'{"query": "query a { x: __typename } query b { y: __typename }", "operationName": "%s"}'
    assert bare_api.post(two % b"b").json() == {"data": {"y": "Query"}}
    assert code_in(bare_api.post(two % b"c")) == "BAD_USER_INPUT"


def test_errors_are_few_and_hint_at_nothing(bare_api: RunningApi) -> None:
    many = bare_api.send("{ viewr " + " ".join(f"nope{i}" for i in range(9)) + " }").json()["errors"]
    assert len(many) == 5
    assert "Did you mean" not in str(many)
    variables = " ".join(f"$v{i}: ID!" for i in range(30))
    used = " ".join(f"a{i}: node(id: $v{i}) {{ id }}" for i in range(9))
    coerced = bare_api.send(f"query ({variables}) {{ {used} }}", {"v0": {"a": 1}}).json()["errors"]
    assert 0 < len(coerced) <= 5
    misspelt = bare_api.send(
        "mutation ($i: RegenerateGlazeInput!) { regenerateGlaze(input: $i) { __typename } }", {"i": {"usrId": 1}}
    )
    assert "usrId" in misspelt.text
    assert "Did you mean" not in misspelt.text


def test_a_bomb_of_fragments_is_answered_at_once(bare_api: RunningApi) -> None:
    chain = " ".join(f"fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(80))
    bomb = f"{{ ...f0 }} {chain} fragment f80 on Query {{ viewer {{ name }} }}"
    bare_api.send("{ __typename }")
    # Work, not waiting: client and server are one process here, and others may keep the machine busy.
    started = time.process_time()
    assert code_in(bare_api.send(bomb)) == "QUERY_TOO_COMPLEX"
    assert time.process_time() - started < 0.05


def test_a_browser_may_ask_from_the_origins_that_are_set_and_no_other(bare_api: RunningApi) -> None:
    def allowed(api: RunningApi, origin: str) -> str | None:
        asking = {
            "origin": origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization",
        }
        response = api.client.options("/graphql", headers=asking)
        return response.headers.get("access-control-allow-origin") if response.status_code == 200 else None

    assert allowed(bare_api, "https://spa.example.org") is None
    assert allowed(bare_api, "http://localhost:5173") is None
    settings = bare_api.settings.model_copy(
        update={"cors_origins": ("https://spa.example.org",), "cors_localhost": True}
    )
    with running_api(settings) as open_api:
        for origin in ("https://spa.example.org", "http://localhost:5173", "http://127.0.0.1:80", "http://[::1]:3000"):
            assert allowed(open_api, origin) == origin
        for origin in (
            "https://evil.example.org",
            "http://localhost.evil.org",
            "http://localhost:5173.evil.org",
            "null",
        ):
            assert allowed(open_api, origin) is None


def test_the_ide_and_introspection_are_for_the_demo_and_introspection_for_admins(bare_api: RunningApi) -> None:
    introspection = "{ __schema { queryType { name } } }"
    assert "errors" not in bare_api.ask(introspection, by="operator", admin=True)
    assert "errors" in bare_api.ask(introspection, by="ada")
    with running_api(bare_api.settings.model_copy(update={"graphiql": True})) as demo:
        page = demo.client.get("/graphql", headers={"accept": "text/html,*/*;q=0.8"})
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "graphiql" in page.text.lower()
        assert demo.client.get("/graphql", headers={"accept": "application/json"}).status_code == 405
        assert demo.ask(introspection)["data"]["__schema"]["queryType"]["name"] == "Query"


def test_a_page_that_is_not_there_is_not_there(bare_api: RunningApi) -> None:
    assert bare_api.client.get("/").status_code == 404
    assert bare_api.client.get("/graphql/").status_code in (307, 404)


def test_nothing_of_ours_is_told_when_we_fail(bare_api: RunningApi, logged: StringIO) -> None:
    # The bare database has no tables: every read is an error of ours.
    answer = bare_api.ask("{ groups { slug } }", by="words-of-chat")
    assert answer["data"] == {"groups": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INTERNAL_SERVER_ERROR"]
    assert answer["errors"][0]["message"] == "Something went wrong on our side; it has been noted."
    assert "resolver.failed" in logged.getvalue()
    for secret in ("slug", "words-of-chat", "SELECT", "group_members"):
        assert secret not in str(answer["errors"]) + logged.getvalue()


def test_an_error_of_the_client_is_not_logged(bare_api: RunningApi, logged: StringIO) -> None:
    for query in ("{", "{ nothing }", "{ viewer { id } }", "query ($a: ID!) { node(id: $a) { id } }"):
        bare_api.send(query, {"secret": "words"})
    bare_api.post(b"{")
    assert logged.getvalue() == ""


def test_what_takes_too_long_is_cut_off(bare_api: RunningApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schema.execute.EXECUTION_SECONDS", 0.05)
    monkeypatch.setattr("schema.loaders.groups_of_viewer", _never)
    response = bare_api.send("{ groups { slug } }", token=bare_api.token("ada"))
    assert (response.status_code, code_in(response)) == (503, "TIMEOUT")


async def _never(*_arguments: object) -> None:
    await asyncio.sleep(60)


def test_settings_of_another_machine_do_not_leak_in() -> None:
    assert settings_for("postgresql://x/y", "redis://z").graphiql is False
