"""Finding users and groups by the names that are used outside."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.errors import NotFoundError
from glaze.members.models import Group, User


async def user_ids_by_external_id(session: AsyncSession, external_ids: Sequence[str]) -> list[int]:
    """The ids of users, sorted; NotFoundError if one of them is unknown."""
    wanted = set(external_ids)
    found = list((await session.execute(select(User.id).where(User.user_id.in_(wanted)))).scalars())
    if len(found) < len(wanted):
        raise NotFoundError("No user has that id; a chat's people are listed by ./wb signal-profile snapshot --all.")
    return sorted(found)


async def group_ids_by_slug(session: AsyncSession, slugs: Sequence[str]) -> list[int]:
    """The ids of groups, sorted; NotFoundError if one of them is unknown."""
    wanted = set(slugs)
    found = list((await session.execute(select(Group.id).where(Group.slug.in_(wanted)))).scalars())
    if len(found) < len(wanted):
        raise NotFoundError("No group has that slug; the import's report names the slugs.")
    return sorted(found)
