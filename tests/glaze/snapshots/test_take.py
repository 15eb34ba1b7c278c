"""Taking snapshots: one current for each pair with evidence, its artifact, and nothing for nobody (R12, R13)."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from glaze.chat.exports.types import Attachment, Mention
from glaze.chat.linking import link
from glaze.clock import from_ms
from glaze.db.engine import Database
from glaze.jobs.catalogue import SnapshotOrder
from glaze.jobs.failures import LeaseLostError
from glaze.jobs.lease import claim
from glaze.members.enrol import provisional_user_id
from glaze.snapshots.artifact import FOLDER, artifact_name
from glaze.snapshots.take import Taken, take_group, take_snapshots
from tests.canonical import HISTORY
from tests.glaze.chat.chats import (
    ANN,
    BO,
    CY,
    DAY,
    NOON,
    account,
    emptied,
    export,
    folder,
    gone,
    join,
    reacted,
    rows,
    said,
    tables,
    take_in,
)
from tests.glaze.jobs.acting import ask

KITCHEN = "master:" + "1d" * 32
URL = "https://example.org/a"
CHAT = export(
    said(ANN, 0, f"words {URL}", links=(URL,)),
    said(BO, 5, quotes=(ANN, 0)),
    reacted(BO, ANN, 0),
    reacted(CY, ANN, 0),
)


def user(person: str) -> str:
    return provisional_user_id(*person.split(":", 1))


async def current(database: Database) -> dict[tuple[str, str], str]:
    """The hashes of current snapshots."""
    found = await rows(
        database,
        "SELECT u.user_id, g.slug, s.hash FROM snapshots s JOIN users u ON u.id = s.user_id"
        "  JOIN groups g ON g.id = s.group_id WHERE s.is_current",
    )
    return {(one, slug): digest for one, slug, digest in found}


def artifacts(storage: Path) -> dict[str, Any]:
    """What the files hold, by the user they are of."""
    found = [json.loads(path.read_bytes()) for path in (storage / FOLDER).glob("*.json")]
    return {one["user_id"]: one["snapshots"] for one in found}


async def test_a_pair_has_one_current_snapshot_and_its_user_one_file(database: Database, tmp_path: Path) -> None:
    await take_in(database, CHAT)
    taken = await take_snapshots(database, tmp_path)
    assert taken == Taken(pairs=3, changed=3, gone=0, artifacts=3)
    hashes = await current(database)
    assert set(hashes) == {(user(person), "choir") for person in (ANN, BO, CY)}
    found = artifacts(tmp_path)
    assert {one: found[one]["choir"]["hash"] for one in found} == {one: found for (one, _), found in hashes.items()}
    ann = found[user(ANN)]["choir"]
    assert (ann["user_id"], ann["group_slug"], ann["message_count"]) == (user(ANN), "choir", 1)
    assert await rows(database, "SELECT id FROM requests") == [(number,) for number in ann["request_ids"]]
    assert (tmp_path / FOLDER / artifact_name(user(ANN))).exists()


async def test_taking_again_changes_nothing_but_moves_the_version_up(database: Database, tmp_path: Path) -> None:
    await take_in(database, CHAT)
    await take_snapshots(database, tmp_path)
    before, when = await current(database), await rows(database, "SELECT max(taken_at) FROM snapshots")
    await rows(database, "UPDATE evidence_versions SET version = version + 6")
    assert await take_snapshots(database, tmp_path) == Taken(pairs=3, changed=0, gone=0, artifacts=0)
    assert await current(database) == before
    assert await rows(database, "SELECT DISTINCT evidence_version FROM snapshots") == [(7,)]
    assert await rows(database, "SELECT max(taken_at) FROM snapshots") == when


async def test_what_comes_back_to_an_earlier_state_is_that_snapshot_again(database: Database, tmp_path: Path) -> None:
    await take_in(database, CHAT)
    hide = "INSERT INTO opt_outs (identity_id, group_id) SELECT a.id, g.id FROM user_attributes a, groups g"
    await take_snapshots(database, tmp_path)
    first = await current(database)
    await rows(database, f"{hide} WHERE a.kind || ':' || a.value = $1", BO)
    assert await take_snapshots(database, tmp_path) == Taken(pairs=2, changed=1, gone=1, artifacts=1)
    second = await current(database)
    assert set(second) == {(user(ANN), "choir"), (user(CY), "choir")}
    assert second[user(ANN), "choir"] != first[user(ANN), "choir"]
    assert set(artifacts(tmp_path)) == {user(ANN), user(CY)}
    await rows(database, "DELETE FROM opt_outs")
    assert await take_snapshots(database, tmp_path) == Taken(pairs=3, changed=2, gone=0, artifacts=2)
    assert await current(database) == first
    assert await rows(database, "SELECT count(*) FROM snapshots") == [(4,)]


async def test_a_dry_run_says_what_would_be_and_writes_nothing_at_all(database: Database, tmp_path: Path) -> None:
    await take_in(database, CHAT)
    before = await tables(database)
    assert await take_snapshots(database, tmp_path / "storage", dry_run=True) == Taken(pairs=3, changed=3, gone=0)
    assert await tables(database) == before
    assert not (tmp_path / "storage").exists()
    await take_snapshots(database, tmp_path)
    assert await take_snapshots(database, tmp_path, dry_run=True) == Taken(pairs=3, changed=0, gone=0)


async def test_only_those_asked_for_are_taken(database: Database, tmp_path: Path) -> None:
    await take_in(database, CHAT)
    await take_in(
        database, export(said(ANN, 0, group=KITCHEN), said(BO, 1, group=KITCHEN), key=KITCHEN, title="Kitchen")
    )
    ids = dict(await rows(database, "SELECT user_id, id FROM users"))
    groups = dict(await rows(database, "SELECT slug, id FROM groups"))
    ann, kitchen = ids[user(ANN)], groups["kitchen"]
    assert (await take_snapshots(database, tmp_path, users=[ann], groups=[kitchen])).pairs == 1
    assert set(await current(database)) == {(user(ANN), "kitchen")}
    assert (await take_snapshots(database, tmp_path, groups=[kitchen])).counts == {
        "pairs": 2,
        "changed": 1,
        "gone": 0,
        "artifacts": 1,
    }
    assert (await take_snapshots(database, tmp_path, users=[ann])).pairs == 2
    # What is outside what was asked for is left as it is, and the file of a user holds all their groups.
    assert set(artifacts(tmp_path)) == {user(ANN), user(BO)}
    assert set(artifacts(tmp_path)[user(ANN)]) == {"choir", "kitchen"}
    assert set(artifacts(tmp_path)[user(BO)]) == {"kitchen"}
    assert (await take_snapshots(database, tmp_path, users=[], groups=[])).pairs == 0
    assert len(await current(database)) == 3
    everybody = await take_snapshots(database, tmp_path)
    assert (everybody.pairs, everybody.changed) == (5, 2)


async def test_an_author_in_many_groups_has_one_file(database: Database, tmp_path: Path) -> None:
    for number in range(12):
        key = f"master:{number:064x}"
        await take_in(database, export(said(ANN, 0, group=key), key=key, title=f"Group {number}"))
    taken = await take_snapshots(database, tmp_path)
    assert (taken.pairs, taken.artifacts) == (12, 1)
    assert len(artifacts(tmp_path)[user(ANN)]) == 12


@pytest.mark.parametrize(
    ("chat", "pairs"),
    [
        (export(members=[ANN, BO]), set()),
        (export(gone(ANN, 0)), set()),
        (export(said(BO, 0, "@", mentions=(Mention(0, ANN),))), {BO}),
        (export(said(BO, 0, quotes=(ANN, 0))), {BO}),
        (export(said(BO, 0), reacted(ANN, BO, 0)), {ANN, BO}),
        (export(said(ANN, 0, "")), {ANN}),
        (export(said(ANN, 0, "", attachments=(Attachment("image/png"),))), {ANN}),
    ],
    ids=[
        "no comments",
        "only deleted",
        "only mentioned",
        "only quoted",
        "only reactions given",
        "no words",
        "a picture",
    ],
)
async def test_every_empty_case_is_a_snapshot_or_none(
    database: Database, tmp_path: Path, chat: Any, pairs: set[str]
) -> None:
    await take_in(database, chat)
    taken = await take_snapshots(database, tmp_path)
    assert set(await current(database)) == {(user(person), "choir") for person in pairs}
    assert (taken.pairs, taken.gone) == (len(pairs), 0)
    found = artifacts(tmp_path)
    assert set(found) == {user(person) for person in pairs}
    if ANN in pairs:
        ann = found[user(ANN)]["choir"]
        wrote = not ann["reactions_given"]
        assert ann["message_count"] == ann["active_days"] == ann["active_months"] == wrote
        assert (ann["first_seen_at"] is None, ann["last_seen_at"] is None) == (not wrote, not wrote)
        assert ann["top_links"] == ann["top_tags"] == ann["quotables"] == []
        assert ann["reaction_counts"] == {}
        assert ann["link_count"] == ann["mentions_received"] == ann["quotes_received"] == 0


async def test_an_empty_database_is_no_error(database: Database, tmp_path: Path) -> None:
    assert await take_snapshots(database, tmp_path) == Taken(0, 0, 0, 0)


async def test_a_snapshot_goes_with_its_identity_to_another_user(database: Database, tmp_path: Path) -> None:
    await take_in(database, CHAT)
    await take_snapshots(database, tmp_path)
    before = await current(database)
    async with database.transaction() as session:
        await link(session, "../../x", ANN)
    assert await take_snapshots(database, tmp_path) == Taken(pairs=3, changed=1, gone=1, artifacts=1)
    # The same evidence is the same hash, whoever it belongs to.
    assert (await current(database))["../../x", "choir"] == before[user(ANN), "choir"]
    assert set(artifacts(tmp_path)) == {"../../x", user(BO), user(CY)}


async def test_a_hash_knows_no_ids_no_users_and_no_order_of_imports(database: Database, tmp_path: Path) -> None:
    other = folder(said("name:Dee", 0), said("name:Dee", DAY, f"#tag {URL}", links=(URL,), tags=("tag",)))
    more = export(said(ANN, 7), said(BO, 9, "edited", edited=99), reacted(ANN, BO, 9, "❤️"), as_of=2000 * DAY)
    found: list[dict[str, str]] = []
    for order in ((CHAT, other, more), (more, CHAT, other), (other, more, CHAT)):
        await emptied(database)
        for written in order:
            await join(database, written)
        async with database.transaction() as session:
            await link(session, f"user-{len(found)}", ANN)
        await take_snapshots(database, tmp_path)
        hashes = await current(database)
        found.append({one if one.startswith("signal:") else "ann": digest for (one, _), digest in hashes.items()})
    assert found[0] == found[1] == found[2]
    assert len(set(found[0].values())) == 4


@pytest.mark.parametrize(
    ("statement", "changes"),
    [
        ("UPDATE request_comments SET body = 'other words' WHERE body LIKE 'words%'", True),
        ("UPDATE request_comments SET body = 'other words' WHERE body = 'words'", False),
        ("UPDATE request_comments SET sent_at = sent_at + interval '1 ms' WHERE body LIKE 'words %'", True),
        ("UPDATE groups SET timezone = 'Asia/Tokyo'", True),
        ("UPDATE groups SET title = 'Another', slug = 'another'", False),
        ("UPDATE group_keys SET key = 'master:' || repeat('2e', 32)", True),
        ("UPDATE group_members SET display_name = 'Another', is_member = true", False),
        ("UPDATE comment_reactions SET emoji = '🎉'", True),
        ("UPDATE comment_reactions SET reacted_at = now()", False),
        ("UPDATE comment_links SET url = url || '/b'", True),
        ("UPDATE evidence_versions SET version = version + 1", False),
        ("INSERT INTO requests (group_id, started_at) SELECT id, now() FROM groups", False),
    ],
)
async def test_a_hash_moves_with_the_evidence_and_with_nothing_else(
    database: Database, tmp_path: Path, statement: str, changes: bool
) -> None:
    """Ann's comment is quotable and holds a link; nobody answered Bo's, so its words are no evidence."""
    await take_in(database, CHAT)
    await take_snapshots(database, tmp_path)
    [(before,)] = await rows(database, _HASH_OF, user(ANN))
    await rows(database, statement)
    await take_snapshots(database, tmp_path)
    [(after,)] = await rows(database, _HASH_OF, user(ANN))
    assert (before != after) is changes


_HASH_OF = "SELECT s.hash FROM snapshots s JOIN users u ON u.id = s.user_id WHERE u.user_id = $1 AND s.is_current"


async def test_takers_follow_one_another(database: Database, tmp_path: Path) -> None:
    await take_in(database, CHAT)
    async with asyncio.timeout(60):
        taken = await asyncio.gather(*(take_snapshots(database, tmp_path) for _ in range(4)))
    assert sorted(one.changed for one in taken) == [0, 0, 0, 3]
    assert len(await current(database)) == 3
    assert len(artifacts(tmp_path)) == 3


async def test_the_job_is_done_in_the_transaction_that_keeps_the_snapshots(database: Database, tmp_path: Path) -> None:
    await take_in(database, CHAT)
    [(group,)] = await rows(database, "SELECT id FROM groups")
    job = (await ask(database, SnapshotOrder(group_id=group))).job_id
    lease = await claim(database, job, kinds=("snapshot",), automatic=True, seconds=20)
    assert lease is not None
    await take_group(database, tmp_path, group, lease)
    assert await rows(database, "SELECT state, result->>'pairs' FROM jobs") == [("done", "3")]
    before = await tables(database, but=HISTORY)
    await take_in(database, export(said(ANN, 99)))
    after = await tables(database, but=HISTORY)
    # Who has lost the lease keeps nothing.
    with pytest.raises(LeaseLostError):
        await take_group(database, tmp_path, group, lease)
    assert await tables(database, but=HISTORY) == after
    assert before["snapshots"] == after["snapshots"]


async def test_what_is_past_may_be_read_of_an_older_snapshot_no_more(database: Database, tmp_path: Path) -> None:
    """A horizon that passes takes the comments out of the next snapshot."""
    await take_in(database, CHAT)
    await take_snapshots(database, tmp_path)
    await rows(
        database, "INSERT INTO retention_horizons (group_id, keep_from) SELECT id, $1 FROM groups", from_ms(NOON + DAY)
    )
    assert await take_snapshots(database, tmp_path) == Taken(pairs=0, changed=0, gone=3, artifacts=0)
    assert await current(database) == {}
    assert artifacts(tmp_path) == {}


async def test_an_account_of_another_group_has_nothing_here(database: Database, tmp_path: Path) -> None:
    await take_in(database, CHAT)
    await take_in(database, export(said(account(9), 0, group=KITCHEN), key=KITCHEN, title="Kitchen"))
    await take_snapshots(database, tmp_path)
    assert set(artifacts(tmp_path)[user(account(9))]) == {"kitchen"}
