"""Any chat, split into exports in any way: the order of imports makes no difference, nor does where a window ends."""

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from glaze.chat.exports.types import Mention, Message, Reaction
from glaze.chat.words import tags_in
from glaze.db.engine import Database
from tests.canonical import HISTORY, differences
from tests.glaze.chat.chats import (
    ANN,
    BO,
    CY,
    DAY,
    MINUTE,
    Written,
    assert_threaded_as_a_whole,
    emptied,
    export,
    gone,
    reacted,
    said,
    tables,
    take_in,
)

NUMBER = "e164:+15550100002"
WRITERS = (ANN, BO, CY, NUMBER)
TIMES = (0, 50 * MINUTE, 100 * MINUTE, 161 * MINUTE, DAY, DAY + 60 * MINUTE, DAY + 120 * MINUTE, 4 * DAY)
"""Within a pause of each other, at its very edge, and days apart: of so few that exports overlap often."""

slots = st.tuples(st.sampled_from(WRITERS), st.sampled_from(TIMES))


@st.composite
def comments(draw: st.DrawFn) -> Message:
    author, after = draw(slots)
    if draw(st.integers(0, 5)) == 0:
        return gone(author, after)
    named = draw(st.none() | st.sampled_from(WRITERS))
    body = draw(st.sampled_from(["@ a", "@ #b"]))
    return said(
        author,
        after,
        body,
        quotes=draw(st.none() | slots),
        edited=draw(st.none() | st.sampled_from([5 * DAY, 6 * DAY])),
        mentions=() if named is None else (Mention(0, named),),
        tags=tags_in(body),
    )


@st.composite
def reactions(draw: st.DrawFn) -> Reaction:
    at = draw(st.none() | st.sampled_from([7 * DAY, 8 * DAY]))
    return reacted(draw(st.sampled_from(WRITERS)), *draw(slots), draw(st.sampled_from(["🔥", "🎉", None])), at=at)


@st.composite
def exports(draw: st.DrawFn) -> Written:
    called = st.sampled_from(["", "Ann", "Bo"])
    records: list[Message | Reaction] = draw(st.lists(comments(), min_size=1, max_size=6))
    return export(
        *records,
        *draw(st.lists(reactions(), max_size=4)),
        as_of=draw(st.sampled_from([10 * DAY, 20 * DAY, 30 * DAY])),
        title=draw(st.sampled_from(["Choir", "The choir"])),
        members=draw(st.none() | st.sets(st.sampled_from(WRITERS)).map(sorted)),
        names={writer: draw(called) for writer in WRITERS},
        numbers={draw(st.sampled_from([ANN, BO])): "+15550100002"} if draw(st.booleans()) else None,
    )


chats = st.lists(exports(), min_size=2, max_size=3)
on_one_database = settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@on_one_database
@given(chat=chats, data=st.data())
async def test_any_order_gives_equal_tables_and_one_threading(
    database: Database, chat: list[Written], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(chat))
    await emptied(database)
    for written in chat:
        await take_in(database, written)
        await assert_threaded_as_a_whole(database)
    first = await tables(database, but=HISTORY, slugs=False)
    await emptied(database)
    for written in [*order, data.draw(st.sampled_from(chat))]:
        await take_in(database, written)
    found = differences(first, await tables(database, but=HISTORY, slugs=False))
    note("\n".join(found))
    assert found == []
