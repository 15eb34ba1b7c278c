"""The floor of the import: Signal's lines parsed by msgspec, copied into a temporary table, one bare upsert.

It writes the same comments to a table with the same columns and indexes, and nothing else: no links, mentions,
reactions or people, no conversations, no merging, no foreign keys, no evidence versions.
"""

import asyncio
import gzip
import json
import sys
import time
from typing import Any

import asyncpg
import msgspec

_BATCH = 4000


class _Text(msgspec.Struct):
    body: str = ""


class _Standard(msgspec.Struct):
    text: _Text | None = None


class _Item(msgspec.Struct):
    chatId: str  # noqa: N815 - Signal's name
    authorId: str  # noqa: N815
    dateSent: str  # noqa: N815
    standardMessage: _Standard | None = None  # noqa: N815


class _Frame(msgspec.Struct):
    chatItem: _Item | None = None  # noqa: N815


_UPSERT = """
INSERT INTO floor_comments (group_id, request_id, author_id, sent_at, kind, body, text_as_of, reactions_as_of)
SELECT chat, 0, author, timestamptz 'epoch' + sent_ms * interval '1 millisecond', 'text', body, now(), now()
  FROM staged
    ON CONFLICT (author_id, group_id, sent_at) DO UPDATE SET body = excluded.body
"""


async def run(url: str, path: str) -> dict[str, float]:
    """Import the file at `path` the bare way; seconds and rows."""
    connection = await asyncpg.connect(url)
    await connection.execute("DROP TABLE IF EXISTS floor_comments")
    await connection.execute("CREATE TABLE floor_comments (LIKE request_comments INCLUDING ALL)")
    started = time.perf_counter()
    async with connection.transaction():
        await connection.execute(
            "CREATE TEMP TABLE staged (chat bigint, author bigint, sent_ms bigint, body text) ON COMMIT DROP"
        )
        decode = msgspec.json.Decoder(_Frame).decode
        batch: list[tuple[Any, ...]] = []
        rows = 0
        with gzip.open(path, "rb") as lines:
            for line in lines:
                item = decode(line).chatItem
                if item is None:
                    continue
                said = item.standardMessage.text if item.standardMessage else None
                batch.append((int(item.chatId), int(item.authorId), int(item.dateSent), said.body if said else ""))
                if len(batch) == _BATCH:
                    await connection.copy_records_to_table("staged", records=batch)
                    rows += len(batch)
                    batch = []
        await connection.copy_records_to_table("staged", records=batch)
        rows += len(batch)
        await connection.execute(_UPSERT)
    seconds = time.perf_counter() - started
    await connection.execute("DROP TABLE floor_comments")
    await connection.close()
    return {"seconds": seconds, "rows": rows}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(sys.argv[1], sys.argv[2]))))
