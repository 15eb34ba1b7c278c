"""What a person takes back, and nothing else, is gone from everything that may be used (R9, R10)."""

from dataclasses import dataclass

from glaze.chat.exports.types import Attachment, Mention
from glaze.clock import from_ms
from glaze.db.engine import Database
from glaze.members.enrol import provisional_user_id
from tests.glaze.chat.chats import ANN, BO, CY, DAY, NOON, export, gone, reacted, rows, said, take_in
from tests.glaze.chat.watch import evidence

URL = "https://example.org/a"
HOUR = 60 * 60 * 1000

CHAT = export(
    said(ANN, 0, "@ first", mentions=(Mention(0, BO),)),
    said(BO, HOUR, f"@ {URL}", mentions=(Mention(0, ANN),), links=(URL,), quotes=(ANN, 0)),
    said(CY, 2 * HOUR, "#tag", tags=("tag",), attachments=(Attachment("image/png"),), quotes=(BO, HOUR)),
    said(BO, DAY, "@ later", mentions=(Mention(0, CY),), quotes=(CY, 2 * HOUR)),
    gone(BO, 2 * DAY),
    reacted(BO, ANN, 0, at=3 * HOUR),
    reacted(CY, ANN, 0),
    reacted(BO, CY, 2 * HOUR, at=DAY),
    reacted(ANN, BO, DAY, at=DAY + 5),
    reacted(CY, BO, HOUR, at=DAY + 5),
)


@dataclass(frozen=True)
class Seen:
    """What the three gates let through, by whom and when in ms from the beginning."""

    comments: set[tuple[str, int]]
    reactions: set[tuple[str, str, int]]
    """(who reacted, whose comment, of when)."""
    mentions: set[tuple[str, str, int]]
    """(who is mentioned, by whose comment, of when)."""

    def without(self, other: "Seen") -> "Seen":
        return Seen(self.comments - other.comments, self.reactions - other.reactions, self.mentions - other.mentions)


_BY = "b.kind || ':' || b.value"
_WHEN = f"(extract(epoch FROM {{}}.sent_at) * 1000)::bigint - {NOON}"


async def seen(database: Database) -> Seen:
    comments = f"SELECT {_BY}, {_WHEN.format('c')} FROM visible_comments c JOIN user_attributes b ON b.id = c.author_id"
    reactions = (
        f"SELECT o.kind || ':' || o.value, {_BY}, {_WHEN.format('r')} FROM visible_reactions r"
        "  JOIN user_attributes b ON b.id = r.author_id JOIN user_attributes o ON o.id = r.reactor_id"
    )
    mentions = (
        f"SELECT o.kind || ':' || o.value, {_BY}, {_WHEN.format('c')} FROM visible_mentions m"
        "  JOIN request_comments c ON c.group_id = m.group_id AND c.id = m.comment_id"
        "  JOIN user_attributes b ON b.id = m.author_id JOIN user_attributes o ON o.id = m.identity_id"
    )
    found = [await rows(database, statement) for statement in (comments, reactions, mentions)]
    return Seen({(row[0], row[1]) for row in found[0]}, *({(row[0], row[1], row[2]) for row in of} for of in found[1:]))


async def lost(database: Database, statement: str, *arguments: object) -> Seen:
    """What can be seen no more once this is done."""
    before = await seen(database)
    await rows(database, statement, *arguments)
    after = await seen(database)
    assert after.without(before) == Seen(set(), set(), set()), "a gate opens nothing"
    return before.without(after)


async def of(database: Database, person: str) -> dict[str, object]:
    """The evidence of somebody; nothing if they have none."""
    return (await evidence(database)).get((provisional_user_id(*person.split(":", 1)), "choir"), {})


OF = "(SELECT id FROM user_attributes WHERE kind || ':' || value = $1)"
CHOIR = "(SELECT id FROM groups WHERE slug = 'choir')"
EXCLUDE = f"INSERT INTO exclusions (identity_id, group_id, starts_at, ends_at) VALUES ({OF}, {CHOIR}, $2, $3)"


async def test_everything_but_what_is_deleted_is_seen_at_first(database: Database) -> None:
    await take_in(database, CHAT)
    everything = await seen(database)
    assert everything.comments == {(ANN, 0), (BO, HOUR), (CY, 2 * HOUR), (BO, DAY)}
    assert len(everything.reactions) == 5
    assert len(everything.mentions) == 3


async def test_an_exclusion_hides_the_excluders_own_comments_and_reactions_of_its_span(database: Database) -> None:
    await take_in(database, CHAT)
    # From the first comment to just before the last: the end is exclusive.
    gone_now = await lost(database, EXCLUDE, BO, from_ms(NOON + HOUR), from_ms(NOON + DAY))
    assert gone_now == Seen(
        # His own words; of his reactions those of the span, by when he reacted.
        comments={(BO, HOUR)},
        reactions={(BO, ANN, 0), (CY, BO, HOUR)},
        mentions={(ANN, BO, HOUR)},
    )
    assert (await of(database, ANN))["reaction_counts"] == {"🔥": 1}
    assert (await of(database, ANN))["quotes_received"] == 0
    assert (await of(database, BO))["message_count"] == 1
    assert (await of(database, BO))["reactions_given"] == {"🔥": 1}
    # Cy's answer to what is excluded is Cy's own, and stands.
    assert (await of(database, CY))["quotes_made"] == 1


