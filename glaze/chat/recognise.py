"""Which bare names of a group are which of its accounts, as far as the tables prove it (R2)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from glaze.chat.words import squash
from glaze.members.link import Moved, relink
from glaze.members.models import IdentityKind, LinkedBy

_PEOPLE = """
SELECT m.group_id, g.slug, a.id, a.user_id, a.home_user_id, a.kind, a.value, a.linked_by, m.display_name
  FROM group_members m JOIN user_attributes a ON a.id = m.identity_id JOIN groups g ON g.id = m.group_id
 WHERE m.group_id IN (SELECT n.group_id FROM group_members n JOIN user_attributes b ON b.id = n.identity_id
                       WHERE n.group_id = ANY($1::bigint[]) AND b.kind IN ('name', 'e164'))
 ORDER BY g.slug COLLATE "C", a.value COLLATE "C"
"""


@dataclass(frozen=True)
class AmbiguousName:
    """A name or number that fits several people of its group, or none; a person settles it by a link."""

    group_slug: str
    identity_key: str
    candidates: int


@dataclass(frozen=True)
class Recognised:
    """Who changed users, and who is left for a person to settle."""

    moves: tuple[Moved, ...]
    ambiguous: tuple[AmbiguousName, ...]


async def recognise(connection: Any, group_ids: Collection[int]) -> Recognised:
    """Let each bare name belong to the one user of its group whose display name squashes to it, else to itself.

    Decided anew from what the tables hold now, so that the order of imports and links makes no difference (R7). An
    identity that a person has settled stays as it is.
    """
    rows = await connection.fetch(_PEOPLE, sorted(group_ids))
    called: dict[tuple[int, str], set[int]] = {}
    for row in rows:
        if row["kind"] != IdentityKind.NAME and row["display_name"]:
            called.setdefault((row["group_id"], squash(row["display_name"])), set()).add(row["user_id"])
    belongs: dict[int, int | None] = {}
    ambiguous = []
    for row in rows:
        if row["linked_by"] == LinkedBy.PERSON:
            continue
        if row["kind"] == IdentityKind.NAME:
            fitting = called.get((row["group_id"], row["value"].partition("/")[2]), set())
            belongs[row["id"]] = next(iter(fitting)) if len(fitting) == 1 else None
            if len(fitting) != 1:
                ambiguous.append(AmbiguousName(row["slug"], f"name:{row['value']}", len(fitting)))
        elif row["linked_by"] == LinkedBy.IMPORT and row["user_id"] == row["home_user_id"]:
            # Two accounts were said to bear this number.
            ambiguous.append(AmbiguousName(row["slug"], f"{row['kind']}:{row['value']}", 2))
    return Recognised(tuple(await relink(connection, belongs)), tuple(ambiguous))
