"""Tokens: what lets somebody in, and that everything else gets one answer."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from api.auth import ALGORITHM
from api.tokens import issue_token
from glaze import clock
from glaze.errors import InvalidInputError
from tests.running_api import RunningApi, settings_for

WHO = "{ viewer { externalId isAdmin } }"
SECRET = "development-secret-never-used-in-production"


def claims(**more: Any) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    audience = issuer = "signal-profile-glaze"
    given = {"iss": issuer, "aud": audience, "sub": "ada", "iat": now, "exp": now + 600} | more
    return {name: value for name, value in given.items() if value is not None}


def signed(headers: dict[str, Any] | None = None, key: str = SECRET, algorithm: str = ALGORITHM, **more: Any) -> str:
    return jwt.encode(claims(**more), key, algorithm, headers={"typ": "at+jwt"} | (headers or {}))


def by_hand(header: dict[str, Any], body: dict[str, Any], signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(body).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def by_hs512() -> str:
    """A true signature by our secret, of an algorithm that the token chose."""
    unsigned = by_hand({"alg": "HS512", "typ": "JWT"}, claims()).rstrip(".")
    signature = hmac.new(SECRET.encode(), unsigned.encode(), hashlib.sha512).digest()
    return f"{unsigned}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def who(api: RunningApi, token: str) -> Any:
    response = api.send(WHO, token=token)
    return response.json()["data"]["viewer"] if response.status_code == 200 else None


def test_a_token_of_ours_lets_its_bearer_in(api: RunningApi) -> None:
    soon = int(clock.now().timestamp()) - 10
    for good in (
        signed(),
        signed({"typ": "JWT"}),
        signed({"typ": "AT+JWT"}),
        signed({"kid": "../../etc/passwd", "jku": "https://evil.example.org/keys", "x5u": "https://evil.example.org"}),
        signed(exp=soon),
        signed(iat=soon + 30),
        signed(extra={"nested": [1]}),
    ):
        assert who(api, good) == {"externalId": "ada", "isAdmin": False}
    for sub in ("auth0|1/2", "ü", "x" * 1024, "Signal:upper-case-is-somebody-else"):
        assert who(api, signed(sub=sub))["externalId"] == sub


def test_the_scope_makes_an_admin_as_a_whole_word_only(api: RunningApi) -> None:
    assert who(api, signed(scope="openid glaze:admin"))["isAdmin"]
    for scope in ("glaze:administrator", "xglaze:admin", "GLAZE:ADMIN", "", ["glaze:admin"], {"glaze:admin": 1}, 1):
        assert not who(api, signed(scope=scope))["isAdmin"]


def test_every_other_token_gets_one_answer(api: RunningApi) -> None:
    now = int(clock.now().timestamp())
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    bad = {
        "none": by_hand({"alg": "none", "typ": "JWT"}, claims()),
        "None": by_hand({"alg": "None", "typ": "JWT"}, claims()),
        "no signature": by_hand({"alg": "HS256", "typ": "JWT"}, claims()),
        "another key": signed(key="x" * 40),
        "another algorithm, our key": signed(algorithm="HS512", key=SECRET * 2),
        "HS512 by our key": jwt.encode(claims(), SECRET * 1, "HS384", headers={"typ": "JWT"})
        if len(SECRET) >= 48
        else "x.y.z",
        "RS256": jwt.encode(claims(), rsa_key, "RS256", headers={"typ": "JWT"}),
        "no typ": jwt.encode(claims(), SECRET, ALGORITHM, headers={"typ": None}),
        "typ of an id token": signed({"typ": "id+jwt"}),
        "typ is no text": by_hand({"alg": "HS256", "typ": ["JWT"]}, claims()),
        "expired": signed(exp=now - 40),
        "not yet": signed(nbf=now + 60),
        "from the future": signed(iat=now + 60),
        "another audience": signed(aud="somebody-else"),
        "ours among several audiences": signed(aud=["signal-profile-glaze", "somebody-else"]),
        "another issuer": signed(iss="somebody-else"),
        "no exp": signed(exp=None),
        "no iat": signed(iat=None),
        "no iss": signed(iss=None),
        "no aud": signed(aud=None),
        "no sub": signed(sub=None),
        "empty sub": signed(sub=""),
        "provisional sub": signed(sub="signal:5b1e"),
        "sub with a NUL": signed(sub="ada\0"),
        "sub with half a letter": signed(sub="\ud800"),
        "endless sub": signed(sub="x" * 1025),
        "exp is no number": signed(exp="tomorrow"),
        "critical header": signed({"crit": ["b64"], "b64": True}),
        "tampered": signed()[:-6] + "AAAAAA",
        "not three parts": "abc",
        "nonsense": "a.b.c",
        "endless": "a" * 9000,
    }
    answers = {why: api.send(WHO, token=token) for why, token in bad.items()}
    assert [why for why, answer in answers.items() if answer.status_code != 401] == []
    assert {answer.text for answer in answers.values()} == {answers["expired"].text}
    assert {answer.headers["www-authenticate"] for answer in answers.values()} == {'Bearer error="invalid_token"'}
    assert answers["expired"].json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


def test_another_scheme_or_an_empty_token_is_no_token_of_ours(api: RunningApi) -> None:
    for given in (f"Basic {signed()}", f"Token {signed()}", signed(), "Bearer", "x", f"Bearer{signed()}"):
        assert api.send(WHO, authorization=given).status_code == 401, given


def test_the_scheme_may_be_written_in_any_case(api: RunningApi) -> None:
    assert api.send(WHO, authorization=f"bearer {signed()}").json()["data"]["viewer"]["externalId"] == "ada"


def test_a_token_counts_in_the_header_alone_and_only_once(api: RunningApi) -> None:
    elsewhere = api.client.post(
        f"/graphql?access_token={signed()}&token={signed()}",
        json={"query": WHO},
        headers={"cookie": f"token={signed()}; Authorization=Bearer {signed()}"},
    )
    assert elsewhere.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert elsewhere.json()["data"] == {"viewer": None}
    twice = api.client.post(
        "/graphql",
        json={"query": WHO},
        headers=[("authorization", f"Bearer {signed()}"), ("authorization", f"Bearer {signed(sub='bea')}")],
    )
    assert twice.status_code == 401


def test_tokens_are_issued_in_development_only_and_never_for_provisional_users() -> None:
    settings = settings_for("postgresql://x/y", "redis://z")
    issued = jwt.decode(
        issue_token(settings, "ada", admin=True, ttl=timedelta(minutes=5)), options={"verify_signature": False}
    )
    assert (issued["sub"], issued["scope"], issued["exp"] - issued["iat"]) == ("ada", "glaze:admin", 300)
    for user_id in ("", "signal:5b1e"):
        with pytest.raises(InvalidInputError):
            issue_token(settings, user_id)
    with pytest.raises(InvalidInputError):
        issue_token(settings.model_copy(update={"environment": "production"}), "ada")
