"""Signal's own export: who is who, what is a comment, and what is left out."""

from base64 import b64encode
from hashlib import sha256
from typing import Any

import pytest

from glaze.chat.exports.types import Attachment, Doubt, LeftOut, Mention, MessageKind, Person, Quote
from tests.glaze.chat.exports.written import (
    ANN,
    BEFORE_ITEMS,
    BO,
    CHATS,
    ME,
    NOON,
    OPENING,
    PEOPLE,
    PRIVATE,
    SECRETS,
    Frame,
    aci,
    chat,
    contact,
    group,
    item,
    jsonl,
    key,
    main_jsonl,
    only,
    reacted,
    read,
    said,
)

EVE, DAN = 4, 5

# Who is who


def test_people_bear_their_profile_names_and_nobody_elses_words_for_them() -> None:
    found = read(main_jsonl(said(ANN, 0, "hello")))
    assert found.people == [
        Person(key(ME), "Mia Edgar"),
        Person(key(ANN), "Ann Ostrander", "+15550100002"),
        Person(key(BO), "Bo Quist"),
    ]
    assert found.left_out(LeftOut.PRIVATE_NOTES) == 3
    assert found.left_out(LeftOut.SECRETS) == 4
    everything_read = repr(found.records)
    assert not [word for word in (*PRIVATE, *SECRETS.values(), "ann.07") if word in everything_read]


def test_a_group_is_known_by_the_hash_of_its_master_key() -> None:
    (found,) = read(main_jsonl()).groups
    assert found.key == f"master:{sha256(b'k' * 32).hexdigest()}"
    assert (found.title, found.member_keys) == ("Choir 🎵", (key(ME), key(ANN), key(BO)))


def test_the_exporter_is_who_is_on_the_member_lists_of_all_her_groups_and_no_contact() -> None:
    other, third = (b64encode(letter * 32).decode() for letter in (b"o", b"t"))
    # Eve is no contact either, but in one group only; in the third all are contacts, for the exporter left it.
    groups = (group(9, (ME, ANN, EVE)), group(10, (BO, ME), "B", other), group(11, (ANN, BO), "C", third))
    found = read(jsonl(*OPENING, *PEOPLE, *groups, chat(1, 9), said(ME, 0, "hello")), only("Choir 🎵"))
    assert found.messages[0].author_key == key(ME)
    assert Person(key(ME), "Mia Edgar") in found.people
    assert found.tally.doubts == {}
    assert LeftOut.UNKNOWN_FRAMES not in found.tally.left_out


@pytest.mark.parametrize("members", [(ME, ANN, EVE), (ANN, BO), ()])
def test_an_exporter_who_cannot_be_told_is_known_by_her_name(members: tuple[int, ...]) -> None:
    found = read(jsonl(*OPENING, *PEOPLE, group(9, members), chat(1, 9), said(ME, 0, "hello")))
    assert found.messages[0].author_key == "name:MiaEdgar"
    assert found.tally.doubts == {Doubt.OWNER_BY_NAME: 1}


def test_a_nameless_exporter_who_cannot_be_told_is_nobody() -> None:
    frames = (OPENING[2], *PEOPLE, group(9, ()), chat(1, 9), said(ME, 0, "hello"))
    assert read(jsonl(*frames)).left_out(LeftOut.NO_AUTHOR) == 1


