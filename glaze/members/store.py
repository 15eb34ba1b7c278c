"""The reads of people and groups, each for a whole batch and only what the viewer may see."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.members.types import Account, SeenGroup, SeenMember, SeenPair
from glaze.members.visibility import CHOSEN_PAIRS, VIEWER_ROW, Pair, Viewer, may_see, pair_binds

# The name of the richest identity, as bios call people. Aliases are prefixed, as in visibility.
_BEST_NAME_FIRST = """array_position(ARRAY['aci', 'e164', 'name'], name_a.kind), name_m.named_as_of DESC,
      name_m.display_name COLLATE "C\""""

# What the group calls somebody comes before what their login calls them: the group never saw the latter.
_NAME_IN_GROUP = f"""coalesce(
    (SELECT name_m.display_name FROM user_attributes name_a JOIN group_members name_m ON name_m.identity_id = name_a.id
      WHERE name_a.user_id = {{user}} AND name_m.group_id = {{group}} AND name_m.display_name <> ''
      ORDER BY {_BEST_NAME_FIRST} LIMIT 1), {{account_name}})"""  # noqa: S608 - constants of this code

_MEMBERS = f"""
SELECT u.id, u.user_id, coalesce(here.name, u.name)
  FROM users u
 CROSS JOIN LATERAL (
       SELECT count(*) AS groups,
              (array_agg(name_m.display_name ORDER BY {_BEST_NAME_FIRST})
                 FILTER (WHERE name_m.display_name <> ''))[1] AS name
         FROM user_attributes name_a JOIN group_members name_m ON name_m.identity_id = name_a.id
        WHERE name_a.user_id = u.id AND {may_see("u.id", "name_m.group_id")}) here
 WHERE u.id = ANY(CAST(:ids AS bigint[])) AND here.groups > 0
"""  # noqa: S608 - put together from constants of this code; values are bound

_GROUPS = f"""
SELECT g.id, g.slug, g.title, g.timezone
  FROM groups g
 WHERE :flag
   AND (CAST(:ids AS bigint[]) IS NULL OR g.id = ANY(CAST(:ids AS bigint[])))
   AND (:is_admin
        OR EXISTS (SELECT FROM user_attributes a JOIN group_members gm ON gm.identity_id = a.id
                    WHERE a.user_id = {VIEWER_ROW} AND gm.group_id = g.id AND gm.is_member))
 ORDER BY g.title, g.slug
"""  # noqa: S608 - put together from constants of this code; values are bound

_ACCOUNT = f"""
SELECT u.id, coalesce(nullif(u.name, ''), called.name, '')
  FROM users u
  LEFT JOIN LATERAL (
       SELECT name_m.display_name AS name
         FROM user_attributes name_a JOIN group_members name_m ON name_m.identity_id = name_a.id
        WHERE name_a.user_id = u.id AND name_m.display_name <> ''
        ORDER BY {_BEST_NAME_FIRST} LIMIT 1) called ON true
 WHERE u.user_id = :viewer
"""  # noqa: S608 - put together from constants of this code; values are bound

_PAIRS = f"""
WITH {CHOSEN_PAIRS}
SELECT ord, user_id, group_id, slug, title, timezone FROM chosen
"""  # noqa: S608 - put together from constants of this code; values are bound


def name_in_group(user: str, group: str, account_name: str) -> str:
    """SQL: what the group calls this user, else `account_name`, itself SQL; possibly empty."""
    return _NAME_IN_GROUP.format(user=user, group=group, account_name=account_name)


async def members_by_id(session: AsyncSession, viewer: Viewer, ids: Sequence[int]) -> dict[int, SeenMember]:
    """The users among `ids` whom the viewer may see in some group, by id, named as that group names them."""
    rows = await session.execute(text(_MEMBERS), {**viewer.binds(), "ids": list(ids)})
    return {row[0]: SeenMember(row[0], row[1], row[2]) for row in rows}


async def groups_of_viewer(session: AsyncSession, viewer: Viewer) -> list[SeenGroup]:
    """The groups the viewer belongs to, by title; all groups for an admin."""
    rows = await session.execute(text(_GROUPS), {**viewer.binds(), "ids": None})
    return [SeenGroup(*row) for row in rows]


async def groups_by_id(session: AsyncSession, viewer: Viewer, ids: Sequence[int]) -> dict[int, SeenGroup]:
    """The groups among `ids` that the viewer may see, by id."""
    rows = await session.execute(text(_GROUPS), {**viewer.binds(), "ids": list(ids)})
    return {row[0]: SeenGroup(*row) for row in rows}


async def pairs_seen(session: AsyncSession, viewer: Viewer, pairs: Sequence[Pair]) -> dict[Pair, SeenPair]:
    """Those pairs the viewer may see, each with the group that was meant."""
    rows = await session.execute(text(_PAIRS), pair_binds(viewer, pairs))
    return {pairs[row[0] - 1]: SeenPair(row[1], SeenGroup(*row[2:])) for row in rows}


async def account_of(session: AsyncSession, external_id: str) -> Account | None:
    """The user with this external id, for their own eyes."""
    row = (await session.execute(text(_ACCOUNT), {"viewer": external_id})).one_or_none()
    return None if row is None else Account(*row)
