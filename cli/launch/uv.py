"""How uv is found, or installed into a private folder by whatever this machine has."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from cli.launch.pip_settings import for_uv
from cli.launch.place import cache_folders, installing_in, place_for
from cli.launch.say import LaunchError, say

# The first version that knows UV_INDEX and UV_DEFAULT_INDEX.
OLDEST_UV = (0, 4, 23)
PINNED = Path(__file__).with_name("requirements-uv.lock")
PIP_INSTALL = ("install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:")
# Told to pip for good and ordinary reasons, they would stop it from filling a folder.
PIP_UNTOLD = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
# Where systems keep the certificates they trust.
SYSTEM_CERTIFICATES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/ca-bundle.pem"),
    Path("/etc/ssl/cert.pem"),
)
# They would lead a Python we start to another one's packages.
PYTHON_UNTOLD = ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__")
# What would turn uv away from the one environment and the one lock it is given.
UV_UNTOLD = (
    "UV_SYSTEM_PYTHON",
    "UV_BREAK_SYSTEM_PACKAGES",
    "UV_PYTHON",
    "UV_MANAGED_PYTHON",
    "UV_NO_BINARY",
    "UV_CONSTRAINT",
    "UV_OVERRIDE",
    "UV_EXCLUDE_NEWER",
    "UV_NO_VERIFY_HASHES",
)


def uv_in(place: Path, installing: int) -> Path | None:
    """A uv that runs: the user's own, ours from before, or one installed now into `place`; None if none can be had.

    `installing` is the installation's lock.
    """
    folder = place / "uv"
    kept = folder / "bin" / "uv"
    of_the_user = shutil.which("uv")
    for found in ([Path(of_the_user)] if of_the_user else []) + [kept]:
        if _is_usable(found):
            return found
    for name, commands in _routes(folder):
        shutil.rmtree(folder, ignore_errors=True)
        say(f"installing uv with {name}")
        if all(_runs(command, folder, installing) for command in commands) and _is_usable(kept):
            return kept
    shutil.rmtree(folder, ignore_errors=True)
    return None


def environment_for_pip() -> dict[str, str]:
    """The environment to run pip, venv and pipx in: the user's, less what would lead them astray."""
    told = {name: value for name, value in os.environ.items() if name not in PYTHON_UNTOLD}
    return dict(told, **PIP_UNTOLD)


def environment_for_uv(place: Path) -> dict[str, str]:
    """The environment to run uv in: the user's, with pip's settings told, and a cache folder that can be written."""
    told = {name: value for name, value in os.environ.items() if name not in UV_UNTOLD}
    told.update(for_uv(told))
    if any(bundle.is_file() for bundle in SYSTEM_CERTIFICATES):
        # uv would trust only the roots it brings, and so no proxy of a company whose root the machine knows.
        told.setdefault("UV_SYSTEM_CERTS", "true")
        told.setdefault("UV_NATIVE_TLS", "true")  # the same, in the words of an older uv
    if not told.get("UV_CACHE_DIR"):
        of_the_user = next(cache_folders(), None)
        told["UV_CACHE_DIR"] = str(of_the_user / "uv" if of_the_user else place / "uv-cache")
    cache = Path(told["UV_CACHE_DIR"])
    cache.mkdir(parents=True, exist_ok=True)
    if cache.stat().st_dev != place.stat().st_dev:
        told.setdefault("UV_LINK_MODE", "copy")
    return told


def python_through_uv(root: Path, version: str) -> str | None:
    """A Python of uv's, for a machine whose own is too old: one it manages already, or one it can download."""
    try:
        place = place_for(root)
        with installing_in(place) as installing:
            uv = uv_in(place, installing)
        if uv is None:
            return None
        told = environment_for_uv(place)
        say(f"this is Python {sys.version.split()[0]}; asking uv for {version}")
        said = b""
        for words in (["install", "--quiet", version], ["find", "--managed-python", version]):
            command = [str(uv), "python", *words]
            said = subprocess.run(
                command, env=told, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True
            ).stdout
    except (OSError, subprocess.CalledProcessError, LaunchError):
        return None
    return said.decode().strip()


def _routes(folder: Path) -> list[tuple[str, list[list[str]]]]:
    """The ways to a uv, by name: each a list of commands that leave it at bin/uv in the folder."""
    # A mirror may have no uv, or there be no network: no use in pip's asking six times.
    hashed = ["--retries", "1", "--require-hashes", "--requirement", str(PINNED)]
    own = str(folder / "bin" / "python")
    venv = [[sys.executable, "-m", "venv", str(folder)], [own, "-m", "pip", *PIP_INSTALL, *hashed]]
    # PEP 668 closes a system's Python to pip, but not a folder of ours.
    target = [*PIP_INSTALL, "--target", str(folder), *hashed]
    routes = [("venv and pip", venv)]
    of_another = shutil.which("pip3") or shutil.which("pip")
    if find_spec("pip"):
        routes.append(("pip", [[sys.executable, "-m", "pip", *target]]))
    elif of_another:
        routes.append((of_another, [[of_another, *target]]))
    pipx = shutil.which("pipx")
    if pipx:
        exact = PINNED.read_text(encoding="utf-8").split()[0]
        routes.append(("pipx", [[pipx, "install", "--quiet", exact]]))
    return routes


def _runs(command: list[str], folder: Path, installing: int) -> bool:
    """Whether it ended well; if not, its last line is told, and the next route is tried."""
    told = dict(environment_for_pip(), PIPX_HOME=str(folder / "pipx"), PIPX_BIN_DIR=str(folder / "bin"))
    try:
        ended = subprocess.run(
            command,
            env=told,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(installing,),
            check=False,
        )
    except OSError as problem:
        say(f"  not so: {problem}")
        return False
    if ended.returncode:
        said = ended.stdout.decode(errors="replace").strip()
        why = "this Python makes environments without pip" if "ensurepip" in said else said.rpartition("\n")[2].strip()
        say(f"  not so: {why or 'it failed without a word'}")
    return ended.returncode == 0


def _is_usable(uv: Path) -> bool:
    """It runs, which a half installed one does not, and is not too old."""
    try:
        said = subprocess.run(
            [uv, "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    version = re.match(rb"uv (\d+)\.(\d+)\.(\d+)", said)
    return version is not None and tuple(int(part) for part in version.groups()) >= OLDEST_UV
