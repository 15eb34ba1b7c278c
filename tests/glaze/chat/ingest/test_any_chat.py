"""Any chat, split into exports in any way: the order of imports makes no difference, nor does where a window ends."""

from hypothesis import given, note
from hypothesis import strategies as st

from glaze.db.engine import Database
from tests.canonical import HISTORY, differences
from tests.glaze.chat.chats import Written, assert_threaded_as_a_whole, emptied, join, tables
from tests.glaze.chat.ingest.made_chats import exports, folders, made_up


@made_up
@given(chat=st.lists(exports() | exports() | folders(), min_size=2, max_size=3), data=st.data())
async def test_any_order_gives_equal_tables_and_one_threading(
    database: Database, chat: list[Written], data: st.DataObject
) -> None:
    await emptied(database)
    for written in chat:
        await join(database, written)
        await assert_threaded_as_a_whole(database)
    first = await tables(database, but=HISTORY, slugs=False)
    await emptied(database)
    for written in [*data.draw(st.permutations(chat)), data.draw(st.sampled_from(chat))]:
        await join(database, written)
    found = differences(first, await tables(database, but=HISTORY, slugs=False))
    note("\n".join(found))
    assert found == []
