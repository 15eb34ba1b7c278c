"""`regenerateGlaze`: who may ask, what becomes of it, and what is rung (R21, R22, R25)."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Row, text

from glaze.db.engine import Database
from schema.global_ids import global_id, read_global_id, read_keys
from tests.api.conftest import Cast
from tests.running_api import RunningApi, running_api

REGENERATE = """
mutation Regenerate($input: RegenerateGlazeInput!) {
  regenerateGlaze(input: $input) {
    __typename
    ... on RegenerateGlazeSuccess {
      unchanged
      job { id kind state attempt }
      highlight { display provenance { editionId } paragraphs { claims { text receipts { kind value } } } }
    }
    ... on UserError { message code field }
  }
}
"""


def regenerate(api: RunningApi, by: str | None = "operator", *, admin: bool = True, **given: Any) -> Any:
    answer = api.ask(REGENERATE, {"input": given}, by=by, admin=admin)
    assert "errors" not in answer, answer
    return answer["data"]["regenerateGlaze"]


def rows(api: RunningApi, statement: str) -> list[Row[Any]]:
    async def run() -> list[Row[Any]]:
        assert api.settings.database_url is not None
        database = Database(api.settings.database_url)
        async with database.reading() as session:
            found = list((await session.execute(text(statement))).all())
        await database.dispose()
        return found

    return asyncio.run(run())


def test_an_admin_gets_a_job_that_is_committed_audited_and_rung(api: RunningApi, cast: Cast) -> None:
    became = regenerate(api, userId=cast.id("bea"), groupSlug="climbing")
    assert (became["__typename"], became["unchanged"]) == ("RegenerateGlazeSuccess", False)
    assert (became["job"]["kind"], became["job"]["state"]) == ("glaze", "QUEUED")
    assert became["highlight"]["display"] == "BASELINE"
    job_id = read_keys(read_global_id(became["job"]["id"])[1], 1)[0]
    assert api.bell.rings == [job_id]
    assert [row.subject for row in rows(api, f"SELECT subject FROM jobs WHERE id = {job_id}")] == [
        f"{cast['bea'].id}:{cast['bea'].group.id}"
    ]
    audited = rows(api, "SELECT actor_key, target FROM audit_log")
    assert [row.target for row in audited] == [f"highlight:{cast['bea'].id}:{cast['bea'].group.id}"]
    assert "operator" not in audited[0].actor_key


def test_asking_again_joins_the_work_under_way(api: RunningApi, cast: Cast) -> None:
    first = regenerate(api, userId=cast.id("bea"))
    again = regenerate(api, userId=cast.id("bea"))
    assert first["job"]["id"] == again["job"]["id"]


def test_what_is_unchanged_is_answered_with_its_edition_and_force_writes_it_all_the_same(
    api: RunningApi, cast: Cast
) -> None:
    became = regenerate(api, userId=cast.id("ada"), groupSlug="climbing")
    assert (became["unchanged"], became["job"]) == (True, None)
    assert became["highlight"]["provenance"]["editionId"]
    assert api.bell.rings == []
    forced = regenerate(api, userId=cast.id("ada"), groupSlug="climbing", force=True)
    assert not forced["unchanged"]
    assert forced["job"]["state"] == "QUEUED"


def test_a_doorbell_that_fails_fails_no_mutation(api: RunningApi, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(job_id: int, ring: int) -> None:
        raise ConnectionError

    monkeypatch.setattr(api.bell, "ring", broken)
    assert regenerate(api, userId=cast.id("bea"))["job"]["state"] == "QUEUED"


def test_the_scope_is_checked_before_anything_is_looked_up(api: RunningApi, cast: Cast) -> None:
    whoever = (cast.id("ada"), cast.id("eve"), global_id("Member", 987654321), "no id")
    with api.recording() as recorder:
        answers = [api.ask(REGENERATE, {"input": {"userId": user_id}}, by="ada") for user_id in whoever]
    assert len(recorder) == 0
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["data"] == {"regenerateGlaze": None}
    assert [error["extensions"]["code"] for error in answers[0]["errors"]] == ["FORBIDDEN"]
    anonymous = api.ask(REGENERATE, {"input": {"userId": cast.id("ada")}})
    assert [error["extensions"]["code"] for error in anonymous["errors"]] == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    ("name", "slug"), [("fay", "climbing"), ("bea", "reading"), ("bea", "no-such-group"), ("nobody", None)]
)
def test_absent_and_forbidden_are_one_union_member(api: RunningApi, cast: Cast, name: str, slug: str | None) -> None:
    user_id = global_id("Member", 987654321) if name == "nobody" else cast.id(name)
    assert regenerate(api, userId=user_id, groupSlug=slug) == {
        "__typename": "NotFoundError",
        "message": "There is no such member in this group.",
        "code": "NOT_FOUND",
        "field": None,
    }
    assert rows(api, "SELECT id FROM jobs WHERE state = 'queued'") == []


def test_what_is_no_member_id_is_invalid_input(api: RunningApi, cast: Cast) -> None:
    for user_id in ("no id", cast.job("ada")):
        became = regenerate(api, userId=user_id)
        assert (became["__typename"], became["code"], became["field"]) == (
            "InvalidInputError",
            "INVALID_INPUT",
            "userId",
        )
        assert user_id not in became["message"]


def test_with_the_flag_off_nothing_is_asked_for(api: RunningApi, cast: Cast) -> None:
    with running_api(api.settings.model_copy(update={"flag": False})) as dark:
        became = regenerate(dark, userId=cast.id("bea"))
        assert (became["__typename"], became["code"]) == ("FlagOffError", "FLAG_OFF")
    assert rows(api, "SELECT id FROM jobs WHERE state = 'queued'") == []
