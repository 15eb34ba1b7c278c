"""Folders of dead runs are swept, those of living ones are not."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.held import hold_folder, sweep, throw_away_folder
from tests.cli.ordinary_user import ROOT

HOLDS = """
import signal, sys
from cli.held import throw_away_folder
with throw_away_folder() as folder:
    (folder / "words").write_text("many")
    print(folder, flush=True)
    signal.pause()
"""


def test_a_throw_away_folder_is_gone_at_the_end_and_after_a_kill_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    strange = tmp_path / "signal-profile-glaze-throw-away-from-me"
    strange.mkdir()
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", HOLDS], env=env, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        theirs = Path(other.stdout.readline().strip())
        with throw_away_folder() as ours:
            assert theirs.is_dir(), "it is still in use"
            assert ours.stat().st_mode & 0o777 == 0o700
        assert not ours.exists()
        other.kill()
    assert theirs.is_dir()
    with throw_away_folder():
        assert not theirs.exists()
    assert strange.is_dir()


def test_a_sweep_passes_by_links_other_peoples_folders_and_other_names(tmp_path: Path) -> None:
    for name in ("f-ours", "g-other", "elsewhere"):
        (tmp_path / name).mkdir()
    (tmp_path / "f-link").symlink_to(tmp_path / "elsewhere")
    sweep(tmp_path, re.compile("f-.*"), {os.geteuid() + 1}, shutil.rmtree)
    assert (tmp_path / "f-ours").is_dir()
    sweep(tmp_path, re.compile("f-.*"), {os.geteuid()}, shutil.rmtree)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["elsewhere", "f-link", "g-other"]
    sweep(tmp_path / "missing", re.compile("f-.*"), {os.geteuid()}, shutil.rmtree)


def test_a_folder_is_held_once(tmp_path: Path) -> None:
    descriptor = hold_folder(tmp_path)
    assert descriptor is not None
    assert hold_folder(tmp_path) is None
    os.close(descriptor)
