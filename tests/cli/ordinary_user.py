"""How a test that runs as root starts a program as an ordinary user."""

import os
import pwd
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def is_open_to_all(path: Path) -> bool:
    """Whether somebody without rights can get there."""
    path = path.resolve()
    return all(each.stat().st_mode & 0o001 for each in (path, *path.parents))


def python_for_all() -> str:
    """A Python of our version that an ordinary user may run: ours, or the system's. Skips where there is none."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for found in (sys.executable, shutil.which(version, path="/usr/bin:/usr/local/bin")):
        if found and is_open_to_all(Path(found)):
            return found
    pytest.skip(f"no {version} that an ordinary user may run")


def as_nobody() -> list[str]:
    """The words before a command that make it nobody's; none if we are no root ourselves. Skips without setpriv."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("setpriv is not here to become an ordinary user with")
    nobody = pwd.getpwnam("nobody")
    return ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]


def give_to_nobody(folder: Path) -> None:
    """Make the folder that user's own."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
