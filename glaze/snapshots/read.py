"""The reads of stored snapshots: the current one of a subject, and the few figures that stand in for a bio."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.members.store import name_in_group
from glaze.members.types import SeenGroup, SeenMember
from glaze.members.visibility import CHOSEN_PAIRS, Pair, Viewer, pair_binds
from glaze.snapshots.compute import snapshot_from
from glaze.snapshots.types import LinkCount, SignalProfileSnapshot, TagCount

FIGURES = """jsonb_build_object(
    'message_count', {snapshot}.evidence -> 'message_count', 'first_seen_at', {snapshot}.evidence -> 'first_seen_at',
    'last_seen_at', {snapshot}.evidence -> 'last_seen_at', 'top_links', {snapshot}.evidence -> 'top_links',
    'top_tags', {snapshot}.evidence -> 'top_tags')"""
"""SQL: what `figures_of` reads, of the snapshots row under the alias `{snapshot}`."""

_SNAPSHOTS = f"""
WITH {CHOSEN_PAIRS}
SELECT c.ord, c.user_id, c.group_id, c.slug, c.title, c.timezone, u.user_id AS external_id,
       {name_in_group("c.user_id", "c.group_id", "u.name")} AS name,
       s.hash, s.evidence, s.evidence_version, s.request_ids, s.taken_at, coalesce(version.version, 0) AS version
  FROM chosen c
  JOIN users u ON u.id = c.user_id
  JOIN snapshots s ON s.user_id = c.user_id AND s.group_id = c.group_id AND s.is_current
  LEFT JOIN evidence_versions version ON version.user_id = c.user_id AND version.group_id = c.group_id
"""  # noqa: S608 - put together from constants of this code; values are bound

# Both gates of R10 again, now: a link or tag whose last comment has gone since the snapshot was taken is not shown.
_STILL_SHARED = """
WITH asked AS (
    SELECT * FROM unnest(CAST(:users AS bigint[]), CAST(:groups AS bigint[])) AS a (user_id, group_id)
), mine AS (
    SELECT asked.user_id, v.group_id, v.id
      FROM asked
      JOIN user_attributes a ON a.user_id = asked.user_id
      JOIN visible_comments v ON v.author_id = a.id AND v.group_id = asked.group_id
     WHERE NOT EXISTS (SELECT FROM barred_receipts b
                        WHERE b.subject_id = asked.user_id AND b.group_id = v.group_id AND b.comment_id = v.id)
)
SELECT asked.user_id, asked.group_id,
       ARRAY(SELECT DISTINCT l.url FROM mine m JOIN comment_links l ON l.group_id = m.group_id AND l.comment_id = m.id
              WHERE m.user_id = asked.user_id AND m.group_id = asked.group_id) AS urls,
       ARRAY(SELECT DISTINCT t.tag FROM mine m JOIN comment_tags t ON t.group_id = m.group_id AND t.comment_id = m.id
              WHERE m.user_id = asked.user_id AND m.group_id = asked.group_id) AS tags
  FROM asked
"""


class StillShared(msgspec.Struct, frozen=True):
    """The links and tags that visible comments of a subject hold now."""

    urls: frozenset[str]
    tags: frozenset[str]

    def links_of(self, links: Sequence[LinkCount]) -> tuple[LinkCount, ...]:
        """Those of `links` that are still there."""
        return tuple(link for link in links if link.url in self.urls)

    def tags_of(self, tags: Sequence[TagCount]) -> tuple[TagCount, ...]:
        """Those of `tags` that are still there."""
        return tuple(tag for tag in tags if tag.tag in self.tags)


class Figures(msgspec.Struct, frozen=True):
    """What a profile shows where no bio stands: counts, dates, links and tags. Times are UTC."""

    message_count: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    top_links: tuple[LinkCount, ...]
    top_tags: tuple[TagCount, ...]


class SeenSnapshot(msgspec.Struct, frozen=True):
    """The current snapshot of a subject whom the viewer may see."""

    member: SeenMember
    group: SeenGroup
    snapshot: SignalProfileSnapshot
    evidence_version: int
    up_to_date: bool
    """Whether the evidence is still what it was when the snapshot was taken."""
    taken_at: datetime


def figures_of(evidence: Mapping[str, Any]) -> Figures:
    """The figures in an evidence, or in what FIGURES leaves of it."""
    return Figures(
        message_count=evidence["message_count"],
        first_seen_at=_moment(evidence["first_seen_at"]),
        last_seen_at=_moment(evidence["last_seen_at"]),
        top_links=tuple(
            LinkCount(link["url"], link["domain"], link["count"], tuple(link["comments"]))
            for link in evidence["top_links"]
        ),
        top_tags=tuple(TagCount(tag["tag"], tag["count"]) for tag in evidence["top_tags"]),
    )


async def snapshots_by_pair(session: AsyncSession, viewer: Viewer, pairs: Sequence[Pair]) -> dict[Pair, SeenSnapshot]:
    """The current snapshots of those pairs the viewer may see, by pair; the others are missing (R21).

    One statement, and a second for those that evidence has overtaken: their links and tags are checked against
    the chat as it is now (R16).
    """
    rows = (await session.execute(text(_SNAPSHOTS), pair_binds(viewer, pairs))).all()
    seen = {
        pairs[row.ord - 1]: SeenSnapshot(
            member=SeenMember(row.user_id, row.external_id, row.name),
            group=SeenGroup(row.group_id, row.slug, row.title, row.timezone),
            snapshot=snapshot_from(
                row.evidence,
                user_id=row.external_id,
                group_slug=row.slug,
                snapshot_hash=row.hash,
                request_ids=row.request_ids,
            ),
            evidence_version=row.evidence_version,
            up_to_date=row.evidence_version >= row.version,
            taken_at=row.taken_at,
        )
        for row in rows
    }
    behind = {pair: (found.member.id, found.group.id) for pair, found in seen.items() if not found.up_to_date}
    shared = await still_shared(session, list(behind.values()))
    for pair, key in behind.items():
        snapshot = seen[pair].snapshot
        seen[pair] = msgspec.structs.replace(
            seen[pair],
            snapshot=replace(
                snapshot,
                top_links=shared[key].links_of(snapshot.top_links),
                top_tags=shared[key].tags_of(snapshot.top_tags),
            ),
        )
    return seen


async def still_shared(session: AsyncSession, keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], StillShared]:
    """What visible comments hold now, by (user id, group id); no statement where nothing is asked."""
    if not keys:
        return {}
    binds = {"users": [key[0] for key in keys], "groups": [key[1] for key in keys]}
    rows = await session.execute(text(_STILL_SHARED), binds)
    return {(row.user_id, row.group_id): StillShared(frozenset(row.urls), frozenset(row.tags)) for row in rows}


def _moment(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)
