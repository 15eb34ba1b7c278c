"""Importing A and B, and importing B and A, give equal tables (R7)."""

from itertools import permutations

import pytest

from glaze.chat.exports.types import Attachment, Mention
from glaze.db.engine import Database
from tests.canonical import HISTORY, Dump, differences
from tests.glaze.chat.chats import (
    ANN,
    BO,
    CY,
    DAY,
    MINUTE,
    Written,
    account,
    emptied,
    export,
    folder,
    gone,
    join,
    reacted,
    said,
    tables,
)


async def after(database: Database, *exports: Written) -> Dump:
    """What the tables hold once these were imported, in this order, into nothing, and joined to the first one's group.

    Without slugs: they are given by the first title and then survive (R5).
    """
    await emptied(database)
    return await after_more(database, *exports)


async def after_more(database: Database, *exports: Written) -> Dump:
    for written in exports:
        await join(database, written)
    return await tables(database, but=HISTORY, slugs=False)


async def assert_any_order_gives_equal_tables(database: Database, *exports: Written) -> None:
    first = await after(database, *exports)
    for order in list(permutations(exports))[1:]:
        assert differences(first, await after(database, *order)) == []
    assert differences(first, await after_more(database, *exports)) == []


A, B = 100 * DAY, 200 * DAY
"""Times of two exports."""

