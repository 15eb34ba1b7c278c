"""Where a reader stands in a script, what it knows so far, and how it complains."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from cli.demo.script.records import Chat, Message, Notice, Person, Raw
from glaze.errors import InvalidInputError

MENTION = re.compile(r"(?<!\w)@(\w+)")
"""`@Idris` in words. An e-mail address is none: a letter stands before its @."""


class ScriptError(InvalidInputError):
    """The script says something its form does not allow; the sentence names the line."""


def drawn(seed: str, below: int) -> int:
    """A number in [0, below) that depends on `seed` alone, the same on every machine."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big") % below


class Reading:
    """The state of one forward pass. What is indented belongs to the `subject` above it."""

    def __init__(self) -> None:
        self.line = 0
        self.day = ""
        self.people: dict[str, Person] = {}
        self.chats: dict[str, Chat] = {}
        self.happenings: list[Message | Notice | Raw] = []
        self.subject: Person | Chat | Message | None = None
        self.named: dict[str, Message] = {}
        self.said: set[tuple[str, int]] = set()
        """Author and time of every message: Signal knows a message by these two."""
        self.received_until_ms = 0

    def fail(self, sentence: str) -> NoReturn:
        """Stop with a sentence about the line that is being read."""
        raise ScriptError(f"line {self.line}: {sentence}", field="script")

    def parts(self, text: str, separator: str, form: str) -> list[str]:
        """Split `text` into as many parts as `form`, an example of the same shape, has."""
        count = form.count(separator) + 1
        parts = [part.strip() for part in text.split(separator, count - 1)]
        if len(parts) != count or not all(parts):
            self.fail(f"write it as: {form}")
        return parts

    def known(self, key: str) -> str:
        """The key of a person who was introduced."""
        if key not in self.people:
            self.fail(f"nobody is called '{key}'; introduce each person above")
        return key

    def present(self, key: str, chat: Chat) -> str:
        """The key of a person who is in the chat at this point of the script."""
        if self.known(key) not in chat.members:
            self.fail(f"{key} is not in the chat '{chat.key}' at this time")
        return key

    def moment(self, clock: str, author: str = "", *, day: str = "") -> int:
        """Milliseconds since 1970 of a clock time; without `.mmm` these are drawn from day, clock and author."""
        day = day or self.day
        if not day:
            self.fail("a day must stand above the first time, as: == 2025-02-24 Mon")
        try:
            moment = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC)
        except ValueError:
            self.fail(f"'{clock}' is no time, write it as: 18:32:11 or 18:32:11.250")
        milliseconds = (moment - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)
        return milliseconds if "." in clock else milliseconds + drawn(f"{day} {clock} {author}", 1000)
