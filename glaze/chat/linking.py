"""Linking and unlinking with all that follows for the chat: duplicates and evidence versions (R2, R3, R13)."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from glaze.changes.store import raise_versions
from glaze.changes.types import ChangeReason
from glaze.chat.duplicates import mark_duplicates
from glaze.db.engine import driver_connection
from glaze.members.link import Moved, link_identity, unlink_identity

# An identity's evidence lies wherever it wrote, reacted, was mentioned or quoted; a member row stands for each.
_GROUPS = "SELECT group_id FROM group_members WHERE identity_id = ANY($1::bigint[])"


async def link(session: AsyncSession, user_id: str, identity_key: str) -> bool:
    """Link an identity to a user by a person's word; False if nothing changed. Errors as `link_identity`."""
    connection = await _locked(session)
    moved = await link_identity(connection, user_id, identity_key)
    return await _follow(session, moved)


async def unlink(session: AsyncSession, identity_key: str) -> bool:
    """Give an identity back to its home user; False if nothing changed. Errors as `unlink_identity`."""
    connection = await _locked(session)
    moved = await unlink_identity(connection, identity_key)
    return await _follow(session, moved)


async def follow_moves(session: AsyncSession, moves: list[Moved]) -> None:
    """After identities changed users: mark duplicates anew and raise the evidence versions of both sides."""
    connection = await driver_connection(session)
    users = sorted({move.user_before for move in moves} | {move.user_after for move in moves})
    await mark_duplicates(connection, users)
    groups = await connection.fetch(_GROUPS, [move.identity_id for move in moves])
    await raise_versions(
        session, [(user, row["group_id"]) for user in users for row in groups], ChangeReason.IDENTITY_LINKED
    )


async def _follow(session: AsyncSession, moved: Moved | None) -> bool:
    if moved is None:
        return False
    await follow_moves(session, [moved])
    return True


async def _locked(session: AsyncSession) -> Any:
    # Also begins the transaction: on the bare driver connection a statement before it would commit by itself.
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('glaze.chat'))"))
    return await driver_connection(session)
