"""One import of a file into an empty database, in a process of its own, so that its memory can be told."""

import asyncio
import json
import resource
import sys
import time
from pathlib import Path

import glaze.tables  # noqa: F401 - the tables' foreign keys find each other
from glaze.chat.exports.open import open_export
from glaze.chat.ingest.import_chat import import_chat
from glaze.db.engine import Database
from glaze.log import setup_logging


async def run(url: str, path: Path) -> dict[str, float]:
    """Import everything at `path`; seconds, rows and the peak of this process's memory in MB."""
    database = Database(url, application="bench")
    started = time.perf_counter()
    async with database.transaction() as session:
        report = await import_chat(session, open_export(path), groups=None)
    seconds = time.perf_counter() - started
    await database.dispose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "rows": report.comments, "peak_mb": peak}


if __name__ == "__main__":
    setup_logging("json", "ERROR")
    print(json.dumps(asyncio.run(run(sys.argv[1], Path(sys.argv[2])))))
