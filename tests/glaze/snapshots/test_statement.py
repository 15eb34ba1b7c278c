"""The evidence of everybody, beside an independent count of the same tables (R10, R12)."""

from collections.abc import Iterator
from typing import Any

import orjson
from hypothesis import given, note
from hypothesis import strategies as st

from cli.recount import Recount
from glaze.chat.exports.open import open_export
from glaze.chat.exports.types import Attachment, Mention
from glaze.clock import from_ms
from glaze.db.engine import Database
from glaze.snapshots.statement import LINK_COMMENTS, QUOTABLES, QUOTE_LENGTH, TOP, evidence_statement
from tests.glaze.chat.chats import (
    ANN,
    BO,
    CY,
    DAY,
    NOON,
    Written,
    emptied,
    export,
    folder,
    join,
    on,
    reacted,
    rows,
    said,
    take_in,
)
from tests.glaze.chat.exports.written import shared
from tests.glaze.chat.ingest.made_chats import ACCOUNTS, TIMES, exports, folders, made_up
from tests.glaze.chat.watch import evidence

Pair = tuple[int, int]


async def by_ids(database: Database, people: str | None = None, groups: str | None = None) -> dict[Pair, Any]:
    statement = evidence_statement(people=people, groups=groups, schema=1, rules=1)
    found = await rows(database, f"SELECT user_id, group_id, evidence::text FROM ({statement}) t")
    return {(user, group): orjson.loads(content) for user, group, content in found}


def receipts(content: dict[str, Any], zone: Any) -> Iterator[dict[str, str]]:
    """Everything countable in an evidence, as receipts that can be recounted."""
    for rule in ("message_count", "active_days", "active_months", "link_count", "mentions_made", "mentions_received"):
        yield {"rule": rule, "value": str(content[rule])}
    for rule in ("quotes_made", "quotes_received"):
        yield {"rule": rule, "value": str(content[rule])}
    yield {"rule": "reactions_given", "value": str(sum(content["reactions_given"].values()))}
    yield {"rule": "reactions_received", "value": str(sum(content["reaction_counts"].values()))}
    yield from ({"rule": f"reaction:{emoji}", "value": str(n)} for emoji, n in content["reaction_counts"].items())
    yield from ({"rule": f"tag:{tag['tag']}", "value": str(tag["count"])} for tag in content["top_tags"])
    yield from ({"rule": "top_links", "value": link["url"]} for link in content["top_links"])
    pictures = sum(n for kind, n in content["attachment_counts"].items() if kind.startswith("image/"))
    yield {"rule": "pictures", "value": str(pictures)}


async def assert_recounted(database: Database) -> int:
    """Each number of everybody's evidence is what plain Python counts in the raw tables; how many numbers."""
    connection = await on(database)
    try:
        recount = await Recount.load(connection)
    finally:
        await connection.close()
    zones = dict(await rows(database, "SELECT id, timezone FROM groups"))
    held = await by_ids(database)
    checked = 0
    for pair, content in held.items():
        for receipt in receipts(content, zones[pair[1]]):
            assert recount.holds(pair, receipt), (pair, receipt)
            checked += 1
    there = {pair for pair, tally in recount._tallies.items() if tally.sent or tally.counts["reactions_given"]}
    assert there == held.keys()
    return checked


async def test_every_number_of_a_real_chat_is_what_an_independent_count_says(database: Database) -> None:
    await take_in(database, open_export(shared("data/dev_fcc_casual_small.main.jsonl.gz")))
    assert await assert_recounted(database) > 5_000


@st.composite
def gates(draw: st.DrawFn) -> list[tuple[str, tuple[Any, ...]]]:
    """What people take back: statements and their arguments."""
    of = "(SELECT id FROM user_attributes WHERE kind || ':' || value = $1)"
    choir = "(SELECT min(id) FROM groups)"
    named = f"SELECT a.id, g.id FROM user_attributes a, groups g WHERE a.id = {of}"
    start = draw(st.sampled_from(TIMES))
    one = st.sampled_from(ACCOUNTS)
    every = {
        f"INSERT INTO exclusions (identity_id, group_id, starts_at, ends_at) SELECT n.*, $2, $3 FROM ({named}) n": (
            draw(one),
            from_ms(NOON + start),
            from_ms(NOON + start + draw(st.sampled_from([1, DAY]))),
        ),
        f"INSERT INTO opt_outs (identity_id, group_id) {named}": (draw(one),),
        f"INSERT INTO hides (identity_id, group_id) {named}": (draw(one),),
        f"INSERT INTO retention_horizons SELECT id, $1 FROM groups WHERE id = {choir}": (from_ms(NOON + start),),
        "INSERT INTO barred_receipts (subject_id, group_id, comment_id) SELECT a.user_id, c.group_id, c.id"
        "  FROM request_comments c JOIN user_attributes a ON a.id = c.author_id WHERE c.sent_at = $1": (
            from_ms(NOON + start),
        ),
    }
    return draw(st.lists(st.sampled_from(list(every.items())), max_size=3, unique_by=lambda gate: gate[0]))


