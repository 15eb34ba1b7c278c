"""Reads signal-cli's receive stream: one envelope a line, all chats; reactions, edits and deletions are events."""

from collections.abc import Iterator, Sequence

from glaze.chat.exports.lines import Source
from glaze.chat.exports.signal_cli_frames import (
    Attachment as AttachmentFrame,
)
from glaze.chat.exports.signal_cli_frames import (
    DataMessage,
    Envelope,
    Mention,
    ReactionEvent,
    decode_envelope,
    edit_of,
    message_of,
)
from glaze.chat.exports.signal_cli_people import Directory, key_of
from glaze.chat.exports.text import clean_content_type, clean_emoji, clean_file_name, clean_size, read_words
from glaze.chat.exports.types import (
    Attachment,
    Group,
    GroupChoice,
    LeftOut,
    Message,
    MessageKind,
    Quote,
    Reaction,
    Record,
    Tally,
    is_a_time,
)


class SignalCliReader:
    """A Reader of the streams of one account, in order.

    A first look collects what people and groups are called by the end, for groups are chosen by their present
    title; the records come from a second one.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    def __call__(self, wanted: GroupChoice, tally: Tally, /) -> Iterator[Record]:
        """Yield the wanted groups where they first occur, their comments and events, each after whom it names."""
        directory = Directory(envelope for envelope in self._envelopes(Tally()) if envelope is not None)
        stream = _Pass(directory, wanted, tally)
        for envelope in self._envelopes(tally):
            if envelope is None:
                tally.leave_out(LeftOut.UNKNOWN_FRAMES)
            else:
                yield from stream.records(envelope)

    def _envelopes(self, tally: Tally) -> Iterator[Envelope | None]:
        for source in self._sources:
            for _, envelope in source.frames(decode_envelope, tally):
                yield envelope


class _Pass:
    """One pass over the envelopes."""

    def __init__(self, directory: Directory, wanted: GroupChoice, tally: Tally) -> None:
        self._directory = directory
        self._wanted = wanted
        self._tally = tally
        self._chosen: dict[str, Group | None] = {}
        """Group id → the group if it is wanted, for every one asked about."""
        self._introduced: set[str] = set()
        self._first_times: dict[tuple[str, int], int] = {}
        """(author, time of an edit) → time of the first wording, for what names an edited comment by its edit."""

    def records(self, envelope: Envelope) -> Iterator[Record]:
        """A comment, a reaction or a deletion, after the group and the people it is the first to name."""
        received = envelope.server_received_timestamp or envelope.timestamp or 0
        if is_a_time(received):
            self._tally.as_of_ms = max(self._tally.as_of_ms, received)
        sent = message_of(envelope)
        if sent is None:
            self._leave_out(_why_no_message(envelope))
            return
        group_id = sent.group_info.group_id if sent.group_info is not None else ""
        newly = group_id not in self._chosen
        group = self._choose(group_id)
        if group is None:
            self._leave_out(LeftOut.OTHER_CHATS)
            return
        if newly:
            yield group
        record = self._record(envelope, sent, group.key)
        if isinstance(record, LeftOut):
            self._leave_out(record)
            return
        for key in _named_in(record):
            if key not in self._introduced:
                self._introduced.add(key)
                yield self._directory.person(key)
        yield record

    def _leave_out(self, why: LeftOut | None) -> None:
        if why is not None:
            self._tally.leave_out(why)

    def _choose(self, group_id: str) -> Group | None:
        if group_id not in self._chosen:
            group = self._directory.group(group_id)
            self._chosen[group_id] = group if group is not None and self._wanted(group) else None
        return self._chosen[group_id]

    def _record(self, envelope: Envelope, sent: DataMessage, group_key: str) -> Message | Reaction | LeftOut:
        author_key = key_of(envelope.source_uuid, envelope.source_number)
        at = sent.timestamp or envelope.timestamp or 0
        if author_key is None or not is_a_time(at):
            return LeftOut.NO_TIME if author_key else LeftOut.NO_AUTHOR
        # Reactions and deletions first: they count also where the group's timer runs by now.
        if sent.reaction is not None:
            return self._reaction(sent.reaction, group_key, author_key, at)
        if sent.remote_delete is not None:
            return self._deletion(group_key, author_key, sent.remote_delete.timestamp)
        if sent.admin_delete is not None:
            gone = sent.admin_delete
            target_key = key_of(gone.target_author_uuid, gone.target_author_number)
            return self._deletion(group_key, target_key, gone.target_sent_timestamp)
        return self._comment(envelope, sent, Message(group_key, author_key, at))

    def _comment(self, envelope: Envelope, sent: DataMessage, message: Message) -> Message | LeftOut:
        kind = _kind(sent)
        if kind is None:
            return LeftOut.SYSTEM
        if sent.story_context is not None:
            return LeftOut.STORIES
        if sent.expires_in_seconds:
            return LeftOut.DISAPPEARING
        edit = edit_of(envelope)
        if edit is not None:
            if not is_a_time(edit.target_sent_timestamp):
                return LeftOut.NO_TIME
            first = self._first_time(message.author_key, edit.target_sent_timestamp)
            self._first_times[message.author_key, message.sent_at_ms] = first
            message.sent_at_ms, message.edited_at_ms = first, message.sent_at_ms
        message.kind = kind
        if kind is MessageKind.VIEW_ONCE:
            return message
        body = (sent.poll_create.question if sent.poll_create is not None else sent.message) or ""
        words = read_words(body, _mentioned(sent.mentions or ()), self._tally)
        message.body, message.mentions, message.links, message.tags = words
        message.attachments = tuple(map(_attachment, sent.attachments or ()))
        message.quote = self._quote(sent)
        return message

    def _reaction(self, reaction: ReactionEvent, group_key: str, reactor_key: str, at: int) -> Reaction | LeftOut:
        target_key = key_of(reaction.target_author_uuid, reaction.target_author_number)
        if target_key is None or not is_a_time(reaction.target_sent_timestamp):
            return LeftOut.ORPHAN_REACTIONS
        emoji = None if reaction.is_remove else clean_emoji(reaction.emoji or "")
        if emoji is None and not reaction.is_remove:
            return LeftOut.UNKNOWN_FRAMES
        target_at = self._first_time(target_key, reaction.target_sent_timestamp)
        return Reaction(group_key, target_key, target_at, reactor_key, emoji, at)

    def _deletion(self, group_key: str, author_key: str | None, sent_at: int) -> Message | LeftOut:
        if author_key is None or not is_a_time(sent_at):
            return LeftOut.NO_TIME if author_key else LeftOut.NO_AUTHOR
        self._tally.leave_out(LeftOut.DELETED)
        return Message(group_key, author_key, self._first_time(author_key, sent_at), deleted=True)

    def _quote(self, sent: DataMessage) -> Quote | None:
        if sent.quote is None or not is_a_time(sent.quote.id or 0):
            return None
        author_key = key_of(sent.quote.author_uuid, sent.quote.author_number)
        return Quote(author_key, self._first_time(author_key, sent.quote.id or 0)) if author_key else None

    def _first_time(self, author_key: str, at: int) -> int:
        return self._first_times.get((author_key, at), at)


def _why_no_message(envelope: Envelope) -> LeftOut | None:
    """Why an envelope without a message is left out; None for receipts and typing, which nobody would miss."""
    if envelope.call_message is not None:
        return LeftOut.SYSTEM
    sync = envelope.sync_message
    if envelope.story_message is not None or (sync is not None and sync.sent_story_message is not None):
        return LeftOut.STORIES
    if sync is not None or envelope.receipt_message is not None or envelope.typing_message is not None:
        return None
    return LeftOut.UNKNOWN_FRAMES


def _kind(sent: DataMessage) -> MessageKind | None:
    """What kind of comment it is; None for what only tells of a change, as of the group, or a vote."""
    if sent.view_once:
        return MessageKind.VIEW_ONCE
    if sent.sticker is not None:
        return MessageKind.STICKER
    if sent.contacts:
        return MessageKind.CONTACT
    if sent.poll_create is not None:
        return MessageKind.POLL
    if sent.payment is not None:
        return MessageKind.PAYMENT
    return MessageKind.TEXT if sent.message or sent.attachments else None


def _mentioned(mentions: Sequence[Mention]) -> Iterator[tuple[int, str]]:
    for mention in mentions:
        if key := key_of(mention.uuid, mention.number):
            yield mention.start, key


def _attachment(file: AttachmentFrame) -> Attachment:
    return Attachment(clean_content_type(file.content_type), clean_file_name(file.filename), clean_size(file.size))


def _named_in(record: Message | Reaction) -> Iterator[str]:
    """The keys of the people a record names."""
    if isinstance(record, Reaction):
        yield record.target_author_key
        yield record.reactor_key
        return
    yield record.author_key
    for mention in record.mentions:
        yield mention.person_key
    if record.quote is not None:
        yield record.quote.author_key
