"""Folders held by a lock for as long as a process lives, so that what a killed one left can be told and swept."""

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

THROW_AWAY = re.compile(r"signal-profile-glaze-throw-away-[a-z0-9_]{8}")


def hold_folder(folder: Path) -> int | None:
    """A locked descriptor of the folder; None if somebody else holds it, or it is gone or a link.

    The lock ends with the process, however that ends; no process id is trusted, for it may be another's by now.
    Children do not inherit the descriptor.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Between opening and locking somebody may have swept it away.
        if os.path.samestat(os.fstat(descriptor), folder.lstat()):
            return descriptor
    except OSError:
        pass
    os.close(descriptor)
    return None


def sweep(parent: Path, name: re.Pattern[str], owners: set[int], remove: Callable[[Path], None]) -> None:
    """Remove the folders in `parent` that bear such a name, belong to one of these users and are held by nobody."""
    with contextlib.suppress(OSError):
        for folder in list(parent.iterdir()):
            if not name.fullmatch(folder.name) or folder.lstat().st_uid not in owners:
                continue
            descriptor = hold_folder(folder)
            if descriptor is not None:
                remove(folder)
                os.close(descriptor)


def make_held(parent: Path, prefix: str) -> tuple[Path, int]:
    """A new private folder in `parent`, and the descriptor that holds it."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        descriptor = hold_folder(folder)
        if descriptor is not None:
            return folder, descriptor


@contextlib.contextmanager
def throw_away_folder() -> Iterator[Path]:
    """A private temporary folder, gone at the end of the block; after kill -9, at the start of the next run."""
    parent = Path(tempfile.gettempdir())
    sweep(parent, THROW_AWAY, {os.geteuid()}, remove_tree)
    folder, descriptor = make_held(parent, "signal-profile-glaze-throw-away-")
    try:
        yield folder
    finally:
        remove_tree(folder)
        os.close(descriptor)


def remove_tree(folder: Path) -> None:
    """Remove what can be removed; a sweep is no place to fail."""
    shutil.rmtree(folder, ignore_errors=True)
