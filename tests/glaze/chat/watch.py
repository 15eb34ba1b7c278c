"""Whose evidence a deed moves, and who is told so: both computed anew from the tables (R13)."""

from typing import Any

import orjson

from glaze.db.engine import Database
from glaze.snapshots.compute import evidence_hash
from glaze.snapshots.statement import evidence_statement
from tests.glaze.chat.chats import rows

Pair = tuple[str, str]
"""(external id of a user, slug of a group)."""


async def evidence(database: Database) -> dict[Pair, dict[str, Any]]:
    """The evidence that everybody has now, computed anew."""
    statement = evidence_statement(people=None, groups=None, schema=1, rules=1)
    found = await rows(
        database,
        f"SELECT u.user_id, g.slug, t.evidence::text FROM ({statement}) t"
        "  JOIN users u ON u.id = t.user_id JOIN groups g ON g.id = t.group_id",
    )
    return {(user, slug): orjson.loads(content) for user, slug, content in found}


async def versions(database: Database) -> dict[Pair, tuple[int, dict[str, int]]]:
    """Everybody's evidence version and its reasons."""
    found = await rows(
        database,
        "SELECT u.user_id, g.slug, e.version, e.reasons FROM evidence_versions e"
        "  JOIN users u ON u.id = e.user_id JOIN groups g ON g.id = e.group_id",
    )
    return {(user, slug): (version, orjson.loads(reasons)) for user, slug, version, reasons in found}


class Watch:
    """What everybody's evidence was before a deed, to be compared with what it is after it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hashes: dict[Pair, str] = {}
        self._versions: dict[Pair, tuple[int, dict[str, int]]] = {}

    @classmethod
    async def begin(cls, database: Database) -> "Watch":
        """A first look."""
        watch = cls(database)
        watch._hashes, watch._versions = await watch._now()
        return watch

    async def look(self) -> dict[Pair, set[str]]:
        """Since the last look: each raised pair with the reasons it was raised for.

        Asserts that everybody is among them whose evidence moved, and that nobody's version rose by more than one.
        """
        hashed, version = await self._now()
        moved = {pair for pair in hashed.keys() | self._hashes if hashed.get(pair) != self._hashes.get(pair)}
        raised = {pair: now for pair, now in version.items() if now != self._versions.get(pair)}
        assert moved <= raised.keys(), "evidence moved and nobody was told"
        for pair, (number, _) in raised.items():
            assert number == self._versions.get(pair, (0, {}))[0] + 1
        self._hashes, self._versions = hashed, version
        return {
            pair: {reason for reason, of in reasons.items() if of == number}
            for pair, (number, reasons) in raised.items()
        }

    async def _now(self) -> tuple[dict[Pair, str], dict[Pair, tuple[int, dict[str, int]]]]:
        held = await evidence(self._database)
        return {pair: evidence_hash(content) for pair, content in held.items()}, await versions(self._database)
