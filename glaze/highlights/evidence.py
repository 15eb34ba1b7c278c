"""Reading all that one bio needs in one moment: evidence, version, names, and what is published (R13)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.snapshots.compute import evidence_hash, snapshot_from
from glaze.snapshots.statement import evidence_statement
from glaze.snapshots.types import RULES_VERSION, SCHEMA_VERSION, SignalProfileSnapshot

Pair = tuple[int, int]
"""(users.id, groups.id)."""

_EVIDENCE = evidence_statement(people="$1::bigint[]", groups="$2::bigint[]", schema=SCHEMA_VERSION, rules=RULES_VERSION)

_TAKEN = f"""
SELECT t.user_id, t.group_id, t.evidence_version, t.request_ids, t.receipt_ids::text, t.evidence::text,
       u.user_id AS external_id, g.slug
  FROM ({_EVIDENCE}) t
  JOIN users u ON u.id = t.user_id JOIN groups g ON g.id = t.group_id
"""  # noqa: S608 - a statement of ours around a statement of ours

_WORDS = text(
    "SELECT id, body FROM visible_comments"
    " WHERE (group_id, id) IN (SELECT * FROM unnest(CAST(:groups AS bigint[]), CAST(:ids AS bigint[])))"
)

# How the group knows somebody: the name of their richest identity there.
_NAMES = text(
    """
    SELECT DISTINCT ON (a.user_id, m.group_id) a.user_id, m.group_id, m.display_name
      FROM group_members m JOIN user_attributes a ON a.id = m.identity_id
     WHERE a.user_id = ANY(CAST(:users AS bigint[])) AND m.group_id = ANY(CAST(:groups AS bigint[]))
       AND m.display_name <> ''
     ORDER BY a.user_id, m.group_id, array_position(ARRAY['aci', 'e164', 'name'], a.kind), m.named_as_of DESC,
              m.display_name COLLATE "C"
    """
)

_OTHER_NAMES = text("SELECT DISTINCT group_id, display_name FROM group_members WHERE group_id = ANY(:groups)")

_PUBLISHED = text(
    """
    SELECT user_id, source_group, fingerprint, evidence_version, marked_stale_at IS NOT NULL AS marked
      FROM user_profile_highlights
     WHERE user_id = ANY(CAST(:users AS bigint[])) AND source_group = ANY(CAST(:groups AS bigint[]))
    """
)


@dataclass(frozen=True)
class Published:
    """What is known of the highlight that stands."""

    fingerprint: str
    evidence_version: int
    marked: bool


@dataclass(frozen=True)
class Evidence:
    """All that a bio of one pair is made from, as of one moment."""

    pair: Pair
    snapshot: SignalProfileSnapshot
    content: Mapping[str, Any]
    """The evidence as it is hashed and kept."""
    version: int
    name: str
    other_names: tuple[str, ...]
    published: Published | None


async def read_evidence(session: AsyncSession, pairs: Sequence[Pair], *, names: bool) -> dict[Pair, Evidence]:
    """The evidence of each pair that has any, from a session that sees one moment (`reading_evidence`).

    With `names`, also the names of everybody else in the group, by which a model's draft is checked.
    """
    wanted = set(pairs)
    scope = {"users": sorted({user for user, _ in wanted}), "groups": sorted({group for _, group in wanted})}
    # Colons inside the statement are SQL's own; only the driver leaves them alone.
    taken = await (await session.connection()).exec_driver_sql(_TAKEN, (scope["users"], scope["groups"]))
    rows = [row for row in taken if (row.user_id, row.group_id) in wanted]
    called = {(row.user_id, row.group_id): row.display_name for row in await session.execute(_NAMES, scope)}
    known = {
        (row.user_id, row.source_group): Published(row.fingerprint, row.evidence_version, row.marked)
        for row in await session.execute(_PUBLISHED, scope)
    }
    others = await _other_names(session, scope["groups"]) if names else {}
    snapshots = await _with_words(session, {(row.user_id, row.group_id): _snapshot(row) for row in rows})
    return {
        pair: Evidence(
            pair=pair,
            snapshot=snapshots[pair],
            content=orjson.loads(row.evidence),
            version=row.evidence_version,
            name=called.get(pair, ""),
            other_names=others.get(pair[1], ()),
            published=known.get(pair),
        )
        for row in rows
        for pair in [(row.user_id, row.group_id)]
    }


def _snapshot(row: Any) -> SignalProfileSnapshot:
    content = orjson.loads(row.evidence)
    comment_ids: dict[str, int] = {}
    for found in orjson.loads(row.receipt_ids):
        comment_ids |= found
    return snapshot_from(
        content,
        user_id=row.external_id,
        group_slug=row.slug,
        snapshot_hash=evidence_hash(content),
        request_ids=row.request_ids,
        comment_ids=comment_ids,
    )


async def _with_words(
    session: AsyncSession, snapshots: dict[Pair, SignalProfileSnapshot]
) -> dict[Pair, SignalProfileSnapshot]:
    """The snapshots with the words of their quotable comments filled in, from visible comments only."""
    asked = [(pair[1], quotable.comment_id) for pair, taken in snapshots.items() for quotable in taken.quotables]
    if not asked:
        return snapshots
    rows = await session.execute(
        _WORDS, {"groups": [group for group, _ in asked], "ids": [ident for _, ident in asked]}
    )
    words = {row.id: row.body for row in rows}
    return {
        pair: replace(
            taken,
            quotables=tuple(replace(item, text=words.get(item.comment_id, "")) for item in taken.quotables),
        )
        for pair, taken in snapshots.items()
    }


async def _other_names(session: AsyncSession, groups: list[int]) -> dict[int, tuple[str, ...]]:
    names: dict[int, list[str]] = {}
    for row in await session.execute(_OTHER_NAMES, {"groups": groups}):
        names.setdefault(row.group_id, []).append(row.display_name)
    return {group: tuple(found) for group, found in names.items()}
