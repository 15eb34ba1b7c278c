"""The frames of what happened: messages with their revisions, quotes and reactions, and Signal's own notices."""

from cli.demo.export.encode import Frame, aci_bytes, pointer, present, secret, text
from cli.demo.export.recipients import Ids
from cli.demo.script.reading import drawn
from cli.demo.script.records import Absent, Attached, Deed, Form, Message, Notice, Raw

STICKER_PACK = {"packId": secret("sticker pack", 16), "packKey": secret("sticker pack key")}
_ON_THE_WAY_MS = 120
"""The same for all, so that the script's order stays the order of receipt."""
_BODIES_WITH_REACTIONS = {"standardMessage", "stickerMessage", "viewOnceMessage", "poll"}
_QUOTED_BYTES = 2048
"""Signal quotes no more of a long message than this."""


def item_frame(happening: Message | Notice | Raw, ids: Ids) -> Frame:
    """The frame of one message or notice, or the raw frame itself."""
    if isinstance(happening, Raw):
        return happening.frame
    if isinstance(happening, Notice):
        return {"chatItem": _notice(happening, ids)}
    *earlier, newest = happening.versions
    item = _version(happening, ids, *newest)
    if earlier:
        # The item carries the time of the last edit; when it was first said stands in revisions[0].
        item["revisions"] = [_version(happening, ids, *version) for version in earlier]
    for body in _BODIES_WITH_REACTIONS & item.keys():
        item[body] |= present(reactions=_reactions(happening, ids))
    return {"chatItem": item}


def _version(message: Message, ids: Ids, at: int, words: str) -> Frame:
    direction = _outgoing if message.author == ids.owner else _incoming
    return {
        "chatId": ids.chat[message.chat.key],
        "authorId": ids.recipient[message.author],
        "dateSent": str(at),
        **direction(message, ids, at),
        **_body(message, ids, at, words),
    }


