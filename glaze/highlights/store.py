"""All SQL that writes highlights: locking, upserting, moving versions up, withdrawing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.highlights.evidence import Evidence, Pair
from glaze.highlights.models import UserProfileHighlight

# The advisory lock stands for rows that do not exist yet; in key order, so that batches wait instead of deadlocking.
_LOCK_PAIRS = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('glaze.highlight:' || u || ':' || g, 0))"
    "  FROM (SELECT u, g FROM unnest(CAST(:users AS bigint[]), CAST(:groups AS bigint[])) AS p (u, g)"
    "         ORDER BY u, g) p"
)

_KNOWN = text(
    """
    SELECT h.user_id, h.source_group, h.evidence_version
      FROM user_profile_highlights h
     WHERE (h.user_id, h.source_group) IN (
           SELECT * FROM unnest(CAST(:users AS bigint[]), CAST(:groups AS bigint[])))
    """
)

_INVISIBLE = text(
    """
    SELECT r.subject, r.group_id, r.comment
      FROM unnest(CAST(:subjects AS bigint[]), CAST(:groups AS bigint[]), CAST(:comments AS bigint[]))
           AS r (subject, group_id, comment)
     WHERE NOT EXISTS (SELECT FROM visible_comments c JOIN user_attributes a ON a.id = c.author_id
                        WHERE c.group_id = r.group_id AND c.id = r.comment AND a.user_id = r.subject)
        OR EXISTS (SELECT FROM barred_receipts b
                    WHERE b.subject_id = r.subject AND b.group_id = r.group_id AND b.comment_id = r.comment)
    """
)

# Whoever takes snapshots locks many of them in an order of its own; both write them, so one follows the other.
_WAIT_FOR_TAKERS = text("SELECT pg_advisory_xact_lock_shared(hashtext('glaze.snapshots'))")

# A snapshot of older evidence is kept for its edition, but does not become the current one again.
_SNAPSHOTS_IN = """
WITH told AS (
    SELECT (item ->> 'user_id')::bigint AS user_id, (item ->> 'group_id')::bigint AS group_id,
           item ->> 'hash' AS hash, (item ->> 'version')::bigint AS version,
           item -> 'evidence' AS evidence, item -> 'request_ids' AS request_ids
      FROM jsonb_array_elements(CAST(:items AS jsonb)) AS items (item)
), newer AS (
    SELECT t.* FROM told t
      LEFT JOIN snapshots s ON s.user_id = t.user_id AND s.group_id = t.group_id AND s.is_current
     WHERE s.id IS NULL OR (s.hash <> t.hash AND s.evidence_version <= t.version)
)
"""

_INSERT_SNAPSHOTS = text(
    _SNAPSHOTS_IN  # noqa: S608 - two constants of this file
    + """
    INSERT INTO snapshots (user_id, group_id, hash, evidence_version, evidence, request_ids, is_current, taken_at)
    SELECT user_id, group_id, hash, version, evidence, request_ids, false, :now FROM told
    ON CONFLICT (user_id, group_id, hash) DO NOTHING
    """
)

_STEP_DOWN = text(
    _SNAPSHOTS_IN  # noqa: S608 - two constants of this file
    + """
    UPDATE snapshots s SET is_current = false FROM newer n
     WHERE s.user_id = n.user_id AND s.group_id = n.group_id AND s.is_current
    """
)

_STEP_UP = text(
    _SNAPSHOTS_IN  # noqa: S608 - two constants of this file
    + """
    UPDATE snapshots s SET is_current = true, evidence_version = n.version, taken_at = :now FROM newer n
     WHERE s.user_id = n.user_id AND s.group_id = n.group_id AND s.hash = n.hash
    """
)

_MOVE_UP = text(
    """
    UPDATE user_profile_highlights h SET evidence_version = p.version
      FROM unnest(CAST(:users AS bigint[]), CAST(:groups AS bigint[]), CAST(:versions AS bigint[]),
                  CAST(:fingerprints AS text[])) AS p (user_id, group_id, version, fingerprint)
     WHERE h.user_id = p.user_id AND h.source_group = p.group_id AND h.evidence_version < p.version
       AND h.fingerprint = p.fingerprint
    """
)

_WITHDRAW = text(
    """
    DELETE FROM user_profile_highlights h
     USING unnest(CAST(:users AS bigint[]), CAST(:groups AS bigint[]), CAST(:versions AS bigint[]))
           AS p (user_id, group_id, version)
     WHERE h.user_id = p.user_id AND h.source_group = p.group_id AND h.evidence_version <= p.version
       AND NOT h.manual_override
    RETURNING h.user_id, h.source_group
    """
)


async def lock_highlights(session: AsyncSession, pairs: Sequence[Pair]) -> dict[Pair, int]:
    """Lock these pairs' highlights until the transaction ends; up to which evidence version each is known to hold."""
    scope = _scope(pairs)
    await session.execute(_LOCK_PAIRS, scope)
    rows = await session.execute(_KNOWN, scope)
    return {(row.user_id, row.source_group): row.evidence_version for row in rows}


