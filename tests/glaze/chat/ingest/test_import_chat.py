"""An import: what it takes in, what it says at its end, and that a refused one changes nothing (R5-R7, R13)."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from glaze.chat.exports.open import Export
from glaze.chat.exports.types import ExportFormat, Group, GroupChoice, LeftOut, Record, Tally
from glaze.chat.ingest.import_chat import import_chat
from glaze.chat.linking import link
from glaze.clock import from_ms
from glaze.db.engine import Database
from glaze.errors import InvalidInputError, NotFoundError, UnreadableExportError
from glaze.members.enrol import provisional_user_id
from tests.canonical import HISTORY, differences
from tests.glaze.chat.chats import (
    ANN,
    BO,
    CY,
    DAY,
    NOON,
    Written,
    emptied,
    export,
    folder,
    gone,
    join,
    reacted,
    rows,
    said,
    tables,
    take_in,
)
from tests.glaze.chat.watch import Watch

KITCHEN = "master:" + "1d" * 32
CHAT = export(said(ANN, 0), said(BO, 5, quotes=(ANN, 0)), reacted(BO, ANN, 0), names={ANN: "Ann"})


def user(person: str) -> str:
    return provisional_user_id(*person.split(":", 1))


def two_groups() -> Written:
    """An export of two groups, one comment in each."""
    kitchen = export(said(ANN, 0, group=KITCHEN), key=KITCHEN, title="Kitchen")
    return replace(CHAT, records=(*CHAT.records, *kitchen.records))


async def test_the_report_counts_what_the_file_held_and_what_it_changed(database: Database) -> None:
    first = await take_in(database, export(said(ANN, 0), said(BO, DAY), gone(CY, 5), reacted(CY, ANN, 0)))
    assert (first.comments, first.people, first.new, first.edited, first.deleted) == (2, 3, 2, 0, 1)
    assert first.reactions_changed == 1
    [group] = first.groups
    assert (group.slug, group.title, group.people, group.comments, group.new_comments) == ("choir", "Choir", 3, 2, 2)
    assert (group.first_sent_at, group.last_sent_at) == (from_ms(NOON), from_ms(NOON + DAY))
    second = await take_in(
        database,
        export(
            said(ANN, 0, "other words", edited=9), gone(BO, DAY), said(CY, 7), reacted(BO, CY, 99), as_of=2000 * DAY
        ),
    )
    assert (second.comments, second.new, second.edited, second.deleted, second.reactions_changed) == (2, 1, 1, 1, 1)
    assert second.left_out == {LeftOut.ORPHAN_REACTIONS.value: 1}
    kept = await rows(database, "SELECT report::text FROM imports ORDER BY id")
    assert len(kept) == 2
    assert "Choir" not in repr(kept)


async def test_the_timer_of_a_group_is_told(database: Database) -> None:
    records = tuple(
        Group(one.key, one.title, timer_seconds=3600) if isinstance(one, Group) else one for one in CHAT.records
    )
    report = await take_in(database, replace(CHAT, records=records))
    assert [group.timer_seconds for group in report.groups] == [3600]


async def test_a_dry_run_says_the_same_and_changes_nothing(database: Database) -> None:
    before = await tables(database)
    async with database.transaction() as session:
        dry = await import_chat(session, CHAT.open(), groups=None, timezone="Asia/Tokyo")
        await session.rollback()
    assert await tables(database) == before
    assert dry == await take_in(database, CHAT, timezone="Asia/Tokyo")


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"groups": ["Chor"]}, NotFoundError),
        ({"groups": []}, NotFoundError),
        ({"into": "choir-2"}, NotFoundError),
        ({"into": "choir"}, InvalidInputError),
        ({"timezone": "Mars/Olympus"}, InvalidInputError),
    ],
)
async def test_a_refused_import_changes_nothing(
    database: Database, how: dict[str, object], error: type[Exception]
) -> None:
    await take_in(database, CHAT)
    before = await tables(database)
    with pytest.raises(error):
        await take_in(database, two_groups(), **how)
    assert await tables(database) == before


async def test_a_file_that_breaks_off_changes_nothing(database: Database) -> None:
    def broken(wanted: GroupChoice, tally: Tally, /) -> Iterator[Record]:
        yield from export(said(ANN, 0, "other words"), said(CY, 77), as_of=2000 * DAY).open()(wanted, tally)
        raise UnreadableExportError("It breaks off.")

    await take_in(database, CHAT)
    before = await tables(database)
    with pytest.raises(UnreadableExportError):
        await take_in(database, Export(ExportFormat.OFFICIAL, [], broken))
    assert await tables(database) == before


async def test_a_group_is_asked_for_by_title_or_slug_even_after_its_title_changed(database: Database) -> None:
    for wish in ("Kitchen", "kitchen", " Kitchen "):
        await emptied(database)
        report = await take_in(database, two_groups(), groups=[wish])
        assert [group.slug for group in report.groups] == ["kitchen"]
    await take_in(database, export(said(ANN, 0, group=KITCHEN), key=KITCHEN, title="Cellar", as_of=2000 * DAY))
    renamed = export(said(BO, 0, group=KITCHEN), key=KITCHEN, title="Cellar")
    report = await take_in(database, renamed, groups=["kitchen"])
    assert [(group.slug, group.title) for group in report.groups] == [("kitchen", "Cellar")]


async def test_a_folders_name_is_no_title_where_the_title_is_known(database: Database) -> None:
    await take_in(database, export(said(ANN, 0), title="Choir 🎵", as_of=DAY))
    await join(database, folder(said("name:Ann", 0), name="Choirmusicalnote", as_of=2 * DAY))
    assert await rows(database, "SELECT title, titled_as_of FROM groups") == [("Choir 🎵", from_ms(NOON + DAY))]


async def test_of_a_comment_told_twice_in_one_file_the_latest_edit_wins_then_the_later_line(database: Database) -> None:
    await take_in(
        database,
        export(
            *(said(ANN, 0, "edited", edited=9), said(ANN, 0, "edited before", edited=5)),
            *(said(BO, 0, "one"), said(BO, 0, "the later", tags=("later",))),
            *(said(CY, 0, "words"), gone(CY, 0), said(CY, 0, "more words")),
            *(
                reacted(BO, ANN, 0, "🔥"),
                reacted(BO, ANN, 0, "🎉"),
                reacted(CY, ANN, 0, "🔥"),
                reacted(CY, ANN, 0, None),
            ),
        ),
    )
    found = await rows(database, "SELECT body, deleted FROM request_comments ORDER BY author_id")
    assert found == [("edited", False), ("the later", False), ("", True)]
    assert await rows(database, "SELECT tag FROM comment_tags") == [("later",)]
    assert await rows(database, "SELECT emoji FROM comment_reactions") == [("🎉",)]


async def test_what_is_past_retention_is_refused(database: Database) -> None:
    await take_in(database, export(said(BO, 9 * DAY)))
    await rows(
        database, "INSERT INTO retention_horizons (group_id, keep_from) SELECT id, $1 FROM groups", from_ms(NOON + DAY)
    )
    report = await take_in(database, export(said(ANN, 0), reacted(BO, ANN, 0), gone(CY, DAY - 1), said(CY, DAY)))
    assert report.left_out == {"messages older than the group's retention horizon": 2}
    assert (report.comments, report.new, report.deleted, report.reactions_changed) == (1, 1, 0, 0)
    assert await rows(database, "SELECT count(*) FROM request_comments WHERE sent_at < $1", from_ms(NOON + DAY)) == [
        (0,)
    ]
    # The horizon of one group is none of another's.
    other = export(said(ANN, 0, group=KITCHEN), key=KITCHEN, title="Kitchen")
    assert (await take_in(database, other)).new == 1


async def test_imports_follow_one_another_and_never_overlap(database: Database) -> None:
    chats = [
        export(said(ANN, 0), said(person, number), as_of=number * DAY) for number, person in enumerate((BO, CY), 1)
    ]
    async with asyncio.timeout(60):
        await asyncio.gather(*(take_in(database, chat) for chat in chats * 3))
    at_once = await tables(database, but=HISTORY)
    await emptied(database)
    for chat in chats:
        await take_in(database, chat)
    assert differences(at_once, await tables(database, but=HISTORY)) == []


async def test_who_is_told_what_when_a_comment_is_new_edited_or_deleted(database: Database) -> None:
    watch = await Watch.begin(database)
    await take_in(database, CHAT)
    assert await watch.look() == {
        (user(ANN), "choir"): {"EVIDENCE_CHANGED"},
        (user(BO), "choir"): {"EVIDENCE_CHANGED"},
    }
    await take_in(database, CHAT)
    assert await watch.look() == {}
    await take_in(database, export(said(BO, 5, "better", edited=9, quotes=(ANN, 0))))
    assert await watch.look() == {(user(BO), "choir"): {"COMMENT_EDITED"}, (user(ANN), "choir"): {"EVIDENCE_CHANGED"}}
    # Bo's answer to Ann is gone: what she received is less. He who writes now is told of his own.
    await take_in(database, export(gone(BO, 5), said(CY, 6)))
    assert await watch.look() == {
        (user(BO), "choir"): {"COMMENT_DELETED"},
        (user(ANN), "choir"): {"EVIDENCE_CHANGED"},
        (user(CY), "choir"): {"EVIDENCE_CHANGED"},
    }
    await take_in(database, export(said(ANN, 0), as_of=2000 * DAY))
    assert await watch.look() == {
        (user(BO), "choir"): {"EVIDENCE_CHANGED"},
        (user(ANN), "choir"): {"EVIDENCE_CHANGED"},
    }, "a reaction was taken back"


async def test_everybody_is_told_when_days_or_the_names_of_comments_change(database: Database) -> None:
    await take_in(database, folder(said("name:Ann", 0), said("name:Bo", 5)))
    watch = await Watch.begin(database)
    await take_in(database, folder(said("name:Ann", 0)), timezone="Asia/Tokyo")
    everybody = {(user("name:Choir/Ann"), "choir"), (user("name:Choir/Bo"), "choir")}
    assert await watch.look() == {pair: {"EVIDENCE_CHANGED"} for pair in everybody}
    await join(database, folder(said("name:Ann", 0)), timezone="Asia/Tokyo")
    assert await watch.look() == {}
    await join(database, export(said(CY, 9)))
    assert set(await watch.look()) == everybody | {(user(CY), "choir")}
    # A key that does not speak for the group tells nobody anything new.
    await join(database, folder(said("name:Dee", 9), name="Choirs"))
    assert set(await watch.look()) == {(user("name:Choirs/Dee"), "choir")}


async def test_a_person_found_again_in_another_format_is_told_once(database: Database) -> None:
    await take_in(database, CHAT)
    async with database.transaction() as session:
        await link(session, "ann", ANN)
    watch = await Watch.begin(database)
    await join(database, folder(said("name:Ann", 0), said("name:Ann", DAY)))
    raised = await watch.look()
    assert raised["ann", "choir"] == {"EVIDENCE_CHANGED", "IDENTITY_LINKED"}
