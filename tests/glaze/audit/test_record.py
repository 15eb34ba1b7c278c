"""The audit log: it only grows, and knows nobody by name (R23)."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

import glaze.tables  # noqa: F401 - the models name each other's tables
from glaze.audit.models import AuditEntry
from glaze.audit.record import SYSTEM, actor_key, record
from glaze.db.engine import Database

SECRET = "a-secret-of-at-least-thirty-two-letters"
SUB = "auth0|ada"


async def entries(database: Database) -> list[AuditEntry]:
    async with database.reading() as session:
        return list((await session.execute(select(AuditEntry).order_by(AuditEntry.id))).scalars())


@pytest.fixture
async def kept(database: Database) -> AuditEntry:
    async with database.transaction() as session:
        await record(session, actor=actor_key(SECRET, SUB), action="room.deed", target="kind:1", details={"length": 7})
    (entry,) = await entries(database)
    return entry


async def test_an_entry_says_who_did_what_to_what(kept: AuditEntry) -> None:
    assert (kept.action, kept.target, kept.details) == ("room.deed", "kind:1", {"length": 7})
    assert kept.at is not None


def test_an_actor_is_known_by_a_keyed_hash() -> None:
    key = actor_key(SECRET, SUB)
    assert key == actor_key(SECRET, SUB)
    assert len({key, actor_key(SECRET, "auth0|bea"), actor_key(SECRET + "!", SUB), SYSTEM}) == 4
    assert "ada" not in key
    assert len(key) == 64
    assert actor_key(SECRET, None) == SYSTEM
    assert actor_key(SECRET, SYSTEM) != SYSTEM  # nobody can pass for the system by their name


async def test_an_entry_dies_with_the_transaction_of_its_deed(database: Database) -> None:
    async with database.reading() as session:
        await record(session, actor=SYSTEM, action="room.deed", target="kind:1")
        await session.flush()
        await session.rollback()
    assert await entries(database) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET action = 'another'",
        "UPDATE audit_log SET details = '{}' WHERE id = 0 OR true",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "TRUNCATE audit_log CASCADE",
        (
            "INSERT INTO audit_log (id, actor_key, action, target, details)"
            " OVERRIDING SYSTEM VALUE SELECT id, '', '', '', '{}' FROM audit_log"
            " ON CONFLICT (id) DO UPDATE SET action = 'another'"
        ),
        "MERGE INTO audit_log a USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
    ],
)
async def test_it_only_grows(database: Database, kept: AuditEntry, statement: str) -> None:
    with pytest.raises(DBAPIError) as refused:
        async with database.transaction() as session:
            await session.execute(text(statement))
    assert getattr(refused.value.orig, "sqlstate", None) == "23001"
    (left,) = await entries(database)
    assert (left.id, left.action, left.details) == (kept.id, kept.action, kept.details)


async def test_it_outlives_whom_it_speaks_of(database: Database, kept: AuditEntry) -> None:
    """No foreign key: deleting a user neither fails on it nor takes it along."""
    async with database.reading() as session:
        keys = await session.execute(
            text("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = 'audit_log'::regclass")
        )
    assert keys.scalar_one() == 0
    assert kept.id
