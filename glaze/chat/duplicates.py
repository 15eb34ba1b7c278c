"""One comment known from two formats: once both copies belong to one user, the poorer is invisible (R3)."""

from typing import Any

# An account is a better witness than a number, and a number than a name.
_MARK = """
WITH copies AS (
    SELECT c.group_id, c.id, c.duplicate_of,
           first_value(c.id) OVER (PARTITION BY c.group_id, a.user_id, c.sent_at
                                   ORDER BY array_position(ARRAY['aci', 'e164', 'name'], a.kind),
                                            a.value COLLATE "C") AS best
      FROM request_comments c JOIN user_attributes a ON a.id = c.author_id
     WHERE a.user_id = ANY($1::bigint[])
)
UPDATE request_comments c SET duplicate_of = nullif(copies.best, copies.id)
  FROM copies
 WHERE c.group_id = copies.group_id AND c.id = copies.id
   AND copies.duplicate_of IS DISTINCT FROM nullif(copies.best, copies.id)
"""

_SEVERAL = """
SELECT DISTINCT a.user_id FROM user_attributes a
 WHERE a.user_id = ANY($1::bigint[])
   AND EXISTS (SELECT FROM user_attributes b WHERE b.user_id = a.user_id AND b.id <> a.id)
"""


async def mark_duplicates(connection: Any, user_ids: list[int]) -> None:
    """Decide anew, for these users, which of their comments are copies of another (R3)."""
    await connection.execute(_MARK, user_ids)


async def users_of_several(connection: Any, user_ids: list[int]) -> list[int]:
    """Those of the users who own more than one identity: nobody else can have duplicates."""
    return [row["user_id"] for row in await connection.fetch(_SEVERAL, user_ids)]
