"""signal-cli's stream: comments, edits, deletions and reactions as events, and names that change."""

from typing import Any

import pytest

from glaze.chat.exports.types import Attachment, LeftOut, Mention, Message, MessageKind, Person, Quote, Reaction
from tests.glaze.chat.exports.written import (
    ANN,
    BO,
    GROUP_ID,
    ME,
    NOON,
    Frame,
    Read,
    data,
    envelope,
    jsonl,
    key,
    only,
    read,
    uuid_of,
    wrote,
)

GROUP = f"id:{GROUP_ID}"


def read_lines(*frames: Frame) -> Read:
    """The frames after one that makes the file what it is."""
    return read(jsonl(envelope(ANN, -1, typingMessage={"action": "STARTED"}), *frames))


def of(author: int, after: int) -> Frame:
    """A target as reactions and quotes name it."""
    return {
        "targetAuthor": "whoever",
        "targetAuthorNumber": None,
        "targetAuthorUuid": str(uuid_of(author)).upper(),
        "targetSentTimestamp": NOON + after,
    }


def test_a_message_with_everything() -> None:
    (message,) = read_lines(
        wrote(
            ANN,
            0,
            "😀 \ufffc https://example.org #Tag",
            quote={"id": NOON - 5, "authorUuid": str(uuid_of(BO)), "authorNumber": None, "text": "old words"},
            mentions=[{"name": "x", "number": None, "uuid": str(uuid_of(BO)), "start": 3, "length": 1}],
            attachments=[
                {"contentType": "image/jpeg", "filename": "a.jpg", "size": 40, "caption": None},
                {"contentType": None, "filename": None, "size": None},
            ],
            previews=[{"url": "https://elsewhere.example"}],
        )
    ).messages
    assert message == Message(
        GROUP,
        key(ANN),
        NOON,
        body="😀 @ https://example.org #Tag",
        mentions=(Mention(2, key(BO)),),
        links=("https://example.org",),
        tags=("tag",),
        attachments=(Attachment("image/jpeg", "a.jpg", 40), Attachment("application/octet-stream")),
        quote=Quote(key(BO), NOON - 5),
    )


@pytest.mark.parametrize(
    ("source", "author_key", "e164"),
    [
        ({"sourceUuid": str(uuid_of(ANN)).upper(), "sourceNumber": "+15550100002"}, key(ANN), "+15550100002"),
        ({"sourceUuid": None, "sourceNumber": "+15550100002"}, "e164:+15550100002", "+15550100002"),
        ({"sourceUuid": f"PNI:{uuid_of(9)}", "sourceNumber": "+15550100002"}, "e164:+15550100002", "+15550100002"),
    ],
)
def test_somebody_is_known_by_the_best_key_there_is(source: Frame, author_key: str, e164: str) -> None:
    found = read_lines(envelope(ANN, 0, dataMessage=data(0, "hi"), **source))
    assert found.people == [Person(author_key, "Ann Ostrander", e164)]
    assert found.messages[0].author_key == author_key


@pytest.mark.parametrize("number", [None, "", "not a number", "+0"])
def test_a_message_of_nobody_is_left_out(number: str | None) -> None:
    found = read_lines(envelope(ANN, 0, dataMessage=data(0, "hi"), sourceUuid=None, sourceNumber=number))
    assert (found.messages, found.left_out(LeftOut.NO_AUTHOR)) == ([], 1)


@pytest.mark.parametrize("group_id", ["", "no\x00id", "x" * 101])
def test_a_group_without_an_id_that_could_be_one_is_not_read(group_id: str) -> None:
    found = read_lines(wrote(ANN, 0, "hi", groupInfo={"groupId": group_id, "groupName": "Choir"}))
    assert (found.records, found.left_out(LeftOut.OTHER_CHATS)) == ([], 1)


