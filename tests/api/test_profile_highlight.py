"""`profileHighlight` over HTTP, as each kind of asker sees it (R15, R16, R18, R20-R22)."""

import asyncio
from typing import Any

from sqlalchemy import text

from glaze.db.engine import Database
from schema.global_ids import global_id
from tests.api.conftest import URL, Cast
from tests.running_api import RunningApi, running_api

CARD = """
query Card($userId: ID!, $groupSlug: String) {
  profileHighlight(userId: $userId, groupSlug: $groupSlug) {
    id
    member { id externalId name }
    group { id slug title timezone }
    display
    bioText
    paragraphs { claims { text receipts { kind rule value commentCount link { url domain } } } }
    proofPoints { key text receipt { kind rule value commentCount } }
    quotes { text sentAt }
    manualOverride
    freshness { state reasons updatedAt staleAfter evidenceVersion }
    provenance {
      editionId provider model modelAsked promptName promptVersion promptHash style guardVersion snapshotHash
      fallbackReason finishReason generatedAt usage { promptTokens completionTokens latencyMs responseId }
    }
    scorecard { rule passed detail }
    fallbackCopy
    baseline { messageCount firstSeenAt lastSeenAt topLinks { url domain count } topTags { tag count } }
    otherGroups { slug title }
  }
}
"""


def card(api: RunningApi, cast: Cast, name: str, by: str, *, admin: bool = False, slug: str | None = None) -> Any:
    variables = {"userId": cast.id(name), "groupSlug": slug}
    return api.data(CARD, variables, by=by, admin=admin)["profileHighlight"]


def change(api: RunningApi, statement: str, **binds: object) -> None:
    """Change the tables behind the API's back."""

    async def run() -> None:
        assert api.settings.database_url is not None
        database = Database(api.settings.database_url)
        async with database.transaction() as session:
            await session.execute(text(statement), binds)
        await database.dispose()

    asyncio.run(run())


def test_a_member_of_the_group_gets_the_whole_card(api: RunningApi, cast: Cast) -> None:
    shown = card(api, cast, "ada", by="bea")
    assert shown["member"] == {"id": cast.id("ada"), "externalId": "ada", "name": "Ada"}
    assert shown["group"]["slug"] == "climbing"
    assert shown["group"]["timezone"] == "Europe/Berlin"
    assert shown["display"] == "FULL"
    assert shown["bioText"].split("\n\n") == [
        "Ada wrote 2 messages here. “The words of ada, verbatim.” is one of theirs.",
        f"They shared {URL} with everybody.",
    ]
    first, second = (paragraph["claims"] for paragraph in shown["paragraphs"])
    assert first[0]["receipts"] == [
        {"kind": "COUNT", "rule": "message_count", "value": "2", "commentCount": 0, "link": None}
    ]
    assert first[1]["receipts"][0]["kind"] == "QUOTE"
    assert second[0]["receipts"][0]["link"] == {"url": URL, "domain": "example.org"}
    assert second[0]["receipts"][0]["commentCount"] == 1
    assert [quote["text"] for quote in shown["quotes"]] == ["The words of ada, verbatim."]
    assert shown["proofPoints"][0]["key"] == "message_count"
    assert shown["freshness"]["state"] == "FRESH"
    assert shown["provenance"]["modelAsked"] == "offline"
    assert shown["provenance"]["usage"] is None
    assert shown["scorecard"] == [{"rule": "has_claims", "passed": True, "detail": None}]
    assert (shown["fallbackCopy"], shown["baseline"], shown["otherGroups"]) == (None, None, [])


def test_one_statement_on_a_cold_pool_answers_the_card(api: RunningApi, cast: Cast) -> None:
    with api.recording() as recorder:
        assert card(api, cast, "ada", by="bea")["display"] == "FULL"
    assert len(recorder) == 1


def test_admins_read_what_an_edition_took(api: RunningApi, cast: Cast) -> None:
    usage = card(api, cast, "ada", by="operator", admin=True, slug="climbing")["provenance"]["usage"]
    assert usage == {"promptTokens": 7, "completionTokens": None, "latencyMs": None, "responseId": "response-1"}


def test_without_a_bio_the_card_says_so_and_shows_figures(api: RunningApi, cast: Cast) -> None:
    shown = card(api, cast, "bea", by="ada", slug="climbing")
    assert (shown["display"], shown["bioText"], shown["paragraphs"]) == ("BASELINE", None, [])
    assert shown["fallbackCopy"].endswith(".")
    assert shown["baseline"]["messageCount"] == 3
    assert shown["baseline"]["topLinks"] == [{"url": URL, "domain": "example.org", "count": 1}]
    assert shown["freshness"] == {
        "state": "MISSING",
        "reasons": [],
        "updatedAt": None,
        "staleAfter": None,
        "evidenceVersion": 0,
    }


