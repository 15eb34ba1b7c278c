"""The prompt files: `prompts/<room>/<name>.md`, each with a version, a system part and a user part."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from glaze.errors import InvalidInputError
from glaze.fingerprint import digest_bytes
from glaze.llm.types import Message

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"

_FRONT = re.compile(r"\A---\n(?P<front>.*?)\n---\n", re.DOTALL)
_VERSION = re.compile(r"^version:[ \t]*(\S+)[ \t]*$", re.MULTILINE)
_SECTION = re.compile(r"^## (system|user)[ \t]*$", re.MULTILINE)
_BLANK = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt as it stands in its file. `hash` is SHA-256 of the file's exact bytes: any change is a new prompt."""

    name: str
    version: str
    hash: str
    system: str = field(repr=False)
    user: str = field(repr=False)

    def filled(self, values: Mapping[str, str]) -> tuple[Message, Message]:
        """System and user message with each `{{blank}}` filled in.

        What is filled in is not looked at again: a blank inside a member's words stays words. Raises
        InvalidInputError when a blank has no value or a value no blank, naming it.
        """
        blanks = set(_BLANK.findall(self.system + self.user))
        if odd := sorted(blanks ^ values.keys()):
            raise InvalidInputError(f"Prompt {self.name} and its values differ in: {', '.join(odd)}.", "prompt")

        def fill(template: str) -> str:
            return _BLANK.sub(lambda blank: values[blank[1]], template)

        return Message("system", fill(self.system)), Message("user", fill(self.user))


def load_prompt(room: str, name: str, root: Path = PROMPTS) -> Prompt:
    """Read one prompt file. Raises InvalidInputError when it is missing or not of this form:

    front matter with `version:`, then `## system` and `## user`, once each; other headings belong to the text.
    """
    where = f"prompts/{room}/{name}.md"
    if not (re.fullmatch(r"[a-z_]+", room) and re.fullmatch(r"[a-z0-9_]+", name)):
        raise InvalidInputError("A prompt is named by a room and a name of small letters, digits and `_`.", "prompt")
    try:
        content = (root / room / f"{name}.md").read_bytes()
    except FileNotFoundError:
        raise InvalidInputError(f"There is no {where}; restore it or choose another prompt.", "prompt") from None
    text = content.decode("utf-8").replace("\r\n", "\n")
    front = _FRONT.match(text)
    version = _VERSION.search(front["front"]) if front else None
    if not front or not version:
        raise InvalidInputError(f"{where} must begin with `---`, a line `version: …` and `---`.", "prompt")
    before, *parts = _SECTION.split(text[front.end() :])
    sections = {title: body.strip() for title, body in zip(parts[::2], parts[1::2], strict=True)}
    if before.strip() or sorted(parts[::2]) != ["system", "user"] or not all(sections.values()):
        raise InvalidInputError(f"{where} must hold `## system` and `## user`, once each and with text.", "prompt")
    return Prompt(name, version[1], digest_bytes(content), sections["system"], sections["user"])
