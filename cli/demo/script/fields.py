"""What may stand indented under a person, a chat or a message, and what each such line does to it."""

import re
from collections.abc import Callable

from cli.demo.script.reading import Reading
from cli.demo.script.records import Absent, Attached, Chat, Form, Message, Person

_ABSENT = re.compile(r"absent (\w+) (\d{4}-\d\d-\d\d) (\S+) \| (.+)")
_SHAPE = re.compile(r"(\S+) (\d+)x(\d+)")
_STYLES = {"bold": "BOLD", "mono": "MONOSPACE"}


# ---- under a person


def _self(reading: Reading, person: Person, _word: str, _value: str) -> None:
    if any(other.own for other in reading.people.values()):
        reading.fail("an export has one owner")
    person.own = True


def _private(_reading: Reading, person: Person, word: str, value: str) -> None:
    person.private[word] = value


# ---- under a chat


def _about(_reading: Reading, chat: Chat, _word: str, value: str) -> None:
    chat.about = value


def _members(reading: Reading, chat: Chat, _word: str, value: str) -> None:
    chat.members = {reading.known(key): 0 for key in value.split()}


def _admins(reading: Reading, chat: Chat, _word: str, value: str) -> None:
    chat.admins = {reading.present(key, chat) for key in value.split()}


def _label(reading: Reading, chat: Chat, _word: str, value: str) -> None:
    key, emoji, words = reading.parts(value, " ", "PERSON EMOJI words")
    chat.labels[reading.known(key)] = (emoji, words)


# ---- under a message


def _more_words(_reading: Reading, message: Message, _word: str, value: str) -> None:
    if message.edits:
        at, words = message.edits[-1]
        message.edits[-1] = (at, f"{words}\n{value}")
    else:
        message.words += f"\n{value}"


def _edit(reading: Reading, message: Message, _word: str, value: str) -> None:
    clock, words = reading.parts(value, " | ", "TIME | words")
    at = reading.moment(clock, message.author)
    if at <= message.versions[-1][0]:
        reading.fail("an edit comes after what it changes")
    message.edits.append((at, words))


def _name(reading: Reading, message: Message, _word: str, value: str) -> None:
    if value in reading.named:
        reading.fail(f"another message is called '{value}' already")
    reading.named[value] = message


def _reply(reading: Reading, message: Message, _word: str, value: str) -> None:
    if match := _ABSENT.fullmatch(value):
        author, day, clock, words = match.groups()
        message.reply_to = Absent(reading.known(author), reading.moment(clock, author, day=day), words)
        return
    target = reading.named.get(value)
    if target is None or target is message or target.chat is not message.chat:
        reading.fail(f"no message above in this chat is called '{value}'")
    if target.form is Form.DELETED:
        reading.fail("a deleted message cannot be quoted; write it as: re absent AUTHOR DATE TIME | words")
    message.reply_to = target


def _react(reading: Reading, message: Message, _word: str, value: str) -> None:
    for reaction in value.split(", "):
        emoji, key = reading.parts(reaction, " ", "EMOJI PERSON")
        if reading.present(key, message.chat) in message.reactions:
            reading.fail(f"{key} reacted to this already; Signal keeps one reaction a person")
        message.reactions[key] = emoji


def _photo(reading: Reading, message: Message, _word: str, value: str) -> None:
    match = _SHAPE.fullmatch(value)
    if match is None:
        reading.fail("write it as: photo FILE WIDTHxHEIGHT")
    kind = "image/png" if match[1].endswith(".png") else "image/jpeg"
    message.attached.append(Attached(kind, match[1], (int(match[2]), int(match[3]))))


def _voice(reading: Reading, message: Message, _word: str, value: str) -> None:
    if not value.isdecimal():
        reading.fail("write it as: voice SECONDS")
    message.attached.append(Attached("audio/aac", seconds=int(value)))


def _file(reading: Reading, message: Message, _word: str, value: str) -> None:
    file_name, content_type = reading.parts(value, " ", "FILE TYPE")
    message.attached.append(Attached(content_type, file_name))


def _card(reading: Reading, message: Message, _word: str, value: str) -> None:
    url, title, description = reading.parts(value, " | ", "URL | title | description")
    if url not in message.words:
        reading.fail("a card shows a link of the message above")
    message.cards.append((url, title, description))


def _style(_reading: Reading, message: Message, word: str, value: str) -> None:
    message.styles.append((_STYLES[word], value))


def _arrived(reading: Reading, message: Message, _word: str, value: str) -> None:
    message.received_at_ms = reading.moment(value, message.author)
    if message.received_at_ms < message.sent_at_ms:
        reading.fail("nothing arrives before it was sent")


def _sticker(_reading: Reading, message: Message, _word: str, value: str) -> None:
    message.form, message.sticker = Form.STICKER, value


def _view_once(_reading: Reading, message: Message, _word: str, _value: str) -> None:
    message.form = Form.VIEW_ONCE


def _poll(_reading: Reading, message: Message, _word: str, value: str) -> None:
    message.form, message.words = Form.POLL, value


def _option(reading: Reading, message: Message, _word: str, value: str) -> None:
    option, voters = reading.parts(value, ": ", "option: PERSON, PERSON")
    message.options.append((option, [reading.present(key, message.chat) for key in voters.split(", ")]))


def _deleted(reading: Reading, message: Message, _word: str, value: str) -> None:
    message.form = Form.DELETED
    if value:
        (admin,) = reading.parts(value.removeprefix("by "), " | ", "PERSON")
        if reading.present(admin, message.chat) not in message.chat.admins:
            reading.fail(f"{admin} is no admin of the chat '{message.chat.key}'")
        message.deleted_by = admin


FIELDS_OF_A_PERSON: dict[str, Callable[[Reading, Person, str, str], None]] = {
    "self": _self,
    **dict.fromkeys(("e164", "username", "nickname", "note", "system"), _private),
}
FIELDS_OF_A_CHAT: dict[str, Callable[[Reading, Chat, str, str], None]] = {
    "about": _about,
    "members": _members,
    "admins": _admins,
    "label": _label,
}
FIELDS_OF_A_MESSAGE: dict[str, Callable[[Reading, Message, str, str], None]] = {
    "|": _more_words,
    "edit": _edit,
    "name": _name,
    "re": _reply,
    "+": _react,
    "photo": _photo,
    "voice": _voice,
    "file": _file,
    "card": _card,
    "bold": _style,
    "mono": _style,
    "arrived": _arrived,
    "sticker": _sticker,
    "viewonce": _view_once,
    "poll": _poll,
    "option": _option,
    "deleted": _deleted,
}
