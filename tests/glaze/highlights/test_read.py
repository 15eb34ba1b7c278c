"""What is served of a highlight: what still holds, how fresh it is, how to show it (R15, R16, R18)."""

from dataclasses import dataclass, replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from glaze import clock
from glaze.chat.models import RequestComment
from glaze.db.engine import Database
from glaze.highlights.freshness import Wanted
from glaze.highlights.read import highlights_by_pair
from glaze.highlights.served import FreshnessState, ServedHighlight
from glaze.highlights.types import Display, EditionStatus, StaleReason
from glaze.highlights.wanted import Making, making_of
from glaze.members.types import SeenGroup, SeenMember
from glaze.members.visibility import Pair, Viewer
from glaze.settings import Settings
from tests.factories import (
    LONG_AGO,
    Person,
    bio,
    counted,
    linking,
    make_comment,
    make_group,
    make_highlight,
    make_identity,
    make_member,
    make_person,
    make_snapshot,
    make_version,
    quoting,
)
from tests.query_recorder import recording

URL = "https://example.org/trail"
ADMIN = Viewer("operator", is_admin=True, flag=True)
BEA = Viewer("bea", is_admin=False, flag=True)
ADA = Viewer("ada", is_admin=False, flag=True)


@dataclass(frozen=True)
class Scene:
    """Ada, of whom the bio speaks, and Bea, who reads it; two of Ada's comments, one quoted and one with a link."""

    ada: Person
    bea: Person
    said: RequestComment
    shared: RequestComment

    @property
    def pair(self) -> Pair:
        return Pair(self.ada.id, group_id=self.ada.group.id)


@pytest.fixture
def making() -> Making:
    return making_of(Settings.model_construct(provider="offline", model=""))


@pytest.fixture
async def scene(database: Database) -> Scene:
    async with database.transaction() as session:
        group = await make_group(session, "climbing", timezone="Europe/Berlin")
        ada = await make_person(session, group, "ada", "Ada")
        said = await make_comment(session, group, ada.identity, "The view was worth every step.")
        shared = await make_comment(session, group, ada.identity, f"See {URL}", links=[URL], tags=["summit"])
        return Scene(ada, await make_person(session, group, "bea", "Bea"), said, shared)


async def publish(session: AsyncSession, scene: Scene, making: Making, **more: object) -> None:
    """A bio of one count, one quote and one link, with a proof point and a quote beside it."""
    payload = bio(
        [counted("Ada wrote 2 messages here.", "2"), quoting(scene.said)],
        [linking(URL, scene.shared)],
        quotes=[scene.said],
        points=[counted("2 messages", "2"), linking(URL, scene.shared)],
    )
    await make_highlight(session, scene.ada, payload, making, **more)  # type: ignore[arg-type]


async def served(
    database: Database, scene: Scene, making: Making, viewer: Viewer = BEA, wanted: Wanted | None = None
) -> ServedHighlight:
    async with database.reading() as session:
        found = await highlights_by_pair(session, viewer, [scene.pair], wanted or making.wanted, clock.now())
    return found[scene.pair]


def texts(highlight: ServedHighlight) -> list[list[str]]:
    return [[claim.text for claim in paragraph] for paragraph in highlight.paragraphs]


async def test_a_published_bio_is_served_in_full_by_one_statement(
    database: Database, scene: Scene, making: Making
) -> None:
    async with database.transaction() as session:
        await publish(session, scene, making)
        await make_snapshot(session, scene.ada)
        for slug, title in (("reading", "Reading"), ("arguing", "Arguing")):
            other = await make_group(session, slug, title=title)
            for person in (scene.ada, scene.bea):
                await make_member(session, other, person.identity, "Somebody")
        unshared = await make_group(session, "unshared")
        await make_member(session, unshared, scene.ada.identity, "Ada")
    with recording(database) as recorder:
        highlight = await served(database, scene, making)
    assert len(recorder) == 1
    assert highlight.member == SeenMember(scene.ada.id, "ada", "Ada")
    assert highlight.group == SeenGroup(scene.ada.group.id, "climbing", "Climbing", "Europe/Berlin")
    assert [group.slug for group in highlight.other_groups] == ["arguing", "reading"]
    assert highlight.display is Display.FULL
    assert texts(highlight) == [
        ["Ada wrote 2 messages here.", "“The view was worth every step.” is one of theirs."],
        [f"They shared {URL} with everybody."],
    ]
    assert highlight.bio_text is not None
    assert highlight.bio_text.split("\n\n")[1] == f"They shared {URL} with everybody."
    assert [point.key for point in highlight.proof_points] == ["message_count", "top_links"]
    assert [quote.text for quote in highlight.quotes] == ["The view was worth every step."]
    assert highlight.freshness.state is FreshnessState.FRESH
    assert highlight.freshness.updated_at == LONG_AGO
    assert highlight.provenance is not None
    assert highlight.provenance.prompt_hash == making.prompt.hash
    assert [result.rule for result in highlight.scorecard] == ["has_claims"]
    assert highlight.baseline is None