CASES = {
    "the latest edit": [
        export(said(ANN, 0, "early", edited=5), as_of=B),
        export(said(ANN, 0, "late", edited=9), as_of=A),
    ],
    "words of one edit time": [export(said(ANN, 0, "one"), as_of=A), export(said(ANN, 0, "other"), as_of=A)],
    "words told again later": [export(said(ANN, 0), as_of=A), export(said(ANN, 0), as_of=B)],
    "a deletion": [export(gone(ANN, 0), as_of=A), export(said(ANN, 0), reacted(BO, ANN, 0), as_of=B)],
    "two who know of a deletion": [export(gone(ANN, 0), as_of=A), export(gone(ANN, 0), as_of=B)],
    "a deletion of a reply, days after what it answers": [
        export(said(ANN, 0), said(BO, 5 * DAY, quotes=(ANN, 0)), as_of=A),
        export(gone(BO, 5 * DAY), as_of=B),
    ],
    "a deletion of a reply that was older than what it answers": [
        export(said(ANN, 4 * DAY), said(BO, 0, quotes=(ANN, 4 * DAY)), as_of=A),
        export(gone(BO, 0), as_of=B),
    ],
    "a deleted comment that others quote": [
        export(said(ANN, 0), said(BO, 2 * DAY, quotes=(ANN, 0)), as_of=A),
        export(gone(ANN, 0), said(CY, 3 * DAY, quotes=(ANN, 0)), as_of=B),
    ],
    "reactions taken back": [
        export(said(ANN, 0), reacted(BO, ANN, 0), reacted(CY, ANN, 0), as_of=A),
        export(said(ANN, 0), reacted(CY, ANN, 0, "🎉"), as_of=B),
    ],
    "reactions of one time": [
        export(said(ANN, 0), reacted(BO, ANN, 0, "🔥"), as_of=A),
        export(said(ANN, 0), reacted(BO, ANN, 0, "🎉"), reacted(CY, ANN, 0), as_of=A),
    ],
    "a quote only one export could resolve": [
        export(said(ANN, 0), said(BO, DAY, quotes=(ANN, 0)), as_of=A),
        export(said(BO, DAY), as_of=A),
    ],
    "mentions and files told differently": [
        export(said(ANN, 0, "@", mentions=(Mention(0, BO),)), as_of=A),
        export(said(ANN, 0, "@", mentions=(Mention(0, CY),)), as_of=A),
        export(said(ANN, 0, "@", attachments=(Attachment("image/png", size=3),)), as_of=A),
    ],
    "what is quoted comes later": [
        export(said(BO, 3 * DAY, quotes=(ANN, 0)), said(CY, 3 * DAY + MINUTE), as_of=A),
        export(said(ANN, 0), said(CY, 30 * MINUTE), as_of=B),
    ],
    "a pause filled": [
        export(said(ANN, 0), said(BO, 100 * MINUTE), as_of=A),
        export(said(CY, 50 * MINUTE), as_of=B),
    ],
    "a reply whose clock is ahead of what comes before it": [
        export(said(ANN, 0), said(BO, 30 * MINUTE, quotes=(CY, DAY)), said(CY, DAY), as_of=A),
        export(said(ANN, 50 * MINUTE), as_of=B),
    ],
    "a reply that quotes itself in a circle": [
        export(said(ANN, 0, quotes=(BO, 9 * DAY)), said(CY, 30 * MINUTE), as_of=A),
        export(said(BO, 9 * DAY, quotes=(ANN, 0)), said(CY, 9 * DAY + 1), as_of=B),
        export(said(ANN, 9 * DAY + 5), as_of=B),
    ],
    "display names": [
        export(said(ANN, 0), names={ANN: "Ann"}, as_of=A),
        export(said(ANN, 0), names={ANN: "Annie"}, as_of=B),
        export(said(ANN, 0), as_of=3 * B),
    ],
    "display names of one time": [
        export(said(ANN, 0), names={ANN: "Ann"}, as_of=A),
        export(said(ANN, 0), names={ANN: "Annie"}, as_of=A),
    ],
    "nobody's name is known": [export(said(ANN, 0), as_of=A), export(said(ANN, 0), as_of=B)],
    "titles": [
        export(said(ANN, 0), title="Choir", as_of=A),
        export(said(ANN, 0), title="Choir 🎵", as_of=B),
        export(said(ANN, 0), title="", as_of=3 * B),
    ],
    "titles of one time": [
        export(said(ANN, 0), title="Choir", as_of=A),
        export(said(ANN, 0), title="Choir 🎵", as_of=A),
    ],
    "member lists": [
        export(said(ANN, 0), members=[ANN, BO], as_of=A),
        export(said(CY, 0), members=[ANN], as_of=B),
    ],
    "member lists of one time": [
        export(said(ANN, 0), members=[ANN, BO], as_of=A),
        export(said(CY, 0), members=[CY], as_of=A),
    ],
    "a member list and none": [
        export(said(ANN, 0), said(BO, 1), members=[ANN], as_of=A),
        export(said(CY, 2), as_of=B),
    ],
    "an empty member list": [export(said(ANN, 0), members=[], as_of=B), export(said(BO, 0), as_of=A)],
    "numbers": [
        export(said(ANN, 0), numbers={ANN: "+15550100002"}, as_of=A),
        export(said("e164:+15550100002", DAY), as_of=B),
    ],
    "a number that two accounts bear": [
        export(said(ANN, 0), said(BO, 9), numbers={ANN: "+15550100002"}, as_of=A),
        export(said(ANN, 0), said(BO, 9), numbers={BO: "+15550100002"}, as_of=B),
        export(said("e164:+15550100002", DAY), as_of=A),
    ],
    "two formats": [
        export(said(ANN, 0), reacted(BO, ANN, 0), names={ANN: "Ann O."}, as_of=A),
        folder(said("name:AnnO", 0), said("name:AnnO", DAY), as_of=B),
    ],
    "two formats, and a person who changes her name": [
        export(said(ANN, 0), names={ANN: "Ann O."}, as_of=A),
        export(said(ANN, 0), names={ANN: "Ann Q."}, as_of=B),
        folder(said("name:AnnO", 0), as_of=A),
    ],
    "two formats, and two people of one name": [
        export(said(ANN, 0), said(BO, 0), names={ANN: "Ann O.", BO: "Ann O"}, as_of=A),
        folder(said("name:AnnO", 0), as_of=B),
    ],
    "two formats, and a deletion only one knows of": [
        export(said(ANN, 0), names={ANN: "Ann O."}, as_of=A),
        folder(gone("name:AnnO", 0), as_of=B),
    ],
    "an account and its number, both of the name in the folder": [
        export(said(ANN, 0), numbers={ANN: "+15550100002"}, names={ANN: "Ann O."}, as_of=A),
        export(said("e164:+15550100002", DAY), names={"e164:+15550100002": "Ann O."}, as_of=B),
        folder(said("name:AnnO", 0), as_of=B),
    ],
    "two folders": [folder(said("name:AnnO", 0), as_of=A), folder(said("name:AnnO", DAY), as_of=A)],
    "accounts by the hundred": [
        export(*(said(account(100 + number), number * MINUTE) for number in range(100)), as_of=A),
        export(*(said(account(100 + number), number * 7 * MINUTE) for number in range(100)), as_of=B),
    ],
}


@pytest.mark.parametrize("case", CASES)
async def test_any_order_gives_equal_tables(database: Database, case: str) -> None:
    await assert_any_order_gives_equal_tables(database, *CASES[case])
