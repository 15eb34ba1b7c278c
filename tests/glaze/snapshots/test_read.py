"""What is served of a stored snapshot (R16, R21)."""

from sqlalchemy import text

from glaze.db.engine import Database
from glaze.members.visibility import Pair, Viewer
from glaze.snapshots.read import snapshots_by_pair
from tests.factories import LONG_AGO, make_comment, make_group, make_person, make_snapshot, make_version
from tests.query_recorder import recording

KEPT, GONE = "https://example.org/kept", "https://example.org/gone"


async def test_the_current_snapshot_is_served_whole_by_one_statement_to_those_who_may_see(database: Database) -> None:
    async with database.transaction() as session:
        group = await make_group(session, "climbing", timezone="Europe/Berlin")
        ada = await make_person(session, group, "ada", "Ada")
        old = await make_snapshot(session, ada, message_count=1)
        old.is_current = False
        await session.flush()
        taken = await make_snapshot(session, ada, links=[KEPT], tags=["summit"], evidence_version=3)
        await make_version(session, ada, 3)
    pair = Pair(ada.id)
    async with database.reading() as session:
        with recording(database) as recorder:
            seen = (await snapshots_by_pair(session, Viewer("ada", is_admin=False, flag=True), [pair]))[pair]
        assert await snapshots_by_pair(session, Viewer("bea", is_admin=False, flag=True), [pair]) == {}
    assert len(recorder) == 1
    assert (seen.snapshot.hash, seen.snapshot.message_count, seen.taken_at) == (taken.hash, 3, LONG_AGO)
    assert (seen.snapshot.user_id, seen.snapshot.group_slug, seen.snapshot.timezone) == (
        "ada",
        "climbing",
        "Europe/Berlin",
    )
    assert [link.url for link in seen.snapshot.top_links] == [KEPT]
    assert len(seen.snapshot.request_ids) == 2
    assert seen.up_to_date


async def test_a_snapshot_that_evidence_has_overtaken_lists_only_what_is_still_there(database: Database) -> None:
    async with database.transaction() as session:
        ada = await make_person(session, await make_group(session), "ada")
        await make_comment(session, ada.group, ada.identity, KEPT, links=[KEPT], tags=["kept"])
        gone = await make_comment(session, ada.group, ada.identity, GONE, links=[GONE], tags=["gone"])
        await make_snapshot(session, ada, links=[GONE, KEPT], tags=["gone", "kept"], evidence_version=1)
        await make_version(session, ada, 2, {"COMMENT_DELETED": 2})
        await session.execute(
            text("UPDATE request_comments SET deleted = true, body = '' WHERE id = :id"), {"id": gone.id}
        )
    pair = Pair(ada.id)
    async with database.reading() as session:
        seen = (await snapshots_by_pair(session, Viewer("operator", is_admin=True, flag=True), [pair]))[pair]
    assert not seen.up_to_date
    assert [link.url for link in seen.snapshot.top_links] == [KEPT]
    assert [tag.tag for tag in seen.snapshot.top_tags] == ["kept"]
    assert seen.snapshot.message_count == 3
