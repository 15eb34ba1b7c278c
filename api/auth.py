"""Whose token a request carries, if any: JWTs signed with our secret, and one answer to every other."""

from typing import Any

import jwt
from starlette.datastructures import Headers

from glaze.members.enrol import PROVISIONAL_PREFIX
from glaze.members.visibility import Viewer
from glaze.settings import Settings

ALGORITHM = "HS256"
"""Fixed here: what a token's own header asks for is never used to verify it."""

_TYPES = frozenset({"at+jwt", "jwt"})
_LEEWAY_SECONDS = 30
_REQUIRED = ("exp", "iat", "iss", "aud", "sub")
_LONGEST_SUBJECT = 1024
_LONGEST_TOKEN = 8192


class InvalidTokenError(Exception):
    """A token came along that is not good. Why is nobody's business: the bearer gets one text for every cause."""


def viewer_of(headers: Headers, settings: Settings) -> Viewer | None:
    """Whoever the request's token belongs to; None without a token. Raises InvalidTokenError.

    The Authorization header alone is read: no cookie, no query string. Several such headers are none.
    """
    given = headers.getlist("authorization")
    if not given:
        return None
    scheme, _, token = given[0].strip().partition(" ")
    if len(given) > 1 or scheme.lower() != "bearer" or not token.strip() or len(token) > _LONGEST_TOKEN:
        raise InvalidTokenError
    claims = _verified(token.strip(), settings)
    scope = claims.get("scope")
    return Viewer(
        external_id=_subject_of(claims),
        is_admin=isinstance(scope, str) and settings.admin_scope in scope.split(),
        flag=settings.flag,
    )


def _verified(token: str, settings: Settings) -> dict[str, Any]:
    """The claims of a token that is ours, for us, and good now. `kid`, `jku`, `jwk` and `x5u` are not looked at."""
    try:
        if str(jwt.get_unverified_header(token).get("typ", "")).lower() not in _TYPES:
            raise InvalidTokenError
        claims: dict[str, Any] = jwt.decode(
            token,
            settings.jwt_secret.get_secret_value(),
            algorithms=[ALGORITHM],
            audience=settings.jwt_audience,
            issuer=settings.jwt_issuer,
            leeway=_LEEWAY_SECONDS,
            options={"require": list(_REQUIRED), "strict_aud": True},
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise InvalidTokenError from error
    return claims


def _subject_of(claims: dict[str, Any]) -> str:
    """The `sub`, any text (R1) that PostgreSQL can hold; a provisional user's is nobody's to carry (R2)."""
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise InvalidTokenError
    if "\0" in subject or subject.startswith(PROVISIONAL_PREFIX) or not _is_text(subject):
        raise InvalidTokenError
    return subject


def _is_text(subject: str) -> bool:
    try:
        subject.encode()
    except UnicodeEncodeError:  # a lone surrogate, which JSON can carry and UTF-8 cannot
        return False
    return True