HOW_A_COMMENT_GOES = {
    "deleted": "UPDATE request_comments SET deleted = true, body = '' WHERE id = :comment",
    "a duplicate": "UPDATE request_comments SET duplicate_of = :comment + 1 WHERE id = :comment",
    "excluded": "INSERT INTO exclusions (identity_id, group_id, starts_at, ends_at)"
    " SELECT author_id, group_id, sent_at, sent_at + interval '1 ms' FROM request_comments WHERE id = :comment",
    "disputed": "INSERT INTO barred_receipts (subject_id, group_id, comment_id)"
    " SELECT a.user_id, c.group_id, c.id FROM request_comments c JOIN user_attributes a ON a.id = c.author_id"
    " WHERE c.id = :comment",
    "unlinked": "UPDATE user_attributes SET user_id = (SELECT id FROM users WHERE user_id = 'bea')"
    " WHERE id = (SELECT author_id FROM request_comments WHERE id = :comment)",
    "past retention": "INSERT INTO retention_horizons (group_id, keep_from)"
    " SELECT group_id, sent_at + interval '1 ms' FROM request_comments WHERE id = :comment",
    "gone, row and all": "DELETE FROM request_comments WHERE id = :comment",
}


@pytest.mark.parametrize("how", list(HOW_A_COMMENT_GOES))
async def test_what_rests_on_an_invisible_comment_leaves_the_answer_at_once(
    database: Database, scene: Scene, making: Making, how: str
) -> None:
    async with database.transaction() as session:
        # A second account, so that the subject stays a member when the first one is taken away.
        number = await make_identity(session, scene.ada.user, kind="e164", value="+15550100")
        await make_member(session, scene.ada.group, number, "Ada")
        await publish(session, scene, making)
    async with database.transaction() as session:
        await session.execute(text(HOW_A_COMMENT_GOES[how]), {"comment": scene.said.id})
    highlight = await served(database, scene, making)
    kept = [] if how == "unlinked" else [[f"They shared {URL} with everybody."]]
    assert texts(highlight) == [["Ada wrote 2 messages here."], *kept]
    assert highlight.quotes == ()
    assert [point.key for point in highlight.proof_points] == ["message_count", "top_links"][: 1 + len(kept)]
    assert "every step" not in str(highlight)


async def test_one_comment_of_several_behind_a_link_takes_the_claim_along(
    database: Database, scene: Scene, making: Making
) -> None:
    async with database.transaction() as session:
        again = await make_comment(session, scene.ada.group, scene.ada.identity, URL, links=[URL])
        await make_highlight(session, scene.ada, bio([counted(), linking(URL, scene.shared, again)]), making)
        await session.execute(
            text("UPDATE request_comments SET deleted = true, body = '' WHERE id = :id"), {"id": again.id}
        )
    assert texts(await served(database, scene, making)) == [["Alex wrote 3 messages here."]]


async def test_a_bio_that_lost_every_claim_gives_way_to_the_baseline(
    database: Database, scene: Scene, making: Making
) -> None:
    async with database.transaction() as session:
        await make_highlight(session, scene.ada, bio([quoting(scene.said)]), making)
        await make_snapshot(session, scene.ada, message_count=2, links=[URL])
        await session.execute(
            text("UPDATE request_comments SET deleted = true, body = '' WHERE id = :id"), {"id": scene.said.id}
        )
    highlight = await served(database, scene, making)
    assert (highlight.display, highlight.bio_text, highlight.paragraphs) == (Display.BASELINE, None, ())
    assert highlight.baseline is not None
    assert highlight.baseline.message_count == 2


async def test_an_override_stands_in_front_of_the_bio_and_is_exempt(
    database: Database, scene: Scene, making: Making
) -> None:
    async with database.transaction() as session:
        await publish(session, scene, making, override_text="Ada is  our\nguide.\n\n\nAsk her.\r\n\r\nTwice.")
        await session.execute(
            text("UPDATE request_comments SET deleted = true, body = '' WHERE id = :id"), {"id": scene.said.id}
        )
    highlight = await served(database, scene, making)
    assert highlight.manual_override
    assert texts(highlight) == [["Ada is our guide."], ["Ask her."], ["Twice."]]
    assert highlight.bio_text == "Ada is our guide.\n\nAsk her.\n\nTwice."
    assert highlight.quotes == ()
    assert highlight.display is Display.FULL


async def test_an_override_that_was_cleared_is_not_served(database: Database, scene: Scene, making: Making) -> None:
    async with database.transaction() as session:
        await publish(session, scene, making, override_text="Old words.")
        await session.execute(text("UPDATE user_profile_highlights SET manual_override = false"))
    highlight = await served(database, scene, making)
    assert not highlight.manual_override
    assert texts(highlight)[0][0] == "Ada wrote 2 messages here."


