"""The read of jobs for those who may know of them: admins, and the person a job is about."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.jobs.models import JobState

_JOBS = """
SELECT j.id, j.kind, j.state, j.attempt, j.max_attempts, j.created_at, j.started_at, j.finished_at,
       j.superseded_by, CASE WHEN :is_admin THEN j.last_error END AS last_error
  FROM jobs j
 WHERE :flag AND j.id = ANY(CAST(:ids AS bigint[]))
   AND (:is_admin
        OR j.kind = 'glaze'
           AND split_part(j.subject, ':', 1) = (SELECT u.id::text FROM users u WHERE u.user_id = :viewer))
"""


class SeenJob(msgspec.Struct, frozen=True):
    """Where a job stands. `last_error` is a code, for admins only."""

    id: int
    kind: str
    state: JobState
    attempt: int
    max_attempts: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    superseded_by: int | None
    last_error: str | None


async def jobs_by_id(
    session: AsyncSession, viewer: str, ids: Sequence[int], *, is_admin: bool, flag: bool
) -> dict[int, SeenJob]:
    """The jobs among `ids` that the viewer, an external id, may know of, by id; others are missing (R21).

    A glaze job's subject is `user:group` (R25); the one it is about sees how it goes. While the flag is off
    nobody sees any (R22).
    """
    binds = {"ids": list(ids), "viewer": viewer, "is_admin": is_admin, "flag": flag}
    rows = await session.execute(text(_JOBS), binds)
    return {row.id: msgspec.convert(row._mapping, SeenJob, from_attributes=False) for row in rows}  # noqa: SLF001