async def invisible_of(session: AsyncSession, receipts: Iterable[tuple[int, int, int]]) -> set[tuple[int, int, int]]:
    """Those of the (subject, group, comment) that a gate holds back now, or that are not the subject's (R10, R17)."""
    asked = sorted(receipts)
    if not asked:
        return set()
    rows = await session.execute(
        _INVISIBLE,
        {
            "subjects": [subject for subject, _, _ in asked],
            "groups": [group for _, group, _ in asked],
            "comments": [comment for _, _, comment in asked],
        },
    )
    return {(row.subject, row.group_id, row.comment) for row in rows}


async def upsert_highlights(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Let these rows be the published highlights; overrides stay in front of them."""
    if not rows:
        return
    statement = insert(UserProfileHighlight)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id", "source_group"],
            set_={
                column: statement.excluded[column] for column in rows[0] if column not in {"user_id", "source_group"}
            },
        ),
        list(rows),
    )


async def keep_snapshots(session: AsyncSession, items: Sequence[Evidence], now: datetime) -> None:
    """Keep the snapshots that editions are made from; the newest evidence of a pair is its current one."""
    told = [
        {
            "user_id": item.pair[0],
            "group_id": item.pair[1],
            "hash": item.snapshot.hash,
            "version": item.version,
            "evidence": item.content,
            "request_ids": item.snapshot.request_ids,
        }
        for item in items
    ]
    items_json = {"items": orjson.dumps(told).decode(), "now": now}
    await session.execute(_WAIT_FOR_TAKERS)
    await session.execute(_INSERT_SNAPSHOTS, items_json)
    await session.execute(_STEP_DOWN, {"items": items_json["items"]})
    await session.execute(_STEP_UP, items_json)


async def move_versions_up(session: AsyncSession, known: dict[Pair, tuple[int, str]]) -> None:
    """Note that highlights hold at newer evidence too, by pair the (version, fingerprint); no edition (R15)."""
    if known:
        await session.execute(
            _MOVE_UP,
            {
                **_scope(list(known)),
                "versions": [version for version, _ in known.values()],
                "fingerprints": [fingerprint for _, fingerprint in known.values()],
            },
        )


async def withdraw(session: AsyncSession, read_at: Mapping[Pair, int]) -> list[Pair]:
    """Take away the highlights of pairs of whom nothing can be proven any more; those that had one.

    `read_at` is the evidence version of each that showed nothing: what rests on newer evidence stays (R17), and so
    does an override until it is cleared.
    """
    if not read_at:
        return []
    rows = await session.execute(_WITHDRAW, {**_scope(list(read_at)), "versions": list(read_at.values())})
    return [(row.user_id, row.source_group) for row in rows]


def _scope(pairs: Sequence[Pair]) -> dict[str, Any]:
    return {"users": [user for user, _ in pairs], "groups": [group for _, group in pairs]}
