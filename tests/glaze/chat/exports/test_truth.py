"""Two real chats, read and counted, against an independent count of them: no difference in any row."""

import gzip
import json
from collections import Counter, defaultdict
from typing import Any
from urllib.parse import urlsplit

import pytest

from glaze.chat.exports.types import LeftOut, Message, Reaction
from tests.glaze.chat.exports.written import Read, read, shared


class Row:
    """What one person did in one group, as the truth counts it."""

    def __init__(self) -> None:
        self.times: list[int] = []
        self.links: Counter[str] = Counter()
        self.tags: Counter[str] = Counter()
        self.given: Counter[str] = Counter()
        self.received: Counter[str] = Counter()
        self.attachments: Counter[str] = Counter()
        self.mentions = 0
        self.quotes = 0

    def as_truth(self) -> dict[str, Any]:
        return {
            "message_count": len(self.times),
            "first_seen": min(self.times, default=None),
            "last_seen": max(self.times, default=None),
            "links": self.links,
            "tags": self.tags,
            "reactions_given": self.given,
            "reactions_received": self.received,
            "attachments": self.attachments,
            "mentions_made": self.mentions,
            "quotes_made": self.quotes,
        }


def counted(found: Read) -> dict[tuple[str, str], dict[str, Any]]:
    """(group key, author key) → a row of counts, by plain Python."""
    rows: defaultdict[tuple[str, str], Row] = defaultdict(Row)
    for record in found.records:
        if isinstance(record, Message):
            row = rows[record.group_key, record.author_key]
            row.times.append(record.sent_at_ms)
            row.links.update(record.links)
            row.tags.update(record.tags)
            row.attachments.update(file.content_type for file in record.attachments)
            row.mentions += len(record.mentions)
            row.quotes += record.quote is not None
        elif isinstance(record, Reaction):
            rows[record.group_key, record.reactor_key].given[record.emoji or ""] += 1
            rows[record.group_key, record.target_author_key].received[record.emoji or ""] += 1
    return {pair: row.as_truth() for pair, row in rows.items()}


def is_plain(url: str) -> bool:
    """The truth keeps links of every kind; we keep those to a host by name, without a user name before it."""
    address = urlsplit(url).netloc
    host, _, port = address.partition(":")
    return bool(host) and all(one.isalnum() or one in ".-_" for one in host) and (not port or port.isdecimal())


@pytest.mark.parametrize(
    ("name", "messages", "strange_links"), [("dev_fcc_casual_small", 9_470, 0), ("dev_fcc_gitter", 210_083, 14)]
)
def test_every_row_of_the_truth_is_what_we_read(name: str, messages: int, strange_links: int) -> None:
    found = read(shared(f"data/{name}.main.jsonl.gz"))
    truth = json.loads(gzip.decompress(shared(f"data/{name}.truth.json.gz").read_bytes()))["groups"].values()
    group_keys = {group.title: group.key for group in found.groups}
    assert len(group_keys) == len(found.groups) == len(truth)
    rows = counted(found)
    differences: list[tuple[str, str]] = []
    strange = 0
    for group in truth:
        for account, expected in group["members"].items():
            links = {url: count for url, count in expected["links"].items() if is_plain(url)}
            strange += len(expected["links"]) - len(links)
            row = rows.pop((group_keys[group["title"]], f"aci:{account}"))
            differences += [(account, field) for field in row if row[field] != (expected | {"links": links})[field]]
    assert differences == []
    assert rows == {}
    assert strange == strange_links
    assert len(found.messages) == messages
    assert set(found.tally.left_out) <= {LeftOut.SECRETS, LeftOut.UNSAFE_LINKS}
    assert found.tally.doubts == {}
