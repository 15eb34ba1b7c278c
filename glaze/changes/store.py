"""All SQL of evidence versions: raising them, and reading them (R13)."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.changes.types import ChangeReason

# Key order makes two transactions that touch the same pairs wait for each other instead of deadlocking. The
# version rises by one however many reasons there are.
_RAISE = """
INSERT INTO evidence_versions AS known (user_id, group_id, version, reasons, changed_at)
SELECT user_id, group_id, 1, jsonb_object_agg(reason, 1), clock_timestamp()
  FROM ({changed}) changed
 GROUP BY user_id, group_id
 ORDER BY user_id, group_id
    ON CONFLICT (user_id, group_id) DO UPDATE
   SET version = known.version + 1,
       reasons = known.reasons || (
           SELECT jsonb_object_agg(reason, known.version + 1) FROM jsonb_object_keys(excluded.reasons) reason
       ),
       changed_at = excluded.changed_at
"""

_PAIRS = """
SELECT user_id, group_id, CAST(:reason AS text) AS reason
  FROM unnest(CAST(:users AS bigint[]), CAST(:groups AS bigint[])) AS pair (user_id, group_id)
"""


async def raise_versions_of(session: AsyncSession, changed: str, binds: Mapping[str, Any] | None = None) -> None:
    """Raise the version of every (user_id, group_id, reason) that the SELECT `changed` yields.

    Once a transaction: who raises a second time has let go of the key order that keeps deadlocks away.
    """
    await session.execute(text(_RAISE.format(changed=changed)), dict(binds or {}))


async def raise_versions(session: AsyncSession, pairs: Iterable[tuple[int, int]], reason: ChangeReason) -> None:
    """Raise the version of each (user id, group id) for one reason, once a transaction."""
    wanted = sorted(set(pairs))
    if wanted:
        binds = {"users": [pair[0] for pair in wanted], "groups": [pair[1] for pair in wanted], "reason": reason.value}
        await raise_versions_of(session, _PAIRS, binds)
