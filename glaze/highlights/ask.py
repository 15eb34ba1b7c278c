"""Asking for a bio to be written anew: unchanged is answered at once, all else is a job (R25)."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.audit.record import actor_key, record
from glaze.errors import FlagOffError, NotFoundError
from glaze.highlights.wanted import making_of
from glaze.jobs.catalogue import GlazeOrder
from glaze.jobs.enqueue import enqueue, insisting
from glaze.jobs.models import JobState
from glaze.settings import Settings

_STANDING = text(
    """
    SELECT u.id, coalesce(v.version, 0) AS evidence_version, h.evidence_version AS known_version, h.edition_id,
           coalesce(h.marked_stale_at IS NOT NULL OR h.stale_after <= clock_timestamp(), false) AS worn,
           e.prompt_hash, e.model_asked, e.guard_version
      FROM users u JOIN groups g ON g.id = :group_id
      LEFT JOIN evidence_versions v ON v.user_id = u.id AND v.group_id = :group_id
      LEFT JOIN user_profile_highlights h ON h.user_id = u.id AND h.source_group = :group_id
      LEFT JOIN editions e ON e.id = h.edition_id
     WHERE u.id = :user_id
    """
)

_CAME_TO_NOTHING = {JobState.DEAD, JobState.CANCELLED}


@dataclass(frozen=True)
class Asked:
    """The job that will serve the ask; or, when nothing changed, the edition that stands."""

    job_id: int | None
    unchanged: bool
    edition_id: int | None


async def ask_regeneration(
    session: AsyncSession, settings: Settings, user_id: int, group_id: int, *, force: bool, actor: str | None
) -> Asked:
    """Ask, in the caller's transaction, for the bio of a pair to be written anew; ring the job after the commit.

    Without `force`, a highlight that holds is answered `unchanged`. `force` writes it anew all the same. Every job
    that is asked for is audited. `actor` is the external id of who asks. Raises FlagOffError, NotFoundError.
    """
    if not settings.flag:
        raise FlagOffError("The feature is off: set PROFILE_SIGNAL_GLAZE=1 to have bios written.")
    row = (await session.execute(_STANDING, {"user_id": user_id, "group_id": group_id})).one_or_none()
    if row is None:
        raise NotFoundError("There is no such member in such a group.")
    making = making_of(settings)
    wanted = making.wanted
    holds = (
        row.edition_id is not None
        and row.known_version >= row.evidence_version
        and not row.worn
        and (row.prompt_hash, row.model_asked, row.guard_version)
        == (wanted.prompt_hash, wanted.model_asked, wanted.guard_version)
    )
    if holds and not force:
        return Asked(None, unchanged=True, edition_id=row.edition_id)
    order = GlazeOrder(
        user_id=user_id,
        group_id=group_id,
        evidence_version=row.evidence_version,
        wanted_digest=making.digest,
        requested="person",
    )
    # What has worn out was made of the same evidence in the same way: its own job is done, and only the next ordinal
    # makes a new one. So it is with a job that died.
    enqueued = await enqueue(session, await insisting(session, order) if force or row.worn else order)
    if enqueued.state in _CAME_TO_NOTHING:
        enqueued = await enqueue(session, await insisting(session, order))
    await record(
        session,
        actor=actor_key(settings.secret.get_secret_value(), actor),
        action="highlight.regeneration_asked",
        target=f"highlight:{user_id}:{group_id}",
        details={"job": enqueued.job_id, "force": force, "created": enqueued.created},
    )
    return Asked(enqueued.job_id, unchanged=False, edition_id=row.edition_id)
