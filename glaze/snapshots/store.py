"""All SQL of snapshots: taking them into a table of this transaction, keeping the new ones, reading them."""

from collections.abc import Sequence
from typing import Any

from glaze.snapshots.statement import evidence_statement
from glaze.snapshots.types import RULES_VERSION, SCHEMA_VERSION

# The old one steps down before the new one steps up: a unique index lets only one be current, row by row.
_STEP_DOWN = """
UPDATE snapshots s SET is_current = false
  FROM hashes h WHERE s.is_current AND h.is_new AND s.user_id = h.user_id AND s.group_id = h.group_id
"""

_STEP_UP = """
INSERT INTO snapshots (user_id, group_id, hash, evidence_version, evidence, request_ids, is_current, taken_at)
SELECT t.user_id, t.group_id, h.hash, t.evidence_version, t.evidence, to_jsonb(t.request_ids), true, now()
  FROM taken t JOIN hashes h USING (user_id, group_id)
 WHERE h.is_new
    ON CONFLICT (user_id, group_id, hash) DO UPDATE
   SET is_current = true, evidence_version = excluded.evidence_version, request_ids = excluded.request_ids,
       taken_at = excluded.taken_at
"""

_REFRESH = """
UPDATE snapshots s SET evidence_version = t.evidence_version, request_ids = to_jsonb(t.request_ids)
  FROM hashes h JOIN taken t USING (user_id, group_id)
 WHERE NOT h.is_new AND s.is_current AND s.user_id = h.user_id AND s.group_id = h.group_id
   AND (s.evidence_version, s.request_ids) IS DISTINCT FROM (t.evidence_version, to_jsonb(t.request_ids))
"""

# Somebody in scope who has no evidence left has no current snapshot either.
_RETIRE = """
UPDATE snapshots s SET is_current = false
 WHERE s.is_current {scope}
   AND NOT EXISTS (SELECT FROM taken t WHERE t.user_id = s.user_id AND t.group_id = s.group_id)
RETURNING s.user_id
"""

_TAKEN = """
SELECT t.user_id, t.group_id, t.evidence::text AS evidence, s.hash AS known_hash
  FROM taken t LEFT JOIN snapshots s ON s.user_id = t.user_id AND s.group_id = t.group_id AND s.is_current
"""

_ARTIFACTS = """
SELECT u.user_id, g.slug, s.hash, s.evidence::text AS evidence, s.request_ids::text AS request_ids
  FROM users u
  LEFT JOIN snapshots s ON s.user_id = u.id AND s.is_current
  LEFT JOIN groups g ON g.id = s.group_id
 WHERE {scope}
 ORDER BY u.id, g.slug COLLATE "C"
"""


async def take_evidence(connection: Any, users: Sequence[int] | None, groups: Sequence[int] | None) -> None:
    """Compute the evidence of users (all if None) in groups (all if None) into the table `taken`.

    `connection` is an asyncpg connection inside a transaction; the table is gone with it. Ids are integers of
    ours and stand in the statement itself: CREATE TABLE AS takes no arguments through the protocol.
    """
    # Compiling the statement takes longer than running it.
    await connection.execute("SET LOCAL work_mem = '128MB'; SET LOCAL jit = off")
    statement = evidence_statement(
        people=_array(users), groups=_array(groups), schema=SCHEMA_VERSION, rules=RULES_VERSION
    )
    await connection.execute(f"CREATE TEMP TABLE taken ON COMMIT DROP AS {statement}")


def read_taken(connection: Any) -> Any:
    """A cursor over (user_id, group_id, evidence as JSON text, the current snapshot's hash or None)."""
    return connection.cursor(_TAKEN, prefetch=2000)


async def keep(
    connection: Any,
    hashes: list[tuple[int, int, str, bool]],
    users: Sequence[int] | None,
    groups: Sequence[int] | None,
) -> list[int]:
    """Make the taken snapshots the current ones, given (user id, group id, hash, whether it is new).

    Returns the users whose last evidence in scope is gone.
    """
    await connection.execute(
        "CREATE TEMP TABLE hashes (user_id bigint, group_id bigint, hash text, is_new boolean) ON COMMIT DROP"
    )
    await connection.copy_records_to_table("hashes", records=hashes)
    await connection.execute("ANALYZE hashes; ANALYZE taken")
    for statement in (_STEP_DOWN, _STEP_UP, _REFRESH):
        await connection.execute(statement)
    scope = "".join(
        f" AND s.{column} = ANY({array})"
        for column, array in (("user_id", _array(users)), ("group_id", _array(groups)))
        if array
    )
    return [row["user_id"] for row in await connection.fetch(_RETIRE.format(scope=scope))]


def read_for_artifacts(connection: Any, users: Sequence[int] | None) -> Any:
    """A cursor over (user_id, slug, hash, evidence, request_ids) of current snapshots, in order of users."""
    array = _array(users)
    scope = "s.id IS NOT NULL" if array is None else f"u.id = ANY({array})"
    return connection.cursor(_ARTIFACTS.format(scope=scope), prefetch=2000)


def _array(ids: Sequence[int] | None) -> str | None:
    if ids is None:
        return None
    return f"'{{{','.join(str(int(number)) for number in ids)}}}'::bigint[]"
