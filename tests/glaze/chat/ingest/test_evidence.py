"""Whoever's evidence an import or a link moves is told so, once: their version rises by one, with the reason (R13)."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from glaze.chat.linking import link, unlink
from glaze.db.engine import Database
from glaze.errors import ConflictError, NotFoundError
from tests.glaze.chat.chats import Written, emptied, join
from tests.glaze.chat.ingest.made_chats import ACCOUNTS, exports, folders, made_up
from tests.glaze.chat.watch import Watch

IDENTITIES = (*ACCOUNTS, "name:Choir/Ann", "name:Choir/Bo")


@dataclass(frozen=True)
class Word:
    """What a person says of an identity: it is this user's, or, with None, that it is not."""

    identity: str
    user: str | None


@dataclass(frozen=True)
class Again:
    """The first export once more, with a time zone for its group."""

    timezone: str


words = st.builds(Word, st.sampled_from(IDENTITIES), st.sampled_from(["u1", "u2", None]))
zones = st.builds(Again, st.sampled_from(["UTC", "Asia/Tokyo"]))


@made_up
@given(first=exports(), more=st.lists(exports() | folders() | words | zones, min_size=2, max_size=5))
async def test_nobodys_evidence_moves_untold(
    database: Database, first: Written, more: list[Written | Word | Again]
) -> None:
    await emptied(database)
    watch = await Watch.begin(database)
    for deed in [first, *more]:
        match deed:
            case Written():
                await join(database, deed)
            case Again(timezone):
                await join(database, first, timezone=timezone)
            case Word():
                await be_told(database, deed)
        await watch.look()
    for written in [first, *more]:
        if isinstance(written, Written):
            await join(database, written)
            assert await watch.look() == {}


async def be_told(database: Database, word: Word) -> None:
    """Link or unlink, if it can be done."""
    try:
        async with database.transaction() as session:
            if word.user is None:
                await unlink(session, word.identity)
            else:
                await link(session, word.user, word.identity)
    except (ConflictError, NotFoundError):
        pass
