"""Evidence versions: raised by one, in key order, with their reasons (R13)."""

import asyncio

from sqlalchemy import text

from glaze.changes.store import raise_versions, raise_versions_of
from glaze.changes.types import ChangeReason
from glaze.db.engine import Database
from tests.factories import make_group, make_user

Pair = tuple[int, int]


async def made(database: Database, users: int) -> list[Pair]:
    """So many users, each with a pair in the one group."""
    async with database.transaction() as session:
        group = await make_group(session)
        return [((await make_user(session)).id, group.id) for _ in range(users)]


async def held(database: Database) -> dict[Pair, tuple[int, dict[str, int]]]:
    async with database.reading() as session:
        rows = await session.execute(text("SELECT user_id, group_id, version, reasons FROM evidence_versions"))
        return {(row[0], row[1]): (row[2], row[3]) for row in rows}


async def test_a_version_rises_by_one_however_many_reasons_there_are(database: Database) -> None:
    [pair] = await made(database, 1)
    several = f"""
        SELECT {pair[0]} AS user_id, {pair[1]} AS group_id, reason
          FROM unnest(ARRAY['EVIDENCE_CHANGED', 'COMMENT_DELETED', 'EVIDENCE_CHANGED']) AS reason
    """
    async with database.transaction() as session:
        await raise_versions_of(session, several)
    assert await held(database) == {pair: (1, {"EVIDENCE_CHANGED": 1, "COMMENT_DELETED": 1})}
    async with database.transaction() as session:
        await raise_versions(session, [pair, pair], ChangeReason.DISPUTED)
    async with database.transaction() as session:
        await raise_versions(session, [pair], ChangeReason.EVIDENCE_CHANGED)
    # Each reason remembers the last version it raised: what is above an edition's version says why it is stale.
    reasons = {"EVIDENCE_CHANGED": 3, "COMMENT_DELETED": 1, "DISPUTED": 2}
    assert await held(database) == {pair: (3, reasons)}


async def test_nothing_to_raise_is_no_statement_and_an_undone_raise_is_undone(database: Database) -> None:
    pairs = await made(database, 2)
    async with database.transaction() as session:
        await raise_versions(session, [], ChangeReason.EXCLUDED)
        await raise_versions(session, pairs, ChangeReason.EXCLUDED)
        await session.rollback()
    assert await held(database) == {}


async def test_those_who_raise_the_same_pairs_in_other_orders_wait_for_each_other(database: Database) -> None:
    pairs = await made(database, 300)

    async def raise_often(order: str, every: int) -> None:
        changed = (
            f"SELECT user_id, {pairs[0][1]} AS group_id, 'EVIDENCE_CHANGED' AS reason"
            f"  FROM (SELECT id AS user_id FROM users WHERE id % {every} = 0 ORDER BY {order}) u"
        )
        for _ in range(8):
            async with database.transaction() as session:
                # A plan that hashes, as it may be with more rows: unless we ask for one, it has no order.
                await session.execute(text("SET LOCAL enable_sort = off"))
                await raise_versions_of(session, changed)

    # By halves and thirds: tables hashed to other sizes are walked in other orders.
    orders = (("id", 1), ("id DESC", 1), ("id", 2), ("id DESC", 3))
    async with asyncio.timeout(60):
        await asyncio.gather(*(raise_often(*order) for order in orders))
    assert {user % 6: version for (user, _), (version, _) in (await held(database)).items()} == {
        0: 32,
        1: 16,
        2: 24,
        3: 24,
        4: 24,
        5: 16,
    }
