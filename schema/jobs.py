"""The contract of jobs: how the work that a mutation asked for is going."""

from datetime import datetime

import strawberry

from glaze.jobs.read import SeenJob
from schema.context import Info
from schema.fields import computed
from schema.global_ids import global_id
from schema.node import Node
from schema.words import JobState


@strawberry.type(description="Work that was asked for.")
class Job(Node):
    """A row of the queue, for admins and for the member it is about."""

    kind: str = strawberry.field(description="`glaze` writes a bio, `snapshot` takes a group's snapshots.")
    state: JobState = strawberry.field(description="Where it stands.")
    attempt: int = strawberry.field(description="How many times it has been started.")
    max_attempts: int = strawberry.field(description="How many times it may be.")
    created_at: datetime = strawberry.field(description="When it was asked for.")
    started_at: datetime | None = strawberry.field(description="When the latest attempt began.")
    finished_at: datetime | None = strawberry.field(description="When it came to its end.")
    error_code: str | None = strawberry.field(
        description="What the latest attempt failed of, as a code. For admins; null for others."
    )
    successor: strawberry.Private[int | None]

    @computed("The job that took its place, if it was superseded.")
    async def superseded_by(self, info: Info) -> "Job | None":
        """The successor."""
        if self.successor is None:
            return None
        found = await info.context.reads.job_by_id.load(self.successor)
        return None if found is None else Job.of(found)

    @classmethod
    def of(cls, job: SeenJob) -> "Job":
        """The job as the API shows it."""
        return cls(
            id=strawberry.ID(global_id("Job", job.id)),
            kind=job.kind,
            state=JobState[job.state.name],
            attempt=job.attempt,
            max_attempts=job.max_attempts,
            created_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
            error_code=job.last_error,
            successor=job.superseded_by,
        )
