"""What a person takes back is gone from the next bio, as an independent recount sees it (R9, R10)."""

from typing import Any

import asyncpg
import msgspec
import pytest

from cli.recount import Fault, Recount
from glaze.highlights.types import BioPayload
from tests.factories import LONG_AGO
from tests.glaze.highlights.scene import SAID, Scene, do, editions, move, say, write

WITHDRAWALS = {
    "deleted": "UPDATE request_comments SET deleted = true, body = '' WHERE id = :said",
    "a copy of another": "UPDATE request_comments SET duplicate_of = :shared WHERE id = :said",
    "past retention": "INSERT INTO retention_horizons VALUES (:group, :after)",
    "excluded": (
        "INSERT INTO exclusions (identity_id, group_id, starts_at, ends_at) VALUES (:ada, :group, :said_at, :after)"
    ),
    "disputed": "INSERT INTO barred_receipts (subject_id, group_id, comment_id) VALUES (:user, :group, :said)",
    "the reaction excluded by who gave it": (
        "INSERT INTO exclusions (identity_id, group_id, starts_at, ends_at) VALUES (:bea, :group, :said_at, :after)"
    ),
    "who gave it opted out": "INSERT INTO opt_outs (identity_id, group_id) VALUES (:bea, :group)",
}


def faults_of(recount: Recount, scene: Scene, payload: BioPayload) -> list[Fault]:
    told: Any = msgspec.to_builtins(payload)
    claims = [claim for paragraph in told["paragraphs"] for claim in paragraph]
    return [
        *recount.check(scene.pair, "Ada Quill", claims),
        *recount.check_points(scene.pair, told["proof_points"]),
        *recount.check_quotes(scene.pair, told["quotes"]),
    ]


async def recounted(scene: Scene) -> Recount:
    url = scene.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    try:
        return await Recount.load(connection)
    finally:
        await connection.close()


async def published(scene: Scene) -> BioPayload:
    return msgspec.convert((await editions(scene))[-1].payload, BioPayload)


@pytest.mark.parametrize("withdrawal", WITHDRAWALS)
async def test_what_was_taken_back_is_a_fault_in_the_old_bio_and_in_no_new_one(scene: Scene, withdrawal: str) -> None:
    await say(scene)
    await write(scene)
    before = await published(scene)
    assert faults_of(await recounted(scene), scene, before) == []
    assert SAID in before.bio_text
    statement = WITHDRAWALS[withdrawal]
    binds = {
        "said": scene.said.id,
        "shared": scene.shared.id,
        "group": scene.pair[1],
        "user": scene.pair[0],
        "ada": scene.ada.identity.id,
        "bea": scene.bea.identity.id,
        "said_at": LONG_AGO,
        "after": LONG_AGO.replace(hour=LONG_AGO.hour + 1),
    }
    await do(scene.database, statement, **{name: value for name, value in binds.items() if f":{name}" in statement})
    await move(scene)
    recount = await recounted(scene)
    assert faults_of(recount, scene, before) != []
    assert (await write(scene)).counts["published"] == 1
    after = await published(scene)
    assert faults_of(recount, scene, after) == []
    assert SAID not in after.bio_text
    assert after.quotes == ()
