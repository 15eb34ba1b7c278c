"""Where the launcher may keep what it installs: in the checkout, a cache folder, or a private temporary folder."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cli.launch.say import LaunchError, say

APPLICATION = "signal-profile-glaze"


def place_for(root: Path) -> Path:
    """The folder for this checkout's environments, made if need be; only ever one that is ours alone to write.

    A checkout of somebody else's (root in a user's folder, a user in root's) is left untouched, even where we
    could write, so that neither finds files there that they cannot remove.
    """
    if _is_ours(root) and _made_ours(root / ".wb", mode=0o755):
        return root / ".wb"
    # The path's own words help a person who looks into the cache; the digest keeps namesakes apart.
    key = root.name + "-" + hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    for cache in cache_folders():
        folder = cache / APPLICATION / key
        if _made_ours(folder.parent) and _made_ours(folder):
            return folder
    private = Path(tempfile.gettempdir(), f"{APPLICATION}-{os.geteuid()}")
    # Anybody may have made this name before us: it counts only if it is ours, no link, and closed to others.
    if _made_ours(private) and not private.lstat().st_mode & 0o077 and _made_ours(private / key):
        return private / key
    raise LaunchError(f"nowhere to install to: {private} is not ours alone; set XDG_CACHE_HOME to a folder of yours.")


def cache_folders() -> Iterator[Path]:
    """The user's cache folders that are there, or could be made, and belong to us; the best first."""
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if chosen.is_absolute():
        with contextlib.suppress(OSError):
            chosen.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_ours(chosen):
            yield chosen
    cache = home() / ".cache"
    # HOME may name somebody else's folder (sudo keeps it), or none at all.
    if cache.is_absolute() and _is_ours(cache.parent):
        with contextlib.suppress(OSError):
            cache.mkdir(mode=0o700, exist_ok=True)
        if _is_ours(cache):
            yield cache


def home() -> Path:
    """The user's home; no absolute path where there is none (a container may run as a user without a name)."""
    return Path(os.environ.get("HOME", os.path.expanduser("~")))  # noqa: PTH111 - Path.home() raises there


def _is_ours(folder: Path) -> bool:
    """A folder we own and can write in. A link to one will do: caches are often moved to another disk."""
    try:
        found = folder.stat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and os.access(folder, os.W_OK | os.X_OK)


def _made_ours(folder: Path, mode: int = 0o700) -> bool:
    """Make it if it is missing; true if it then is a real folder of ours, on a disk that runs programs."""
    try:
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode)
        if not stat.S_ISDIR(folder.lstat().st_mode):
            return False
        runs = not os.statvfs(folder).f_flag & getattr(os, "ST_NOEXEC", 0)
    except OSError:
        return False
    return runs and _is_ours(folder)


def hold(path: Path, how: int) -> int | None:
    """Lock a file (`fcntl.LOCK_*`), made if missing: its descriptor, or None if LOCK_NB and somebody holds it.

    The lock lasts as long as the descriptor, in us or in whoever inherits it; a file system without locks
    grants every one.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, how)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError as problem:
        if problem.errno not in (errno.ENOLCK, errno.ENOTSUP):
            raise
    return descriptor


@contextlib.contextmanager
def installing_in(place: Path) -> Iterator[int]:
    """Be the only one who installs in this place; waits for whoever does.

    Yields the lock's descriptor: a step of the installation inherits it, so that if we are killed nobody
    touches what it works on until it has ended too.
    """
    path = place / "installing"
    descriptor = hold(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if descriptor is None:
        say("another ./wb is installing; waiting for it")
        descriptor = hold(path, fcntl.LOCK_EX)
    if descriptor is None:  # a waiting lock is granted, or raises
        raise LaunchError("the lock of the installation was refused; try again.")
    try:
        yield descriptor
    finally:
        os.close(descriptor)