def test_people_and_groups_have_the_names_of_the_end_from_the_start() -> None:
    renamed = {"groupInfo": {"groupId": GROUP_ID, "groupName": "Choir & Band", "type": "DELIVER"}}
    unnamed = {"groupInfo": {"groupId": GROUP_ID, "groupName": None, "type": "DELIVER"}}
    frames = [
        wrote(ANN, 0, "first"),
        envelope(ANN, 5, dataMessage=data(5, "second", **renamed), sourceName="Ann O."),
        envelope(ANN, 6, dataMessage=data(6, "third", **unnamed), sourceName=str(uuid_of(ANN))),
    ]
    found = read(jsonl(*frames), only("Choir & Band"))
    assert found.bodies == ["first", "second", "third"]
    assert found.people == [Person(key(ANN), "Ann O.")]
    assert read(jsonl(*frames), only("Choir 🎵")).records == []


def test_messages_from_the_accounts_other_devices_are_hers() -> None:
    target = {"destination": None, "destinationNumber": None, "destinationUuid": None}
    edit = {"targetSentTimestamp": NOON, "dataMessage": data(9, "better")}
    found = read_lines(
        envelope(ME, 0, syncMessage={"sentMessage": data(0, "mine") | target}),
        envelope(ME, 9, syncMessage={"sentMessage": target | {"editMessage": edit}}),
        envelope(ME, 10, syncMessage={"readMessages": [{"timestamp": NOON}]}),
    )
    assert [(one.author_key, one.sent_at_ms, one.edited_at_ms, one.body) for one in found.messages] == [
        (key(ME), NOON, None, "mine"),
        (key(ME), NOON, NOON + 9, "better"),
    ]
    assert found.tally.left_out == {}


def edited(author: int, after: int, target: int, message: str, **fields: Any) -> Frame:
    edit = {"targetSentTimestamp": NOON + target, "dataMessage": data(after, message, **fields)}
    return envelope(author, after, editMessage=edit)


def test_an_edit_of_an_edit_and_what_names_it_find_the_first_wording() -> None:
    found = read_lines(
        wrote(ANN, 0, "one"),
        edited(ANN, 10, 0, "two"),
        edited(ANN, 20, 10, "three"),
        edited(BO, 30, 10, "of another's time"),
        wrote(BO, 40, "aye", quote={"id": NOON + 20, "authorUuid": str(uuid_of(ANN))}),
        wrote(BO, 50, reaction={"emoji": "👍🏽", "isRemove": False} | of(ANN, 10)),
        wrote(ANN, 60, remoteDelete={"timestamp": NOON + 20}),
    )
    times = [(one.sent_at_ms - NOON, one.edited_at_ms and one.edited_at_ms - NOON) for one in found.messages]
    assert times == [(0, None), (0, 10), (0, 20), (10, 30), (40, None), (0, None)]
    assert found.messages[4].quote == Quote(key(ANN), NOON)
    assert found.messages[5].deleted
    assert found.reactions == [Reaction(GROUP, key(ANN), NOON, key(BO), "👍🏽", NOON + 50)]


def test_a_reaction_is_given_changed_and_taken_back() -> None:
    found = read_lines(
        wrote(BO, 5, reaction={"emoji": "❤️", "isRemove": False} | of(ANN, 0)),
        wrote(BO, 6, reaction={"emoji": "❤️", "isRemove": True} | of(ANN, 0), expiresInSeconds=60),
        wrote(BO, 7, reaction={"emoji": "", "isRemove": False} | of(ANN, 0)),
        wrote(BO, 8, reaction={"emoji": "❤️", "isRemove": False} | of(ANN, 0) | {"targetAuthorUuid": None}),
    )
    assert [(one.emoji, one.reacted_at_ms) for one in found.reactions] == [("❤️", NOON + 5), (None, NOON + 6)]
    assert (found.left_out(LeftOut.UNKNOWN_FRAMES), found.left_out(LeftOut.ORPHAN_REACTIONS)) == (1, 1)


