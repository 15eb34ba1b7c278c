"""What happened in the sample group, each ugly case counted in the written file."""

from collections import Counter

from cli.demo.sample import MEMBER_ACI, OWNER_ACI
from tests.cli.demo.written_export import Export, everything_in, first_sent, name_of


def test_messages_stand_in_the_order_in_which_they_were_received(export: Export) -> None:
    received = []
    for item in export.all_items:
        first = item.get("revisions", [item])[0]
        details = first.get("incoming") or first.get("outgoing") or {}
        received.append(int(details.get("dateReceived", first["dateSent"])))
    assert received == sorted(received)
    sent = [int(item["dateSent"]) for item in export.items if "revisions" not in item]
    assert sent != sorted(sent), "one message arrives after a later one"


def test_system_items_name_the_author_signal_would_name(export: Export) -> None:
    assert export.group_changes() == {
        "groupCreationUpdate": 1,
        "groupMemberAddedUpdate": 5,
        "groupMemberLeftUpdate": 1,
        "groupNameUpdate": 1,
    }
    assert {export.aci(item["authorId"]) for item in export.updates("groupChange")} == {OWNER_ACI}
    (call,) = export.updates("groupCall")
    (key_change,) = export.updates("simpleUpdate")
    (renamed,) = export.updates("profileChange")
    assert call["authorId"] == call["updateMessage"]["groupCall"]["startedCallRecipientId"]
    assert export.aci(key_change["authorId"]) == MEMBER_ACI
    assert renamed["updateMessage"]["profileChange"]["newName"] == name_of(export.contacts[renamed["authorId"]])
    assert all("directionless" in item for item in (call, key_change, renamed, *export.updates("groupChange")))


def test_edits_carry_their_last_time_and_are_quoted_by_their_first(export: Export) -> None:
    edited = [item for item in export.items if "revisions" in item]
    assert sorted(len(item["revisions"]) for item in edited) == [1, 2]
    quoted = {message["quote"]["targetSentTimestamp"] for message in export.standard if "quote" in message}
    for item in edited:
        times = [int(version["dateSent"]) for version in (*item["revisions"], item)]
        assert times == sorted(set(times))
        assert item["revisions"][0]["dateSent"] in quoted
        assert item["dateSent"] not in quoted
        assert item["standardMessage"]["reactions"]
        assert not any("reactions" in version["standardMessage"] for version in item["revisions"])
    assert any("quote" in item["standardMessage"] for item in edited)


def test_quotes_name_what_the_file_holds_but_for_one(export: Export) -> None:
    said = {(item["authorId"], str(first_sent(item))) for item in export.items}
    quotes = [message["quote"] for message in export.standard if "quote" in message]
    absent = [one for one in quotes if (one["authorId"], one["targetSentTimestamp"]) not in said]
    assert len(quotes) > 100
    assert len(absent) == 1
    assert any("text" not in one and one["attachments"] for one in quotes), "a quoted voice note has no words"
    assert all(len(one.get("text", {}).get("body", "").encode()) <= 2048 for one in quotes)


def test_deleted_words_are_not_in_the_file(export: Export) -> None:
    assert "only meant to send this" not in export.raw
    assert "Wrong chat" not in export.raw
    (by_admin,) = (item for item in export.items if "adminDeletedMessage" in item)
    assert export.aci(by_admin["adminDeletedMessage"]["adminId"]) == OWNER_ACI != export.aci(by_admin["authorId"])


def test_attachments_of_every_sort(export: Export) -> None:
    attached = [one for message in export.standard for one in message.get("attachments", [])]
    kinds = Counter(one["pointer"]["contentType"] for one in attached)
    assert kinds == {"image/jpeg": 22, "image/png": 1, "audio/aac": 2, "application/pdf": 1}
    assert [one.get("flag") for one in attached].count("VOICE_MESSAGE") == 2
    assert all("fileName" not in one["pointer"] for one in attached if one.get("flag"))


def test_reactions_of_every_shape(export: Export) -> None:
    reactions = [one for item in export.items for key, one in everything_in(item) if key == "reactions"]
    emoji = Counter(one["emoji"] for one in reactions if isinstance(one, dict))
    assert emoji["👍🏽"] > 10
    assert emoji["🙏🏾"] > 2
    assert emoji["\u2764\ufe0f"] > 100
    assert emoji["\u2764"] == 1
    polls = [item["poll"] for item in export.items if "poll" in item]
    assert len(polls[0]["options"]) == 3
    assert polls[0]["reactions"]


def test_empty_and_unknown_frames(export: Export) -> None:
    assert export.lines.count({}) == 1
    known = {"account", "recipient", "chat", "chatItem", "stickerPack"}
    assert [line.keys() - known for line in export.lines[1:] if line.keys() - known] == [{"pigeonPost"}]
