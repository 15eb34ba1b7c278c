"""The JSON artifacts under storage/signal_profiles: one file a user, one writer, replaced by rename (R12)."""

import os
import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

FOLDER = "signal_profiles"
_LONGEST_NAME = 120
_UNSAFE = re.compile("[^a-z0-9:_-]")


def artifact_name(user_id: str) -> str:
    """The file name of a user: percent-encoded, so that `auth0|1/2` and `../../x` stay inside the folder.

    Upper-case letters are encoded too: two ids that differ only in case are one file on some disks. A long name
    keeps its beginning and ends in `~` and a digest of the whole; no other name holds a `~`.
    """
    safe = _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), user_id)
    if len(safe) > _LONGEST_NAME:
        safe = f"{safe[: _LONGEST_NAME - 65]}~{sha256(user_id.encode()).hexdigest()}"
    return f"{safe}.json"


def write_artifacts(storage: Path, users: Iterable[tuple[str, Mapping[str, Any]]]) -> int:
    """Write `{user_id, snapshots: {group slug: …}}` for each (user_id, snapshots); how many files changed.

    A file whose content is the same is left alone; another is replaced in one step, so that a reader or a kill
    at any moment finds the old or the new one. A user without snapshots has no file. One writer at a time.
    """
    folder = storage / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for user_id, snapshots in users:
        path = folder / artifact_name(user_id)
        if not snapshots:
            path.unlink(missing_ok=True)
            _part_of(path).unlink(missing_ok=True)
            continue
        written += _replace(path, orjson.dumps({"user_id": user_id, "snapshots": snapshots}, option=_OPTIONS))
    return written


_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


def _replace(path: Path, content: bytes) -> bool:
    try:
        if path.read_bytes() == content:
            return False
    except FileNotFoundError:
        pass
    # Always the same name: what a kill leaves behind is overwritten by the next run, not forgotten.
    part = _part_of(path)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    part.replace(path)
    return True


def _part_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")
