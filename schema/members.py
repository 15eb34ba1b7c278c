"""The contract of members: the viewer, the people they may see, and the groups they share."""

import strawberry

from glaze.members.types import SeenGroup, SeenMember
from schema.context import Info
from schema.fields import computed
from schema.global_ids import global_id
from schema.node import Node


@strawberry.type(description="A Signal group.")
class Group(Node):
    """A group the viewer belongs to."""

    slug: str = strawberry.field(description="Its short name; survives a change of title. Used as `groupSlug`.")
    title: str = strawberry.field(description="Its title, as the newest export has it. Plain text.")
    timezone: str = strawberry.field(
        description="IANA name of the time zone that decides every day, week and month said of this group."
    )

    @classmethod
    def of(cls, group: SeenGroup) -> "Group":
        """The group as the API shows it."""
        return cls(
            id=strawberry.ID(global_id("Group", group.id)),
            slug=group.slug,
            title=group.title,
            timezone=group.timezone,
        )


@strawberry.type(description="A user in the eyes of a group.")
class Member(Node):
    """Somebody the viewer may see."""

    external_id: str = strawberry.field(
        description="The id the login service gave; `signal:…` for somebody who has not claimed their account."
    )
    name: str = strawberry.field(
        description="What the group calls them; empty where no export told a name. Plain text."
    )

    @classmethod
    def of(cls, member: SeenMember) -> "Member":
        """The member as the API shows them."""
        return cls(id=strawberry.ID(global_id("Member", member.id)), external_id=member.external_id, name=member.name)


@strawberry.type(description="Whoever the token belongs to.")
class Viewer(Node):
    """The bearer of the token."""

    external_id: str = strawberry.field(description="The token's `sub`.")
    name: str = strawberry.field(description="The viewer's own name; empty if none is known. Plain text.")
    is_admin: bool = strawberry.field(description="Whether the token's scope makes the viewer an admin.")
    own_key: strawberry.Private[int | None]

    @computed(
        "The viewer as a member, whose `id` goes into `userId`; null while the token's `sub` is linked"
        " to nobody in any group."
    )
    async def member(self, info: Info) -> Member | None:
        """The viewer as others see them."""
        if self.own_key is None:
            return None
        found = await info.context.reads.member_by_id.load(self.own_key)
        return None if found is None else Member.of(found)

    @computed("The groups the viewer belongs to, by title; all groups for an admin.")
    async def groups(self, info: Info) -> list[Group] | None:
        """The viewer's groups."""
        return [Group.of(group) for group in await info.context.reads.groups()]
