"""What follows from merged comments: same people found, names to settle, and whose evidence moved."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from glaze.changes.store import raise_versions_of
from glaze.chat.duplicates import mark_duplicates, users_of_several
from glaze.chat.ingest.report import AmbiguousName
from glaze.chat.linking import follow_moves
from glaze.chat.words import squash
from glaze.members.link import relink

# Whose evidence an import moved, and why: the author, the people a comment mentions and quotes, and both ends of a
# reaction. One SELECT, so that a pair's version rises by one (R13).
_CHANGED = """
SELECT a.user_id, i.group_id,
       CASE i.verdict WHEN 'newer' THEN 'COMMENT_EDITED' WHEN 'deleted' THEN 'COMMENT_DELETED'
                      ELSE 'EVIDENCE_CHANGED' END AS reason
  FROM incoming i JOIN user_attributes a ON a.id = i.author_id
 WHERE (i.verdict = 'new' AND NOT i.gone) OR (i.verdict IN ('newer', 'deleted') AND i.differs)
 UNION
SELECT a.user_id, i.group_id, 'EVIDENCE_CHANGED'
  FROM incoming i JOIN user_attributes a ON a.id = i.quoted_author_id
 WHERE (i.verdict = 'new' AND NOT i.gone) OR (i.verdict IN ('newer', 'deleted') AND i.differs)
 UNION
SELECT a.user_id, i.group_id, 'EVIDENCE_CHANGED'
  FROM incoming i
  JOIN mentioned m ON m.group_id = i.group_id AND m.comment_id = i.id
  JOIN user_attributes a ON a.id = m.identity_id
 UNION
SELECT a.user_id, x.group_id, 'EVIDENCE_CHANGED'
  FROM reaction_changes x JOIN user_attributes a ON a.id = x.reactor_id
 UNION
SELECT a.user_id, x.group_id, 'EVIDENCE_CHANGED'
  FROM reaction_changes x
  JOIN request_comments c ON c.group_id = x.group_id AND c.id = x.comment_id
  JOIN user_attributes a ON a.id = c.author_id
"""

# Taken before known comments are updated, and once more after: who was mentioned and who is.
_NOTE_MENTIONED = """
INSERT INTO mentioned
SELECT m.group_id, m.comment_id, m.identity_id
  FROM incoming i JOIN comment_mentions m ON m.group_id = i.group_id AND m.comment_id = i.id
 WHERE i.verdict = 'new' OR (i.verdict IN ('newer', 'deleted') AND i.differs)
"""

_PEOPLE = """
SELECT m.group_id, g.slug, a.id, a.kind, a.value, a.linked_by, m.display_name
  FROM group_members m JOIN user_attributes a ON a.id = m.identity_id JOIN groups g ON g.id = m.group_id
 WHERE m.group_id = ANY($1::bigint[])
   AND EXISTS (SELECT FROM group_members n JOIN user_attributes b ON b.id = n.identity_id
                WHERE n.group_id = m.group_id AND b.kind = 'name')
"""


@dataclass(frozen=True)
class SameNumber:
    """A number identity and the account identity an export says it belongs to."""

    number_id: int
    account_id: int


async def start_noting(connection: Any) -> None:
    """Note who is mentioned in comments that are about to change."""
    await connection.execute(
        "CREATE TEMP TABLE mentioned (group_id bigint, comment_id bigint, identity_id bigint) ON COMMIT DROP"
    )
    await connection.execute(_NOTE_MENTIONED)


async def raise_evidence(session: AsyncSession, connection: Any) -> None:
    """Raise the evidence version of everybody whose evidence the merge moved (R13)."""
    await connection.execute(_NOTE_MENTIONED)
    await raise_versions_of(session, _CHANGED)


async def recognise(
    session: AsyncSession, connection: Any, group_ids: list[int], numbers: list[SameNumber]
) -> tuple[AmbiguousName, ...]:
    """Link what the files themselves prove to be one person; the names left for a person to settle.

    An account and its number are one. A bare name is the account of that group whose display name squashes to
    it, if exactly one does. Accounts of one user that brought copies get their duplicates marked (R3).
    """
    same_as = {number.number_id: number.account_id for number in numbers}
    names: dict[int, tuple[str, str, int]] = {}
    accounts: dict[tuple[int, str], list[int]] = {}
    rows = await connection.fetch(_PEOPLE, group_ids)
    for row in rows:
        if row["kind"] != "name" and row["display_name"]:
            accounts.setdefault((row["group_id"], squash(row["display_name"])), []).append(row["id"])
    for row in rows:
        if row["kind"] == "name":
            fitting = accounts.get((row["group_id"], row["value"].partition("/")[2]), [])
            if len(fitting) == 1:
                same_as[row["id"]] = fitting[0]
            elif row["linked_by"] != "person":
                names[row["id"]] = (row["slug"], f"name:{row['value']}", len(fitting))
    identities = sorted({row["id"] for row in rows if row["kind"] == "name"} | set(same_as))
    moves = await relink(connection, identities, same_as)
    if moves:
        await follow_moves(session, moves)
    several = await users_of_several(connection, [row["user_id"] for row in await connection.fetch(_WRITERS)])
    if several:
        await mark_duplicates(connection, several)
    return tuple(AmbiguousName(slug, key, count) for slug, key, count in names.values())


_WRITERS = """
SELECT DISTINCT a.user_id FROM incoming i JOIN user_attributes a ON a.id = i.author_id WHERE i.verdict = 'new'
"""
