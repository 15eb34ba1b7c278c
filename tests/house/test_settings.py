"""Every setting is documented, and .env.example says nothing that is not one."""

import re
from pathlib import Path

from glaze.settings import Settings

EXAMPLE = Path(__file__).resolve().parents[2] / ".env.example"


def test_the_example_documents_every_setting_and_no_other():
    named = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))
    assert named == {field.alias for field in Settings.model_fields.values()}


def test_each_setting_in_the_example_has_a_sentence_above_it():
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if re.match(r"^#? ?[A-Z][A-Z_]+=", line):
            assert re.match(r"^# .+\.$", lines[number - 1]), line


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GLAZE_MIN_COMMENTS", raising=False)
    Path(".env").write_text("GLAZE_MIN_COMMENTS=7\n")
    assert Settings().min_comments == 7
    monkeypatch.setenv("GLAZE_MIN_COMMENTS", "9")
    assert Settings().min_comments == 9
