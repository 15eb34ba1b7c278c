"""Whether the tables hold what an independent count of a chat says: every row of a truth.json.gz, by plain SQL.

It reads the raw tables and shares no code with the rooms that read, merge or count: a slip there must not be
repeated here. Where the copies of one comment are joined by a link, it counts the one that is visible.
"""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Pair = tuple[str, str]
"""(title of the group, account)."""

_COMMENTS = """
WITH shown AS (
    SELECT g.title, a.value AS account, c.*
      FROM request_comments c JOIN groups g ON g.id = c.group_id
      JOIN user_attributes a ON a.id = c.author_id AND a.kind = 'aci'
     WHERE NOT c.deleted AND c.duplicate_of IS NULL
)
SELECT s.title, s.account, count(*), (extract(epoch FROM min(s.sent_at)) * 1000)::bigint,
       (extract(epoch FROM max(s.sent_at)) * 1000)::bigint, count(s.quoted_sent_at),
       sum((SELECT count(*) FROM comment_mentions m WHERE m.group_id = s.group_id AND m.comment_id = s.id))::bigint
  FROM shown s GROUP BY s.title, s.account
"""
_FIELDS = ("message_count", "first_seen", "last_seen", "quotes_made", "mentions_made")

_HANGING = """
SELECT g.title, a.value, {what}, count(*)
  FROM {table} x
  JOIN request_comments c ON c.group_id = x.group_id AND c.id = x.comment_id
  JOIN groups g ON g.id = c.group_id
  JOIN user_attributes a ON a.id = {whose} AND a.kind = 'aci'
 WHERE NOT c.deleted AND c.duplicate_of IS NULL
 GROUP BY g.title, a.value, {what}
"""
_COUNTS = {
    "links": ("comment_links", "x.url", "c.author_id"),
    "tags": ("comment_tags", "x.tag", "c.author_id"),
    "attachments": ("comment_attachments", "x.content_type", "c.author_id"),
    "reactions_given": ("comment_reactions", "x.emoji", "x.reactor_id"),
    "reactions_received": ("comment_reactions", "x.emoji", "c.author_id"),
}


def read_truth(path: Path) -> dict[str, Any]:
    """The truth that lies beside a chat, `NAME.truth.json.gz` beside `NAME.main.jsonl.gz`, or at its own path."""
    beside = path.with_name(path.name.replace(".main.jsonl", ".truth.json"))
    truth: dict[str, Any] = json.loads(gzip.decompress(beside.read_bytes()))
    return truth


async def differences(connection: Any, truth: Mapping[str, Any]) -> list[str]:
    """What the tables and the truth do not agree on, a line for each field of a person in a group; none is the aim.

    `connection` is an asyncpg connection; groups are told apart by their titles, people by their accounts. People
    whom only the tables know are differences too.
    """
    held = await _held(connection)
    found = []
    for group in truth["groups"].values():
        for account, expected in group["members"].items():
            row = held.pop((group["title"], account), {})
            found += [
                f"{group['title']}, {account}, {field}: {row.get(field)!r} in the tables, {wanted!r} in truth"
                for field, wanted in _comparable(expected).items()
                if (row.get(field) or None) != (wanted or None)
            ]
    return found + [f"{title}, {account}: not in truth" for title, account in held]


def _comparable(expected: Mapping[str, Any]) -> dict[str, Any]:
    # The truth keeps links of every kind; those without a plain host are left out by the import.
    links = {url: count for url, count in expected["links"].items() if _has_plain_host(url)}
    return {field: expected[field] for field in (*_FIELDS, *_COUNTS)} | {"links": links}


def _has_plain_host(url: str) -> bool:
    host, _, port = urlsplit(url).netloc.partition(":")
    return bool(host) and all(one.isalnum() or one in ".-_" for one in host) and (not port or port.isdecimal())


async def _held(connection: Any) -> dict[Pair, dict[str, Any]]:
    held: defaultdict[Pair, dict[str, Any]] = defaultdict(dict)
    for title, account, *counts in await connection.fetch(_COMMENTS):
        held[title, account].update(zip(_FIELDS, counts, strict=True))
    for field, (table, what, whose) in _COUNTS.items():
        statement = _HANGING.format(table=table, what=what, whose=whose)
        for title, account, key, count in await connection.fetch(statement):
            held[title, account].setdefault(field, Counter())[key] += count
    return dict(held)
