"""Publishing in order of evidence, whole or not at all (R14-R17)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from glaze import clock
from glaze.changes.types import ChangeReason
from glaze.highlights.edition import EditionDraft, Written, write_edition
from glaze.highlights.evidence import Evidence, Pair
from glaze.highlights.guard import Verdict
from glaze.highlights.models import EditionReceipt
from glaze.highlights.publish import Outcome, ToPublish, publish
from glaze.highlights.types import BioPayload, EditionStatus, FallbackReason, StaleReason
from glaze.highlights.wanted import Making, making_of
from glaze.snapshots.models import Snapshot
from tests.glaze.highlights.scene import (
    SAID,
    URL,
    Scene,
    audit,
    delete,
    do,
    editions,
    evidence_of,
    highlight_of,
    move,
    say,
    settings_of,
    stale,
    write,
)

EVERYTHING = ("editions", "edition_receipts", "user_profile_highlights", "snapshots", "audit_log", "jobs")


def making() -> Making:
    return making_of(settings_of())


def revised() -> Making:
    """The same with another prompt."""
    now = making()
    return replace(now, prompt=replace(now.prompt, version="2", hash="0" * 64))


async def publish_from(scene: Scene, evidence: Evidence, how: Making | None = None) -> Outcome:
    """Write offline from this evidence, however old it is by now, and publish."""
    how = how or making()
    written = await write_edition(evidence, how, client=None, secret="secret")
    async with scene.database.transaction() as session:
        outcome = await publish(
            session, [ToPublish(evidence, written)], how, now=clock.now(), expire_days=180, actor="somebody"
        )
    return outcome[evidence.pair]


async def everything(scene: Scene) -> Mapping[str, list[Any]]:
    """All rows of all tables that publishing writes."""
    async with scene.database.reading() as session:
        return {
            table: [tuple(row) for row in await session.execute(text(f"SELECT t::text FROM {table} t ORDER BY 1"))]
            for table in EVERYTHING
        }


async def test_an_edition_is_published_with_all_that_belongs_to_it(scene: Scene) -> None:
    evidence = await evidence_of(scene)
    assert await publish_from(scene, evidence) is Outcome.PUBLISHED
    (edition,) = await editions(scene)
    payload = (await write_edition(evidence, making(), client=None, secret="secret")).final.payload
    assert (edition.status, edition.provider, edition.model_used, edition.model_asked) == (
        "published",
        *["offline"] * 3,
    )
    assert (edition.evidence_version, edition.snapshot_hash) == (1, evidence.snapshot.hash)
    assert (edition.prompt_hash, edition.guard_version) == (making().prompt.hash, making().guard_version)
    assert edition.fingerprint == making().fingerprint(evidence.snapshot.hash)
    assert edition.scorecard["passed"] is True
    highlight = await highlight_of(scene)
    assert highlight is not None
    assert (highlight.edition_id, highlight.bio_text, highlight.llm_model) == (edition.id, payload.bio_text, "offline")
    assert [quote["text"] for quote in highlight.quotes_json] == [SAID]
    assert [point["key"] for point in highlight.proof_points_json][-1] == "link_1"
    assert timedelta(days=179) < highlight.stale_after - clock.now() < timedelta(days=181)
    (entry,) = await audit(scene)
    assert (entry.actor_key, entry.action) == ("somebody", "highlight.published")
    assert entry.target == f"highlight:{scene.pair[0]}:{scene.pair[1]}"
    assert entry.details["edition"] == edition.id
    async with scene.database.reading() as session:
        snapshot = (await session.execute(select(Snapshot).where(Snapshot.is_current))).scalar_one()
    assert (snapshot.hash, snapshot.evidence_version) == (evidence.snapshot.hash, 1)
    assert await stale(scene) == ()


async def test_every_comment_it_rests_on_is_noted_points_and_quotes_too(scene: Scene) -> None:
    """What is not noted would vanish from every answer: a read shows only what the notes still vouch for (R16)."""
    evidence = await evidence_of(scene)
    await publish_from(scene, evidence)
    payload = (await write_edition(evidence, making(), client=None, secret="secret")).final.payload
    async with scene.database.reading() as session:
        rows = {(row.claim, row.comment_id) for row in (await session.execute(select(EditionReceipt))).scalars()}
    assert rows == {(place, comment) for place, comments in enumerate(payload.rests_on) for comment in comments}
    on_points = {comment for place, comment in rows if len(payload.claims) <= place}
    assert on_points == {scene.said.id, scene.shared.id}


# --- order (R17) ---


async def test_older_evidence_never_overwrites_newer(scene: Scene) -> None:
    old = await evidence_of(scene)
    await say(scene)
    await write(scene)
    before = await everything(scene)
    assert await publish_from(scene, old) is Outcome.OUTRUN
    assert await everything(scene) == before


async def test_nor_what_is_known_to_hold_at_newer_evidence(scene: Scene) -> None:
    """A comment came and went: the edition of before holds again. What was written between must not replace it."""
    await write(scene)
    await say(scene)
    between = await evidence_of(scene)
    await do(scene.database, "UPDATE request_comments SET deleted = true, body = '' WHERE body = 'One more.'")
    await move(scene, ChangeReason.COMMENT_DELETED)
    assert (await write(scene)).counts["still_true"] == 1
    before = await everything(scene)
    assert await publish_from(scene, between) is Outcome.OUTRUN
    assert await everything(scene) == before


async def test_the_same_evidence_with_a_revised_prompt_may(scene: Scene) -> None:
    await write(scene)
    assert await stale(scene) == ()
    assert await publish_from(scene, await evidence_of(scene), revised()) is Outcome.PUBLISHED
    assert [edition.prompt_version for edition in await editions(scene)] == [making().prompt.version, "2"]
    assert await stale(scene) == (StaleReason.PROMPT_REVISED,)  # to those who want the first prompt


async def test_newer_evidence_replaces_older(scene: Scene) -> None:
    await write(scene)
    await say(scene)
    assert (await write(scene)).counts["published"] == 1
    first, second = await editions(scene)
    highlight = await highlight_of(scene)
    assert highlight is not None
    assert (highlight.edition_id, highlight.evidence_version) == (second.id, 2)
    assert first.snapshot_hash != second.snapshot_hash


async def test_evidence_that_moved_on_meanwhile_leaves_it_published_and_stale_at_once(scene: Scene) -> None:
    evidence = await evidence_of(scene)
    await say(scene)
    assert await publish_from(scene, evidence) is Outcome.PUBLISHED
    assert await stale(scene) == (StaleReason.EVIDENCE_CHANGED,)
    await move(scene, ChangeReason.COMMENT_EDITED)
    assert await stale(scene) == (StaleReason.EVIDENCE_CHANGED, StaleReason.COMMENT_EDITED)


async def test_a_snapshot_of_older_evidence_does_not_become_the_current_one_again(scene: Scene) -> None:
    old = await evidence_of(scene)
    await say(scene)
    new = await evidence_of(scene)
    await publish_from(scene, new)
    await do(scene.database, "DELETE FROM user_profile_highlights")
    await publish_from(scene, old)
    async with scene.database.reading() as session:
        current = (await session.execute(select(Snapshot.hash).where(Snapshot.is_current))).scalars().all()
        kept = set((await session.execute(select(Snapshot.hash))).scalars())
    assert current == [new.snapshot.hash]
    assert kept == {old.snapshot.hash, new.snapshot.hash}


# --- receipts that went meanwhile (R16, R17) ---


async def _deleted(scene: Scene) -> None:
    await delete(scene, scene.said)


async def _link_deleted(scene: Scene) -> None:
    await delete(scene, scene.shared)


async def _excluded(scene: Scene) -> None:
    await do(
        scene.database,
        "INSERT INTO exclusions (identity_id, group_id, starts_at, ends_at) VALUES (:i, :g, '-infinity', 'infinity')",
        i=scene.ada.identity.id,
        g=scene.pair[1],
    )


async def _opted_out(scene: Scene) -> None:
    await do(
        scene.database,
        "INSERT INTO opt_outs (identity_id, group_id) VALUES (:i, :g)",
        i=scene.ada.identity.id,
        g=scene.pair[1],
    )


async def _past_retention(scene: Scene) -> None:
    await do(scene.database, "INSERT INTO retention_horizons VALUES (:g, 'infinity')", g=scene.pair[1])


async def _a_copy(scene: Scene) -> None:
    await do(scene.database, "UPDATE request_comments SET duplicate_of = 1 WHERE id = :c", c=scene.said.id)


async def _disputed(scene: Scene) -> None:
    await do(
        scene.database,
        "INSERT INTO barred_receipts (subject_id, group_id, comment_id) VALUES (:u, :g, :c)",
        u=scene.pair[0],
        g=scene.pair[1],
        c=scene.said.id,
    )


async def _of_somebody_else(scene: Scene) -> None:
    await do(
        scene.database,
        "UPDATE user_attributes SET user_id = :u WHERE id = :i",
        u=scene.bea.id,
        i=scene.ada.identity.id,
    )


@pytest.mark.parametrize(
    "gone",
    [_deleted, _link_deleted, _excluded, _opted_out, _past_retention, _a_copy, _disputed, _of_somebody_else],
)
async def test_nothing_is_written_that_rests_on_a_comment_that_has_gone(scene: Scene, gone: Any) -> None:
    evidence = await evidence_of(scene)
    await gone(scene)
    before = await everything(scene)
    assert await publish_from(scene, evidence) is Outcome.MOVED
    assert await everything(scene) == before


async def test_what_bars_another_s_bio_bars_not_this_one(scene: Scene) -> None:
    evidence = await evidence_of(scene)
    await do(
        scene.database,
        "INSERT INTO barred_receipts (subject_id, group_id, comment_id) VALUES (:u, :g, :c)",
        u=scene.bea.id,
        g=scene.pair[1],
        c=scene.said.id,
    )
    assert await publish_from(scene, evidence) is Outcome.PUBLISHED


async def test_of_a_batch_only_what_has_moved_is_left_out(scene: Scene) -> None:
    evidence = [await evidence_of(scene), await evidence_of(scene, scene.pair_of_bea)]
    await delete(scene, scene.said)
    items = [ToPublish(item, await write_edition(item, making(), client=None, secret="s")) for item in evidence]
    async with scene.database.transaction() as session:
        outcome: dict[Pair, Outcome] = await publish(
            session, items, making(), now=clock.now(), expire_days=180, actor="somebody"
        )
    assert outcome == {scene.pair: Outcome.MOVED, scene.pair_of_bea: Outcome.PUBLISHED}
    assert await highlight_of(scene) is None
    assert await highlight_of(scene, scene.pair_of_bea) is not None


# --- what an admin did ---


async def test_an_override_stands_and_a_mark_is_cleared(scene: Scene) -> None:
    await write(scene)
    await do(
        scene.database,
        "UPDATE user_profile_highlights"
        " SET manual_override = true, override_text = 'By hand.', marked_stale_at = now()",
    )
    assert await stale(scene) == (StaleReason.MARKED_BY_ADMIN,)
    await say(scene)
    await write(scene)
    highlight = await highlight_of(scene)
    assert highlight is not None
    assert (highlight.manual_override, highlight.override_text) == (True, "By hand.")
    assert highlight.marked_stale_at is None
    assert URL in highlight.bio_text  # the machine's newer edition waits beside it
    assert await stale(scene) == ()


# --- drafts that are not to be seen ---


async def test_what_waits_for_a_person_s_copy_is_kept_and_leaves_the_highlight_as_it_is(scene: Scene) -> None:
    await write(scene)
    await say(scene)
    evidence = await evidence_of(scene)
    before = await highlight_of(scene)
    nothing = EditionDraft(EditionStatus.PENDING_MANUAL_COPY, BioPayload("en", ()), Verdict(()))
    refused = replace(nothing, status=EditionStatus.REJECTED)
    written = Written(replace(nothing, fallback_reason=FallbackReason.GUARD), (refused,))
    async with scene.database.transaction() as session:
        outcome = await publish(
            session, [ToPublish(evidence, written)], making(), now=clock.now(), expire_days=180, actor="somebody"
        )
    assert outcome == {scene.pair: Outcome.PENDING}
    assert [edition.status for edition in await editions(scene)] == ["published", "rejected", "pending_manual_copy"]
    after = await highlight_of(scene)
    assert before is not None
    assert after is not None
    assert (after.edition_id, after.evidence_version, after.bio_text) == (
        *(before.edition_id, before.evidence_version, before.bio_text),
    )
    assert [entry.action for entry in await audit(scene)] == [
        *("highlight.published", "highlight.rejected", "highlight.pending_manual_copy"),
    ]


async def test_no_column_of_the_audit_log_holds_a_word_of_the_bio(scene: Scene) -> None:
    await write(scene, pairs=[scene.pair, scene.pair_of_bea])
    async with scene.database.reading() as session:
        log = "".join((await session.execute(text("SELECT a::text FROM audit_log a"))).scalars())
    bio = (await editions(scene))[0].payload
    words = {word for part in bio["paragraphs"] for claim in part for word in claim["text"].split() if len(word) > 6}
    assert words
    assert [word for word in words if word in log] == []
