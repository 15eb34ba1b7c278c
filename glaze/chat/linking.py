"""Linking and unlinking with all that follows for the chat: names, duplicates and evidence versions (R2, R3, R13)."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.changes.store import raise_versions
from glaze.changes.types import ChangeReason
from glaze.chat.duplicates import carry_bars, mark_duplicates
from glaze.chat.recognise import recognise
from glaze.db.engine import driver_connection
from glaze.members.link import Moved, link_identity, unlink_identity

# An identity's evidence lies wherever it wrote, reacted, was mentioned or quoted; a member row stands for each.
_GROUPS = "SELECT identity_id, group_id FROM group_members WHERE identity_id = ANY($1::bigint[])"


async def link(session: AsyncSession, user_id: str, identity_key: str) -> bool:
    """Link an identity to a user by a person's word; False if nothing changed. Errors as `link_identity`."""
    connection = await _locked(session)
    return await _follow(session, connection, await link_identity(connection, user_id, identity_key))


async def unlink(session: AsyncSession, identity_key: str) -> bool:
    """Give an identity back to its home user; False if nothing changed. Errors as `unlink_identity`."""
    connection = await _locked(session)
    return await _follow(session, connection, await unlink_identity(connection, identity_key))


async def groups_of(connection: Any, moves: Iterable[Moved]) -> set[int]:
    """The groups in which identities that moved are known."""
    rows = await connection.fetch(_GROUPS, sorted({move.identity_id for move in moves}))
    return {row["group_id"] for row in rows}


async def follow_moves(connection: Any, moves: Iterable[Moved]) -> set[tuple[int, int]]:
    """After identities changed users: carry over what is barred, and mark duplicates anew.

    Returns the (user id, group id) of everybody whose evidence that moves, the users before and after among them.
    """
    settled = _from_first_to_last(moves)
    if not settled:
        return set()
    await carry_bars(connection, settled)
    sides = {move.identity_id: (move.user_before, move.user_after) for move in settled}
    rows = await connection.fetch(_GROUPS, sorted(sides))
    moved = {(user, row["group_id"]) for row in rows for user in sides[row["identity_id"]]}
    users, groups = {user for user, _ in moved}, {group for _, group in moved}
    return moved | await mark_duplicates(connection, users, groups)


async def _follow(session: AsyncSession, connection: Any, moves: list[Moved] | None) -> bool:
    if moves is None:
        return False
    recognised = await recognise(connection, await groups_of(connection, moves))
    pairs = await follow_moves(connection, [*moves, *recognised.moves])
    await raise_versions(session, pairs, ChangeReason.IDENTITY_LINKED)
    return True


def _from_first_to_last(moves: Iterable[Moved]) -> list[Moved]:
    """Each identity's moves as one; none for an identity that came back to where it was."""
    net: dict[int, Moved] = {}
    for move in moves:
        first = net.get(move.identity_id, move)
        net[move.identity_id] = Moved(move.identity_id, first.user_before, move.user_after)
    return [move for move in net.values() if move.user_before != move.user_after]


async def _locked(session: AsyncSession) -> Any:
    # Also begins the transaction: on the bare driver connection a statement before it would commit by itself.
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('glaze.chat'))"))
    return await driver_connection(session)
