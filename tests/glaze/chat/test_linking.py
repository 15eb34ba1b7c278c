"""Linking and unlinking: whose words are whose, what is a copy, and what travels with an identity (R2, R3)."""

import pytest

from glaze.chat.exports.types import Mention
from glaze.chat.linking import link, unlink
from glaze.db.engine import Database
from tests.canonical import HISTORY, differences
from tests.glaze.chat.chats import (
    ANN,
    BO,
    DAY,
    Written,
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
from tests.glaze.chat.watch import Watch, evidence

CHAT = export(
    *(said(ANN, number) for number in range(4)),
    said(BO, 9, quotes=(ANN, 0)),
    reacted(BO, ANN, 0),
    names={ANN: "Ann Ostrander", BO: "Bo Quist"},
)
ANNIE = "name:Choir/Annie"


def in_folder() -> Written:
    """The same comments as another format tells them, Ann's under a name that is not hers."""
    return folder(*(said("name:Annie", number) for number in range(4)), said("name:BoQuist", 9))


async def linked(database: Database, user: str, identity: str) -> bool:
    async with database.transaction() as session:
        return await link(session, user, identity)


async def unlinked(database: Database, identity: str) -> bool:
    async with database.transaction() as session:
        return await unlink(session, identity)


async def visible(database: Database) -> dict[str, int]:
    """Visible comments by external user id; provisional users by their identities."""
    found = await rows(
        database,
        "SELECT CASE WHEN u.user_id LIKE 'signal:%' THEN string_agg(DISTINCT a.value, ' ') ELSE u.user_id END, count(*)"
        "  FROM visible_comments c JOIN user_attributes a ON a.id = c.author_id JOIN users u ON u.id = a.user_id"
        " GROUP BY u.user_id",
    )
    return dict(found)


async def owner(database: Database, identity: str) -> tuple[str, str]:
    """(the user an identity belongs to, who says so)."""
    [found] = await rows(
        database,
        "SELECT u.user_id, a.linked_by FROM user_attributes a JOIN users u ON u.id = a.user_id"
        " WHERE a.kind || ':' || a.value = $1",
        identity,
    )
    return found


async def home(database: Database, identity: str) -> str:
    [(found,)] = await rows(
        database,
        "SELECT u.user_id FROM user_attributes a JOIN users u ON u.id = a.home_user_id"
        " WHERE a.kind || ':' || a.value = $1",
        identity,
    )
    return str(found)


async def test_a_link_makes_eight_copies_four_and_an_unlink_eight_again(database: Database) -> None:
    await join(database, CHAT)
    await join(database, in_folder())
    ann, bo = ANN.partition(":")[2], BO.partition(":")[2]
    before = await tables(database, but=HISTORY)
    assert await visible(database) == {ann: 4, "Choir/Annie": 4, bo: 1}
    assert await linked(database, "ann", ANN)
    assert await visible(database) == {"ann": 4, "Choir/Annie": 4, bo: 1}
    assert await linked(database, "ann", ANNIE)
    assert await visible(database) == {"ann": 4, bo: 1}
    kept = await rows(
        database,
        "SELECT DISTINCT kept.kind, copy.kind FROM request_comments c"
        "  JOIN user_attributes copy ON copy.id = c.author_id"
        "  JOIN request_comments o ON o.group_id = c.group_id AND o.id = c.duplicate_of"
        "  JOIN user_attributes kept ON kept.id = o.author_id",
    )
    assert kept == [("aci", "name")]
    assert await unlinked(database, ANNIE)
    assert await visible(database) == {"ann": 4, "Choir/Annie": 4, bo: 1}
    assert await unlinked(database, ANN)
    after = await tables(database, but=HISTORY)
    after["users"].remove(("ann", ""))
    assert differences(before, after) == []


async def test_linking_again_and_unlinking_again_change_nothing(database: Database) -> None:
    await join(database, CHAT)
    watch = await Watch.begin(database)
    assert not await unlinked(database, ANN)
    assert await linked(database, "ann", ANN)
    await watch.look()
    assert not await linked(database, "ann", ANN)
    assert await watch.look() == {}


async def test_a_persons_link_survives_later_imports(database: Database) -> None:
    await join(database, CHAT)
    await join(database, in_folder())
    await linked(database, "bo", ANNIE)
    await join(database, CHAT)
    report = await join(database, in_folder())
    assert await owner(database, ANNIE) == ("bo", "person")
    assert report.ambiguous == (), "she is settled"
    # Nor does a name that fits exactly take it away.
    await join(database, export(said(ANN, 5), names={ANN: "Annie"}, as_of=2000 * DAY))
    assert await owner(database, ANNIE) == ("bo", "person")


async def test_a_name_goes_where_its_account_goes_and_comes_back_with_it(database: Database) -> None:
    await join(database, CHAT)
    await join(database, in_folder())
    name = "name:Choir/BoQuist"
    assert await owner(database, name) == (await home(database, BO), "import")
    await linked(database, "bo", BO)
    assert await owner(database, name) == ("bo", "import")
    assert (await visible(database))["bo"] == 1
    await unlinked(database, BO)
    assert await owner(database, name) == (await home(database, BO), "import")


async def test_a_number_goes_where_its_account_goes_and_comes_back_with_it(database: Database) -> None:
    number = "e164:+15550100002"
    await join(database, export(said(ANN, 0), said(number, 5), numbers={ANN: "+15550100002"}))
    assert await owner(database, number) == (await home(database, ANN), "import")
    await linked(database, "ann", ANN)
    assert await owner(database, number) == ("ann", "import")
    await join(database, export(said(ANN, 0), numbers={ANN: "+15550100002"}))
    assert await owner(database, number) == ("ann", "import")
    await unlinked(database, ANN)
    assert await owner(database, number) == (await home(database, ANN), "import")


async def test_a_number_told_of_two_accounts_is_for_a_person_to_settle(database: Database) -> None:
    number = "e164:+15550100002"
    await join(database, export(said(ANN, 0), said(number, 5), numbers={ANN: "+15550100002"}))
    report = await join(database, export(said(BO, 0), numbers={BO: "+15550100002"}))
    assert [(name.identity_key, name.candidates) for name in report.ambiguous] == [(number, 2)]
    assert await owner(database, number) == (await home(database, number), "import")
    await linked(database, "bo", number)
    report = await join(database, export(said(ANN, 0), numbers={ANN: "+15550100002"}))
    assert report.ambiguous == ()
    assert await owner(database, number) == ("bo", "person")


async def test_a_name_that_an_import_recognised_wrongly_is_denied_for_good(database: Database) -> None:
    await join(database, CHAT)
    await join(database, in_folder())
    name = "name:Choir/BoQuist"
    assert await unlinked(database, name)
    assert await owner(database, name) == (await home(database, name), "person")
    report = await join(database, in_folder())
    assert await owner(database, name) == (await home(database, name), "person")
    assert name not in {one.identity_key for one in report.ambiguous}
    # A person may still say whose it is, and take that back: then the files' word counts again.
    assert await linked(database, "cy", name)
    watch = await Watch.begin(database)
    assert await unlinked(database, name)
    assert await owner(database, name) == (await home(database, BO), "import")
    assert set(await watch.look()) == {("cy", "choir"), (await home(database, BO), "choir")}


async def test_names_of_two_groups_are_two_people(database: Database) -> None:
    for name in ("Choir", "Kitchen"):
        await take_in(database, folder(said("name:Alex", 0), name=name))
    await linked(database, "alex", "name:Choir/Alex")
    assert await owner(database, "name:Choir/Alex") == ("alex", "person")
    assert await owner(database, "name:Kitchen/Alex") == (await home(database, "name:Kitchen/Alex"), "home")


async def test_a_deletion_known_to_the_poorer_format_counts_once_both_are_one_person(database: Database) -> None:
    await join(database, CHAT)
    await join(database, folder(gone("name:Annie", 2)))
    await linked(database, "ann", ANN)
    assert (await visible(database))["ann"] == 4
    await linked(database, "ann", ANNIE)
    assert (await visible(database))["ann"] == 3
    await unlinked(database, ANNIE)
    assert (await visible(database))["ann"] == 4


async def test_a_deletion_that_comes_after_the_link_counts_as_well(database: Database) -> None:
    await join(database, CHAT)
    await join(database, in_folder())
    await linked(database, "ann", ANN)
    await linked(database, "ann", ANNIE)
    await join(database, folder(gone("name:Annie", 2)))
    assert (await visible(database))["ann"] == 3


async def test_a_reply_to_a_copy_is_a_reply_to_its_author(database: Database) -> None:
    await join(database, CHAT)
    await join(database, folder(said("name:Annie", 1), said("name:Zoe", DAY, quotes=("name:Annie", 1))))
    await linked(database, "ann", ANN)
    await linked(database, "ann", ANNIE)
    # One is Bo's, one Zoe's, which only the folder knows.
    assert (await evidence(database))["ann", "choir"]["quotes_received"] == 2


async def test_a_link_tells_everybody_whose_evidence_a_copy_was(database: Database) -> None:
    """Cy reacted to a copy, which mentions Eve and quotes Bo: what they gave and got changes with it."""
    await join(database, CHAT)
    await join(
        database,
        folder(
            said("name:Annie", 0, "@", quotes=("name:BoQuist", 9), mentions=(Mention(0, "name:Eve"),)),
            said("name:BoQuist", 9),
            reacted("name:Cy", "name:Annie", 0),
            reacted("name:Dee", "name:BoQuist", 9),
            reacted("name:Eve", "name:BoQuist", 9),
        ),
    )
    watch = await Watch.begin(database)
    await linked(database, "ann", ANN)
    await watch.look()
    await linked(database, "ann", ANNIE)
    raised = await watch.look()
    assert set(raised) == {
        ("ann", "choir"),
        (await home(database, ANNIE), "choir"),
        (await home(database, "name:Choir/Cy"), "choir"),
        (await home(database, "name:Choir/Eve"), "choir"),
        (await home(database, BO), "choir"),
    }
    assert {reason for reasons in raised.values() for reason in reasons} == {"IDENTITY_LINKED"}


@pytest.mark.parametrize("table", ["exclusions", "opt_outs", "hides"])
async def test_consent_travels_with_the_identity_and_back(database: Database, table: str) -> None:
    await join(database, CHAT)
    span = ", starts_at, ends_at" if table == "exclusions" else ""
    values = ", '2000-01-01', '2100-01-01'" if span else ""
    await rows(
        database,
        f"INSERT INTO {table} (identity_id, group_id{span})"
        f" SELECT a.id, g.id{values} FROM user_attributes a, groups g WHERE a.kind || ':' || a.value = $1",
        ANN,
    )
    of_user = (
        f"SELECT u.user_id FROM {table} x JOIN user_attributes a ON a.id = x.identity_id"
        " JOIN users u ON u.id = a.user_id"
    )
    await linked(database, "ann", ANN)
    assert await rows(database, of_user) == [("ann",)]
    await unlinked(database, ANN)
    assert await rows(database, of_user) == [(await home(database, ANN),)]


async def test_what_is_barred_travels_with_its_author_and_bars_the_copy_too(database: Database) -> None:
    await join(database, CHAT)
    await join(database, in_folder())
    await rows(
        database,
        "INSERT INTO barred_receipts (subject_id, group_id, comment_id) SELECT a.user_id, c.group_id, c.id"
        "  FROM request_comments c JOIN user_attributes a ON a.id = c.author_id"
        " WHERE a.kind || ':' || a.value = $1 ORDER BY c.sent_at LIMIT 1",
        ANNIE,
    )
    before = (await tables(database))["barred_receipts"]
    await linked(database, "ann", ANN)
    await linked(database, "ann", ANNIE)
    barred = await rows(
        database,
        "SELECT u.user_id, a.kind FROM barred_receipts b JOIN users u ON u.id = b.subject_id"
        "  JOIN request_comments c ON c.group_id = b.group_id AND c.id = b.comment_id"
        "  JOIN user_attributes a ON a.id = c.author_id ORDER BY a.kind",
    )
    assert barred == [("ann", "aci"), ("ann", "name")]
    await unlinked(database, ANNIE)
    assert [row for row in (await tables(database))["barred_receipts"] if row[0] != "ann"] == before


async def test_an_emptied_provisional_user_keeps_no_identity(database: Database) -> None:
    await join(database, CHAT)
    provisional = await home(database, ANN)
    await linked(database, "ann", ANN)
    assert (
        await rows(
            database,
            "SELECT a.id FROM user_attributes a JOIN users u ON u.id = a.user_id WHERE u.user_id = $1",
            provisional,
        )
        == []
    )
    await unlinked(database, ANN)
    assert (await owner(database, ANN)) == (provisional, "home")
