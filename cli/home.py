"""Where commands keep what is theirs: the folder the launcher found writable, else `.wb` here."""

import os
from pathlib import Path


def home() -> Path:
    """`WB_HOME` as the launcher sets it; a checkout, or a home folder, may be read-only."""
    return Path(os.environ.get("WB_HOME") or ".wb").resolve()
