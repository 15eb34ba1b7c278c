"""Everything that can be done: verb and noun, one input, and a payload to branch on."""

from typing import Annotated

import strawberry

from glaze.errors import FlagOffError as FlagIsOff
from glaze.errors import InvalidInputError as InputIsInvalid
from glaze.errors import NotFoundError as IsNotFound
from glaze.highlights.ask import ask_regeneration
from glaze.jobs.ring import ring_now
from glaze.members.types import SeenPair
from glaze.members.visibility import Pair
from schema.context import Context, Info
from schema.faults import FaultError
from schema.fields import root
from schema.global_ids import read_member_id
from schema.highlights import ProfileHighlight
from schema.jobs import Job
from schema.permissions import AdminsOnly
from schema.queries import highlight_of, job_of
from schema.user_errors import ConflictError, FlagOffError, InvalidInputError, NotFoundError


@strawberry.input(description="Whose bio to write anew, and where.")
class RegenerateGlazeInput:
    """One input."""

    user_id: strawberry.ID = strawberry.field(description="The `id` of a Member.")
    group_slug: str | None = strawberry.field(
        default=None, description="The group's `slug`. Left out or null: the member's group that was active last."
    )
    force: bool = strawberry.field(default=False, description="Write it anew even if nothing it rests on has changed.")


@strawberry.type(description="The bio is being written anew, or need not be.")
class RegenerateGlazeSuccess:
    """What became of the ask."""

    job: Job | None = strawberry.field(description="The work, to be watched by its `id`; null where none is needed.")
    unchanged: bool = strawberry.field(
        description="Whether the published bio is already what would be written now; `force` writes it all the same."
    )
    highlight: ProfileHighlight | None = strawberry.field(description="The highlight as it is now.")


RegenerateGlazePayload = Annotated[
    RegenerateGlazeSuccess | NotFoundError | InvalidInputError | ConflictError | FlagOffError,
    strawberry.union("RegenerateGlazePayload", description="What became of `regenerateGlaze`."),
]


@strawberry.type(description="Everything that can be done.")
class Mutation:
    """The root of all writes. Every field says to whom it is open."""

    @root(
        "Has a member's bio written anew. For admins. Asking again for the same thing joins the work that is already"
        " under way.",
        to=AdminsOnly(),
    )
    async def regenerate_glaze(
        self,
        info: Info,
        input: Annotated[RegenerateGlazeInput, strawberry.argument(description="Whose, and where.")],  # noqa: A002 - Relay's word
    ) -> RegenerateGlazePayload | None:
        """One transaction: the ask and its audit row. The doorbell rings after the commit."""
        context = info.context
        if not context.viewer.flag:
            raise FlagIsOff("PROFILE_SIGNAL_GLAZE is off: switch it on, then ask again.")
        seen = await _pair_of(context, input)
        async with context.database.transaction() as session:
            asked = await ask_regeneration(
                session,
                context.settings,
                seen.user_id,
                seen.group.id,
                force=input.force,
                actor=context.viewer.external_id,
            )
        if asked.job_id is not None:
            await ring_now(context.database, context.doorbell, asked.job_id)
        return RegenerateGlazeSuccess(
            job=None if asked.job_id is None else await job_of(context, asked.job_id),
            unchanged=asked.unchanged,
            highlight=await highlight_of(context, Pair(seen.user_id, group_id=seen.group.id)),
        )


async def _pair_of(context: Context, given: RegenerateGlazeInput) -> SeenPair:
    """The subject and the group that are meant. Raises the domain's InvalidInputError or NotFoundError."""
    try:
        user_id = read_member_id(given.user_id)
    except FaultError as fault:
        raise InputIsInvalid(fault.message, field="userId") from fault
    seen = await context.reads.seen_by_pair.load(Pair(user_id, group_slug=given.group_slug))
    if seen is None:
        raise IsNotFound("There is no such member in this group.")
    return seen
