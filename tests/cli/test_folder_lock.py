"""One run per data folder, and the second one learns of the first."""

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cli.folder_lock import FolderInUseError, folder_lock
from tests.cli.ordinary_user import ROOT

HOLDS = """
import signal, sys
from pathlib import Path
from cli.folder_lock import folder_lock
with folder_lock(Path(sys.argv[1])) as lock:
    print("held", flush=True)
    sys.stdin.readline()
    lock.tell({"url": "http://127.0.0.1:8000", "long": "x" * 5000})
    lock.tell({"url": "http://127.0.0.1:8000"})
    print("told", flush=True)
    signal.pause()
"""


def test_a_second_run_learns_what_the_first_told_until_the_first_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "for it"
    command = [sys.executable, "-c", HOLDS, str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=pipe, stdout=pipe, text=True
    ) as first:
        assert first.stdin is not None
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(FolderInUseError, match="in use by another run") as early, folder_lock(folder):
            pass
        assert early.value.info == {}
        first.stdin.write("tell\n")
        first.stdin.flush()
        assert first.stdout.readline() == "told\n"
        with pytest.raises(FolderInUseError) as late, folder_lock(folder):
            pass
        assert late.value.info == {"url": "http://127.0.0.1:8000"}
        first.send_signal(signal.SIGKILL)
    with folder_lock(folder) as lock:
        assert (folder / "running.json").read_bytes() == b"", "what a killed run told is no longer true"
        lock.tell({"pid": 1})
        assert json.loads((folder / "running.json").read_bytes()) == {"pid": 1}
        assert stat.S_IMODE((folder / "running.json").stat().st_mode) == 0o600
    assert (folder / "running.json").read_bytes() == b""


def test_two_folders_are_had_at_once(tmp_path: Path) -> None:
    with folder_lock(tmp_path / "one"), folder_lock(tmp_path / "two"):
        pass
