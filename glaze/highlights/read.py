"""The read behind `profileHighlight`: everything about a batch of subjects, in one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.highlights.freshness import Wanted
from glaze.highlights.guard import RuleResult
from glaze.highlights.served import Provenance, Published, ServedHighlight, Subject, serve
from glaze.highlights.types import BioPayload, Display, EditionStatus
from glaze.members.store import name_in_group
from glaze.members.types import SeenGroup, SeenMember
from glaze.members.visibility import CHOSEN_PAIRS, VIEWER_ROW, Pair, Viewer, pair_binds
from glaze.snapshots.read import FIGURES, StillShared, figures_of, still_shared

# What an edition may still rest on: those of the comments its payload names that pass both gates (R10) and are still
# the subject's own, for unlinking an identity takes its words away from the subject in that very moment.
_VISIBLE_COMMENTS = """ARRAY(
    SELECT v.id
      FROM visible_comments v
      JOIN user_attributes a ON a.id = v.author_id AND a.user_id = c.user_id
     WHERE v.group_id = c.group_id
       AND v.id IN (SELECT CAST(named AS bigint) FROM jsonb_path_query(e.payload, '$.**.comment_ids[*]') named
                    UNION ALL
                    SELECT CAST(named AS bigint) FROM jsonb_path_query(e.payload, '$.quotes[*].comment_id') named)
       AND NOT EXISTS (SELECT FROM barred_receipts b
                        WHERE b.subject_id = c.user_id AND b.group_id = v.group_id AND b.comment_id = v.id))"""

_OTHER_GROUPS = """coalesce(
    (SELECT jsonb_agg(jsonb_build_object('id', o.group_id, 'slug', o.slug, 'title', o.title, 'timezone', o.timezone)
                      ORDER BY o.title, o.slug)
       FROM seen o WHERE o.ord = c.ord AND o.group_id <> c.group_id), '[]')"""

_HIGHLIGHTS = f"""
WITH {CHOSEN_PAIRS}
SELECT c.ord, c.user_id, c.group_id, c.slug, c.title, c.timezone,
       u.user_id AS external_id, {name_in_group("c.user_id", "c.group_id", "u.name")} AS name,
       {_OTHER_GROUPS} AS other_groups,
       :is_admin OR c.user_id IS NOT DISTINCT FROM {VIEWER_ROW} AS tells_all_reasons,
       coalesce(version.version, 0) AS version, coalesce(version.reasons, '{{}}') AS reasons,
       {FIGURES.format(snapshot="s")} AS figures, s.evidence_version AS figures_version,
       h.manual_override, h.override_text, h.evidence_version AS known_version, h.stale_after, h.marked_stale_at,
       h.generated_at, e.id AS edition_id, e.status, e.provider, e.model_used, e.model_asked, e.prompt_name,
       e.prompt_version, e.prompt_hash, e.style, e.guard_version, e.snapshot_hash, e.fallback_reason,
       e.finish_reason, e.response_id, e.prompt_tokens, e.completion_tokens, e.latency_ms, e.payload, e.scorecard,
       {_VISIBLE_COMMENTS} AS visible_comments
  FROM chosen c
  JOIN users u ON u.id = c.user_id
  LEFT JOIN evidence_versions version ON version.user_id = c.user_id AND version.group_id = c.group_id
  LEFT JOIN snapshots s ON s.user_id = c.user_id AND s.group_id = c.group_id AND s.is_current
  LEFT JOIN user_profile_highlights h ON h.user_id = c.user_id AND h.source_group = c.group_id
  LEFT JOIN editions e ON e.id = h.edition_id
"""  # noqa: S608 - put together from constants of this code; values are bound


async def highlights_by_pair(
    session: AsyncSession, viewer: Viewer, pairs: Sequence[Pair], wanted: Wanted, now: datetime
) -> dict[Pair, ServedHighlight]:
    """What the viewer is shown of each pair they may see, by pair; the others are missing, whatever the cause (R21).

    One statement for the batch. A second only where a baseline is shown from a snapshot that evidence has
    overtaken: what it lists is then checked against the chat as it is now (R16).
    """
    rows = (await session.execute(text(_HIGHLIGHTS), pair_binds(viewer, pairs))).all()
    served = {pairs[row.ord - 1]: serve(_subject(row), _published(row), wanted, now) for row in rows}
    behind = {
        pairs[row.ord - 1]: (row.user_id, row.group_id)
        for row in rows
        if served[pairs[row.ord - 1]].display is Display.BASELINE and row.figures_version < row.version
    }
    shared = await still_shared(session, list(behind.values()))
    for pair, key in behind.items():
        served[pair] = _with_what_is_left(served[pair], shared[key])
    return served


def _with_what_is_left(served: ServedHighlight, shared: StillShared) -> ServedHighlight:
    figures = served.baseline
    if figures is None:
        return served
    left = msgspec.structs.replace(
        figures, top_links=shared.links_of(figures.top_links), top_tags=shared.tags_of(figures.top_tags)
    )
    return msgspec.structs.replace(served, baseline=left)


def _subject(row: Row[Any]) -> Subject:
    return Subject(
        member=SeenMember(row.user_id, row.external_id, row.name),
        group=SeenGroup(row.group_id, row.slug, row.title, row.timezone),
        other_groups=tuple(SeenGroup(**group) for group in row.other_groups),
        evidence_version=row.version,
        evidence_reasons=row.reasons,
        tells_all_reasons=row.tells_all_reasons,
        figures=None if row.figures_version is None else figures_of(row.figures),
    )


def _published(row: Row[Any]) -> Published | None:
    if row.edition_id is None:
        return None
    return Published(
        provenance=Provenance(
            edition_id=row.edition_id,
            provider=row.provider,
            model=row.model_used,
            model_asked=row.model_asked,
            prompt_name=row.prompt_name,
            prompt_version=row.prompt_version,
            prompt_hash=row.prompt_hash,
            style=row.style,
            guard_version=row.guard_version,
            snapshot_hash=row.snapshot_hash,
            fallback_reason=row.fallback_reason,
            finish_reason=row.finish_reason,
            response_id=row.response_id,
            prompt_tokens=row.prompt_tokens,
            completion_tokens=row.completion_tokens,
            latency_ms=row.latency_ms,
            generated_at=row.generated_at,
        ),
        payload=msgspec.convert(row.payload, BioPayload),
        scorecard=msgspec.convert(row.scorecard.get("rules", ()), tuple[RuleResult, ...]),
        pending_manual_copy=row.status == EditionStatus.PENDING_MANUAL_COPY,
        override_text=row.override_text if row.manual_override else None,
        known_version=row.known_version,
        stale_after=row.stale_after,
        marked_stale_at=row.marked_stale_at,
        visible_comments=frozenset(row.visible_comments),
    )
