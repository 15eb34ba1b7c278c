"""What no foreign key holds, the import does: every comment has its conversation, every identity its place."""

import pytest

from glaze.chat.exports.open import open_export
from glaze.db.engine import Database
from tests.glaze.chat.chats import join, rows
from tests.glaze.chat.exports.written import shared

PLACES = {
    "a comment without its conversation": "request_comments c WHERE NOT EXISTS"
    " (SELECT FROM requests r WHERE r.group_id = c.group_id AND r.id = c.request_id)",
    "a conversation without comments": "requests r WHERE NOT EXISTS"
    " (SELECT FROM request_comments c WHERE c.group_id = r.group_id AND c.request_id = r.id)",
    "an author who is nobody in the group": "request_comments c WHERE NOT EXISTS"
    " (SELECT FROM group_members m WHERE m.group_id = c.group_id AND m.identity_id = c.author_id)",
    "somebody quoted who is nobody in the group": "request_comments c WHERE c.quoted_author_id IS NOT NULL AND NOT"
    " EXISTS (SELECT FROM group_members m WHERE m.group_id = c.group_id AND m.identity_id = c.quoted_author_id)",
    "somebody mentioned who is nobody in the group": "comment_mentions c WHERE NOT EXISTS"
    " (SELECT FROM group_members m WHERE m.group_id = c.group_id AND m.identity_id = c.identity_id)",
    "somebody reacting who is nobody in the group": "comment_reactions c WHERE NOT EXISTS"
    " (SELECT FROM group_members m WHERE m.group_id = c.group_id AND m.identity_id = c.reactor_id)",
}


@pytest.fixture(scope="module", params=["formats", "small real chat"])
def exports(request: pytest.FixtureRequest) -> list[str]:
    if request.param == "formats":
        return ["samples/official_signal_export", "samples/signal_cli", "samples/sigexport"]
    return ["data/dev_fcc_casual_small.main.jsonl.gz"]


async def test_nothing_hangs_in_the_air_after_an_import(database: Database, exports: list[str]) -> None:
    for path in exports:
        await join(database, open_export(shared(path), owner="Noor Haddad"))
    found = {what: (await rows(database, f"SELECT count(*) FROM {place}"))[0][0] for what, place in PLACES.items()}
    assert found == dict.fromkeys(PLACES, 0)