@pytest.mark.parametrize(
    ("fields", "author_key", "name"),
    [
        ({"aci": "", "e164": "15550100009"}, "e164:+15550100009", "Bo Quist"),
        ({"aci": "", "e164": 15550100009}, "e164:+15550100009", "Bo Quist"),
        ({"aci": ""}, "name:BoQuist", "Bo Quist"),
        ({"aci": "not base64!"}, "name:BoQuist", "Bo Quist"),
        ({"aci": b64encode(b"short").decode()}, "name:BoQuist", "Bo Quist"),
        ({"profileGivenName": "B\u202eo\u0000", "profileFamilyName": " \u200b "}, key(BO), "Bo"),
        ({"profileGivenName": "", "profileFamilyName": "", "systemGivenName": "Bo from work"}, key(BO), ""),
    ],
)
def test_somebody_is_known_by_the_best_key_there_is(fields: Frame, author_key: str, name: str) -> None:
    frames = (*OPENING, contact(ANN), contact(BO, **fields), group(9, (ME, ANN)), chat(1, 9))
    found = read(jsonl(*frames, said(BO, 0, "hello")))
    assert found.messages[0].author_key == author_key
    assert found.people[-1] == Person(author_key, name, "+15550100009" if "e164" in fields else None)


@pytest.mark.parametrize(
    "author",
    [
        {"recipient": {"id": "7", "contact": {}}},
        {"recipient": {"id": "7", "releaseNotes": {}}},
        {"recipient": {"id": "7", "group": {"masterKey": "AAAA"}}},
        {"recipient": {"id": "8", "contact": {"aci": aci(EVE)}}},
    ],
)
def test_a_message_of_nobody_is_left_out(author: Frame) -> None:
    found = read(jsonl(*BEFORE_ITEMS, author, said(7, 0, "hello")))
    assert (found.messages, found.left_out(LeftOut.NO_AUTHOR)) == ([], 1)


def test_who_left_the_group_or_is_only_mentioned_is_introduced_when_named() -> None:
    mentioned = {"text": {"bodyRanges": [{"length": 1, "mentionAci": aci(DAN)}]}}
    frames = (*OPENING, *PEOPLE, contact(EVE, profileGivenName="Eve"), group(9, (ME, ANN)), chat(1, 9))
    found = read(jsonl(*frames, said(EVE, 0, "\ufffc!", **mentioned)))
    assert [person.key for person in found.people] == [key(ME), key(ANN), key(EVE), key(DAN)]
    assert found.people[3] == Person(key(DAN))


def test_frames_may_come_late_and_in_any_order_that_refers_backwards() -> None:
    late = group(12, (ME, EVE), "Late", b64encode(b"l" * 32).decode())
    frames = (*OPENING, group(9, (ME, ANN)), chat(1, 9), contact(ANN), said(ANN, 0, "early"))
    found = read(jsonl(*frames, contact(EVE), late, said(ANN, 1, "still"), chat(3, 12), said(EVE, 2, "late", 3)))
    assert found.bodies == ["early", "still", "late"]
    assert [group.title for group in found.groups] == ["Choir 🎵", "Late"]


def test_groups_without_a_message_are_there_to_be_listed() -> None:
    assert [group.title for group in read(jsonl(*BEFORE_ITEMS)).groups] == ["Choir 🎵"]


@pytest.mark.parametrize(
    ("attribute", "chat_timer", "seconds"),
    [({"disappearingMessagesDuration": 604800}, None, 604800), (None, "86400000", 86400), (None, None, 0)],
)
def test_the_disappearing_timer_is_told(attribute: Frame | None, chat_timer: str | None, seconds: int) -> None:
    timed = group(9, (ME,))
    if attribute:
        timed["recipient"]["group"]["snapshot"]["disappearingMessagesTimer"] = attribute
    opened = {"chat": {"id": "1", "recipientId": "9"} | ({"expirationTimerMs": chat_timer} if chat_timer else {})}
    assert read(jsonl(*OPENING, timed, opened)).groups[0].timer_seconds == seconds


# What is a comment


def test_only_the_wanted_group_is_read() -> None:
    private = said(ANN, 5, "only for you https://private.example", 2)
    elsewhere = said(ANN, 6, "in no chat at all", 77)
    found = read(main_jsonl(said(ANN, 0, "for all"), private, elsewhere))
    assert found.bodies == ["for all"]
    assert found.left_out(LeftOut.OTHER_CHATS) == 2
    nothing = read(main_jsonl(said(ANN, 0, "for all"), private), only("Rowing"))
    assert (nothing.records, nothing.left_out(LeftOut.OTHER_CHATS)) == ([], 2)