@pytest.mark.parametrize("timer", [0, 604800])
def test_deletions_by_the_author_and_by_an_admin_stay_without_words(timer: int) -> None:
    found = read_lines(
        wrote(ANN, 0, "oops"),
        wrote(ANN, 5, remoteDelete={"timestamp": NOON}, expiresInSeconds=timer),
        wrote(BO, 6, adminDelete=of(ANN, 3), expiresInSeconds=timer),
    )
    deleted = [(one.author_key, one.sent_at_ms, one.body) for one in found.messages if one.deleted]
    assert deleted == [(key(ANN), NOON, ""), (key(ANN), NOON + 3, "")]
    assert found.left_out(LeftOut.DELETED) == 2


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"sticker": {"packId": "x", "stickerId": 4}}, MessageKind.STICKER),
        ({"contacts": [{"name": {"display": "SECRET"}}]}, MessageKind.CONTACT),
        ({"pollCreate": {"question": "Which?", "options": ["SECRET"]}}, MessageKind.POLL),
        ({"payment": {"note": "SECRET"}}, MessageKind.PAYMENT),
        ({"viewOnce": True, "attachments": [{"filename": "SECRET"}]}, MessageKind.VIEW_ONCE),
        ({"attachments": [{"contentType": "image/png"}]}, MessageKind.TEXT),
    ],
)
def test_other_kinds_are_comments(fields: Frame, kind: MessageKind) -> None:
    found = read_lines(wrote(ANN, 0, **fields))
    assert [message.kind for message in found.messages] == [kind]
    assert found.bodies == ["Which?" if kind is MessageKind.POLL else ""]
    assert "SECRET" not in repr(found.records)


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (wrote(ANN, 0, "for you alone", groupInfo=None), LeftOut.OTHER_CHATS),
        (wrote(ANN, 0, None), LeftOut.SYSTEM),
        (wrote(ANN, 0, None, pollVote={"optionIndexes": [1]}), LeftOut.SYSTEM),
        (wrote(ANN, 0, None, isExpirationUpdate=True, expiresInSeconds=60), LeftOut.SYSTEM),
        (envelope(ANN, 0, callMessage={"offerMessage": {}}), LeftOut.SYSTEM),
        (wrote(ANN, 0, "gone soon", expiresInSeconds=60), LeftOut.DISAPPEARING),
        (edited(ANN, 5, 0, "gone soon", expiresInSeconds=60), LeftOut.DISAPPEARING),
        (wrote(ANN, 0, "nice", storyContext={"authorNumber": None}), LeftOut.STORIES),
        (envelope(ANN, 0, storyMessage={"allowsReplies": True}), LeftOut.STORIES),
        (envelope(ME, 0, syncMessage={"sentStoryMessage": {}}), LeftOut.STORIES),
        (envelope(ANN, 0), LeftOut.UNKNOWN_FRAMES),
        ({"envelope": None}, LeftOut.UNKNOWN_FRAMES),
        ({}, LeftOut.UNKNOWN_FRAMES),
        ({"jsonrpc": "2.0", "params": ["x"]}, LeftOut.UNKNOWN_FRAMES),
        (wrote(ANN, 0, "when?", timestamp=0) | {}, LeftOut.NO_TIME),
        (wrote(ANN, 0, None, remoteDelete={}), LeftOut.NO_TIME),
        (edited(ANN, 5, -NOON, "x"), LeftOut.NO_TIME),
    ],
)
def test_what_is_no_comment_is_counted(frame: Frame, why: LeftOut) -> None:
    if why is LeftOut.NO_TIME and "dataMessage" in frame["envelope"]:
        frame["envelope"]["timestamp"] = frame["envelope"]["dataMessage"]["timestamp"]
    found = read_lines(frame)
    assert (found.messages, found.tally.left_out) == ([], {why: 1})


@pytest.mark.parametrize("name", ["receiptMessage", "typingMessage"])
def test_receipts_and_typing_are_nothing(name: str) -> None:
    fields: dict[str, Any] = {name: {"when": NOON}}
    assert read_lines(envelope(ANN, 0, **fields)).tally.left_out == {}


def test_the_timer_a_group_has_at_the_end_is_told() -> None:
    found = read_lines(wrote(ANN, 0, "stays"), wrote(ANN, 5, "goes", expiresInSeconds=3600))
    assert [group.timer_seconds for group in found.groups] == [3600]


def test_the_time_of_the_export_is_the_newest_in_the_file_wanted_or_not() -> None:
    frames = (wrote(ANN, 0, "hi"), wrote(ANN, 9, "private", groupInfo=None))
    assert read_lines(*frames).tally.as_of_ms == NOON + 9 + 240
