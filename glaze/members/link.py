"""Saying which user an identity belongs to: by hand, by an import, and taking it back (R2)."""

from dataclasses import dataclass
from typing import Any

from glaze.errors import ConflictError, InvalidInputError, NotFoundError
from glaze.members.enrol import PROVISIONAL_PREFIX
from glaze.members.models import IdentityKind, LinkedBy

# What an import may say by itself. A person's word stands. Everything is decided anew from what the tables hold,
# so that the order of imports makes no difference (R7).
_RELINK = """
WITH told AS (
    SELECT a.id, coalesce(w.user_id, a.home_user_id) AS user_id,
           CASE WHEN w.user_id IS NULL THEN 'home' ELSE 'import' END AS linked_by
      FROM user_attributes a
      LEFT JOIN (SELECT t.identity_id, b.user_id
                   FROM unnest($2::bigint[], $3::bigint[]) AS t (identity_id, same_as_id)
                   JOIN user_attributes b ON b.id = t.same_as_id) w ON w.identity_id = a.id
     WHERE a.id = ANY($1::bigint[]) AND a.linked_by <> 'person'
)
UPDATE user_attributes a SET user_id = told.user_id, linked_by = told.linked_by
  FROM told, user_attributes old
 WHERE a.id = told.id AND old.id = a.id AND (a.user_id, a.linked_by) IS DISTINCT FROM (told.user_id, told.linked_by)
RETURNING a.id, old.user_id AS user_before, a.user_id AS user_after
"""


@dataclass(frozen=True)
class Moved:
    """An identity that changed its user."""

    identity_id: int
    user_before: int
    user_after: int


async def relink(connection: Any, identities: list[int], same_as: dict[int, int]) -> list[Moved]:
    """Let each of `identities` belong to the user of the identity it is the same as, else to its home user.

    `same_as` maps identity ids to identity ids. Identities a person has linked stay where they are.
    """
    rows = await connection.fetch(_RELINK, identities, list(same_as), list(same_as.values()))
    moved = [Moved(row["id"], row["user_before"], row["user_after"]) for row in rows]
    return [move for move in moved if move.user_before != move.user_after]


async def link_identity(connection: Any, user_id: str, identity_key: str) -> Moved | None:
    """Link an identity to the user with this external id, who is made if new; None if it is linked so already.

    Raises NotFoundError for an unknown identity, ConflictError if it belongs to another user by a person's word.
    """
    if not user_id.strip() or user_id.startswith(PROVISIONAL_PREFIX):
        raise InvalidInputError(
            f"A user id is not empty and does not begin with {PROVISIONAL_PREFIX}; give the id your login uses.",
            field="user",
        )
    identity = await find_identity(connection, identity_key)
    await connection.execute("INSERT INTO users (user_id) VALUES ($1) ON CONFLICT DO NOTHING", user_id)
    user: int = await connection.fetchval("SELECT id FROM users WHERE user_id = $1", user_id)
    row = await connection.fetchrow("SELECT user_id, linked_by FROM user_attributes WHERE id = $1 FOR UPDATE", identity)
    if row["user_id"] == user and row["linked_by"] == LinkedBy.PERSON:
        return None
    if row["linked_by"] == LinkedBy.PERSON:
        raise ConflictError("This identity is linked to another user: unlink it first.")
    await connection.execute(
        "UPDATE user_attributes SET user_id = $2, linked_by = 'person' WHERE id = $1", identity, user
    )
    return Moved(identity, row["user_id"], user)


async def unlink_identity(connection: Any, identity_key: str) -> Moved | None:
    """Give an identity back to its home user (R2); None if it is there already. NotFoundError if unknown."""
    identity = await find_identity(connection, identity_key)
    row = await connection.fetchrow(
        "SELECT user_id, home_user_id FROM user_attributes WHERE id = $1 FOR UPDATE", identity
    )
    await connection.execute(
        "UPDATE user_attributes SET user_id = home_user_id, linked_by = 'home' WHERE id = $1", identity
    )
    if row["user_id"] == row["home_user_id"]:
        return None
    return Moved(identity, row["user_id"], row["home_user_id"])


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