def test_words_with_mentions_links_and_tags() -> None:
    body = "😀 \ufffc see https://example.org/a#b and #Repair"
    ranges = [{"start": 3, "length": 1, "mentionAci": aci(BO)}, {"start": 0, "length": 2, "style": "BOLD"}]
    (message,) = read(main_jsonl(said(ANN, 0, body, text={"bodyRanges": ranges}))).messages
    assert message.body == "😀 @ see https://example.org/a#b and #Repair"
    assert message.mentions == (Mention(2, key(BO)),)
    assert (message.links, message.tags) == (("https://example.org/a#b",), ("repair",))


def test_an_edit_counts_once_at_its_first_time_and_quotes_of_it_find_it() -> None:
    versions = [item(ANN, 0)["chatItem"], item(ANN, 50)["chatItem"]]
    quote = {"targetSentTimestamp": str(NOON + 50), "authorId": str(ANN), "text": {"body": "old words"}}
    found = read(
        main_jsonl(
            said(ANN, 0, "x") | {"chatItem": said(ANN, 90, "newest")["chatItem"] | {"revisions": versions}},
            said(BO, 100, "aye", quote=quote),
        )
    )
    edited, reply = found.messages
    assert (edited.sent_at_ms, edited.edited_at_ms, edited.body) == (NOON, NOON + 90, "newest")
    assert reply.quote == Quote(key(ANN), NOON)
    assert "old words" not in repr(found.records)


@pytest.mark.parametrize("quote", [{"authorId": str(ANN)}, {"authorId": "77", "targetSentTimestamp": str(NOON)}])
def test_a_quote_of_something_gone_is_none(quote: Frame) -> None:
    assert read(main_jsonl(said(BO, 5, "aye", quote=quote))).messages[0].quote is None


def test_attachments_have_type_name_size_and_voice() -> None:
    files = [
        {"pointer": {"contentType": "image/jpeg", "fileName": "a.jpg", "locatorInfo": {"size": 40, "key": "SECRET"}}},
        {"pointer": {"contentType": "audio/aac"}, "flag": "VOICE_MESSAGE"},
        {},
    ]
    found = read(main_jsonl(item(ANN, 0, standardMessage={"attachments": files, "longText": {"size": 1}})))
    assert found.messages[0].attachments == (
        Attachment("image/jpeg", "a.jpg", 40),
        Attachment("audio/aac", voice=True),
        Attachment("application/octet-stream"),
    )
    assert "SECRET" not in repr(found.records)


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("stickerMessage", {"sticker": {"packKey": "SECRET", "emoji": "🤖"}}, MessageKind.STICKER),
        ("contactMessage", {"contact": {"number": [{"value": "SECRET"}]}}, MessageKind.CONTACT),
        ("poll", {"question": "Which #song?", "options": [{"option": "SECRET"}]}, MessageKind.POLL),
        ("viewOnceMessage", {}, MessageKind.VIEW_ONCE),
        ("paymentNotification", {"note": "SECRET"}, MessageKind.PAYMENT),
        ("giftBadge", {"receiptCredentialPresentation": "SECRET"}, MessageKind.GIFT),
    ],
)
def test_other_kinds_are_comments_with_their_reactions(kind: str, body: Frame, expected: MessageKind) -> None:
    fields: dict[str, Any] = {kind: body | {"reactions": [reacted(BO, "👍🏽", 9)]}}
    found = read(main_jsonl(item(ANN, 0, **fields)))
    (message,) = found.messages
    assert message.kind is expected
    assert (message.body, message.tags) == (("Which #song?", ("song",)) if kind == "poll" else ("", ()))
    assert [(one.reactor_key, one.emoji, one.reacted_at_ms) for one in found.reactions] == [(key(BO), "👍🏽", NOON + 9)]
    assert "SECRET" not in repr(found.records)


