"""Taking the people and groups that an export names into the tables: identities, users, names, membership."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from glaze.members.models import IdentityKind

# Fixed for ever: provisional user ids are derived from it (R2).
_PROVISIONAL = UUID("6f0d3b7e-3f0c-5d8e-9a57-3d1c6b0e8f11")

PROVISIONAL_PREFIX = "signal:"
"""What the user_id of somebody nobody claimed begins with; no token may carry it (R2)."""

_INSERT = """
WITH wanted AS (
    SELECT DISTINCT kind, value, home FROM unnest($1::text[], $2::text[], $3::text[]) AS w (kind, value, home)
), homes AS (
    INSERT INTO users (user_id) SELECT home FROM wanted ORDER BY kind, value
    ON CONFLICT (user_id) DO NOTHING RETURNING id, user_id
), all_homes AS (
    SELECT id, user_id FROM homes UNION SELECT u.id, u.user_id FROM users u JOIN wanted w ON u.user_id = w.home
)
INSERT INTO user_attributes (user_id, home_user_id, kind, value)
SELECT h.id, h.id, w.kind, w.value FROM wanted w JOIN all_homes h ON h.user_id = w.home
    ON CONFLICT (kind, value) DO NOTHING
"""

_FIND = """
SELECT a.kind, a.value, a.id FROM user_attributes a
  JOIN unnest($1::text[], $2::text[]) AS w (kind, value) USING (kind, value)
"""

# The name of the newest export wins, of exports of one time the greater; an unknown name is of no time and never wins.
_NAME = """
INSERT INTO group_members AS m (group_id, identity_id, display_name, named_as_of, is_member)
SELECT group_id, identity_id, display_name, CASE WHEN display_name = '' THEN timestamptz 'epoch' ELSE $4 END, false
  FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS n (group_id, identity_id, display_name)
 ORDER BY group_id, identity_id
    ON CONFLICT (group_id, identity_id) DO UPDATE
   SET display_name = excluded.display_name, named_as_of = excluded.named_as_of
 WHERE (excluded.named_as_of, excluded.display_name COLLATE "C") > (m.named_as_of, m.display_name COLLATE "C")
"""

# The newest member list decides, and lists of one time together; where no format ever had one, whoever wrote is a
# member (R4).
_BEGIN_LISTS = """
WITH newer AS (
    UPDATE groups SET members_as_of = $2
     WHERE id = ANY($1::bigint[]) AND (members_as_of IS NULL OR members_as_of < $2) RETURNING id
)
UPDATE group_members m SET is_member = false FROM newer WHERE m.group_id = newer.id AND m.is_member
"""

_ADD_LISTED = """
UPDATE group_members m SET is_member = true
  FROM unnest($1::bigint[], $2::bigint[]) AS l (group_id, identity_id) JOIN groups g ON g.id = l.group_id
 WHERE m.group_id = l.group_id AND m.identity_id = l.identity_id AND NOT m.is_member AND g.members_as_of = $3
"""

_ADD_WRITERS = """
UPDATE group_members m SET is_member = true
  FROM unnest($1::bigint[], $2::bigint[]) AS w (group_id, identity_id) JOIN groups g ON g.id = w.group_id
 WHERE m.group_id = w.group_id AND m.identity_id = w.identity_id AND NOT m.is_member AND g.members_as_of IS NULL
"""


def identity_of(person_key: str, group_key: str) -> tuple[IdentityKind, str]:
    """(kind, value) of a person key of an export (R2); a name counts only within its group."""
    kind, _, value = person_key.partition(":")
    if kind == IdentityKind.NAME:
        return IdentityKind.NAME, f"{group_key.partition(':')[2]}/{value}"
    return IdentityKind(kind), value


def provisional_user_id(kind: str, value: str) -> str:
    """The user_id that stands for an identity nobody claimed: `signal:` + uuid5 (R2)."""
    return f"{PROVISIONAL_PREFIX}{uuid5(_PROVISIONAL, f'{kind}:{value}')}"


async def enrol_identities(connection: Any, wanted: Iterable[tuple[IdentityKind, str]]) -> dict[tuple[str, str], int]:
    """Identity ids by (kind, value), each made with its provisional home user if it is new."""
    pairs = sorted(set(wanted))
    kinds, values = [str(kind) for kind, _ in pairs], [value for _, value in pairs]
    homes = [provisional_user_id(kind, value) for kind, value in zip(kinds, values, strict=True)]
    await connection.execute(_INSERT, kinds, values, homes)
    rows = await connection.fetch(_FIND, kinds, values)
    return {(row["kind"], row["value"]): row["id"] for row in rows}


async def note_names(connection: Any, names: dict[tuple[int, int], str], as_of: datetime) -> None:
    """Note the name each (group id, identity id) bears in its group, empty where the export tells none."""
    keys = list(names)
    await connection.execute(
        _NAME, [key[0] for key in keys], [key[1] for key in keys], [names[key] for key in keys], as_of
    )


async def set_members(
    connection: Any, listed: list[tuple[int, int]], writers: list[tuple[int, int]], as_of: datetime
) -> None:
    """Apply member lists, and count writers in where no list exists (R4); both as (group id, identity id).

    A group of which nobody is listed has no list: every group has a member.
    """
    groups, identities = [pair[0] for pair in listed], [pair[1] for pair in listed]
    await connection.execute(_BEGIN_LISTS, sorted(set(groups)), as_of)
    await connection.execute(_ADD_LISTED, groups, identities, as_of)
    await connection.execute(_ADD_WRITERS, [pair[0] for pair in writers], [pair[1] for pair in writers])
