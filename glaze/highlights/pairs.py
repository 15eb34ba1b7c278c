"""Which (user, group) pairs a run of bios is about (R19)."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.highlights.evidence import Pair

# Everybody who wrote or reacted, and whoever has a highlight that may have to go. In order of groups: a batch that
# stays within few groups reads little.
_PAIRS = """
SELECT DISTINCT user_id, group_id FROM (
    SELECT a.user_id, c.group_id FROM visible_comments c JOIN user_attributes a ON a.id = c.author_id
    UNION SELECT a.user_id, r.group_id FROM visible_reactions r JOIN user_attributes a ON a.id = r.reactor_id
    UNION SELECT user_id, source_group FROM user_profile_highlights
) p
 WHERE (CAST(:users AS bigint[]) IS NULL OR user_id = ANY(CAST(:users AS bigint[])))
   AND (CAST(:groups AS bigint[]) IS NULL OR group_id = ANY(CAST(:groups AS bigint[])))
 ORDER BY group_id, user_id
"""


async def glazeable_pairs(
    session: AsyncSession, users: Sequence[int] | None, groups: Sequence[int] | None
) -> list[Pair]:
    """The pairs of these users (all if None) in these groups (all if None)."""
    rows = await session.execute(text(_PAIRS), {"users": users, "groups": groups})
    return [(row.user_id, row.group_id) for row in rows]
