"""What a person may say of an identity, and how an identity is named (R2)."""

from typing import Any

import asyncpg
import pytest

from glaze.db.engine import Database
from glaze.errors import ConflictError, InvalidInputError, NotFoundError
from glaze.members.enrol import enrol_identities, provisional_user_id
from glaze.members.link import Moved, claim_numbers, find_identity, link_identity, relink, unlink_identity
from glaze.members.models import IdentityKind
from tests.glaze.chat.chats import on

ACCOUNT = "870466a5-1999-5a03-8cc5-35637d1be557"
OTHER = "d84bbf77-b845-5575-8b48-9f42975c104c"
NUMBER = "+15550100002"
PEOPLE = [
    (IdentityKind.ACI, ACCOUNT),
    (IdentityKind.ACI, OTHER),
    (IdentityKind.E164, NUMBER),
    (IdentityKind.NAME, "Choir/Alex"),
    (IdentityKind.NAME, "Choir/Sam"),
    (IdentityKind.NAME, "Kitchen/Alex"),
]


@pytest.fixture
async def connection(database: Database) -> Any:
    """A plain connection, with PEOPLE enrolled."""
    connection = await on(database)
    await enrol_identities(connection, PEOPLE)
    yield connection
    await connection.close()


async def belongs(connection: asyncpg.Connection, key: str) -> tuple[str, str]:
    row = await connection.fetchrow(
        "SELECT u.user_id, a.linked_by FROM user_attributes a JOIN users u ON u.id = a.user_id WHERE a.id = $1",
        await find_identity(connection, key),
    )
    return tuple(row)


async def test_everybody_begins_with_a_provisional_user_that_is_the_same_for_ever(connection: Any) -> None:
    assert await belongs(connection, f"aci:{ACCOUNT}") == (provisional_user_id("aci", ACCOUNT), "home")
    # Derived from the identity alone: another database, another year, the same user.
    assert provisional_user_id("aci", ACCOUNT) == "signal:cc3a3a69-c8c7-50b4-80fa-9c7715c9c009"
    before = await connection.fetch("SELECT * FROM users ORDER BY id")
    await enrol_identities(connection, PEOPLE)
    assert await connection.fetch("SELECT * FROM users ORDER BY id") == before


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (f"aci:{ACCOUNT}", ACCOUNT),
        (f" aci:{ACCOUNT.upper()} ", ACCOUNT),
        (f"e164:{NUMBER}", NUMBER),
        ("name:Choir/Alex", "Choir/Alex"),
        ("name:Sam", "Choir/Sam"),
    ],
)
async def test_an_identity_is_found_by_its_key_or_by_a_name_that_one_group_has(
    connection: Any, written: str, value: str
) -> None:
    found = await find_identity(connection, written)
    assert await connection.fetchval("SELECT value FROM user_attributes WHERE id = $1", found) == value


@pytest.mark.parametrize(
    ("written", "error"),
    [
        ("name:Alex", InvalidInputError),
        ("name:Nobody", NotFoundError),
        ("name:Kitchen/Sam", NotFoundError),
        ("aci:nobody", NotFoundError),
        ("Sam", InvalidInputError),
        ("aci:", InvalidInputError),
        ("", InvalidInputError),
        ("home:Sam", InvalidInputError),
    ],
)
async def test_a_key_that_names_nobody_or_several_is_refused(
    connection: Any, written: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as raised:
        await find_identity(connection, written)
    assert "Alex" not in str(raised.value)
    assert "Sam" not in str(raised.value)


@pytest.mark.parametrize("user", ["", "  ", "signal:" + "0" * 36, "signal:", "a\0b", "\ud800", "x" * 1025, "🎵" * 257])
async def test_nobody_may_be_linked_to_no_one_or_to_a_provisional_user(connection: Any, user: str) -> None:
    with pytest.raises(InvalidInputError):
        await link_identity(connection, user, f"aci:{ACCOUNT}")
    assert (await belongs(connection, f"aci:{ACCOUNT}"))[1] == "home"


@pytest.mark.parametrize("user", ["auth0|1/2", "../../x", "Ana", "ana", "🎵" * 256, "it's; --"])
async def test_any_other_external_id_may_be(connection: Any, user: str) -> None:
    moved = await link_identity(connection, user, f"aci:{ACCOUNT}")
    assert moved is not None
    assert await belongs(connection, f"aci:{ACCOUNT}") == (user, "person")


async def test_a_person_must_unlink_before_somebody_else_is_linked(connection: Any) -> None:
    await link_identity(connection, "ana", "name:Sam")
    assert await link_identity(connection, "ana", "name:Sam") is None
    with pytest.raises(ConflictError):
        await link_identity(connection, "bo", "name:Sam")
    assert await belongs(connection, "name:Sam") == ("ana", "person")
    assert await unlink_identity(connection, "name:Sam") is not None
    assert await unlink_identity(connection, "name:Sam") is None
    await link_identity(connection, "bo", "name:Sam")
    assert await belongs(connection, "name:Sam") == ("bo", "person")


async def test_a_person_may_settle_what_an_import_said(connection: Any) -> None:
    sam, account = await find_identity(connection, "name:Sam"), await find_identity(connection, f"aci:{ACCOUNT}")
    user = await connection.fetchval("SELECT user_id FROM user_attributes WHERE id = $1", account)
    home = await connection.fetchval("SELECT user_id FROM user_attributes WHERE id = $1", sam)
    assert await relink(connection, {sam: user}) == [Moved(sam, home, user)]
    assert await relink(connection, {sam: user}) == []
    await link_identity(connection, "bo", "name:Sam")
    assert await relink(connection, {sam: user}) == []
    assert await relink(connection, {sam: None}) == []
    assert await belongs(connection, "name:Sam") == ("bo", "person")


async def test_what_no_import_proves_any_more_goes_home(connection: Any) -> None:
    sam, account = await find_identity(connection, "name:Sam"), await find_identity(connection, f"aci:{ACCOUNT}")
    user = await connection.fetchval("SELECT user_id FROM user_attributes WHERE id = $1", account)
    await relink(connection, {sam: user})
    assert len(await relink(connection, {sam: None})) == 1
    assert await belongs(connection, "name:Sam") == (provisional_user_id("name", "Choir/Sam"), "home")


async def test_a_number_of_two_accounts_in_one_file_is_nobodys(connection: Any) -> None:
    number = await find_identity(connection, f"e164:{NUMBER}")
    accounts = [await find_identity(connection, f"aci:{value}") for value in (ACCOUNT, OTHER)]
    assert await claim_numbers(connection, [(number, account) for account in accounts]) == []
    assert await belongs(connection, f"e164:{NUMBER}") == (provisional_user_id("e164", NUMBER), "import")
    assert await claim_numbers(connection, [(number, accounts[0])]) == []
    assert await claim_numbers(connection, []) == []


async def test_a_number_follows_the_only_account_it_can_be_of(connection: Any) -> None:
    number = await find_identity(connection, f"e164:{NUMBER}")
    await claim_numbers(connection, [(number, await find_identity(connection, f"aci:{ACCOUNT}"))])
    moved = await link_identity(connection, "ana", f"aci:{ACCOUNT}")
    assert moved is not None
    assert [move.identity_id for move in moved][1:] == [number]
    # With two accounts at one user, nobody can tell which of them it follows.
    await link_identity(connection, "ana", f"aci:{OTHER}")
    await unlink_identity(connection, f"aci:{ACCOUNT}")
    assert (await belongs(connection, f"e164:{NUMBER}"))[0] == "ana"
