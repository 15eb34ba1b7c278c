"""Everything else that is asked: viewer, member, groups, snapshot, job, node and nodes."""

from typing import Any

import pytest

from schema.global_ids import global_id
from tests.api.conftest import URL, Cast
from tests.running_api import RunningApi

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"


def errors_of(answer: Any) -> list[str]:
    return [error["extensions"]["code"] for error in answer["errors"]]


def test_a_viewer_learns_who_they_are(api: RunningApi, cast: Cast) -> None:
    asked = "{ viewer { id externalId name isAdmin member { id name } groups { id slug } } }"
    assert api.data(asked, by="bea")["viewer"] == {
        "id": global_id("Viewer", "bea"),
        "externalId": "bea",
        "name": "Bea",
        "isAdmin": False,
        "member": {"id": cast.id("bea"), "name": "Bea"},
        "groups": [{"id": global_id("Group", cast["bea"].group.id), "slug": "climbing"}],
    }
    stranger = api.data(asked, by="auth0|1/2")["viewer"]
    assert (stranger["externalId"], stranger["name"], stranger["member"], stranger["groups"]) == (
        "auth0|1/2",
        "",
        None,
        [],
    )
    operator = api.data(asked, by="operator", admin=True)["viewer"]
    assert operator["isAdmin"]
    assert [group["slug"] for group in operator["groups"]] == ["climbing", "reading"]


def test_a_member_is_found_by_those_who_may_see_them(api: RunningApi, cast: Cast) -> None:
    asked = "query ($userId: ID!) { member(userId: $userId) { id externalId name } }"
    assert api.data(asked, {"userId": cast.id("ada")}, by="bea")["member"] == {
        "id": cast.id("ada"),
        "externalId": "ada",
        "name": "Ada",
    }
    for name, by in (("bea", "cyd"), ("eve", "bea"), ("fay", "bea"), ("ada", "stranger")):
        assert api.data(asked, {"userId": cast.id(name)}, by=by) == {"member": None}


def test_a_snapshot_is_served_whole(api: RunningApi, cast: Cast) -> None:
    asked = """query ($userId: ID!, $groupSlug: String) { snapshot(userId: $userId, groupSlug: $groupSlug) {
        id member { name } group { slug } hash takenAt upToDate evidenceVersion messageCount firstSeenAt lastSeenAt
        activeDays activeMonths conversationCount topLinks { url domain count } linkCount topTags { tag count }
        reactionCounts { emoji count } reactionsGiven { emoji count } attachmentCounts { contentType count }
        mentionsMade mentionsReceived quotesMade quotesReceived } }"""
    shown = api.data(asked, {"userId": cast.id("ada")}, by="bea")["snapshot"]
    assert (shown["messageCount"], shown["conversationCount"], shown["upToDate"]) == (3, 2, True)
    assert shown["topLinks"] == [{"url": URL, "domain": "example.org", "count": 1}]
    assert shown["reactionCounts"] == [{"emoji": "🎉", "count": 2}]
    assert shown["attachmentCounts"] == [{"contentType": "image/jpeg", "count": 1}]
    assert api.data(asked, {"userId": cast.id("eve")}, by="bea") == {"snapshot": None}
    assert api.data(asked, {"userId": cast.id("ada"), "groupSlug": "reading"}, by="bea") == {"snapshot": None}


def test_a_job_is_for_admins_and_for_the_one_it_is_about(api: RunningApi, cast: Cast) -> None:
    asked = "query ($id: ID!) { job(id: $id) { id kind state attempt maxAttempts errorCode supersededBy { id } } }"
    job = {"id": cast.job("ada")}
    by_admin = api.data(asked, job, by="operator", admin=True)["job"]
    assert (by_admin["state"], by_admin["errorCode"]) == ("DONE", "model_timeout")
    assert api.data(asked, job, by="ada")["job"]["errorCode"] is None
    for by in ("bea", "cyd", "stranger"):
        assert api.data(asked, job, by=by) == {"job": None}
    assert api.data(asked, {"id": global_id("Job", 987654321)}, by="operator", admin=True) == {"job": None}
    assert errors_of(api.ask(asked, {"id": cast.id("ada")}, by="ada")) == ["BAD_USER_INPUT"]


