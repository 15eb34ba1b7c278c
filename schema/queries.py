"""Everything that can be asked. What the viewer may not see and what does not exist are both null (R21)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

import strawberry

from glaze.members.visibility import Pair
from schema.context import Context, Info
from schema.faults import Code, FaultError
from schema.fields import root
from schema.global_ids import global_id, read_global_id, read_keys, read_member_id
from schema.highlights import ProfileHighlight
from schema.jobs import Job
from schema.members import Group, Member, Viewer
from schema.node import Node
from schema.permissions import SignedIn
from schema.snapshots import Snapshot

MOST_IDS = 50
"""`nodes` finds no more than these at a time."""

UserId = Annotated[strawberry.ID, strawberry.argument(description="The `id` of a Member.")]
GroupSlug = Annotated[
    str | None,
    strawberry.argument(
        description="The group's `slug`. Left out or null: the group shared with the viewer that was active last."
    ),
]


async def _viewer(context: Context, external_id: str) -> Viewer | None:
    """The viewer themself, whatever others they ask for."""
    if external_id != context.viewer.external_id:
        return None
    account = await context.reads.account()
    return Viewer(
        id=strawberry.ID(global_id("Viewer", external_id)),
        external_id=external_id,
        name="" if account is None else account.name,
        is_admin=context.viewer.is_admin,
        own_key=None if account is None else account.id,
    )


async def _member(context: Context, keys: str) -> Member | None:
    found = await context.reads.member_by_id.load(read_keys(keys, 1)[0])
    return None if found is None else Member.of(found)


async def _group(context: Context, keys: str) -> Group | None:
    found = await context.reads.group_by_id.load(read_keys(keys, 1)[0])
    return None if found is None else Group.of(found)


async def _highlight(context: Context, keys: str) -> ProfileHighlight | None:
    user_id, group_id = read_keys(keys, 2)
    return await highlight_of(context, Pair(user_id, group_id=group_id))


async def _snapshot(context: Context, keys: str) -> Snapshot | None:
    user_id, group_id = read_keys(keys, 2)
    return await _snapshot_of(context, Pair(user_id, group_id=group_id))


async def _job(context: Context, keys: str) -> Job | None:
    return await job_of(context, read_keys(keys, 1)[0])


FIND_BY_TYPE: Mapping[str, Callable[[Context, str], Awaitable[Node | None]]] = {
    "Viewer": _viewer,
    "Member": _member,
    "Group": _group,
    "ProfileHighlight": _highlight,
    "Snapshot": _snapshot,
    "Job": _job,
}
"""How each type of node is found from the keys in its id; a test holds it against the types themselves."""


async def highlight_of(context: Context, pair: Pair) -> ProfileHighlight | None:
    """The highlight of a subject in a group, if the viewer may see it."""
    found = await context.reads.highlight_by_pair.load(pair)
    return None if found is None else ProfileHighlight.of(found, is_admin=context.viewer.is_admin)


async def job_of(context: Context, job_id: int) -> Job | None:
    """A job, if the viewer may know of it."""
    found = await context.reads.job_by_id.load(job_id)
    return None if found is None else Job.of(found)


async def _snapshot_of(context: Context, pair: Pair) -> Snapshot | None:
    found = await context.reads.snapshot_by_pair.load(pair)
    return None if found is None else Snapshot.of(found)


async def _node(context: Context, given: str) -> Node | None:
    """Anything by its id. A type nobody knows is answered like an object that is not there."""
    type_name, keys = read_global_id(given)
    find = FIND_BY_TYPE.get(type_name)
    return None if find is None else await find(context, keys)


@strawberry.type(description="Everything that can be asked.")
class Query:
    """The root of all reads."""

    @root("Whoever the token belongs to.", to=SignedIn())
    async def viewer(self, info: Info) -> Viewer | None:
        """The viewer."""
        return await _viewer(info.context, info.context.viewer.external_id)

    @root(
        "What a group knows a member for. Null if there is no such member, or the viewer may not see them there.",
        to=SignedIn(),
    )
    async def profile_highlight(
        self, info: Info, user_id: UserId, group_slug: GroupSlug = None
    ) -> ProfileHighlight | None:
        """One statement, also for what is absent, forbidden or hidden."""
        return await highlight_of(info.context, Pair(read_member_id(user_id), group_slug=group_slug))

    @root(
        "What can be proven of a member in a group. Null if nothing can, if there is no such member, or"
        " the viewer may not see them there.",
        to=SignedIn(),
    )
    async def snapshot(self, info: Info, user_id: UserId, group_slug: GroupSlug = None) -> Snapshot | None:
        """The current snapshot."""
        return await _snapshot_of(info.context, Pair(read_member_id(user_id), group_slug=group_slug))

    @root("A member. Null if there is none, or the viewer may not see them in any group.", to=SignedIn())
    async def member(self, info: Info, user_id: UserId) -> Member | None:
        """Somebody the viewer may see."""
        found = await info.context.reads.member_by_id.load(read_member_id(user_id))
        return None if found is None else Member.of(found)

    @root("The groups the viewer belongs to, by title; all groups for an admin.", to=SignedIn())
    async def groups(self, info: Info) -> list[Group] | None:
        """The viewer's groups."""
        return [Group.of(group) for group in await info.context.reads.groups()]

    @root("How the work is going. For admins, and for the member a job is about.", to=SignedIn())
    async def job(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The `id` of a Job.")],  # noqa: A002 - the contract's word
    ) -> Job | None:
        """A job."""
        type_name, keys = read_global_id(id)
        if type_name != "Job":
            raise FaultError(Code.BAD_USER_INPUT, "id is the id of a Job.")
        return await job_of(info.context, read_keys(keys, 1)[0])

    @root("Anything by its id; null if there is no such thing, or the viewer may not see it.", to=SignedIn())
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id of anything.")],  # noqa: A002 - Relay's word
    ) -> Node | None:
        """Relay's way to find an object again."""
        return await _node(info.context, id)

    @root(f"Up to {MOST_IDS} things by their ids, in their order, null where `node` is null.", to=SignedIn())
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="The ids of anything.")],
    ) -> list[Node | None] | None:
        """Relay's way to find many objects again."""
        if len(ids) > MOST_IDS:
            raise FaultError(Code.BAD_USER_INPUT, f"nodes takes at most {MOST_IDS} ids at a time.")
        return list(await asyncio.gather(*(_node(info.context, one) for one in ids)))
