"""Who sees whom, in every combination that has a rule (R1, R2, R4, R20-R22)."""

import pytest
from sqlalchemy import text

from glaze.db.engine import Database
from glaze.members.models import UserAttribute
from glaze.members.store import account_of, groups_by_id, groups_of_viewer, members_by_id, pairs_seen
from glaze.members.types import SeenGroup, SeenMember
from glaze.members.visibility import Pair, Viewer
from tests.factories import (
    LONG_AGO,
    Person,
    hide,
    make_comment,
    make_group,
    make_identity,
    make_member,
    make_person,
    make_user,
    opt_out,
)
from tests.query_recorder import recording


def member(external_id: str, *, flag: bool = True) -> Viewer:
    return Viewer(external_id, is_admin=False, flag=flag)


def admin(*, flag: bool = True) -> Viewer:
    return Viewer("operator", is_admin=True, flag=flag)


async def seen(database: Database, viewer: Viewer, subject: int, slug: str | None = None) -> str | None:
    """The slug of the group in which the viewer sees the subject."""
    pair = Pair(subject, group_slug=slug)
    async with database.reading() as session:
        found = await pairs_seen(session, viewer, [pair])
    return found[pair].group.slug if pair in found else None


@pytest.fixture
async def climbers(database: Database) -> dict[str, Person]:
    """Two groups: ada and bea climb, cyd reads; dan has left the climbers, eve has hidden, fay has opted out."""
    async with database.transaction() as session:
        climbing = await make_group(session, "climbing")
        reading = await make_group(session, "reading")
        people = {
            name: await make_person(session, climbing, name, name.title()) for name in ("ada", "bea", "eve", "fay")
        }
        people["cyd"] = await make_person(session, reading, "cyd", "Cyd")
        people["dan"] = await make_person(session, climbing, "dan", "Dan", is_member=False)
        await hide(session, people["eve"])
        await opt_out(session, people["fay"])
    return people


WHO_SEES_WHOM = {
    "who shares the group sees": (member("ada"), "bea", True),
    "everybody sees their own page": (member("ada"), "ada", True),
    "another group's member does not": (member("cyd"), "bea", False),
    "who has left does not see": (member("dan"), "bea", False),
    "who has left is not seen": (member("ada"), "dan", False),
    "an unknown sub is a viewer without groups": (member("nobody-knows-me"), "bea", False),
    "who has hidden is not seen": (member("ada"), "eve", False),
    "but sees their own page so as to undo it": (member("eve"), "eve", True),
    "and is seen by admins": (admin(), "eve", True),
    "who has opted out is not seen": (member("ada"), "fay", False),
    "not even by themselves": (member("fay"), "fay", False),
    "nor by admins": (admin(), "fay", False),
    "admins see without a group of their own": (admin(), "bea", True),
    "admins see who has left": (admin(), "dan", True),
    "with the flag off nobody sees": (member("ada", flag=False), "bea", False),
    "not even their own page": (member("ada", flag=False), "ada", False),
    "nor do admins": (admin(flag=False), "bea", False),
}


async def test_who_sees_whom(database: Database, climbers: dict[str, Person]) -> None:
    in_the_group, anywhere = {}, {}
    for rule, (viewer, subject, _) in WHO_SEES_WHOM.items():
        in_the_group[rule] = await seen(database, viewer, climbers[subject].id, "climbing") == "climbing"
        async with database.reading() as session:
            anywhere[rule] = climbers[subject].id in await members_by_id(session, viewer, [climbers[subject].id])
    assert in_the_group == anywhere == {rule: sees for rule, (_, _, sees) in WHO_SEES_WHOM.items()}


async def test_hiding_and_opting_out_count_for_one_group_and_by_any_identity(
    database: Database, climbers: dict[str, Person]
) -> None:
    async with database.transaction() as session:
        eve, fay, ada = climbers["eve"], climbers["fay"], climbers["ada"]
        for person in (eve, fay, ada):
            await make_member(session, climbers["cyd"].group, person.identity, "Reader")
        # A second account of bea's, never seen in this group under this number, opts her out of it.
        number = await make_identity(session, climbers["bea"].user, kind="e164", value="+15550100")
        await opt_out(session, Person(climbers["bea"].user, number, climbers["bea"].group))
    assert await seen(database, member("ada"), eve.id, "climbing") is None
    assert await seen(database, member("ada"), eve.id, "reading") == "reading"
    assert await seen(database, member("ada"), fay.id, "climbing") is None
    assert await seen(database, member("ada"), fay.id, "reading") == "reading"
    assert await seen(database, member("ada"), climbers["bea"].id, "climbing") is None


async def test_any_identity_of_the_viewer_makes_them_a_member(database: Database, climbers: dict[str, Person]) -> None:
    async with database.transaction() as session:
        number = await make_identity(session, climbers["cyd"].user, kind="e164", value="+15550101")
        await make_member(session, climbers["ada"].group, number, "C.")
    assert await seen(database, member("cyd"), climbers["bea"].id, "climbing") == "climbing"


