"""Loaders, named `<thing>_by_<key>`: made per request and viewer, one short read session for each batch."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.dataloader import DataLoader

from glaze import clock
from glaze.db.engine import Database
from glaze.highlights.freshness import Wanted
from glaze.highlights.read import highlights_by_pair
from glaze.jobs.read import jobs_by_id
from glaze.members.store import account_of, groups_by_id, groups_of_viewer, members_by_id, pairs_seen
from glaze.members.types import Account, SeenGroup
from glaze.members.visibility import Viewer
from glaze.snapshots.read import snapshots_by_pair

_Key = TypeVar("_Key", bound=Hashable)
_Thing = TypeVar("_Thing")


class Loaders:
    """Everything one viewer reads in one request; what they may not see loads as None (R21).

    Resolvers beside each other run at the same time, so no two batches share a session: a shared one passes on a
    warm pool and fails on a cold one.
    """

    def __init__(self, database: Database, viewer: Viewer, wanted: Wanted) -> None:
        self._database = database
        self._viewer = viewer
        self.highlight_by_pair = _loader(
            database, lambda session, pairs: highlights_by_pair(session, viewer, pairs, wanted, clock.now())
        )
        self.snapshot_by_pair = _loader(database, lambda session, pairs: snapshots_by_pair(session, viewer, pairs))
        self.seen_by_pair = _loader(database, lambda session, pairs: pairs_seen(session, viewer, pairs))
        self.member_by_id = _loader(database, lambda session, ids: members_by_id(session, viewer, ids))
        self.group_by_id = _loader(database, lambda session, ids: groups_by_id(session, viewer, ids))
        self.job_by_id = _loader(
            database,
            lambda session, ids: jobs_by_id(
                session, viewer.external_id, ids, is_admin=viewer.is_admin, flag=viewer.flag
            ),
        )

    async def groups(self) -> list[SeenGroup]:
        """The viewer's groups, by title; all groups for an admin."""
        async with self._database.reading() as session:
            return await groups_of_viewer(session, self._viewer)

    async def account(self) -> Account | None:
        """The viewer's own user row."""
        async with self._database.reading() as session:
            return await account_of(session, self._viewer.external_id)


def _loader(
    database: Database, read: Callable[[AsyncSession, Sequence[_Key]], Awaitable[Mapping[_Key, _Thing]]]
) -> DataLoader[_Key, _Thing | None]:
    async def load(keys: list[_Key]) -> list[_Thing | None]:
        async with database.reading() as session:
            found = await read(session, keys)
        return [found.get(key) for key in keys]

    return DataLoader(load)
