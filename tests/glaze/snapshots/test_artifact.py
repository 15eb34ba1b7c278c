"""The files of snapshots: where they lie, what they are called, and that nobody finds half a file (R12)."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glaze.snapshots.artifact import FOLDER, artifact_name, write_artifacts

SNAPSHOTS = {"choir": {"message_count": 1}}
TERRIBLE = [
    *("auth0|1/2", "../../x", "..", ".", "", "/etc/passwd", "C:\\x", "nul\x00", "a b", "a\nb", "%2F", "~"),
    *("Ann", "ann", "ANN", "ä", "Ä", "ß", "ss", "ſ", "🎵", "x" * 10_000, "x" * 9_999 + "y", "🎵" * 2_500),
]


def test_terrible_ids_have_each_a_name_of_their_own_inside_the_folder() -> None:
    names = [artifact_name(user_id) for user_id in TERRIBLE]
    assert len({name.casefold() for name in names}) == len(TERRIBLE)
    for name in names:
        assert name.isascii()
        assert len(name) <= 125
        assert "/" not in name
        assert not name.removesuffix(".json").startswith(".")
    assert artifact_name("auth0|1/2") == "auth0%7C1%2F2.json"
    assert artifact_name("../../x") == "%2E%2E%2F%2E%2E%2Fx.json"
    assert artifact_name("Ann") == "%41nn.json"
    assert artifact_name("signal:0f-1") == "signal:0f-1.json"


def test_no_id_can_be_made_to_bear_the_name_of_another() -> None:
    long = "x" * 200
    shortened = artifact_name(long).removesuffix(".json")
    assert len(shortened) == 120
    assert artifact_name(shortened) != artifact_name(long)


@given(st.sets(st.text(max_size=130), min_size=2, max_size=5))
def test_any_two_ids_have_two_names_on_any_disk(user_ids: set[str]) -> None:
    encodable = {user_id for user_id in user_ids if user_id.isprintable()}
    assert len({artifact_name(user_id).casefold() for user_id in encodable}) == len(encodable)


def files(storage: Path) -> dict[str, Any]:
    return {path.name: path for path in (storage / FOLDER).iterdir()}


def test_a_file_is_written_once_and_left_alone_while_nothing_changes(tmp_path: Path) -> None:
    assert write_artifacts(tmp_path, [("ann", SNAPSHOTS), ("bo", SNAPSHOTS)]) == 2
    found = files(tmp_path)
    assert set(found) == {"ann.json", "bo.json"}
    assert json.loads(found["ann.json"].read_bytes()) == {"user_id": "ann", "snapshots": SNAPSHOTS}
    before = {name: path.stat().st_ino for name, path in found.items()}
    assert write_artifacts(tmp_path, [("ann", {"choir": {"message_count": 2}}), ("bo", SNAPSHOTS)]) == 1
    after = {name: path.stat().st_ino for name, path in files(tmp_path).items()}
    # Another inode: the file was replaced, never written over, so that a reader has the old or the new one whole.
    assert before["ann.json"] != after["ann.json"]
    assert before["bo.json"] == after["bo.json"]


def test_only_we_may_read_them(tmp_path: Path) -> None:
    write_artifacts(tmp_path, [("ann", SNAPSHOTS)])
    assert files(tmp_path)["ann.json"].stat().st_mode & 0o777 == 0o600


def test_who_has_no_snapshot_has_no_file(tmp_path: Path) -> None:
    assert write_artifacts(tmp_path, [("ann", {})]) == 0
    write_artifacts(tmp_path, [("ann", SNAPSHOTS)])
    assert write_artifacts(tmp_path, [("ann", {}), ("nobody", {})]) == 0
    assert files(tmp_path) == {}


def test_what_a_kill_left_half_written_is_no_file_and_gone_after_the_next_run(tmp_path: Path) -> None:
    write_artifacts(tmp_path, [("ann", SNAPSHOTS)])
    half = tmp_path / FOLDER / ".ann.json.part"
    half.write_bytes(b'{"user_id": "an')
    assert json.loads(files(tmp_path)["ann.json"].read_bytes())["snapshots"] == SNAPSHOTS
    write_artifacts(tmp_path, [("ann", {"choir": {"message_count": 2}})])
    assert set(files(tmp_path)) == {"ann.json"}
    half.write_bytes(b'{"user_id": "an')
    write_artifacts(tmp_path, [("ann", {})])
    assert files(tmp_path) == {}


def test_a_disk_that_is_full_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_artifacts(tmp_path, [("ann", SNAPSHOTS)])

    def full(self: Path, target: Path) -> Path:
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_artifacts(tmp_path, [("ann", {"choir": {"message_count": 2}})])
    assert json.loads(files(tmp_path)["ann.json"].read_bytes())["snapshots"] == SNAPSHOTS