@made_up
@given(chat=st.lists(exports() | exports() | folders(), min_size=1, max_size=3), taken_back=gates())
async def test_every_number_of_any_chat_is_what_an_independent_count_says_whatever_is_taken_back(
    database: Database, chat: list[Written], taken_back: list[tuple[str, tuple[Any, ...]]]
) -> None:
    await emptied(database)
    for written in chat:
        await join(database, written, timezone="Asia/Kathmandu")
    for statement, arguments in taken_back:
        await rows(database, statement, *arguments)
    note(repr(await rows(database, "SELECT * FROM visible_comments")))
    await assert_recounted(database)
    everybody = await by_ids(database)
    for user, group in everybody:
        mine = {pair: content for pair, content in everybody.items() if pair[0] == user}
        assert await by_ids(database, f"'{{{user}}}'::bigint[]") == mine
        assert await by_ids(database, f"'{{{user}}}'::bigint[]", f"'{{{group}}}'::bigint[]") == mine


async def test_links_and_tags_are_the_top_ones_most_first_then_by_their_text(database: Database) -> None:
    urls = [f"https://example.org/{letter}" for letter in "mlkjihgfedcba"]
    tags = [f"t{letter}" for letter in "mlkjihgfedcbä"]
    comments = [said(ANN, number, links=(urls[number],), tags=(tags[number],)) for number in range(13)]
    await take_in(database, export(*comments, said(ANN, 99, links=(urls[0],), tags=(tags[0],))))
    [content] = (await evidence(database)).values()
    assert [link["url"] for link in content["top_links"]] == [urls[0], *sorted(urls[1:])[: TOP - 1]]
    assert [tag["tag"] for tag in content["top_tags"]] == [tags[0], *sorted(tags[1:])[: TOP - 1]]
    assert content["link_count"] == 14


async def test_a_link_names_its_earliest_comments_each_once(database: Database) -> None:
    url = "https://example.org/a"
    comments = [said(ANN, number, links=(url, url)) for number in range(LINK_COMMENTS + 1)]
    await take_in(database, export(*comments))
    [content] = (await evidence(database)).values()
    [link] = content["top_links"]
    assert link["count"] == 2 * len(comments)
    assert len(set(link["comments"])) == LINK_COMMENTS


async def test_quotable_is_a_short_text_that_others_answered_and_that_mentions_nobody(database: Database) -> None:
    answered = [
        said(ANN, 0, "reacted to"),
        said(ANN, 1, "reacted to and quoted"),
        said(ANN, 2, "@ mentions", mentions=(Mention(0, BO),)),
        said(ANN, 3, "x" * (QUOTE_LENGTH + 1)),
        said(ANN, 4, "é" * QUOTE_LENGTH),
        said(ANN, 5, "", attachments=(Attachment("image/png"),)),
        said(ANN, 7, "reacted to by herself"),
    ]
    alone = said(ANN, 6, "nobody answered")
    await take_in(
        database,
        export(
            *(*answered, alone),
            *(reacted(BO, ANN, number) for number in range(6)),
            reacted(ANN, ANN, 7),
            said(CY, 50, quotes=(ANN, 1)),
            said(ANN, 51, quotes=(ANN, 7)),
        ),
    )
    held = await evidence(database)
    [content] = [content for content in held.values() if content["message_count"] == 9]
    found = [(quotable["reactions"], quotable["replies"]) for quotable in content["quotables"]]
    assert found == [(1, 1), (1, 0), (1, 0)]
    assert [quotable["sent_at"][-5:] for quotable in content["quotables"]] == [".001Z", ".000Z", ".004Z"]
    assert content["reaction_counts"] == {"🔥": 6}
    assert content["quotes_received"] == 1


async def test_no_more_than_a_few_are_quotable(database: Database) -> None:
    comments = [said(ANN, number) for number in range(QUOTABLES + 2)]
    await take_in(database, export(*comments, *(reacted(BO, ANN, number) for number in range(len(comments)))))
    contents = (await evidence(database)).values()
    assert max(len(content["quotables"]) for content in contents) == QUOTABLES


async def test_the_zone_of_the_group_decides_what_a_day_and_a_month_are(database: Database) -> None:
    # 30 November, 23:30 and 1 December, 00:30 in UTC: one day in New York, one month nowhere but there.
    first = 1_700_000_000_000
    eve = 1_701_387_000_000 - first
    await take_in(database, export(said(ANN, eve), said(ANN, eve + 60 * 60_000)))
    assert await _days(database) == (2, 2)
    await take_in(database, export(said(ANN, eve)), timezone="America/New_York")
    assert await _days(database) == (1, 1)
    await take_in(database, export(said(ANN, eve)), timezone="Asia/Tokyo")
    assert await _days(database) == (1, 1)


async def _days(database: Database) -> tuple[int, int]:
    [content] = (await evidence(database)).values()
    return content["active_days"], content["active_months"]


async def test_nobodys_account_name_or_words_are_in_any_evidence(database: Database) -> None:
    await take_in(
        database,
        export(
            said(ANN, 0, "words of hers", links=("https://example.org/a",)),
            said(BO, 1, "@ answers", quotes=(ANN, 0), mentions=(Mention(0, ANN),)),
            reacted(BO, ANN, 0),
            names={ANN: "Ann Ostrander", BO: "Bo Quist"},
        ),
    )
    await join(database, folder(said("name:CyOtter", 5)))
    everything = repr([*(await evidence(database)).values()])
    for private in (
        "words of hers",
        "answers",
        "Ostrander",
        "Quist",
        "Otter",
        "Choir",
        ANN[4:],
        BO[4:],
        ANN[4:12],
    ):
        assert private not in everything
