"""How tests run a command of ours as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"


def environment(database_url: str, redis_url: str, storage: Path, **more: str) -> dict[str, str]:
    """What a command needs to know to work on these servers, and nothing of the developer's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GLAZE_", "SIGNAL_", "PROFILE_"))}
    return {
        **kept,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "GLAZE_STORAGE_DIR": str(storage),
        "PROFILE_SIGNAL_GLAZE": "1",
        "PYTHONPATH": str(ROOT),
        **more,
    }


def command(*arguments: str) -> list[str]:
    """The words that start `wb` in this very Python."""
    return [sys.executable, "-m", "cli.main", *arguments]


def run(env: Mapping[str, str], *arguments: str, cwd: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, whatever that is."""
    return subprocess.run(
        command(*arguments), env=dict(env), cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )


def run_well(env: Mapping[str, str], *arguments: str) -> str:
    """Run a command that must succeed; what it printed."""
    ended = run(env, *arguments)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
