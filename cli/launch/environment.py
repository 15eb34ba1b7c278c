"""The virtual environment of one lock: found if it is there, else built, and held for as long as it is used."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from cli.launch.place import hold, installing_in
from cli.launch.say import LaunchError, say
from cli.launch.uv import PIP_INSTALL, environment_for_pip, environment_for_uv, uv_in

FROM_LOCK = ("--require-hashes", "--only-binary", ":all:")


def environment(lock: Path, place: Path) -> Path:
    """The folder of the environment that holds exactly what the lock file names, for this very Python.

    It is named by the digest of both, so that a new lock makes a new folder and a command that still runs from
    the old one keeps it. The word `complete` is written last: what a kill left half built is built again.
    A shared lock on it stays with this process, also across exec, and keeps others from sweeping it away.
    """
    digest = hashlib.sha256(lock.read_bytes() + (sys.version + sys.base_prefix).encode()).hexdigest()[:12]
    family = f"{lock.stem.partition('-')[2] or 'plain'}-{sys.version_info[0]}.{sys.version_info[1]}-"
    folder = place / (family + digest)
    _use(folder)
    if not _is_complete(folder):
        with installing_in(place) as installing:
            if not _is_complete(folder):
                _build(folder, place, lock, installing)
                _sweep(place, family, folder)
    return folder


def _use(folder: Path) -> None:
    """Hold the environment, shared, until this process, or what it becomes by exec, ends."""
    descriptor = hold(folder.with_name(folder.name + ".in-use"), fcntl.LOCK_SH)
    if descriptor is not None:
        fcntl.fcntl(descriptor, fcntl.F_SETFD, 0)  # inherited by what we become


def _is_complete(folder: Path) -> bool:
    """Complete, and its Python, a link to the machine's, still there."""
    return (folder / "complete").exists() and (folder / "bin" / "python").exists()


def _build(folder: Path, place: Path, lock: Path, installing: int) -> None:
    """Make the environment anew and fill it from the lock, by uv, or by pip where uv cannot be had.

    Every step inherits the installation's lock: if we are killed, nobody touches the folder until it has ended too.
    """
    shutil.rmtree(folder, ignore_errors=True)
    uv = uv_in(place, installing)
    if uv is not None:
        told = environment_for_uv(place)
        steps = _steps_of_uv(str(uv), str(folder), str(lock))
    else:
        if not _has_venv(folder, installing):
            raise LaunchError(
                "Python's venv does not work here, nor is there a uv or a pip to get one: "
                "install uv, or python3-venv, or python3-pip, then run this again."
            )
        told = environment_for_pip()
        steps = [[f"{folder}/bin/python", "-m", "pip", *PIP_INSTALL, "--require-hashes", "-r", str(lock)]]
    version = sys.version.split()[0]
    say(f"installing {lock.name} for Python {version} into {folder}{'' if uv else '; without uv this takes longer'}")
    for step in steps:
        ended = subprocess.run(
            step,
            cwd=lock.parent,
            env=told,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            pass_fds=(installing,),
            check=False,
        )
        if ended.returncode:
            raise LaunchError("the installation failed, see above; run this again once that is mended.")
    (folder / "complete").write_text(f"{lock.name}\n{version}\n", encoding="utf-8")


def _steps_of_uv(uv: str, folder: str, lock: str) -> list[list[str]]:
    said = [] if sys.stderr.isatty() else ["--quiet"]
    # Where Python may not write bytecode itself (many containers), every start would compile all of it again.
    compiled = ["--compile-bytecode"] if sys.dont_write_bytecode else []
    return [
        [uv, "venv", "--quiet", "--no-project", "--python", sys.executable, folder],
        [uv, "pip", "sync", *said, *compiled, "--python", f"{folder}/bin/python", *FROM_LOCK, lock],
    ]


def _has_venv(folder: Path, installing: int) -> bool:
    """Make the environment by Python's own venv, pip included; Debian parts that off into python3-venv."""
    command = [sys.executable, "-m", "venv", str(folder)]
    nothing = subprocess.DEVNULL
    made = subprocess.run(
        command, env=environment_for_pip(), stdout=nothing, stderr=nothing, pass_fds=(installing,), check=False
    )
    return made.returncode == 0


def _sweep(place: Path, family: str, keep: Path) -> None:
    """Remove the environments of earlier locks that no running command holds."""
    for folder in place.iterdir():
        if not re.fullmatch(re.escape(family) + "[0-9a-f]{12}", folder.name) or folder == keep:
            continue
        descriptor = hold(folder.with_name(folder.name + ".in-use"), fcntl.LOCK_EX | fcntl.LOCK_NB)
        if descriptor is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(descriptor)
