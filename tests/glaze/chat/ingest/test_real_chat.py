"""A real chat in the tables, beside an independent count of it: no difference in any row."""

import gzip
from pathlib import Path
from typing import Any

from bench.truth import differences, read_truth
from glaze.chat.exports.open import open_export
from glaze.db.engine import Database
from tests import canonical
from tests.canonical import HISTORY
from tests.glaze.chat.chats import assert_threaded_as_a_whole, emptied, on, rows, tables, take_in
from tests.glaze.chat.exports.written import shared

NAME = "data/dev_fcc_casual_small.main.jsonl.gz"


async def told_apart(database: Database, truth: dict[str, Any]) -> list[str]:
    connection = await on(database)
    try:
        return await differences(connection, truth)
    finally:
        await connection.close()


async def test_every_row_of_the_truth_is_in_the_tables(database: Database) -> None:
    shared(NAME.replace("main.jsonl", "truth.json"))
    truth = read_truth(shared(NAME))
    report = await take_in(database, open_export(shared(NAME)))
    assert (report.comments, report.new, report.people) == (9_470, 9_470, 502)
    assert await told_apart(database, truth) == []
    await rows(
        database,
        "DELETE FROM comment_links WHERE (comment_id, position) = (SELECT comment_id, position"
        "  FROM comment_links ORDER BY url LIMIT 1)",
    )
    await rows(
        database,
        "UPDATE comment_reactions SET emoji = '🧪' WHERE comment_id = (SELECT min(comment_id)  FROM comment_reactions)",
    )
    await rows(
        database,
        "UPDATE request_comments SET deleted = true, body = '' WHERE id = (SELECT max(id)  FROM request_comments)",
    )
    fields = {line.split(", ")[2].partition(":")[0] for line in await told_apart(database, truth)}
    assert fields >= {"links", "reactions_given", "reactions_received", "message_count", "last_seen"}


async def test_two_overlapping_halves_of_it_are_the_whole_in_whatever_order_they_come(
    database: Database, tmp_path: Path
) -> None:
    halves = _halves(shared(NAME), tmp_path)
    await take_in(database, open_export(shared(NAME)))
    whole = canonical.digest(await tables(database, but=HISTORY))
    await assert_threaded_as_a_whole(database)
    versions = await rows(database, "SELECT * FROM evidence_versions ORDER BY user_id, group_id")
    again = await take_in(database, open_export(shared(NAME)))
    assert (again.comments, again.new, again.edited, again.deleted, again.reactions_changed) == (9_470, 0, 0, 0, 0)
    assert canonical.digest(await tables(database, but=HISTORY)) == whole
    assert await rows(database, "SELECT * FROM evidence_versions ORDER BY user_id, group_id") == versions
    for order in (halves, halves[::-1]):
        await emptied(database)
        for half in order:
            await take_in(database, open_export(half))
            await assert_threaded_as_a_whole(database)
        assert canonical.digest(await tables(database, but=HISTORY)) == whole


def _halves(path: Path, folder: Path) -> list[Path]:
    """The chat as two exports that share a third of its comments."""
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    items = [line for line in lines if b'"chatItem"' in line[:40]]
    before = [line for line in lines if b'"chatItem"' not in line[:40]]
    third = len(items) // 3
    halves = []
    for name, part in (("early", items[: 2 * third]), ("late", items[third:])):
        halves.append(folder / f"{name}.jsonl")
        halves[-1].write_bytes(b"".join([*before, *part]))
    return halves
