"""Whether a highlight still holds, and if not, exactly why (R15)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from glaze.changes.types import ChangeReason
from glaze.highlights import lexicon
from glaze.highlights.freshness import Standing, Wanted, shown_to_members, stale_reasons
from glaze.highlights.guard import guard_version
from glaze.highlights.types import StaleReason
from glaze.highlights.wanted import ROOM, Making, making_of
from glaze.llm.prompts import PROMPTS, load_prompt
from glaze.settings import Settings
from tests.factories import LONG_AGO

WANTED = Wanted("prompt", "model", "guard")


def reasons(now: timedelta = timedelta(0), **changes: Any) -> list[str]:
    given: dict[str, Any] = {
        "prompt_hash": "prompt",
        "model_asked": "model",
        "guard_version": "guard",
        "known_version": 4,
        "evidence_version": 4,
        "evidence_reasons": {"EVIDENCE_CHANGED": 3},
        "stale_after": LONG_AGO + timedelta(days=1),
        "marked_stale_at": None,
    }
    return [reason.value for reason in stale_reasons(Standing(**given | changes), WANTED, LONG_AGO + now)]


def test_what_was_made_as_one_would_make_it_now_is_fresh() -> None:
    assert reasons() == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"prompt_hash": "older"}, "PROMPT_REVISED"),
        ({"model_asked": "older"}, "MODEL_CHANGED"),
        ({"guard_version": "older"}, "GUARD_REVISED"),
        ({"marked_stale_at": LONG_AGO}, "MARKED_BY_ADMIN"),
        ({"now": timedelta(days=1)}, "EXPIRED"),
        ({"evidence_version": 5}, "EVIDENCE_CHANGED"),
        ({"evidence_version": 5, "evidence_reasons": {}}, "EVIDENCE_CHANGED"),
        ({"evidence_version": 5, "evidence_reasons": {"DISPUTED": 5, "EXCLUDED": 2}}, "DISPUTED"),
    ],
)
def test_each_cause_has_its_reason(changes: dict[str, Any], reason: str) -> None:
    assert reasons(**changes) == [reason]


def test_a_highlight_known_to_hold_further_than_the_evidence_is_fresh() -> None:
    assert reasons(known_version=9) == []


def test_all_causes_are_told_in_one_order() -> None:
    told = reasons(
        timedelta(days=2),
        prompt_hash="older",
        guard_version="older",
        evidence_version=6,
        evidence_reasons={"COMMENT_DELETED": 6, "COMMENT_EDITED": 5, "LONG_AGO": 1} | {"RETENTION_APPLIED": 4},
    )
    assert told == ["COMMENT_EDITED", "COMMENT_DELETED", "PROMPT_REVISED", "GUARD_REVISED", "EXPIRED"]


def test_every_reason_of_a_lower_room_is_a_stale_reason() -> None:
    assert {reason.value for reason in ChangeReason} <= {reason.value for reason in StaleReason}


def test_what_the_subject_withdrew_is_nobody_s_business() -> None:
    private = (StaleReason.EXCLUDED, StaleReason.DISPUTED, StaleReason.EXPIRED)
    assert shown_to_members(private) == (StaleReason.EVIDENCE_CHANGED, StaleReason.EXPIRED)
    assert shown_to_members(()) == ()


# --- what is wanted now ---


def offline() -> Settings:
    return Settings(_env_file=None)


def test_a_changed_prompt_file_is_another_prompt(tmp_path: Path) -> None:
    (tmp_path / ROOM).mkdir()
    file = tmp_path / ROOM / "bio.md"
    file.write_bytes((PROMPTS / ROOM / "bio.md").read_bytes())
    same = load_prompt(ROOM, "bio", tmp_path)
    assert same == making_of(offline()).prompt
    file.write_text(file.read_text(encoding="utf-8").replace("warm", "warmer"), encoding="utf-8")
    assert load_prompt(ROOM, "bio", tmp_path).hash != same.hash


def test_a_changed_list_is_another_guard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = guard_version()
    for name in lexicon._LISTS:
        (tmp_path / name).write_bytes((lexicon._FOLDER / name).read_bytes())
    monkeypatch.setattr(lexicon, "_FOLDER", tmp_path)
    seen = {before}
    try:
        for name in lexicon._LISTS:
            with (tmp_path / name).open("a", encoding="utf-8") as file:
                file.write("zeugma\n")
            lexicon.lists_version.cache_clear()
            seen.add(guard_version())
    finally:
        monkeypatch.undo()
        lexicon.lists_version.cache_clear()
    assert len(seen) == len(lexicon._LISTS) + 1
    assert guard_version() == before


def test_every_list_of_the_room_counts() -> None:
    assert sorted(path.name for path in (PROMPTS / ROOM).glob("*.txt")) == sorted(lexicon._LISTS)


def test_the_fingerprint_is_of_all_it_is_made_with_and_of_nothing_else() -> None:
    making = making_of(offline())
    parts = (making.prompt, making.style, making.model_asked, making.guard_version)
    other_prompt = load_prompt(ROOM, "bio").__class__("bio", "1", "0" * 64, "s", "u")
    others = [
        Making(other_prompt, *parts[1:]),
        Making(making.prompt, "loud", *parts[2:]),
        Making(*parts[:2], "gpt", making.guard_version),
        Making(*parts[:3], "new"),
    ]
    prints = {item.fingerprint("snapshot") for item in (making, *others)} | {making.fingerprint("another")}
    assert len(prints) == 6
    assert len({item.digest for item in (making, *others)}) == 5
    assert Making(*parts).fingerprint("snapshot") == making.fingerprint("snapshot")


def test_the_model_asked_for_is_what_the_settings_name() -> None:
    asked = Settings(_env_file=None, GLAZE_PROVIDER="openai", SIGNAL_PROFILE_GLAZE_MODEL="gpt-9")
    assert making_of(asked).wanted.model_asked == "gpt-9"
    assert making_of(offline()).wanted.model_asked == "offline"
