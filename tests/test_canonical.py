"""The dump of all tables leaves none out, and two that differ anywhere are told apart."""

from glaze.db.engine import Database
from glaze.tables import metadata
from tests.canonical import DUMPED, HISTORY, NOT_DUMPED, differences, digest
from tests.glaze.chat.chats import ANN, BO, export, rows, said, tables, take_in


def test_every_table_is_dumped_or_has_a_reason_not_to_be() -> None:
    assert set(metadata.tables) == DUMPED | NOT_DUMPED.keys()
    assert not DUMPED & NOT_DUMPED.keys()
    assert HISTORY <= DUMPED


async def test_two_dumps_are_equal_until_a_row_differs(database: Database) -> None:
    await take_in(database, export(said(ANN, 0), said(BO, 1, quotes=(ANN, 0))))
    before = await tables(database)
    assert digest(await tables(database)) == digest(before)
    await rows(database, "UPDATE request_comments SET quoted_sent_at = quoted_sent_at + interval '1 ms'")
    after = await tables(database)
    assert digest(after) != digest(before)
    assert [line[:18] for line in differences(before, after)] == ["- request_comments", "+ request_comments"]
    assert digest(await tables(database, but=frozenset({"request_comments"}))) != digest(before)
