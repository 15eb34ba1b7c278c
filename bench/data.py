"""Where the real chats are that measurements and tests read; they are no part of the project."""

from pathlib import Path

from glaze.errors import UnavailableError

SHARED = Path(__file__).resolve().parents[2] / "shared"
LARGE = SHARED / "data" / "dev_fcc_gitter.main.jsonl.gz"
SMALL = SHARED / "data" / "dev_fcc_casual_small.main.jsonl.gz"


def require(path: Path) -> Path:
    """The path, if it is there; UnavailableError says where it should be."""
    if not path.exists():
        raise UnavailableError(f"The chat {path.name} is not in shared/data beside the project: put it there first.")
    return path