@pytest.mark.parametrize("kind", ["remoteDeletedMessage", "adminDeletedMessage"])
@pytest.mark.parametrize("timer", [{}, {"expiresInMs": "604800000"}])
def test_a_deletion_stays_without_words_even_where_a_timer_runs(kind: str, timer: Frame) -> None:
    fields: dict[str, Any] = {kind: {}} | timer
    found = read(main_jsonl(item(ANN, 0, **fields)))
    (message,) = found.messages
    assert (message.deleted, message.body, message.sent_at_ms) == (True, "", NOON)
    assert found.left_out(LeftOut.DELETED) == 1


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"directionless": {}, "updateMessage": {"groupCall": {}}}, LeftOut.SYSTEM),
        ({"updateMessage": {"simpleUpdate": {"type": "IDENTITY_UPDATE"}}}, LeftOut.SYSTEM),
        ({"directionless": {}, "standardMessage": {"text": {"body": "x"}}}, LeftOut.SYSTEM),
        ({"directStoryReplyMessage": {"emoji": "❤️"}}, LeftOut.STORIES),
        ({"standardMessage": {"text": {"body": "x"}}, "expiresInMs": "604800000"}, LeftOut.DISAPPEARING),
        ({"standardMessage": {"text": {"body": "x"}}, "dateSent": "0"}, LeftOut.NO_TIME),
        ({"standardMessage": {"text": {"body": "x"}}, "dateSent": "9" * 18}, LeftOut.NO_TIME),
        ({"standardMessage": {"text": {"body": "x"}}, "dateSent": "9" * 30}, LeftOut.NO_TIME),
        ({"inventedNextYear": {"text": "x"}}, LeftOut.UNKNOWN_FRAMES),
        ({}, LeftOut.UNKNOWN_FRAMES),
    ],
)
def test_what_is_no_comment_is_counted(fields: Frame, why: LeftOut) -> None:
    found = read(main_jsonl(item(ANN, 0, **fields)))
    assert (found.messages, found.left_out(why)) == ([], 1)


def test_reactions_are_as_sent_and_need_a_person() -> None:
    reactions = [reacted(BO, "❤️", 5), reacted(ANN, "❤", 6), reacted(77, "👍", 7), reacted(ME, "", 8)]
    found = read(main_jsonl(said(ANN, 0, "x", reactions=[*reactions, {"emoji": "👍", "authorId": str(ME)}])))
    assert [(one.reactor_key, one.emoji, one.reacted_at_ms) for one in found.reactions] == [
        (key(BO), "❤️", NOON + 5),
        (key(ANN), "❤", NOON + 6),
        (key(ME), "👍", None),
    ]
    assert {(one.target_author_key, one.target_sent_at_ms) for one in found.reactions} == {(key(ANN), NOON)}
    assert (found.left_out(LeftOut.NO_AUTHOR), found.left_out(LeftOut.UNKNOWN_FRAMES)) == (1, 1)


def test_unknown_and_empty_frames_are_counted_and_known_ones_are_not() -> None:
    known: list[Frame] = [{name: {}} for name in ("stickerPack", "adHocCall", "notificationProfile", "chatFolder")]
    found = read(main_jsonl({}, {"inventedNextYear": {}}, *known, said(ANN, 0, "x")))
    assert found.left_out(LeftOut.UNKNOWN_FRAMES) == 2
    assert found.bodies == ["x"]


def test_default_values_are_absent_and_that_is_fine() -> None:
    empty = item(ANN, 0, standardMessage={}, incoming={})
    found = read(jsonl(*OPENING, contact(ANN), {"recipient": {}}, *CHATS, {"chat": {}}, empty))
    assert found.bodies == [""]


def test_the_time_of_the_export_is_its_own() -> None:
    assert read(main_jsonl()).tally.as_of_ms == NOON + 86_400_000
