"""Reading all that one bio needs in one moment: evidence, version, names, and what is published (R13)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.highlights.names import NOBODY_ELSE, Names
from glaze.highlights.wording import nameless_after
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

_GROUP_NAMES = text("SELECT DISTINCT group_id, display_name FROM group_members WHERE group_id = ANY(:groups)")

_VERSIONS = text(
    "SELECT user_id, group_id, version FROM evidence_versions"
    " WHERE user_id = ANY(CAST(:users AS bigint[])) AND group_id = ANY(CAST(:groups AS bigint[]))"
)

_PUBLISHED = text(
    """
    SELECT h.user_id, h.source_group, h.fingerprint, h.evidence_version, h.bio_text,
           e.fallback_reason IS NOT NULL AS is_fallback,
           h.marked_stale_at IS NOT NULL OR h.stale_after <= statement_timestamp() AS worn
      FROM user_profile_highlights h JOIN editions e ON e.id = h.edition_id
     WHERE h.user_id = ANY(CAST(:users AS bigint[])) AND h.source_group = ANY(CAST(:groups AS bigint[]))
    """
)


@dataclass(frozen=True)
class Published:
    """What is known of the highlight that stands."""

    fingerprint: str
    evidence_version: int
    bio_text: str
    worn: bool
    """Marked stale by an admin, or past its day: to be written anew although nothing changed (R15)."""
    is_fallback: bool
    """Whether the offline writer spoke because the model could not (R14)."""

    def calls(self, name: str) -> bool:
        """Whether it calls the person so: names enter no snapshot hash, and nobody is to keep one they have left."""
        return (name or nameless_after("")).casefold() in self.bio_text.casefold()


@dataclass(frozen=True)
class Evidence:
    """All that a bio of one pair is made from, as of one moment."""

    pair: Pair
    snapshot: SignalProfileSnapshot
    content: Mapping[str, Any]
    """The evidence as it is hashed and kept."""
    version: int
    name: str
    """What the group calls the person; empty if it has no name for them."""
    others: Names
    """Everybody in the group: a bio names nobody else (R11)."""
    published: Published | None


@dataclass(frozen=True)
class Known:
    """What one moment tells of some pairs."""

    evidence: Mapping[Pair, Evidence]
    """Of the pairs that have any."""
    versions: Mapping[Pair, int]
    """The evidence version of every pair, those without evidence too."""


async def read_evidence(session: AsyncSession, pairs: Sequence[Pair]) -> Known:
    """The evidence of these pairs, from a session that sees one moment (`reading_evidence`, R13)."""
    wanted = set(pairs)
    scope = {"users": sorted({user for user, _ in wanted}), "groups": sorted({group for _, group in wanted})}
    # Colons inside the statement are SQL's own; only the driver leaves them alone.
    taken = await (await session.connection()).exec_driver_sql(_TAKEN, (scope["users"], scope["groups"]))
    rows = [row for row in taken if (row.user_id, row.group_id) in wanted]
    called = {(row.user_id, row.group_id): row.display_name for row in await session.execute(_NAMES, scope)}
    published = {
        (row.user_id, row.source_group): Published(
            row.fingerprint, row.evidence_version, row.bio_text, row.worn, row.is_fallback
        )
        for row in await session.execute(_PUBLISHED, scope)
    }
    versions = {(row.user_id, row.group_id): row.version for row in await session.execute(_VERSIONS, scope)}
    others = await _names(session, scope["groups"])
    snapshots = await _with_words(session, {(row.user_id, row.group_id): _snapshot(row) for row in rows})
    evidence = {
        pair: Evidence(
            pair=pair,
            snapshot=snapshots[pair],
            content=orjson.loads(row.evidence),
            version=row.evidence_version,
            name=called.get(pair, ""),
            others=others.get(pair[1], NOBODY_ELSE),
            published=published.get(pair),
        )
        for row in rows
        for pair in [(row.user_id, row.group_id)]
    }
    return Known(evidence, {pair: versions.get(pair, 0) for pair in wanted})


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


async def _names(session: AsyncSession, groups: list[int]) -> dict[int, Names]:
    names: dict[int, list[str]] = {}
    for row in await session.execute(_GROUP_NAMES, {"groups": groups}):
        names.setdefault(row.group_id, []).append(row.display_name)
    return {group: Names(found) for group, found in names.items()}
