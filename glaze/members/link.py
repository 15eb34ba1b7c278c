"""Saying which user an identity belongs to: by hand, by an import, and taking it back (R2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from glaze.errors import ConflictError, InvalidInputError, NotFoundError
from glaze.members.enrol import PROVISIONAL_PREFIX
from glaze.members.models import IdentityKind, LinkedBy

LONGEST_USER_ID = 1024
"""Bytes of UTF-8; an index row of PostgreSQL ends at 2,700."""

_RELINK = """
UPDATE user_attributes a
   SET user_id = coalesce(told.user_id, a.home_user_id),
       linked_by = CASE WHEN told.user_id IS NULL THEN 'home' ELSE 'import' END
  FROM unnest($1::bigint[], $2::bigint[]) AS told (id, user_id), user_attributes old
 WHERE a.id = told.id AND old.id = a.id AND a.linked_by <> 'person'
   AND a.user_id <> coalesce(told.user_id, a.home_user_id)
RETURNING a.id AS identity_id, old.user_id AS user_before, a.user_id AS user_after
"""

# A number told of two accounts changed hands: whose its words are nobody can tell, so it stands for itself, and an
# import said so. Whoever comes later and names one of the two changes nothing; only a person can settle it.
_CLAIM_NUMBERS = """
UPDATE user_attributes a
   SET user_id = CASE WHEN claims.users = 1 AND (a.linked_by = 'home' OR a.user_id = claims.user_id)
                      THEN claims.user_id ELSE a.home_user_id END,
       linked_by = 'import'
  FROM (SELECT c.number_id, min(b.user_id) AS user_id, count(DISTINCT b.user_id) AS users
          FROM unnest($1::bigint[], $2::bigint[]) AS c (number_id, account_id)
          JOIN user_attributes b ON b.id = c.account_id
         GROUP BY c.number_id) claims,
       user_attributes old
 WHERE a.id = claims.number_id AND old.id = a.id AND a.linked_by <> 'person'
RETURNING a.id AS identity_id, old.user_id AS user_before, a.user_id AS user_after
"""

# A number goes where its account goes, unless another account of the same user may be the one it belongs to.
_FOLLOW_ACCOUNT = """
UPDATE user_attributes a SET user_id = $2
 WHERE a.user_id = $1 AND a.home_user_id <> $1 AND a.kind = 'e164' AND a.linked_by = 'import'
   AND NOT EXISTS (SELECT FROM user_attributes b WHERE b.user_id = $1 AND b.kind = 'aci')
RETURNING a.id AS identity_id, $1 AS user_before, a.user_id AS user_after
"""


@dataclass(frozen=True)
class Moved:
    """An identity that changed its user."""

    identity_id: int
    user_before: int
    user_after: int


async def relink(connection: Any, belongs: Mapping[int, int | None]) -> list[Moved]:
    """Let identities belong to the users an import proves them to be, by identity id; None is their home user.

    Identities a person has settled stay where they are.
    """
    return _moved(await connection.fetch(_RELINK, list(belongs), list(belongs.values())))


async def claim_numbers(connection: Any, claims: Iterable[tuple[int, int]]) -> list[Moved]:
    """Let numbers belong to the user of the account an export says they are of: (number's, account's identity id).

    A number that two accounts are said to bear, now or in an earlier import, stands for itself.
    """
    pairs = list(claims)
    return _moved(await connection.fetch(_CLAIM_NUMBERS, [pair[0] for pair in pairs], [pair[1] for pair in pairs]))


async def link_identity(connection: Any, user_id: str, identity_key: str) -> list[Moved] | None:
    """Link an identity to the user with this external id, who is made if new; None if it is linked so already.

    A number goes with its account. Raises NotFoundError for an unknown identity, ConflictError if it belongs to
    another user by a person's word.
    """
    _require_external_id(user_id)
    identity = await find_identity(connection, identity_key)
    await connection.execute("INSERT INTO users (user_id) VALUES ($1) ON CONFLICT DO NOTHING", user_id)
    user: int = await connection.fetchval("SELECT id FROM users WHERE user_id = $1", user_id)
    row = await connection.fetchrow(_HELD, identity)
    if row["linked_by"] == LinkedBy.PERSON and row["user_id"] == user:
        return None
    if row["linked_by"] == LinkedBy.PERSON and row["user_id"] != row["home_user_id"]:
        raise ConflictError("This identity is linked to another user: unlink it first.")
    return await _move(connection, row, user, LinkedBy.PERSON)


async def unlink_identity(connection: Any, identity_key: str) -> list[Moved] | None:
    """Give an identity back to its home user (R2); None if it is there already. NotFoundError if unknown.

    After a person's link the files' word counts again; a link that the files made is denied by this for good.
    """
    row = await connection.fetchrow(_HELD, await find_identity(connection, identity_key))
    if row["user_id"] == row["home_user_id"]:
        return None
    by_person = row["linked_by"] == LinkedBy.PERSON
    return await _move(connection, row, row["home_user_id"], LinkedBy.HOME if by_person else LinkedBy.PERSON)


_HELD = "SELECT id, kind, user_id, home_user_id, linked_by FROM user_attributes WHERE id = $1 FOR UPDATE"


def _require_external_id(user_id: str) -> None:
    """InvalidInputError for what no login uses as an id, or PostgreSQL cannot hold or index (R1, R2)."""
    try:
        long = len(user_id.encode()) > LONGEST_USER_ID
    except UnicodeEncodeError:
        long = True
    if long or not user_id.strip() or "\0" in user_id or user_id.startswith(PROVISIONAL_PREFIX):
        raise InvalidInputError(
            f"A user id is text of at most {LONGEST_USER_ID} bytes that does not begin with {PROVISIONAL_PREFIX}; give "
            "the id your login uses.",
            field="user",
        )


async def _move(connection: Any, row: Any, user: int, linked_by: LinkedBy) -> list[Moved]:
    await connection.execute(
        "UPDATE user_attributes SET user_id = $2, linked_by = $3 WHERE id = $1", row["id"], user, linked_by
    )
    moved = Moved(row["id"], row["user_id"], user)
    if row["kind"] != IdentityKind.ACI:
        return [moved]
    return [moved, *_moved(await connection.fetch(_FOLLOW_ACCOUNT, row["user_id"], user))]


def _moved(rows: Iterable[Any]) -> list[Moved]:
    moves = (Moved(row["identity_id"], row["user_before"], row["user_after"]) for row in rows)
    return [move for move in moves if move.user_before != move.user_after]


async def find_identity(connection: Any, key: str) -> int:
    """The id of `aci:<uuid>`, `e164:+…`, `name:<group>/<name>`, or `name:<name>` where one group alone has it."""
    kind, _, value = key.strip().partition(":")
    if kind not in set(IdentityKind) or not value:
        raise InvalidInputError(
            "An identity is written aci:<uuid>, e164:+<number> or name:<name as exported>.", field="identity"
        )
    if kind == IdentityKind.ACI:
        value = value.lower()
    found: list[Any] = await connection.fetch(
        "SELECT id FROM user_attributes WHERE kind = $1 AND (value = $2 OR (kind = 'name' AND strpos($2, '/') = 0"
        " AND substring(value FROM position('/' IN value) + 1) = $2))",
        kind,
        value,
    )
    if not found:
        raise NotFoundError("No identity has this key; the import's report lists the ones it met.")
    if len(found) > 1:
        raise InvalidInputError(
            "Several groups have this name; write name:<group folder>/<name> to say which.", field="identity"
        )
    return int(found[0]["id"])
