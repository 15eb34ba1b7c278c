"""Recording who did what: one row in the transaction of the deed (R23)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from glaze.audit.models import AuditEntry
from glaze.fingerprint import keyed_digest

SYSTEM = "system"
"""The actor of what nobody in particular asked for."""


def actor_key(secret: str, user_id: str | None) -> str:
    """The keyed hash by which the log knows a user; `system` for none."""
    return SYSTEM if user_id is None else keyed_digest(secret, f"actor:{user_id}")


async def record(
    session: AsyncSession, *, actor: str, action: str, target: str, details: Mapping[str, Any] | None = None
) -> None:
    """Add an entry: `action` is `room.deed`, `target` is `kind:id`; details are numbers, codes, lengths, hashes."""
    session.add(AuditEntry(actor_key=actor, action=action, target=target, details=dict(details or {})))
