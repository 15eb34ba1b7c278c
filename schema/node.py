"""The Relay interface that everything with an identity shares."""

import strawberry


@strawberry.interface(description="Anything with an identity of its own; `node(id)` finds it again.")
class Node:
    """What has a global id."""

    id: strawberry.ID = strawberry.field(
        description="Opaque and lasting. Names this object and no other, across all types."
    )
