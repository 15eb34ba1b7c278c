"""What a viewer gets to see of people and groups."""

import msgspec


class SeenGroup(msgspec.Struct, frozen=True):
    """A group the viewer may see. `id` is this database's and leaves it only inside an opaque id."""

    id: int
    slug: str
    title: str
    timezone: str


class SeenMember(msgspec.Struct, frozen=True):
    """A user in the eyes of a group: the name they bear there, empty if no export told one."""

    id: int
    external_id: str
    name: str


class Account(msgspec.Struct, frozen=True):
    """The viewer's own user row; there is none for a `sub` nobody knows (R1)."""

    id: int
    name: str


class SeenPair(msgspec.Struct, frozen=True):
    """A subject in the group that was meant, once it is known that the viewer may see them there."""

    user_id: int
    group: SeenGroup
