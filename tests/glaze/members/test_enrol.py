"""Who is taken in from an export: identities, the names people bear, and who belongs to a group (R2, R4, R7)."""

import pytest

from glaze.db.engine import Database
from glaze.members.enrol import PROVISIONAL_PREFIX, identity_of, provisional_user_id
from glaze.members.models import IdentityKind
from tests.glaze.chat.chats import ANN, BO, CY, DAY, export, folder, join, reacted, rows, said, take_in

KEY = "master:" + "0c" * 32


@pytest.mark.parametrize(
    ("person", "group", "identity"),
    [
        ("aci:870466a5", KEY, (IdentityKind.ACI, "870466a5")),
        ("e164:+1555", KEY, (IdentityKind.E164, "+1555")),
        ("name:Alex", KEY, (IdentityKind.NAME, "0c" * 32 + "/Alex")),
        ("name:Alex", "folder:Choir", (IdentityKind.NAME, "Choir/Alex")),
        ("name:a:b/c", "folder:Choir", (IdentityKind.NAME, "Choir/a:b/c")),
    ],
)
def test_an_account_is_one_everywhere_and_a_name_only_in_its_group(
    person: str, group: str, identity: tuple[IdentityKind, str]
) -> None:
    assert identity_of(person, group) == identity


def test_no_two_identities_share_a_provisional_user() -> None:
    ids = {provisional_user_id(kind, value) for kind in ("aci", "name") for value in ("x", "X", "Choir/x", "aci:x")}
    assert len(ids) == 8
    assert all(one.startswith(PROVISIONAL_PREFIX) for one in ids)


async def members(database: Database) -> set[str]:
    found = await rows(
        database,
        "SELECT a.kind || ':' || a.value FROM group_members m JOIN user_attributes a ON a.id = m.identity_id"
        " WHERE m.is_member",
    )
    return {row[0] for row in found}


async def test_the_member_list_decides_and_leaving_ends_it_at_the_next_import(database: Database) -> None:
    await take_in(database, export(said(ANN, 0), said(CY, 1), members=[ANN, BO], as_of=DAY))
    # Bo never wrote, Cy wrote and is not on the list.
    assert await members(database) == {ANN, BO}
    await take_in(database, export(said(ANN, 0), members=[ANN, CY], as_of=2 * DAY))
    assert await members(database) == {ANN, CY}
    # An older export knows no better, and no list at all says nothing.
    await take_in(database, export(said(BO, 5), members=[BO], as_of=DAY))
    await take_in(database, export(said(BO, 6), as_of=3 * DAY))
    assert await members(database) == {ANN, CY}


async def test_where_no_format_has_a_list_whoever_wrote_is_a_member(database: Database) -> None:
    await take_in(database, folder(said("name:Ann", 0), reacted("name:Bo", "name:Ann", 0)))
    assert await members(database) == {"name:Choir/Ann"}
    await join(database, folder(said("name:Bo", 9)))
    assert await members(database) == {"name:Choir/Ann", "name:Choir/Bo"}
    await join(database, export(said(CY, 9), members=[CY]))
    assert await members(database) == {CY}


async def test_a_list_of_nobody_is_none(database: Database) -> None:
    await take_in(database, export(said(ANN, 0), members=[]))
    assert await members(database) == {ANN}
    assert await rows(database, "SELECT members_as_of FROM groups") == [(None,)]


async def test_the_name_of_the_newest_export_is_borne_and_no_name_is_none(database: Database) -> None:
    borne = []
    for name, as_of in (("Ann", 2), ("Anne", 1), ("", 9), ("Annie", 3), ("Anna", 3)):
        await take_in(database, export(said(ANN, 0), names={ANN: name}, as_of=as_of * DAY))
        borne += await rows(database, "SELECT display_name FROM group_members")
    assert borne == [("Ann",), ("Ann",), ("Ann",), ("Annie",), ("Annie",)]


async def test_a_bare_name_is_called_by_itself_until_somebody_tells_it_in_full(database: Database) -> None:
    await take_in(database, folder(said("name:AnnO", 0), as_of=DAY))
    await take_in(database, folder(said("name:AnnO", 0), names={"name:AnnO": "Ann O."}, as_of=2 * DAY))
    assert await rows(database, "SELECT display_name FROM group_members") == [("Ann O.",)]