async def test_every_reason_why_a_bio_is_stale_is_named_in_order(
    database: Database, scene: Scene, making: Making
) -> None:
    async with database.transaction() as session:
        now = clock.now()
        await publish(session, scene, making, evidence_version=4, stale_after=now, marked_stale_at=now)
        await make_version(session, scene.ada, 6, {"COMMENT_EDITED": 5, "COMMENT_DELETED": 4, "IDENTITY_LINKED": 6})
    wanted = Wanted(prompt_hash="another", model_asked="another", guard_version="another")
    highlight = await served(database, scene, making, wanted=wanted)
    assert highlight.display is Display.NEEDS_REFRESH
    assert highlight.freshness.state is FreshnessState.STALE
    assert highlight.freshness.reasons == (
        StaleReason.COMMENT_EDITED,
        StaleReason.IDENTITY_LINKED,
        StaleReason.PROMPT_REVISED,
        StaleReason.MODEL_CHANGED,
        StaleReason.GUARD_REVISED,
        StaleReason.EXPIRED,
        StaleReason.MARKED_BY_ADMIN,
    )
    assert highlight.freshness.evidence_version == 4


async def test_what_the_subject_withdrew_is_named_to_them_and_to_admins_only(
    database: Database, scene: Scene, making: Making
) -> None:
    async with database.transaction() as session:
        await publish(session, scene, making)
        await make_version(session, scene.ada, 2, {"EXCLUDED": 1, "DISPUTED": 2})
    for viewer, reasons in (
        (BEA, (StaleReason.EVIDENCE_CHANGED,)),
        (ADA, (StaleReason.EXCLUDED, StaleReason.DISPUTED)),
        (ADMIN, (StaleReason.EXCLUDED, StaleReason.DISPUTED)),
    ):
        assert (await served(database, scene, making, viewer)).freshness.reasons == reasons


@pytest.mark.parametrize("pending", [False, True], ids=["no highlight yet", "pending manual copy"])
async def test_without_a_bio_the_figures_of_the_snapshot_are_shown(
    database: Database, scene: Scene, making: Making, pending: bool
) -> None:
    async with database.transaction() as session:
        if pending:
            await publish(session, scene, making, status=EditionStatus.PENDING_MANUAL_COPY)
        await make_snapshot(session, scene.ada, message_count=2, links=[URL], tags=["summit"])
    highlight = await served(database, scene, making)
    assert (highlight.display, highlight.bio_text, highlight.paragraphs) == (Display.BASELINE, None, ())
    assert (highlight.proof_points, highlight.quotes) == ((), ())
    assert highlight.freshness.state is (FreshnessState.FRESH if pending else FreshnessState.MISSING)
    assert highlight.baseline is not None
    assert highlight.baseline.first_seen_at == LONG_AGO
    assert [link.url for link in highlight.baseline.top_links] == [URL]
    assert [tag.tag for tag in highlight.baseline.top_tags] == ["summit"]


async def test_a_baseline_that_evidence_has_overtaken_lists_only_what_is_still_there(
    database: Database, scene: Scene, making: Making
) -> None:
    kept = "https://example.org/kept"
    async with database.transaction() as session:
        await make_comment(session, scene.ada.group, scene.ada.identity, kept, links=[kept], tags=["kept"])
        await make_comment(session, scene.bea.group, scene.bea.identity, URL, links=[URL], tags=["summit"])
        await make_snapshot(session, scene.ada, message_count=3, links=[URL, kept], tags=["summit", "kept"])
        await make_version(session, scene.ada, 1, {"COMMENT_DELETED": 1})
        await session.execute(
            text("UPDATE request_comments SET deleted = true, body = '' WHERE id = :id"), {"id": scene.shared.id}
        )
    with recording(database) as recorder:
        highlight = await served(database, scene, making)
    assert len(recorder) == 2
    assert highlight.baseline is not None
    assert [link.url for link in highlight.baseline.top_links] == [kept]
    assert [tag.tag for tag in highlight.baseline.top_tags] == ["kept"]


@pytest.mark.parametrize("messages", [None, 0], ids=["no snapshot", "a snapshot of reactions alone"])
async def test_a_member_of_whom_nothing_can_be_proven_is_shown_as_such(
    database: Database, scene: Scene, making: Making, messages: int | None
) -> None:
    if messages is not None:
        async with database.transaction() as session:
            await make_snapshot(session, scene.ada, message_count=messages)
    highlight = await served(database, scene, making)
    assert (highlight.display, highlight.bio_text) == (Display.NONE, None)


async def test_the_bio_of_another_group_is_not_served_here(database: Database, scene: Scene, making: Making) -> None:
    async with database.transaction() as session:
        other = await make_group(session, "reading")
        for person in (scene.ada, scene.bea):
            await make_member(session, other, person.identity, "Somebody")
        await make_highlight(session, replace(scene.ada, group=other), bio([counted("Ada reads.", "2")]), making)
        await publish(session, scene, making)
    pairs = [scene.pair, Pair(scene.ada.id, group_slug="reading"), Pair(scene.bea.id, group_slug="climbing")]
    async with database.reading() as session:
        with recording(database) as recorder:
            found = await highlights_by_pair(session, BEA, pairs, making.wanted, clock.now())
    assert len(recorder) == 1
    assert [texts(found[pair])[0][0] if found[pair].paragraphs else None for pair in pairs] == [
        "Ada wrote 2 messages here.",
        "Ada reads.",
        None,
    ]
