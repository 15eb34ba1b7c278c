"""Which group an export's group is: keys, slugs, titles and zones (R5)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from glaze.db.engine import Database
from glaze.errors import InvalidInputError, NotFoundError
from glaze.members.find import group_ids_by_slug, user_ids_by_external_id
from glaze.members.groups import (
    FoundGroup,
    find_or_make_group,
    keys_of_slugs,
    require_timezone,
    retitle,
    set_timezone,
    slug_of,
)
from tests.factories import make_group, make_user
from tests.glaze.chat.chats import on


@pytest.fixture
async def connection(database: Database) -> Any:
    connection = await on(database)
    yield connection
    await connection.close()


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Thursday Builders 🛠️", "thursday-builders"),
        ("  Ça va?  ", "ça-va"),
        ("ﬁne & dandy_2", "fine-dandy-2"),
        ("Группа №7", "группа-no7"),
        ("STRASSE ß", "strasse-ss"),
        ("🛠️", "group"),
        ("", "group"),
        ("../../etc", "etc"),
        ("a" * 100, "a" * 60),
        ("a" * 59 + " b", "a" * 59),
    ],
)
def test_a_slug_is_letters_and_digits_joined_by_hyphens(title: str, slug: str) -> None:
    assert slug_of(title) == slug


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"])
def test_a_zone_is_an_iana_name(zone: str) -> None:
    assert require_timezone(zone) == zone


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "CEST+", "Europe", "\x00"])
def test_anything_else_is_refused(zone: str) -> None:
    with pytest.raises(InvalidInputError):
        require_timezone(zone)


async def test_slugs_are_unique_and_survive_a_change_of_title(connection: Any) -> None:
    slugs = []
    for key in ("master:1", "master:2", "master:3"):
        found = await find_or_make_group(connection, key, "Choir", None)
        slugs.append(await connection.fetchval("SELECT slug FROM groups WHERE id = $1", found.id))
    assert slugs == ["choir", "choir-2", "choir-3"]
    again = await find_or_make_group(connection, "master:2", "Choir of 1900", None)
    assert not again.rekeyed
    await retitle(connection, [(again.id, "Choir of 1900", datetime(2026, 1, 1, tzinfo=UTC))])
    row = await connection.fetchrow("SELECT slug, title FROM groups WHERE id = $1", again.id)
    assert tuple(row) == ("choir-2", "Choir of 1900")
    assert await keys_of_slugs(connection, ["choir-2", "kitchen"]) == {"master:2"}


async def test_a_title_that_ends_like_a_slug_takes_no_ones_slug(connection: Any) -> None:
    for key, title in (("master:1", "Choir 2"), ("master:2", "Choir"), ("master:3", "Choir")):
        await find_or_make_group(connection, key, title, None)
    assert [row[0] for row in await connection.fetch("SELECT slug FROM groups ORDER BY id")] == [
        "choir-2",
        "choir",
        "choir-3",
    ]


async def test_another_format_joins_the_group_that_stands_and_the_best_key_speaks_for_it(connection: Any) -> None:
    made = await find_or_make_group(connection, "id:x", "Choir", None)
    assert made.rekeyed
    assert await find_or_make_group(connection, "folder:Choir", "Choir", "choir") == FoundGroup(made.id, rekeyed=False)
    assert await find_or_make_group(connection, "master:1", "Choir", "choir") == FoundGroup(made.id, rekeyed=True)
    assert await find_or_make_group(connection, "master:1", "Choir", "choir") == FoundGroup(made.id, rekeyed=False)
    assert await find_or_make_group(connection, "master:1", "Choir", None) == FoundGroup(made.id, rekeyed=False)


async def test_a_group_joins_only_what_stands_and_only_if_it_does_not_stand_by_itself(connection: Any) -> None:
    await find_or_make_group(connection, "master:1", "Choir", None)
    await find_or_make_group(connection, "master:2", "Kitchen", None)
    with pytest.raises(NotFoundError):
        await find_or_make_group(connection, "folder:Choir", "Choir", "chor")
    with pytest.raises(InvalidInputError):
        await find_or_make_group(connection, "master:2", "Kitchen", "choir")
    assert await connection.fetchval("SELECT count(*) FROM group_keys") == 2


async def test_a_makeshift_title_serves_until_a_real_one_comes_and_no_title_is_none(connection: Any) -> None:
    made = await find_or_make_group(connection, "folder:Choirmusicalnote", "Choirmusicalnote", None)
    old, new = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    told = []
    for title, as_of in (("Choir", old), ("Zchoir", None), ("", new), ("Choir 🎵", new), ("Chor", old)):
        await retitle(connection, [(made.id, title, as_of)])
        told.append(await connection.fetchval("SELECT title FROM groups"))
    assert told == ["Choir", "Choir", "Choir", "Choir 🎵", "Choir 🎵"]


async def test_only_a_zone_that_differs_changes_a_group(connection: Any) -> None:
    made = await find_or_make_group(connection, "master:1", "Choir", None)
    assert await set_timezone(connection, [made.id], "UTC") == set()
    assert await set_timezone(connection, [made.id], "Asia/Tokyo") == {made.id}


async def test_users_and_groups_are_found_by_the_names_used_outside(database: Database) -> None:
    async with database.transaction() as session:
        ana, bo = await make_user(session, "ana"), await make_user(session, "auth0|1/2")
        choir = await make_group(session, "choir")
        assert await user_ids_by_external_id(session, ["auth0|1/2", "ana", "ana"]) == [ana.id, bo.id]
        assert await group_ids_by_slug(session, ["choir"]) == [choir.id]
        with pytest.raises(NotFoundError):
            await user_ids_by_external_id(session, ["ana", "Ana"])
        with pytest.raises(NotFoundError):
            await group_ids_by_slug(session, ["choir", "kitchen"])
