"""The samples in the tables: one chat from three exporters, in every order, is one chat (R2, R3, R7)."""

from collections import Counter
from itertools import permutations

import pytest

from glaze.chat.exports.open import open_export
from glaze.chat.exports.types import LeftOut
from glaze.chat.ingest.report import ImportReport
from glaze.chat.linking import link, unlink
from glaze.db.engine import Database
from tests.canonical import HISTORY, Dump, differences
from tests.glaze.chat.chats import assert_threaded_as_a_whole, emptied, join, rows, tables
from tests.glaze.chat.exports.written import shared

OFFICIAL, SIGEXPORT, SIGNAL_CLI = "official_signal_export", "sigexport", "signal_cli"
NOOR = "aci:747036f8-27c1-5994-8786-acae0a65850d"
NAMES = {
    "aci:870466a5-1999-5a03-8cc5-35637d1be557": "Ines",
    "aci:d84bbf77-b845-5575-8b48-9f42975c104c": "Tobias",
    "aci:08ecf55a-9db1-5b04-b9ca-7aa4b37ce496": "Zohar",
    NOOR: "Noor",
}
COUNTS = {"Ines": 4, "Zohar": 3, "Tobias": 2, "Noor": 2}
RECEIVED = Counter(
    {
        ("Ines", "❤️"): 1,
        ("Ines", "👍🏽"): 1,
        ("Ines", "🎉"): 1,
        ("Ines", "✅"): 1,
        ("Tobias", "🔥"): 2,
        ("Tobias", "😂"): 1,
        ("Zohar", "🤖"): 1,
    }
)


async def taken(database: Database, sample: str, *, owner: str = "Noor Haddad") -> ImportReport:
    """Import a sample, joined to the group that stands."""
    return await join(database, open_export(shared(f"samples/{sample}"), owner=owner))


async def visible_counts(database: Database) -> dict[str, int]:
    """Visible comments by whom they belong to; a user without an account goes by their names."""
    found = await rows(
        database,
        "SELECT (SELECT min(b.kind || ':' || b.value) FROM user_attributes b WHERE b.user_id = a.user_id), count(*)"
        "  FROM visible_comments c JOIN user_attributes a ON a.id = c.author_id GROUP BY a.user_id",
    )
    return {NAMES.get(key, key): count for key, count in found}


async def visible_reactions(database: Database) -> Counter[tuple[str, str]]:
    """Visible reactions by whose comment they are on."""
    found = await rows(
        database,
        "SELECT (SELECT min(b.kind || ':' || b.value) FROM user_attributes b WHERE b.user_id = a.user_id), r.emoji"
        "  FROM visible_reactions r JOIN user_attributes a ON a.id = r.author_id",
    )
    return Counter((NAMES.get(key, key), emoji) for key, emoji in found)


async def test_the_official_sample_alone(database: Database) -> None:
    report = await taken(database, OFFICIAL)
    assert await visible_counts(database) == COUNTS
    assert await visible_reactions(database) == RECEIVED
    assert (report.comments, report.people, report.new, report.deleted) == (11, 4, 11, 1)
    assert report.left_out == {
        LeftOut.SYSTEM.value: 3,
        LeftOut.DELETED.value: 1,
        LeftOut.OTHER_CHATS.value: 1,
        LeftOut.SECRETS.value: 6,
        LeftOut.PRIVATE_NOTES.value: 4,
    }
    assert report.ambiguous == ()
    assert await rows(database, "SELECT title, slug, timezone FROM groups") == [
        ("Thursday Builders 🛠️", "thursday-builders", "UTC")
    ]
    assert await rows(database, "SELECT count(*) FROM group_members WHERE is_member") == [(4,)]
    assert await rows(database, "SELECT body FROM request_comments WHERE edited_at IS NOT NULL") == [
        ("Next repair night: Thursday 19:00, room B, bring the lathe parts list https://example.com/list",)
    ]


@pytest.mark.parametrize("order", list(permutations((OFFICIAL, SIGEXPORT, SIGNAL_CLI))), ids=", ".join)
async def test_three_formats_in_any_order_are_one_chat_with_the_counts_of_the_truth(
    database: Database, order: tuple[str, ...]
) -> None:
    for sample in order:
        await taken(database, sample)
    assert await visible_counts(database) == COUNTS
    assert await visible_reactions(database) == RECEIVED
    await assert_threaded_as_a_whole(database)
    mine = await tables(database, but=HISTORY, slugs=False)
    await emptied(database)
    for sample in (OFFICIAL, SIGEXPORT, SIGNAL_CLI):
        await taken(database, sample)
    assert differences(mine, await tables(database, but=HISTORY, slugs=False)) == []


async def test_a_name_that_no_member_bears_is_for_a_person_to_settle(database: Database) -> None:
    await taken(database, OFFICIAL)
    report = await taken(database, SIGEXPORT, owner="Noor H.")
    key = "name:ThursdayBuildershammerandwrench/NoorH"
    assert [(name.group_slug, name.identity_key, name.candidates) for name in report.ambiguous] == [
        ("thursday-builders", key, 0)
    ]
    before = await _now(database)
    assert await visible_counts(database) == COUNTS | {key: 2}
    async with database.transaction() as session:
        assert await link(session, "noor", NOOR)
        assert await link(session, "noor", "name:NoorH")
        assert not await link(session, "noor", key)
    assert await visible_counts(database) == COUNTS
    assert await visible_reactions(database) == RECEIVED
    await taken(database, SIGEXPORT, owner="Noor H.")
    assert await visible_counts(database) == COUNTS
    async with database.transaction() as session:
        assert await unlink(session, "name:NoorH")
        assert await unlink(session, NOOR)
        assert not await unlink(session, NOOR)
    after = await _now(database)
    after["users"].remove(("noor", ""))
    assert differences(before, after) == []


async def test_nothing_of_the_one_to_one_chat_and_no_secret_is_in_any_table(database: Database) -> None:
    for sample in (OFFICIAL, SIGEXPORT, SIGNAL_CLI):
        await taken(database, sample)
    everything = repr(await tables(database))
    for secret in ("Private:", "private.example", "Nessie", "repair cafe", "Tobbe", "workshop", "WxsPPznmauTTODy6"):
        assert secret not in everything


async def _now(database: Database) -> Dump:
    return await tables(database, but=HISTORY)
