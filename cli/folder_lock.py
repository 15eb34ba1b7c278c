"""One run per data folder: a lock that dies with its process, and what the run that holds it tells of itself."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from glaze.errors import ConflictError

NAME = "running.json"


class FolderInUseError(ConflictError):
    """Another run has this data folder; `info` is what it told, empty as long as it is still starting."""

    def __init__(self, data_dir: Path, info: dict[str, object]) -> None:
        super().__init__(f"{data_dir} is in use by another run; stop it first, or choose another data folder.")
        self.info = info


@dataclass(frozen=True)
class FolderLock:
    """The folder is ours. What `tell` is given, others find in FolderInUseError."""

    descriptor: int

    def tell(self, info: Mapping[str, object]) -> None:
        """Replace what is told. In place: the lock lies on this very file, so no other may take its name."""
        content = json.dumps(info).encode()
        os.pwrite(self.descriptor, content, 0)
        os.ftruncate(self.descriptor, len(content))
        os.fsync(self.descriptor)


@contextlib.contextmanager
def folder_lock(data_dir: Path) -> Iterator[FolderLock]:
    """Have the folder, made if missing, for this block alone. FolderInUseError tells who has it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    # 0600: what is told includes tokens.
    descriptor = os.open(data_dir / NAME, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUseError(data_dir, _told(descriptor)) from None
        os.ftruncate(descriptor, 0)
        yield FolderLock(descriptor)
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _told(descriptor: int) -> dict[str, object]:
    try:
        info = json.loads(os.pread(descriptor, 1_000_000, 0))
    except ValueError:  # nothing yet, or caught in the midst of writing
        return {}
    return info if isinstance(info, dict) else {}