def test_every_node_is_found_by_its_id_by_those_who_may_see_it(api: RunningApi, cast: Cast) -> None:
    ada = cast["ada"]
    nodes = {
        "Member": cast.id("ada"),
        "Group": global_id("Group", ada.group.id),
        "ProfileHighlight": cast.highlight("ada"),
        "Snapshot": global_id("Snapshot", ada.id, ada.group.id),
        "Job": cast.job("ada"),
        "Viewer": global_id("Viewer", "ada"),
    }
    for kind, node_id in nodes.items():
        assert api.data(NODE, {"id": node_id}, by="ada") == {"node": {"__typename": kind, "id": node_id}}
        assert api.data(NODE, {"id": node_id}, by="stranger") == {"node": None}


def test_absent_forbidden_and_hidden_nodes_look_and_cost_the_same(api: RunningApi, cast: Cast) -> None:
    bea = cast["bea"]
    asked = {
        "absent": (global_id("ProfileHighlight", 987654321, bea.group.id), "bea"),
        "no such group": (global_id("ProfileHighlight", bea.id, 987654321), "bea"),
        "forbidden": (cast.highlight("bea"), "cyd"),
        "hidden": (cast.highlight("eve"), "bea"),
        "opted out": (cast.highlight("fay"), "bea"),
    }
    answers, costs = {}, set()
    for why, (node_id, by) in asked.items():
        with api.recording() as recorder:
            answers[why] = api.ask(NODE, {"id": node_id}, by=by)
        costs.add(tuple(recorder.statements))
    assert answers == {why: {"data": {"node": None}} for why in asked}
    assert len(costs) == 1


def test_nodes_keep_their_order_and_share_a_batch(api: RunningApi, cast: Cast) -> None:
    ids = [cast.highlight("ada"), cast.highlight("eve"), cast.id("ada"), cast.highlight("bea"), global_id("Edition", 1)]
    with api.recording() as recorder:
        shown = api.data("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids}, by="bea")["nodes"]
    assert [one and one["id"] for one in shown] == [ids[0], None, ids[2], ids[3], None]
    assert len(recorder) == 2


def test_more_nodes_than_a_page_are_refused(api: RunningApi, cast: Cast) -> None:
    asked = {"ids": [cast.id("ada")] * 51}
    answer = api.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", asked, by="bea")
    assert errors_of(answer) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("given", ["42", "TWVtYmVyOi0x", "ada'; DROP TABLE users; --"])
def test_what_is_no_id_is_bad_input_and_is_not_repeated(api: RunningApi, given: str) -> None:
    answer = api.ask(NODE, {"id": given}, by="bea")
    assert answer["data"] == {"node": None}
    assert errors_of(answer) == ["BAD_USER_INPUT"]
    assert given not in answer["errors"][0]["message"]


def test_every_root_field_asks_for_a_token(api: RunningApi, cast: Cast) -> None:
    user, node = f'userId: "{cast.id("ada")}"', f'id: "{cast.job("ada")}"'
    fields = {
        "viewer": "viewer { id }",
        "groups": "groups { id }",
        "member": f"member({user}) {{ id }}",
        "profileHighlight": f"profileHighlight({user}) {{ id }}",
        "snapshot": f"snapshot({user}) {{ id }}",
        "job": f"job({node}) {{ id }}",
        "node": f"node({node}) {{ id }}",
        "nodes": f'nodes(ids: ["{cast.id("ada")}"]) {{ id }}',
    }
    with api.recording() as recorder:
        for name, field in fields.items():
            answer = api.ask(f"{{ {field} }}")
            assert (answer["data"], errors_of(answer)) == ({name: None}, ["UNAUTHENTICATED"])
    assert len(recorder) == 0
    assert api.ask("{ __typename }") == {"data": {"__typename": "Query"}}
