"""How an order and the job already queued for its subject become one: at most one waits per subject (R25)."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import BigInteger, Text, column, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.jobs.catalogue import Order, UnreadableOrderError, read_order

KindSubject = tuple[str, str]

# Locked, and claims skip what is locked: no worker may start on the job before the asker's transaction is over.
# Else it could read the evidence of before, end, and the asker would have been served by the past.
_QUEUED = text(
    """
    SELECT jobs.id, jobs.kind, jobs.subject, jobs.payload
    FROM jobs JOIN unnest(CAST(:kinds AS text[]), CAST(:subjects AS text[])) AS asked (kind, subject)
        ON jobs.kind = asked.kind AND jobs.subject = asked.subject
    WHERE jobs.state = 'queued'
    ORDER BY jobs.kind, jobs.subject
    FOR UPDATE OF jobs
    """
).columns(column("id", BigInteger), column("kind", Text), column("subject", Text), column("payload", JSONB))

_REWRITE = text(
    """
    UPDATE jobs SET payload = CAST(folded.payload AS jsonb)
    FROM unnest(CAST(:ids AS bigint[]), CAST(:payloads AS text[])) AS folded (id, payload)
    WHERE jobs.id = folded.id
    """
)


# A pause that was asked for ends with an earlier ask; one that failed attempts have earned does not.
_BRING_FORWARD = text(
    """
    UPDATE jobs SET run_at = clock_timestamp() + make_interval(secs => :pause), rung_at = NULL
    WHERE id = ANY (:ids) AND attempt = 0 AND run_at > clock_timestamp() + make_interval(secs => :pause)
    """
)


async def fold_into_queued(
    session: AsyncSession, asked: Mapping[KindSubject, Order | None], pause: float | None = None
) -> dict[KindSubject, int]:
    """Fold each order into the job queued for its subject: `{(kind, subject): job id}`, absent where none is queued.

    With `pause`, the job is due in that many seconds at the latest, unless it waits after a failed attempt. The
    jobs stay locked until the caller's transaction ends. Without an order the job is only found and locked.
    """
    if not asked:
        return {}
    kinds, subjects = zip(*asked, strict=True)
    rows = (await session.execute(_QUEUED, {"kinds": list(kinds), "subjects": list(subjects)})).all()
    rewritten: dict[int, dict[str, Any]] = {}
    for row in rows:
        order = asked[row.kind, row.subject]
        queued = readable(row.kind, row.payload)
        if order is None or queued is None:
            continue  # written by newer code than ours: it knows what it wants
        folded = order.folded_with(queued)
        if folded != queued:
            rewritten[row.id] = folded.payload()
    if rewritten:
        payloads = [orjson.dumps(payload).decode() for payload in rewritten.values()]
        await session.execute(_REWRITE, {"ids": list(rewritten), "payloads": payloads})
    if pause is not None and rows:
        await session.execute(_BRING_FORWARD, {"ids": [row.id for row in rows], "pause": pause})
    return {(row.kind, row.subject): row.id for row in rows}


def readable(kind: str, payload: dict[str, Any]) -> Order | None:
    """The order of a job row, or None if newer code than ours wrote it."""
    try:
        return read_order(kind, payload)
    except UnreadableOrderError:
        return None
