"""What a chat item of Signal's own export is: a comment with its reactions, or why it is none."""

from collections.abc import Iterator

from glaze.chat.exports.official_frames import ChatItem, MessageAttachment, QuoteFrame, ReactionFrame, Text
from glaze.chat.exports.official_people import People
from glaze.chat.exports.text import clean_content_type, clean_emoji, clean_file_name, clean_size, read_words
from glaze.chat.exports.types import Attachment, LeftOut, Message, MessageKind, Quote, Reaction, Tally, is_a_time


class Items:
    """Turns the chat items of one file into comments and reactions; `people` says who is who in it."""

    def __init__(self, people: People, tally: Tally) -> None:
        self._people = people
        self._tally = tally
        self._first_times: dict[tuple[str, int], int] = {}
        """(author, time of a later wording) → time of the first one, for what quotes an edited comment."""

    def comment(self, item: ChatItem, group_key: str) -> Message | None:
        """The comment an item is; None if it is none, which is tallied."""
        author_key = self._people.key_of(item.author_id)
        why = _why_left_out(item)
        if why is not None or author_key is None:
            self._tally.leave_out(why or LeftOut.NO_AUTHOR)
            return None
        message = Message(group_key, author_key, item.date_sent)
        if item.revisions:
            message.sent_at_ms, message.edited_at_ms = self._first_time(item, author_key), item.date_sent
        standard = item.standard_message
        if standard is None:
            return self._of_another_kind(message, item)
        if standard.text is not None:
            self._put_words(message, standard.text)
        if standard.attachments:
            message.attachments = tuple(map(_attachment, standard.attachments))
        if standard.quote is not None:
            message.quote = self._quote(standard.quote)
        return message

    def reactions(self, item: ChatItem, comment: Message) -> list[Reaction]:
        """The reactions that lie on the item `comment` was made from."""
        reactions: list[Reaction] = []
        for reaction in _reactions_on(item):
            reactor_key = self._people.key_of(reaction.author_id)
            emoji = clean_emoji(reaction.emoji)
            if reactor_key is None or emoji is None:
                self._tally.leave_out(LeftOut.UNKNOWN_FRAMES if reactor_key else LeftOut.NO_AUTHOR)
                continue
            reacted_at = reaction.sent_timestamp if is_a_time(reaction.sent_timestamp) else None
            target = comment.group_key, comment.author_key, comment.sent_at_ms
            reactions.append(Reaction(*target, reactor_key, emoji, reacted_at))
        return reactions

    def _of_another_kind(self, message: Message, item: ChatItem) -> Message | None:
        if _is_deleted(item):
            self._tally.leave_out(LeftOut.DELETED)
            message.deleted = True
        elif item.sticker_message is not None:
            message.kind = MessageKind.STICKER
        elif item.contact_message is not None:
            message.kind = MessageKind.CONTACT
        elif item.poll is not None:
            message.kind = MessageKind.POLL
            self._put_words(message, Text(item.poll.question))
        elif item.view_once_message is not None:
            message.kind = MessageKind.VIEW_ONCE
        elif item.payment_notification is not None:
            message.kind = MessageKind.PAYMENT
        elif item.gift_badge is not None:
            message.kind = MessageKind.GIFT
        else:
            self._tally.leave_out(LeftOut.UNKNOWN_FRAMES)
            return None
        return message

    def _first_time(self, item: ChatItem, author_key: str) -> int:
        """When an edited item was first sent, which is its identity (R6); the item's own time is its last edit's."""
        times = [revision.date_sent for revision in item.revisions if is_a_time(revision.date_sent)]
        times.append(item.date_sent)
        for later in times[1:]:
            self._first_times[author_key, later] = times[0]
        return times[0]

    def _put_words(self, message: Message, text: Text) -> None:
        named = self._mentioned(text) if text.body_ranges else ()
        message.body, message.mentions, message.links, message.tags = read_words(text.body, named, self._tally)

    def _mentioned(self, text: Text) -> Iterator[tuple[int, str]]:
        for marked in text.body_ranges:
            if marked.mention_aci and (key := self._people.key_of_aci(marked.mention_aci)):
                yield marked.start, key

    def _quote(self, quote: QuoteFrame) -> Quote | None:
        author_key = self._people.key_of(quote.author_id)
        if author_key is None or not is_a_time(quote.target_sent_timestamp):
            return None
        sent = self._first_times.get((author_key, quote.target_sent_timestamp), quote.target_sent_timestamp)
        return Quote(author_key, sent)


def _why_left_out(item: ChatItem) -> LeftOut | None:
    """Why an item of a wanted chat is no comment. A deletion counts where a timer runs too: it wins for ever (R7)."""
    if item.directionless is not None or item.update_message is not None:
        return LeftOut.SYSTEM
    if item.direct_story_reply_message is not None:
        return LeftOut.STORIES
    if item.expires_in_ms > 0 and not _is_deleted(item):
        return LeftOut.DISAPPEARING
    if not is_a_time(item.date_sent):
        return LeftOut.NO_TIME
    return None


def _is_deleted(item: ChatItem) -> bool:
    return item.remote_deleted_message is not None or item.admin_deleted_message is not None


def _reactions_on(item: ChatItem) -> list[ReactionFrame]:
    reacted = (
        item.standard_message
        or item.sticker_message
        or item.poll
        or item.view_once_message
        or item.contact_message
        or item.payment_notification
        or item.gift_badge
    )
    return reacted.reactions if reacted is not None else []


def _attachment(attachment: MessageAttachment) -> Attachment:
    pointer = attachment.pointer
    return Attachment(
        clean_content_type(pointer.content_type),
        clean_file_name(pointer.file_name),
        clean_size(pointer.locator_info.size),
        attachment.flag == "VOICE_MESSAGE",
    )
