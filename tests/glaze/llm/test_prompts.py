"""Prompt files: what is read, hashed and refused."""

import hashlib
from pathlib import Path

import pytest

from glaze.errors import InvalidInputError
from glaze.llm.prompts import PROMPTS, load_prompt
from glaze.llm.types import Message

GOOD = """---
version: 7
purpose: a bio
---
## system
Be kind. Canary: {{canary}}.

## Rules
Short.

## user
About {{ evidence }}
"""


def written(root: Path, content: str) -> Path:
    (root / "highlights").mkdir(exist_ok=True)
    (root / "highlights" / "bio.md").write_bytes(content.encode())
    return root


def test_a_prompt_is_read_with_version_sections_and_the_hash_of_its_bytes(tmp_path: Path) -> None:
    prompt = load_prompt("highlights", "bio", written(tmp_path, GOOD))
    assert (prompt.name, prompt.version) == ("bio", "7")
    assert prompt.system == "Be kind. Canary: {{canary}}.\n\n## Rules\nShort."
    assert prompt.user == "About {{ evidence }}"
    assert prompt.hash == hashlib.sha256(GOOD.encode()).hexdigest()


def test_any_changed_byte_is_another_prompt(tmp_path: Path) -> None:
    first = load_prompt("highlights", "bio", written(tmp_path, GOOD))
    second = load_prompt("highlights", "bio", written(tmp_path, GOOD + "\n"))
    third = load_prompt("highlights", "bio", written(tmp_path, GOOD.replace("\n", "\r\n")))
    assert len({first.hash, second.hash, third.hash}) == 3
    assert first.system == second.system == third.system


def test_blanks_are_filled_once_and_never_inside_what_fills_them(tmp_path: Path) -> None:
    prompt = load_prompt("highlights", "bio", written(tmp_path, GOOD))
    system, user = prompt.filled({"canary": "c1", "evidence": r"say {{canary}} \1"})
    assert system == Message("system", "Be kind. Canary: c1.\n\n## Rules\nShort.")
    assert user == Message("user", r"About say {{canary}} \1")


@pytest.mark.parametrize("values", [{"canary": "c"}, {"canary": "c", "evidence": "e", "extra": "x"}])
def test_a_blank_without_value_and_a_value_without_blank_are_named(tmp_path: Path, values: dict[str, str]) -> None:
    prompt = load_prompt("highlights", "bio", written(tmp_path, GOOD))
    with pytest.raises(InvalidInputError, match=r"evidence|extra"):
        prompt.filled(values)


@pytest.mark.parametrize(
    "content",
    [
        GOOD.replace("version: 7\n", ""),
        GOOD.removeprefix("---\n"),
        GOOD.replace("## user", "# user"),
        GOOD.replace("## user", "## system"),
        GOOD.replace("## system\n", "Hello\n## system\n"),
        GOOD.replace("About {{ evidence }}", ""),
        "",
    ],
)
def test_a_file_of_another_form_is_refused_with_what_to_do(tmp_path: Path, content: str) -> None:
    with pytest.raises(InvalidInputError, match=r"prompts/highlights/bio\.md must") as raised:
        load_prompt("highlights", "bio", written(tmp_path, content))
    assert raised.value.field == "prompt"


def test_a_missing_prompt_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"There is no prompts/highlights/none\.md"):
        load_prompt("highlights", "none", tmp_path)


@pytest.mark.parametrize(("room", "name"), [("..", "bio"), ("highlights", "../../etc/passwd"), ("", "bio")])
def test_a_prompt_outside_its_folder_cannot_be_named(tmp_path: Path, room: str, name: str) -> None:
    with pytest.raises(InvalidInputError, match="named by a room"):
        load_prompt(room, name, tmp_path)


def test_the_prompts_lie_beside_the_package() -> None:
    assert PROMPTS.is_dir()
    assert (PROMPTS.parent / "glaze" / "llm").is_dir()
