"""What the tests of jobs are made of: orders, bells, an effect to be seen, and the row of a job."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select, text

from glaze.db.engine import Database
from glaze.jobs.catalogue import GlazeOrder, Order, Requested
from glaze.jobs.deadlines import Deadlines
from glaze.jobs.enqueue import Enqueued, enqueue
from glaze.jobs.lease import Lease, claim, complete
from glaze.jobs.models import Job
from glaze.jobs.ring import Doorbell
from glaze.jobs.run import Runner, WorkContext
from glaze.settings import Settings

HASTY = Deadlines(heartbeat=0.1, lease=1.5, ring_again=0.3, relay=0.05, backoff=0.01)
"""Deadlines in proportion, only shorter."""


AT_MOST = 1.0
"""Seconds a ring that fails may hold its caller: 0.15 by the deadline, the rest is for a busy machine."""


def glaze_order(
    user: int = 1,
    requested: Requested = "command",
    *,
    group: int = 1,
    version: int = 1,
    digest: str = "wanted",
    ordinal: int = 0,
) -> GlazeOrder:
    return GlazeOrder(
        user_id=user,
        group_id=group,
        requested=requested,
        evidence_version=version,
        wanted_digest=digest,
        ordinal=ordinal,
    )


async def ask(database: Database, order: Order) -> Enqueued:
    """Enqueue and commit."""
    async with database.transaction() as session:
        return await enqueue(session, order)


async def take(
    database: Database,
    job_id: int,
    *,
    kinds: tuple[str, ...] = ("glaze", "snapshot"),
    automatic: bool = True,
    seconds: float = 20.0,
) -> Lease | None:
    """Claim."""
    return await claim(database, job_id, kinds=kinds, automatic=automatic, seconds=seconds)


async def taken(database: Database, order: Order, *, seconds: float = 20.0) -> Lease:
    """Enqueue, commit and claim."""
    lease = await take(database, (await ask(database, order)).job_id, seconds=seconds)
    assert lease is not None
    return lease


async def row(database: Database, job_id: int) -> Row[Any]:
    """All columns of a job."""
    async with database.reading() as session:
        return (await session.execute(select(*Job.__table__.columns).where(Job.id == job_id))).one()


async def states(database: Database) -> dict[int, str]:
    """The state of every job."""
    async with database.reading() as session:
        return {job.id: job.state for job in await session.execute(select(Job.id, Job.state).order_by(Job.id))}


async def change(database: Database, statement: str, **parameters: object) -> None:
    """Do something to the tables that no verb does, such as letting time pass."""
    async with database.transaction() as session:
        await session.execute(text(statement), parameters)


@dataclass
class Bell:
    """A doorbell that only remembers what was rung."""

    rings: list[tuple[int, int]] = field(default_factory=list)

    async def ring(self, job_id: int, ring: int) -> None:
        self.rings.append((job_id, ring))

    @property
    def rung(self) -> list[int]:
        return [job_id for job_id, _ in self.rings]


class BrokenBell:
    """A doorbell whose Redis refuses."""

    async def ring(self, job_id: int, ring: int) -> None:
        raise ConnectionError(job_id, ring)


class HangingBell(Bell):
    """A doorbell whose Redis takes the ring and says nothing."""

    async def ring(self, job_id: int, ring: int) -> None:
        await super().ring(job_id, ring)
        await asyncio.Event().wait()


async def with_effects(database: Database) -> None:
    """Make the table that `leave_effect` writes to."""
    await change(
        database,
        "CREATE TABLE effects (job_id bigint, subject text, attempt int, "
        "began timestamptz, ended timestamptz DEFAULT clock_timestamp())",
    )


async def leave_effect(database: Database, lease: Lease) -> None:
    """An effect and the end of its job, in one transaction, as every handler has it."""
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO effects (job_id, subject, attempt, began) "
                "SELECT id, subject, attempt, started_at FROM jobs WHERE id = :job_id"
            ),
            {"job_id": lease.job_id},
        )
        await complete(session, lease, {"effects": 1})


async def effects(database: Database) -> list[int]:
    """The jobs that left an effect, once for each."""
    async with database.reading() as session:
        return list((await session.execute(text("SELECT job_id FROM effects ORDER BY job_id"))).scalars())


async def effect(order: GlazeOrder, context: WorkContext) -> Mapping[str, object]:
    """A handler that leaves an effect at once."""
    await leave_effect(context.database, context.lease)
    return {"effects": 1}


Deed = Callable[[Any, WorkContext], Awaitable[Mapping[str, object]]]


def runner(
    database: Database,
    deed: Deed = effect,
    *,
    bell: Doorbell | None = None,
    deadlines: Deadlines = HASTY,
    flag: bool = True,
) -> Runner:
    """A runner with one handler, for `glaze`."""
    settings = Settings(PROFILE_SIGNAL_GLAZE=flag)
    return Runner(database, settings, {"glaze": deed}, bell or Bell(), deadlines)


async def wait_for_ever(_order: GlazeOrder, _context: WorkContext) -> Mapping[str, object]:
    """A handler that does nothing until it is stopped."""
    await asyncio.Event().wait()
    return {}


async def until_running(database: Database, job_id: int) -> None:
    """Wait for somebody to claim the job."""
    async with asyncio.timeout(30):
        while (await row(database, job_id)).state != "running":  # noqa: ASYNC110 - it is another session's to say
            await asyncio.sleep(0.01)