async def test_an_emptied_provisional_user_is_shown_nowhere(database: Database, climbers: dict[str, Person]) -> None:
    async with database.transaction() as session:
        provisional = await make_person(session, climbers["ada"].group, "signal:1234", "Gil")
        owner = await make_user(session, "gil")
    assert await seen(database, member("ada"), provisional.id, "climbing") == "climbing"
    async with database.transaction() as session:
        identity = await session.get_one(UserAttribute, provisional.identity.id)
        identity.user_id = owner.id
    for viewer in (member("ada"), admin()):
        assert await seen(database, viewer, provisional.id, "climbing") is None
        assert await seen(database, viewer, owner.id, "climbing") == "climbing"


async def test_without_a_slug_the_shared_group_with_the_latest_visible_comment_is_meant(
    database: Database, climbers: dict[str, Person]
) -> None:
    ada, bea, climbing, reading = climbers["ada"], climbers["bea"], climbers["ada"].group, climbers["cyd"].group
    async with database.transaction() as session:
        for person in (ada, bea):
            await make_member(session, reading, person.identity, "")
        await make_comment(session, climbing, ada.identity, sent_at=LONG_AGO.replace(month=5))
        await make_comment(session, reading, ada.identity, sent_at=LONG_AGO.replace(month=4))
        late = await make_comment(session, reading, climbers["cyd"].identity, sent_at=LONG_AGO.replace(month=6))
        elsewhere = await make_group(session, "elsewhere")
        await make_member(session, elsewhere, bea.identity, "")
        await make_comment(session, elsewhere, bea.identity, sent_at=LONG_AGO.replace(month=7))
    assert await seen(database, member("ada"), bea.id) == "reading"
    assert await seen(database, admin(), bea.id) == "elsewhere"
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE request_comments SET deleted = true, body = '' WHERE id = :id"), {"id": late.id}
        )
    assert await seen(database, member("ada"), bea.id) == "climbing"


async def test_a_batch_is_one_statement_and_keeps_its_pairs_apart(
    database: Database, climbers: dict[str, Person]
) -> None:
    pairs = [
        Pair(climbers["bea"].id),
        Pair(climbers["eve"].id),
        Pair(climbers["bea"].id, group_slug="reading"),
        Pair(climbers["bea"].id, group_id=climbers["bea"].group.id),
        Pair(2**62),
    ]
    async with database.reading() as session:
        with recording(database) as recorder:
            found = await pairs_seen(session, member("ada"), pairs)
    assert len(recorder) == 1
    assert set(found) == {pairs[0], pairs[3]}
    assert found[pairs[0]].group == SeenGroup(climbers["bea"].group.id, "climbing", "Climbing", "UTC")


async def test_a_member_bears_the_name_of_a_group_the_viewer_shares(
    database: Database, climbers: dict[str, Person]
) -> None:
    bea = climbers["bea"]
    async with database.transaction() as session:
        secret = await make_group(session, "secret")
        # Newer, but of a group that ada does not share.
        nickname = await make_member(session, secret, bea.identity, "Beatnik")
        nickname.named_as_of = LONG_AGO.replace(year=2026)
    async with database.reading() as session:
        assert await members_by_id(session, member("ada"), [bea.id]) == {bea.id: SeenMember(bea.id, "bea", "Bea")}
        by_admin = await members_by_id(session, admin(), [bea.id])
    assert by_admin[bea.id].name == "Beatnik"


async def test_groups_are_the_viewers_own_and_all_of_them_for_admins(
    database: Database, climbers: dict[str, Person]
) -> None:
    climbing, reading = climbers["ada"].group, climbers["cyd"].group
    async with database.reading() as session:
        assert [group.slug for group in await groups_of_viewer(session, member("ada"))] == ["climbing"]
        assert await groups_of_viewer(session, member("dan")) == []
        assert await groups_of_viewer(session, member("ada", flag=False)) == []
        assert [group.slug for group in await groups_of_viewer(session, admin())] == ["climbing", "reading"]
        assert list(await groups_by_id(session, member("ada"), [climbing.id, reading.id])) == [climbing.id]


async def test_an_account_is_named_by_the_login_else_by_the_chat(
    database: Database, climbers: dict[str, Person]
) -> None:
    async with database.transaction() as session:
        named = await make_user(session, "hal", name="Hal 9000")
    async with database.reading() as session:
        own = await account_of(session, "ada")
        hal = await account_of(session, "hal")
        assert own is not None
        assert hal is not None
        assert (own.id, own.name) == (climbers["ada"].id, "Ada")
        assert (hal.id, hal.name) == (named.id, "Hal 9000")
        assert await account_of(session, "nobody-knows-me") is None