def _incoming(message: Message, _ids: Ids, at: int) -> Frame:
    arrived = at + message.received_at_ms - message.sent_at_ms
    return {
        "incoming": {
            "dateReceived": str(arrived + _ON_THE_WAY_MS),
            "dateServerSent": str(arrived + _ON_THE_WAY_MS // 2),
            "read": True,
            "sealedSender": True,
        }
    }


def _outgoing(message: Message, ids: Ids, at: int) -> Frame:
    read = [
        {
            "recipientId": ids.recipient[key],
            "timestamp": str(at + 1_000 + drawn(f"{at} read by {key}", 600_000)),
            "read": {"sealedSender": True},
        }
        for key in message.audience
        if key != ids.owner
    ]
    return {"outgoing": {"sendStatus": read, "dateReceived": str(at + _ON_THE_WAY_MS)}}


def _body(message: Message, ids: Ids, at: int, words: str) -> Frame:
    match message.form:
        case Form.WORDS:
            return {"standardMessage": _standard(message, ids, at, words)}
        case Form.STICKER:
            data = pointer("image/webp", "sticker", 18_222)
            return {
                "stickerMessage": {"sticker": {**STICKER_PACK, "stickerId": 4, "emoji": message.sticker, "data": data}}
            }
        case Form.VIEW_ONCE:
            return {"viewOnceMessage": {}}
        case Form.POLL:
            return {"poll": {"question": words, "options": _options(message, ids)}}
        case Form.DELETED:
            if message.deleted_by is None:
                return {"remoteDeletedMessage": {}}
            return {"adminDeletedMessage": {"adminId": ids.recipient[message.deleted_by]}}


def _standard(message: Message, ids: Ids, at: int, words: str) -> Frame:
    is_newest = at == message.versions[-1][0]
    return present(
        quote=_quote(message.reply_to, ids, at) if message.reply_to else None,
        text=text(words, message.styles if is_newest else []),
        attachments=[_attachment(attached, f"{at} file {i}") for i, attached in enumerate(message.attached)],
        linkPreview=[
            {"url": url, "title": title, "description": description}
            for url, title, description in message.cards
            if url in words
        ],
    )


def _quote(target: Message | Absent, ids: Ids, at: int) -> Frame:
    """A quote names its target by author and original time, also when the target was edited since."""
    attached = target.attached if isinstance(target, Message) else []
    words = target.words_at(at) if isinstance(target, Message) else target.words
    quoted = words.encode()[:_QUOTED_BYTES].decode(errors="ignore")
    return present(
        targetSentTimestamp=str(target.sent_at_ms),
        authorId=ids.recipient[target.author],
        text=text(quoted, []),
        attachments=[present(contentType=one.content_type, fileName=one.file_name) for one in attached],
        type="NORMAL",
    )


def _attachment(attached: Attached, seed: str) -> Frame:
    width, height = attached.shape
    size = attached.seconds * 2_000 or 90_000 + drawn(f"{seed} size", 900_000)
    return present(
        pointer=pointer(attached.content_type, seed, size, fileName=attached.file_name, width=width, height=height),
        flag="VOICE_MESSAGE" if attached.seconds else None,
        wasDownloaded=True,
        clientUuid=secret(f"{seed} uuid", 16),
    )


def _options(message: Message, ids: Ids) -> list[Frame]:
    return [
        {"option": option, "votes": [{"voterId": ids.recipient[key], "voteCount": 1} for key in voters]}
        for option, voters in message.options
    ]


def _reactions(message: Message, ids: Ids) -> list[Frame]:
    """Oldest first, each some time within forty minutes after the message arrived."""
    made = sorted(
        (message.received_at_ms + 20_000 + drawn(f"{message.sent_at_ms} {key}", 2_400_000), key)
        for key in message.reactions
    )
    return [
        {
            "emoji": message.reactions[key],
            "authorId": ids.recipient[key],
            "sentTimestamp": str(at),
            "sortOrder": str(at),
        }
        for at, key in made
    ]


def _notice(notice: Notice, ids: Ids) -> Frame:
    # Of a group change Signal names the owner as author, whoever did it; of keys, names and calls the other person.
    of_a_person = notice.deed in {Deed.CHANGED_KEY, Deed.RENAMED, Deed.CALLED}
    return {
        "chatId": ids.chat[notice.chat.key],
        "authorId": ids.recipient[notice.actor if of_a_person else ids.owner],
        "dateSent": str(notice.sent_at_ms),
        "directionless": {},
        "updateMessage": _update(notice, ids),
    }


def _update(notice: Notice, ids: Ids) -> Frame:
    actor = aci_bytes(notice.actor)
    match notice.deed:
        case Deed.CREATED:
            return _group_change("groupCreationUpdate", updaterAci=actor)
        case Deed.ADDED:
            return _group_change("groupMemberAddedUpdate", updaterAci=actor, newMemberAci=aci_bytes(notice.what))
        case Deed.LEFT:
            return _group_change("groupMemberLeftUpdate", aci=actor)
        case Deed.RETITLED:
            return _group_change("groupNameUpdate", updaterAci=actor, newGroupName=notice.what)
        case Deed.CHANGED_KEY:
            return {"simpleUpdate": {"type": "IDENTITY_UPDATE"}}
        case Deed.RENAMED:
            previous, _, new = notice.what.partition(" to ")
            return {"profileChange": {"previousName": previous, "newName": new}}
        case Deed.CALLED:
            return _group_call(notice, ids)


def _group_change(name: str, **fields: str) -> Frame:
    return {"groupChange": {"updates": [{name: fields}]}}


def _group_call(notice: Notice, ids: Ids) -> Frame:
    minutes = int(notice.what.split()[0])
    return {
        "groupCall": {
            "callId": str(drawn(f"{notice.sent_at_ms} call", 10**15)),
            "state": "GENERIC",
            "startedCallRecipientId": ids.recipient[notice.actor],
            "startedCallTimestamp": str(notice.sent_at_ms),
            "endedCallTimestamp": str(notice.sent_at_ms + minutes * 60_000),
            "read": True,
        }
    }
