"""What follows from merged comments: same people found, names to settle, and whose evidence moved."""

from collections.abc import Collection
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from glaze.changes.store import raise_versions_of
from glaze.chat.duplicates import mark_duplicates, users_of_several
from glaze.chat.linking import follow_moves, groups_of
from glaze.chat.recognise import AmbiguousName, recognise
from glaze.members.link import claim_numbers

# Whose evidence an import moved, and why: the author, the people a comment mentions and quotes or did so before, both
# ends of a reaction, whom links and copies concern, and everybody where all days or all names of comments changed.
# One SELECT, so that a pair's version rises by one (R13).
_CHANGED = """
SELECT a.user_id, i.group_id,
       CASE i.verdict WHEN 'newer' THEN 'COMMENT_EDITED' WHEN 'deleted' THEN 'COMMENT_DELETED'
                      ELSE 'EVIDENCE_CHANGED' END AS reason
  FROM incoming i JOIN user_attributes a ON a.id = i.author_id
 WHERE (i.verdict = 'new' AND NOT i.gone) OR i.differs
 UNION
SELECT a.user_id, i.group_id, 'EVIDENCE_CHANGED'
  FROM incoming i JOIN user_attributes a ON a.id = i.quoted_author_id
 WHERE i.verdict = 'new' OR i.differs
 UNION
SELECT a.user_id, i.group_id, 'EVIDENCE_CHANGED'
  FROM incoming i
  JOIN comment_mentions m ON m.group_id = i.group_id AND m.comment_id = i.id
  JOIN user_attributes a ON a.id = m.identity_id
 WHERE i.verdict = 'new' OR i.differs
 UNION
SELECT a.user_id, s.group_id, 'EVIDENCE_CHANGED'
  FROM spoken_of s JOIN user_attributes a ON a.id = s.identity_id
 UNION
SELECT a.user_id, x.group_id, 'EVIDENCE_CHANGED'
  FROM reaction_changes x JOIN user_attributes a ON a.id = x.reactor_id
 UNION
SELECT a.user_id, x.group_id, 'EVIDENCE_CHANGED'
  FROM reaction_changes x
  JOIN request_comments c ON c.group_id = x.group_id AND c.id = x.comment_id
  JOIN user_attributes a ON a.id = c.author_id
 UNION
SELECT e.user_id, e.group_id, 'EVIDENCE_CHANGED'
  FROM evidence_versions e WHERE e.group_id = ANY(CAST(:everybody_in AS bigint[]))
 UNION
SELECT user_id, group_id, 'IDENTITY_LINKED'
  FROM unnest(CAST(:linked_users AS bigint[]), CAST(:linked_groups AS bigint[])) AS linked (user_id, group_id)
 UNION
SELECT user_id, group_id, 'EVIDENCE_CHANGED'
  FROM unnest(CAST(:copied_users AS bigint[]), CAST(:copied_groups AS bigint[])) AS copied (user_id, group_id)
"""

_NOTE_SPOKEN_OF = """
CREATE TEMP TABLE spoken_of ON COMMIT DROP AS
SELECT m.group_id, m.identity_id
  FROM incoming i JOIN comment_mentions m ON m.group_id = i.group_id AND m.comment_id = i.id WHERE i.differs
 UNION
SELECT c.group_id, c.quoted_author_id
  FROM incoming i JOIN request_comments c ON c.group_id = i.group_id AND c.id = i.id
 WHERE i.differs AND c.quoted_author_id IS NOT NULL
"""

_WRITERS = """
SELECT DISTINCT a.user_id FROM incoming i JOIN user_attributes a ON a.id = i.author_id
 WHERE i.verdict IN ('new', 'deleted')
"""


async def note_spoken_of(connection: Any) -> None:
    """Note whom comments mention and quote that are about to change."""
    await connection.execute(_NOTE_SPOKEN_OF)


async def settle(
    session: AsyncSession,
    connection: Any,
    group_ids: Collection[int],
    numbers: Collection[tuple[int, int]],
    everybody_in: Collection[int],
) -> tuple[AmbiguousName, ...]:
    """Link what the files themselves prove to be one person, and raise everybody's evidence that moved (R2, R3, R13).

    An account and its `numbers` are one; a bare name is the account of that group which alone bears it. In the groups
    `everybody_in` all evidence moved. Returns the names that are left for a person to settle.
    """
    moves = await claim_numbers(connection, numbers)
    recognised = await recognise(connection, {*group_ids, *await groups_of(connection, moves)})
    linked = sorted(await follow_moves(connection, [*moves, *recognised.moves]))
    writers = [row["user_id"] for row in await connection.fetch(_WRITERS)]
    copied = sorted(await mark_duplicates(connection, await users_of_several(connection, writers), group_ids))
    await raise_versions_of(
        session,
        _CHANGED,
        {
            "everybody_in": list(everybody_in),
            "linked_users": [user for user, _ in linked],
            "linked_groups": [group for _, group in linked],
            "copied_users": [user for user, _ in copied],
            "copied_groups": [group for _, group in copied],
        },
    )
    return recognised.ambiguous
