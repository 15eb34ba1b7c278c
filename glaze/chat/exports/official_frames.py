"""The frames of Signal's own export (main.jsonl), cut down to the fields we read.

Protobuf as JSON: 64-bit numbers are strings, bytes are base64, and what has its default value is absent. What has
no field here is never decoded: keys, nicknames, notes, address-book names, send receipts, quoted text.
Field names: signalapp/libsignal, rust/message-backup/src/proto/backup.proto.
"""

import re

import msgspec


class _Frame(msgspec.Struct, gc=False, rename="camel"):
    """Base of the frames. They hold no cycles, so the collector need not look at millions of them."""


class Present(_Frame):
    """Something that is only known to be there."""


class Contact(_Frame):
    """Somebody the exporter knows."""

    aci: str = ""
    e164: int = 0
    profile_given_name: str = ""
    profile_family_name: str = ""


class Title(_Frame):
    """A group attribute that holds its title."""

    title: str = ""


class Timer(_Frame):
    """A group attribute that holds its disappearing-message timer."""

    disappearing_messages_duration: int = 0


class Member(_Frame):
    """A member of a group, by ACI."""

    user_id: str = ""


class Snapshot(_Frame):
    """What a group was when exported."""

    title: Title = msgspec.field(default_factory=Title)
    disappearing_messages_timer: Timer = msgspec.field(default_factory=Timer)
    members: list[Member] = []


class GroupRecipient(_Frame):
    """A group; its master key is hashed at once and dropped."""

    master_key: bytes = b""
    snapshot: Snapshot = msgspec.field(default_factory=Snapshot)


class Recipient(_Frame):
    """Anybody or anything a message can go to or come from, under an id that is true in this file alone."""

    id: int = 0
    contact: Contact | None = None
    group: GroupRecipient | None = None
    self: Present | None = None


class Account(_Frame):
    """The exporter. Neither her ACI nor her number is here."""

    given_name: str = ""
    family_name: str = ""


class Chat(_Frame):
    """A conversation with a recipient."""

    id: int = 0
    recipient_id: int = 0
    expiration_timer_ms: int = 0


class BodyRange(_Frame):
    """A mention (or a style, then without `mention_aci`), in UTF-16 units."""

    start: int = 0
    mention_aci: str = ""


class Text(_Frame):
    """Words and what is marked in them."""

    body: str = ""
    body_ranges: list[BodyRange] = []


class ReactionFrame(_Frame):
    """A reaction, lying on the message it is for."""

    emoji: str = ""
    author_id: int = 0
    sent_timestamp: int = 0


class Locator(_Frame):
    """Where a file lies; its keys are not read."""

    size: int = 0


class Pointer(_Frame):
    """A file."""

    content_type: str = ""
    file_name: str = ""
    locator_info: Locator = msgspec.field(default_factory=Locator)


class MessageAttachment(_Frame):
    """A file on a message."""

    pointer: Pointer = msgspec.field(default_factory=Pointer)
    flag: str = ""


class QuoteFrame(_Frame):
    """What a reply quotes; without a time, the quoted message was already gone."""

    target_sent_timestamp: int = 0
    author_id: int = 0


class StandardMessage(_Frame):
    """A message of words and files."""

    text: Text | None = None
    quote: QuoteFrame | None = None
    attachments: list[MessageAttachment] = []
    reactions: list[ReactionFrame] = []


class Reacted(_Frame):
    """A message of another kind: what is in it stays unread, but for what people thought of it."""

    reactions: list[ReactionFrame] = []


class Poll(_Frame):
    """A poll; its question is its words."""

    question: str = ""
    reactions: list[ReactionFrame] = []


class Revision(_Frame):
    """An earlier wording of an edited message."""

    date_sent: int = 0


class ChatItem(_Frame):
    """Something that stands in a chat: `revisions` oldest first, and exactly one of the bodies below."""

    chat_id: int = 0
    author_id: int = 0
    date_sent: int = 0
    expires_in_ms: int = 0
    revisions: list[Revision] = []
    directionless: Present | None = None
    standard_message: StandardMessage | None = None
    sticker_message: Reacted | None = None
    contact_message: Reacted | None = None
    poll: Poll | None = None
    view_once_message: Reacted | None = None
    payment_notification: Reacted | None = None
    gift_badge: Reacted | None = None
    remote_deleted_message: Present | None = None
    admin_deleted_message: Present | None = None
    direct_story_reply_message: Present | None = None
    update_message: Present | None = None


class Line(_Frame):
    """A line of the file: the opening information, or a frame with exactly one of its kinds."""

    backup_time_ms: int = 0
    account: Account | None = None
    recipient: Recipient | None = None
    chat: Chat | None = None
    chat_item: ChatItem | None = None
    sticker_pack: Present | None = None
    ad_hoc_call: Present | None = None
    notification_profile: Present | None = None
    chat_folder: Present | None = None

    def is_known(self) -> bool:
        """True if it is a kind of frame we know, though none that we read."""
        return bool(self.sticker_pack or self.ad_hoc_call or self.notification_profile or self.chat_folder)


decode_line = msgspec.json.Decoder(Line, strict=False).decode
"""Bytes of a line to a Line, its numbers as strings or numbers. ValueError or RecursionError if it is none."""

_SECRETS = re.compile(
    rb'"(?:mediaRootBackupKey|profileKey|identityKey|masterKey|inviteLinkPassword|svrPin|entropy|subscriberId'
    rb'|purchaseToken|packKey|rootKey|adminKey)":'
)
_PRIVATE = re.compile(rb'"(?:nickname|note|systemGivenName|systemFamilyName|systemNickname)":')


def count_secrets(line: bytes) -> int:
    """How many fields with key material a line holds. A quote within a name is escaped, so no name looks like one."""
    return len(_SECRETS.findall(line))


def count_private_words(line: bytes) -> int:
    """How many of the exporter's own words for people a line holds."""
    return len(_PRIVATE.findall(line))