def test_absent_forbidden_and_hidden_look_and_cost_the_same(api: RunningApi, cast: Cast) -> None:
    asked = {
        "of another group": (cast.id("ada"), "cyd", "climbing"),
        "an outsider's own group, but not theirs": (cast.id("bea"), "cyd", "reading"),
        "hidden": (cast.id("eve"), "bea", None),
        "opted out": (cast.id("fay"), "bea", None),
        "not existing": (global_id("Member", 987654321), "bea", None),
        "no such group": (cast.id("ada"), "bea", "no-such-group"),
        "asked by an unknown sub": (cast.id("ada"), "nobody-knows-me", None),
    }
    answers, costs = {}, {}
    for why, (user_id, by, slug) in asked.items():
        with api.recording() as recorder:
            answers[why] = api.ask(CARD, {"userId": user_id, "groupSlug": slug}, by=by)
        costs[why] = recorder.statements
    assert answers == {why: {"data": {"profileHighlight": None}} for why in asked}
    assert len({tuple(statements) for statements in costs.values()}) == 1
    assert all(len(statements) == 1 for statements in costs.values())


def test_the_hidden_see_themselves_and_admins_see_them(api: RunningApi, cast: Cast) -> None:
    assert card(api, cast, "eve", by="eve")["display"] == "FULL"
    assert card(api, cast, "eve", by="operator", admin=True)["display"] == "FULL"
    assert card(api, cast, "fay", by="operator", admin=True) is None
    assert card(api, cast, "fay", by="fay") is None


def test_without_a_token_every_field_says_so(api: RunningApi, cast: Cast) -> None:
    for user_id in (cast.id("ada"), global_id("Member", 987654321), "no id at all"):
        answer = api.ask(CARD, {"userId": user_id})
        assert answer["data"] == {"profileHighlight": None}
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]


def test_with_the_flag_off_there_is_nothing_for_anybody(api: RunningApi, cast: Cast) -> None:
    with running_api(api.settings.model_copy(update={"flag": False})) as dark:
        for by, admin in (("bea", False), ("ada", False), ("operator", True)):
            assert card(dark, cast, "ada", by=by, admin=admin) is None
            assert dark.data("{ groups { slug } }", by=by, admin=admin) == {"groups": []}


def test_without_a_slug_the_shared_group_with_the_latest_activity_is_meant_and_named(
    api: RunningApi, cast: Cast
) -> None:
    by_admin = card(api, cast, "ada", by="operator", admin=True)
    assert by_admin["group"]["slug"] == "reading"  # cyd wrote there last
    assert by_admin["member"]["name"] == "Ada Reads"
    assert [group["slug"] for group in by_admin["otherGroups"]] == ["climbing"]
    assert card(api, cast, "ada", by="bea")["group"]["slug"] == "climbing"
    assert card(api, cast, "ada", by="cyd")["group"]["slug"] == "reading"


def test_a_deleted_comment_takes_its_quote_out_of_the_next_answer(api: RunningApi, cast: Cast) -> None:
    assert "verbatim" in card(api, cast, "ada", by="bea")["bioText"]
    change(
        api,
        "UPDATE request_comments SET deleted = true, body = '' WHERE body = 'The words of ada, verbatim.'",
    )
    shown = card(api, cast, "ada", by="bea")
    assert shown["quotes"] == []
    assert shown["bioText"] == f"Ada wrote 2 messages here.\n\nThey shared {URL} with everybody."


def test_a_stale_bio_is_shown_with_the_reason_each_viewer_may_read(api: RunningApi, cast: Cast) -> None:
    change(
        api,
        "INSERT INTO evidence_versions (user_id, group_id, version, reasons) VALUES (:user, :group, 1, :reasons)",
        user=cast["ada"].id,
        group=cast["ada"].group.id,
        reasons='{"EXCLUDED": 1}',
    )
    for by, admin, reason in (("bea", False, "EVIDENCE_CHANGED"), ("ada", False, "EXCLUDED"), ("op", True, "EXCLUDED")):
        shown = card(api, cast, "ada", by=by, admin=admin, slug="climbing")
        assert (shown["display"], shown["freshness"]["reasons"]) == ("NEEDS_REFRESH", [reason])


def test_an_override_is_what_is_read(api: RunningApi, cast: Cast) -> None:
    change(
        api,
        "UPDATE user_profile_highlights SET manual_override = true, override_text = 'Ada is our guide.'"
        " WHERE user_id = :user",
        user=cast["ada"].id,
    )
    shown = card(api, cast, "ada", by="bea")
    assert (shown["manualOverride"], shown["bioText"]) == (True, "Ada is our guide.")
    assert shown["paragraphs"] == [{"claims": [{"text": "Ada is our guide.", "receipts": []}]}]


def test_hostile_text_comes_back_as_it_was_written(api: RunningApi, cast: Cast) -> None:
    hostile = "<script>alert(1)</script> \u202e&amp; 😀"
    change(
        api,
        "UPDATE user_profile_highlights SET manual_override = true, override_text = :hostile WHERE user_id = :user",
        user=cast["ada"].id,
        hostile=hostile,
    )
    assert card(api, cast, "ada", by="bea")["bioText"] == hostile


def test_sibling_fields_share_a_batch_and_never_a_session(api: RunningApi, cast: Cast) -> None:
    aliases = " ".join(
        f'p{n}: profileHighlight(userId: "{cast.id(name)}") {{ display }}'
        for n, name in enumerate(("ada", "eve", "bea"))
    )
    with api.recording() as recorder:
        shown = api.data(f"{{ viewer {{ name }} groups {{ slug }} {aliases} }}", by="bea")
    assert [shown[f"p{n}"] and shown[f"p{n}"]["display"] for n in range(3)] == ["FULL", None, "BASELINE"]
    assert len(recorder) == 3
