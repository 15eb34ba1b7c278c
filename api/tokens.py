"""Tokens for trying things out, signed with the development secret; in production a login service issues them."""

from datetime import timedelta

import jwt

from api.auth import ALGORITHM
from glaze import clock
from glaze.errors import InvalidInputError
from glaze.members.enrol import PROVISIONAL_PREFIX
from glaze.settings import Settings


def issue_token(settings: Settings, user_id: str, *, admin: bool = False, ttl: timedelta = timedelta(hours=12)) -> str:
    """A token for the user with this external id. Raises InvalidInputError in production, and for a provisional id."""
    if settings.environment == "production":
        raise InvalidInputError("Tokens are issued here in development only; in production your login service does it.")
    if not user_id or user_id.startswith(PROVISIONAL_PREFIX):
        raise InvalidInputError(
            f"A token's user id is not empty and does not begin with {PROVISIONAL_PREFIX}; link the identity to a"
            " user first: ./wb link --user ID --identity KEY",
            field="user",
        )
    now = clock.now()
    claims = {
        "iss": settings.jwt_issuer,
        "aud": settings.jwt_audience,
        "sub": user_id,
        "iat": now,
        "exp": now + ttl,
        **({"scope": settings.admin_scope} if admin else {}),
    }
    return jwt.encode(claims, settings.jwt_secret.get_secret_value(), ALGORITHM, headers={"typ": "at+jwt"})
