"""How a script is read: one strict forward pass, line by line."""

import json
import re
from datetime import date

from cli.demo.script.fields import FIELDS_OF_A_CHAT, FIELDS_OF_A_MESSAGE, FIELDS_OF_A_PERSON
from cli.demo.script.reading import MENTION, Reading
from cli.demo.script.records import Chat, Deed, Form, Message, Notice, Person, Raw, Script

_CLOCK = r"(\d\d:\d\d:\d\d(?:\.\d{3})?)"
_DAY = re.compile(r"== (\d{4}-\d\d-\d\d) (\w{3})")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # strftime would speak the machine's language
_MESSAGE = re.compile(_CLOCK + r" (\w+)(?: in (\w+))? \|(?: (.+))?")
_NOTICE = re.compile(_CLOCK + rf" \* (\w+) ({'|'.join(Deed)})(?: (.+))?")
_OBJECT = {
    Deed.CREATED: re.compile(""),
    Deed.ADDED: re.compile(r"\w+"),
    Deed.LEFT: re.compile(""),
    Deed.RETITLED: re.compile(r".+"),
    Deed.CHANGED_KEY: re.compile(""),
    Deed.RENAMED: re.compile(r".+ to .+"),
    Deed.CALLED: re.compile(r"\d+ minutes"),
}
"""What has to follow each deed."""


def read_script(text: str) -> Script:
    """Read a whole script; `ScriptError` names the first line that breaks its form."""
    reading = Reading()
    for number, line in enumerate(text.split("\n"), 1):
        indented = line.startswith("  ")
        if not line.strip() or line.startswith("#"):
            continue
        if not indented:
            # The line above is still the one to blame if the message it ends is not complete.
            _complete(reading)
        reading.line = number
        if indented:
            _field(reading, line[2:])
        else:
            _line(reading, line)
    _complete(reading)
    if not any(person.own for person in reading.people.values()):
        reading.fail("nobody is marked 'self', the one whose phone makes the export")
    return Script(reading.people, reading.chats, reading.happenings)


def _line(reading: Reading, line: str) -> None:
    """Whatever stands at the beginning of a line opens something new."""
    word, _, rest = line.partition(" ")
    if word == "person":
        _person(reading, rest)
    elif word == "group":
        key, title = reading.parts(rest, " | ", "KEY | Title")
        reading.subject = reading.chats[key] = Chat(key, title)
    elif word == "direct":
        _direct(reading, rest)
    elif word == "==":
        _day(reading, line)
    elif line.startswith("!"):
        _raw(reading, line[1:])
    elif match := _NOTICE.fullmatch(line):
        _notice(reading, match[1], match[2], Deed(match[3]), match[4] or "")
    elif match := _MESSAGE.fullmatch(line):
        _message(reading, match[1], match[2], match[3], match[4] or "")
    else:
        reading.fail("this is no person, chat, day, message, notice or frame")


def _field(reading: Reading, rest: str) -> None:
    word, _, value = rest.partition(" ")
    subject = reading.subject
    if isinstance(subject, Message) and word in FIELDS_OF_A_MESSAGE:
        FIELDS_OF_A_MESSAGE[word](reading, subject, word, value)
    elif isinstance(subject, Person) and word in FIELDS_OF_A_PERSON:
        FIELDS_OF_A_PERSON[word](reading, subject, word, value)
    elif isinstance(subject, Chat) and word in FIELDS_OF_A_CHAT:
        FIELDS_OF_A_CHAT[word](reading, subject, word, value)
    else:
        reading.fail(f"'{word}' means nothing here")


def _person(reading: Reading, rest: str) -> None:
    key, name = reading.parts(rest, " | ", "KEY | Given Family")
    if key in reading.people:
        reading.fail(f"'{key}' was introduced already")
    reading.subject = reading.people[key] = Person(key, name)


def _direct(reading: Reading, rest: str) -> None:
    key, partner = reading.parts(rest, " | ", "KEY | PERSON")
    both = [person.key for person in reading.people.values() if person.own] + [reading.known(partner)]
    reading.chats[key] = Chat(key, partner=partner, members=dict.fromkeys(both, 0))


def _day(reading: Reading, line: str) -> None:
    match = _DAY.fullmatch(line)
    try:
        right = match is not None and _WEEKDAYS[date.fromisoformat(match[1]).weekday()] == match[2]
    except ValueError:
        right = False
    if match is None or not right:
        reading.fail("write a day with its weekday, as: == 2025-02-24 Mon")
    if match[1] <= reading.day:
        reading.fail("days go forward")
    reading.day = match[1]


def _raw(reading: Reading, text: str) -> None:
    try:
        reading.happenings.append(Raw(json.loads(text)))
    except ValueError:
        reading.fail("what follows '!' must be JSON")


def _notice(reading: Reading, clock: str, actor: str, deed: Deed, what: str) -> None:
    """A notice always belongs to the first chat: the one the demo imports."""
    if not _OBJECT[deed].fullmatch(what):
        reading.fail(f"'{deed}' is not followed by what it needs")
    if not reading.chats:
        reading.fail("a chat must stand above the first notice")
    chat = next(iter(reading.chats.values()))
    reading.present(actor, chat)
    at = reading.moment(clock, actor)
    _in_order(reading, at)
    match deed:
        case Deed.ADDED:
            chat.version += 1
            chat.members[reading.known(what)] = chat.version
        case Deed.LEFT:
            chat.version += 1
            del chat.members[actor]
        case Deed.RETITLED:
            chat.version += 1
            chat.title = what
    reading.happenings.append(Notice(chat, actor, at, deed, what))


def _message(reading: Reading, clock: str, author: str, chat_key: str | None, words: str) -> None:
    if chat_key not in {None, *reading.chats} or not reading.chats:
        reading.fail(f"no chat is called '{chat_key}'" if chat_key else "a chat must stand above the first message")
    chat = reading.chats[chat_key] if chat_key else next(iter(reading.chats.values()))
    at = reading.moment(clock, reading.present(author, chat))
    if (author, at) in reading.said:
        reading.fail(f"{author} said something in this very millisecond already")
    reading.said.add((author, at))
    message = Message(chat, author, at, at, tuple(chat.members), words)
    reading.happenings.append(message)
    reading.subject = message


def _complete(reading: Reading) -> None:
    """Check what can be known only when a message has all its lines."""
    message, reading.subject = reading.subject, None
    if not isinstance(message, Message):
        return
    _in_order(reading, message.received_at_ms)
    if message.form is Form.WORDS and not (message.words or message.attached):
        reading.fail("this message says nothing")
    if message.form is Form.DELETED and (message.reactions or message.edits):
        reading.fail("a deleted message keeps neither reactions nor edits")
    if message.form is Form.POLL and len(message.options) < 2:
        reading.fail("a poll needs two options")
    for _, words in message.versions:
        for key in MENTION.findall(words):
            reading.known(key)
    if any(styled not in message.versions[-1][1] for _, styled in message.styles):
        reading.fail("the words to be styled are not in the message")


def _in_order(reading: Reading, received_at_ms: int) -> None:
    if received_at_ms < reading.received_until_ms:
        reading.fail("this came before the line above; lines stand in the order in which they were received")
    reading.received_until_ms = received_at_ms