async def test_a_reaction_of_unknown_time_is_excluded_with_the_comment_it_is_on(database: Database) -> None:
    await take_in(database, CHAT)
    gone_now = await lost(database, EXCLUDE, CY, from_ms(NOON), from_ms(NOON + 1))
    assert gone_now == Seen(comments=set(), reactions={(CY, ANN, 0)}, mentions=set())


async def test_an_exclusion_is_of_one_group_and_of_one_identity(database: Database) -> None:
    other = "master:" + "1d" * 32
    await take_in(database, CHAT)
    await take_in(database, export(said(BO, 0, group=other), key=other, title="Kitchen"))
    gone_now = await lost(database, EXCLUDE, BO, from_ms(NOON - DAY), from_ms(NOON + 9 * DAY))
    assert gone_now.comments == {(BO, HOUR), (BO, DAY)}
    assert (BO, 0) in (await seen(database)).comments


async def test_who_opts_out_is_nowhere_in_the_group_not_even_as_somebody_mentioned(database: Database) -> None:
    await take_in(database, CHAT)
    gone_now = await lost(database, f"INSERT INTO opt_outs (identity_id, group_id) VALUES ({OF}, {CHOIR})", BO)
    assert gone_now == Seen(
        comments={(BO, HOUR), (BO, DAY)},
        reactions={(BO, ANN, 0), (BO, CY, 2 * HOUR), (ANN, BO, DAY), (CY, BO, HOUR)},
        mentions={(BO, ANN, 0), (ANN, BO, HOUR), (CY, BO, DAY)},
    )
    assert await of(database, BO) == {}
    assert (await of(database, ANN))["mentions_made"] == 0
    assert (await of(database, CY))["quotes_received"] == 0


async def test_who_hides_takes_nothing_back(database: Database) -> None:
    await take_in(database, CHAT)
    before = await evidence(database)
    gone_now = await lost(database, f"INSERT INTO hides (identity_id, group_id) VALUES ({OF}, {CHOIR})", BO)
    assert gone_now == Seen(set(), set(), set())
    assert await evidence(database) == before


async def test_what_is_barred_is_no_evidence_of_its_author_and_stays_everybody_elses(database: Database) -> None:
    await take_in(database, CHAT)
    before = await evidence(database)
    gone_now = await lost(
        database,
        "INSERT INTO barred_receipts (subject_id, group_id, comment_id) SELECT a.user_id, c.group_id, c.id"
        "  FROM request_comments c JOIN user_attributes a ON a.id = c.author_id"
        " WHERE a.kind || ':' || a.value = $1 ORDER BY c.sent_at LIMIT 1",
        BO,
    )
    assert gone_now == Seen(set(), set(), set())
    bo = await of(database, BO)
    assert (bo["message_count"], bo["link_count"], bo["quotes_made"], bo["mentions_made"]) == (1, 0, 1, 1)
    assert bo["reaction_counts"] == {"🔥": 1}
    assert bo["quotes_received"] == 0
    assert bo["first_seen_at"] == bo["last_seen_at"]
    after = await evidence(database)
    assert {pair for pair in before if before[pair] != after[pair]} == {
        (provisional_user_id(*BO.split(":", 1)), "choir")
    }


async def test_what_is_past_retention_is_gone_for_everybody(database: Database) -> None:
    await take_in(database, CHAT)
    gone_now = await lost(
        database, f"INSERT INTO retention_horizons (group_id, keep_from) VALUES ({CHOIR}, $1)", from_ms(NOON + 2 * HOUR)
    )
    assert gone_now == Seen(
        comments={(ANN, 0), (BO, HOUR)},
        reactions={(BO, ANN, 0), (CY, ANN, 0), (CY, BO, HOUR)},
        mentions={(BO, ANN, 0), (ANN, BO, HOUR)},
    )
    # Ann has written nothing that may be used any more, but she has reacted.
    ann = await of(database, ANN)
    assert (ann["message_count"], ann["first_seen_at"], ann["reactions_given"]) == (0, None, {"🔥": 1})


async def test_a_retention_horizon_is_of_one_group(database: Database) -> None:
    other = "master:" + "1d" * 32
    await take_in(database, CHAT)
    await take_in(database, export(said(BO, 0, group=other), key=other, title="Kitchen"))
    gone_now = await lost(
        database,
        "INSERT INTO retention_horizons (group_id, keep_from) SELECT id, $1 FROM groups WHERE slug = 'kitchen'",
        from_ms(NOON + 9 * DAY),
    )
    assert gone_now.comments == {(BO, 0)}
