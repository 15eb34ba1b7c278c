"""The envelopes of signal-cli's receive stream, cut down to the fields we read.

Sources: AsamK/signal-cli, src/main/java/org/asamk/signal/json/. What is not there is absent or null.
"""

import msgspec


class _Frame(msgspec.Struct, gc=False, rename="camel"):
    """Base of the frames."""


class Present(_Frame):
    """Something that is only known to be there."""


class GroupInfo(_Frame):
    """The group a message is in, under the name it had for the account when received."""

    group_id: str = ""
    group_name: str | None = None


class Mention(_Frame):
    """Somebody mentioned, in UTF-16 units."""

    start: int = 0
    uuid: str | None = None
    number: str | None = None


class Attachment(_Frame):
    """A file."""

    content_type: str | None = None
    filename: str | None = None
    size: int | None = None


class Quote(_Frame):
    """What a reply quotes: `id` is the time the quoted message was sent."""

    id: int | None = None
    author_uuid: str | None = None
    author_number: str | None = None


class ReactionEvent(_Frame):
    """A reaction given, changed or taken back."""

    emoji: str | None = None
    target_author_uuid: str | None = None
    target_author_number: str | None = None
    target_sent_timestamp: int = 0
    is_remove: bool | None = None


class RemoteDelete(_Frame):
    """Somebody deletes a message of their own."""

    timestamp: int = 0


class AdminDelete(_Frame):
    """An admin deletes somebody's message."""

    target_author_uuid: str | None = None
    target_author_number: str | None = None
    target_sent_timestamp: int = 0


class PollCreate(_Frame):
    """A poll; its question is its words."""

    question: str | None = None


class DataMessage(_Frame):
    """A message, or an event that Signal sends as one."""

    timestamp: int | None = None
    message: str | None = None
    expires_in_seconds: int | None = None
    view_once: bool | None = None
    reaction: ReactionEvent | None = None
    quote: Quote | None = None
    mentions: list[Mention] | None = None
    attachments: list[Attachment] | None = None
    sticker: Present | None = None
    contacts: list[Present] | None = None
    poll_create: PollCreate | None = None
    payment: Present | None = None
    remote_delete: RemoteDelete | None = None
    admin_delete: AdminDelete | None = None
    story_context: Present | None = None
    group_info: GroupInfo | None = None


class EditMessage(_Frame):
    """A new wording of an earlier message."""

    target_sent_timestamp: int = 0
    data_message: DataMessage | None = None


class SentMessage(DataMessage):
    """A message the account sent from another device; the message's own fields lie in it."""

    edit_message: EditMessage | None = None


class SyncMessage(_Frame):
    """News from the account's other devices."""

    sent_message: SentMessage | None = None
    sent_story_message: Present | None = None


class Envelope(_Frame):
    """What the server delivered, and from whom."""

    source_uuid: str | None = None
    source_number: str | None = None
    source_name: str | None = None
    timestamp: int | None = None
    server_received_timestamp: int | None = None
    data_message: DataMessage | None = None
    edit_message: EditMessage | None = None
    sync_message: SyncMessage | None = None
    story_message: Present | None = None
    call_message: Present | None = None
    receipt_message: Present | None = None
    typing_message: Present | None = None


class _Result(_Frame):
    envelope: Envelope | None = None


class _Params(_Frame):
    envelope: Envelope | None = None
    result: _Result | None = None


class _Line(_Frame):
    envelope: Envelope | None = None
    params: _Params | None = None


_decode = msgspec.json.Decoder(_Line, strict=False).decode


def decode_envelope(line: bytes) -> Envelope | None:
    """The envelope on a line: plain, in a JSON-RPC notification, or in a subscription's; None if there is none.

    ValueError or RecursionError if the line cannot be read.
    """
    frame = _decode(line)
    params = frame.params
    if frame.envelope is not None or params is None:
        return frame.envelope
    if params.envelope is not None or params.result is None:
        return params.envelope
    return params.result.envelope


def edit_of(envelope: Envelope) -> EditMessage | None:
    """The edit in an envelope, received or sent from another device of the account."""
    sync = envelope.sync_message
    return sync.sent_message.edit_message if sync is not None and sync.sent_message else envelope.edit_message


def message_of(envelope: Envelope) -> DataMessage | None:
    """The message in an envelope: of an edit, sent from another device of the account, or received."""
    edit = edit_of(envelope)
    if edit is not None:
        return edit.data_message
    sync = envelope.sync_message
    return sync.sent_message if sync is not None else envelope.data_message
