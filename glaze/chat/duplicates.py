"""One comment known from two formats: once both copies belong to one user, the poorer is invisible (R3)."""

from collections.abc import Collection, Sequence
from typing import Any

from glaze.members.link import Moved

# An account is a better witness than a number, and a number than a name; but a copy that is known to be deleted
# speaks for all, for deleted wins for ever (R7). Whose evidence moves with a copy that comes or goes: its author's,
# and that of everybody who reacted to it, whom it mentions and whom it quotes.
_MARK = """
WITH copies AS (
    SELECT c.group_id, c.id, c.duplicate_of,
           first_value(c.id) OVER (PARTITION BY c.group_id, a.user_id, c.sent_at
                                   ORDER BY c.deleted DESC, array_position(ARRAY['aci', 'e164', 'name'], a.kind),
                                            a.value COLLATE "C") AS best
      FROM request_comments c JOIN user_attributes a ON a.id = c.author_id
     WHERE a.user_id = ANY($1::bigint[]) AND c.group_id = ANY($2::bigint[])
), marked AS (
    UPDATE request_comments c SET duplicate_of = nullif(copies.best, copies.id)
      FROM copies
     WHERE c.group_id = copies.group_id AND c.id = copies.id
       AND copies.duplicate_of IS DISTINCT FROM nullif(copies.best, copies.id)
    RETURNING c.group_id, c.id, c.author_id, c.quoted_author_id
)
SELECT DISTINCT a.user_id, t.group_id
  FROM (SELECT group_id, author_id AS identity_id FROM marked
        UNION SELECT group_id, quoted_author_id FROM marked
        UNION SELECT m.group_id, r.reactor_id
          FROM marked m JOIN comment_reactions r ON r.group_id = m.group_id AND r.comment_id = m.id
        UNION SELECT m.group_id, x.identity_id
          FROM marked m JOIN comment_mentions x ON x.group_id = m.group_id AND x.comment_id = m.id) t
  JOIN user_attributes a ON a.id = t.identity_id
"""

_SEVERAL = """
SELECT DISTINCT a.user_id FROM user_attributes a
 WHERE a.user_id = ANY($1::bigint[])
   AND EXISTS (SELECT FROM user_attributes b WHERE b.user_id = a.user_id AND b.id <> a.id)
"""

# A dispute belongs to the words it is about, and goes where their author goes.
_CARRY_BARS = """
WITH carried AS (
    DELETE FROM barred_receipts b
     USING unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS m (identity_id, user_before, user_after),
           request_comments c
     WHERE b.subject_id = m.user_before AND c.group_id = b.group_id AND c.id = b.comment_id
       AND c.author_id = m.identity_id
    RETURNING m.user_after AS subject_id, b.group_id, b.comment_id, b.created_at
)
INSERT INTO barred_receipts (subject_id, group_id, comment_id, created_at) SELECT * FROM carried
    ON CONFLICT DO NOTHING
"""

_BAR_COPIES = """
INSERT INTO barred_receipts (subject_id, group_id, comment_id)
SELECT b.subject_id, b.group_id, copy.id
  FROM barred_receipts b
  JOIN request_comments c ON c.group_id = b.group_id AND c.id = b.comment_id
  JOIN user_attributes a ON a.user_id = b.subject_id
  JOIN request_comments copy ON copy.group_id = c.group_id AND copy.sent_at = c.sent_at AND copy.author_id = a.id
 WHERE b.subject_id = ANY($1::bigint[]) AND b.group_id = ANY($2::bigint[])
    ON CONFLICT DO NOTHING
"""


async def mark_duplicates(
    connection: Any, user_ids: Collection[int], group_ids: Collection[int]
) -> set[tuple[int, int]]:
    """Decide anew which comments of these users in these groups are copies of another (R3), and bar copies alike.

    Returns the (user id, group id) of everybody whose evidence that moves.
    """
    users, groups = sorted(user_ids), sorted(group_ids)
    touched = await connection.fetch(_MARK, users, groups)
    await connection.execute(_BAR_COPIES, users, groups)
    return {(row["user_id"], row["group_id"]) for row in touched}


async def users_of_several(connection: Any, user_ids: Collection[int]) -> list[int]:
    """Those of the users who own more than one identity: nobody else can have duplicates."""
    return [row["user_id"] for row in await connection.fetch(_SEVERAL, sorted(user_ids))]


async def carry_bars(connection: Any, moves: Sequence[Moved]) -> None:
    """Let what was barred of an identity's comments be barred for the user it moved to (R3, R10)."""
    await connection.execute(
        _CARRY_BARS,
        [move.identity_id for move in moves],
        [move.user_before for move in moves],
        [move.user_after for move in moves],
    )
