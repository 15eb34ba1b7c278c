"""Recounting what published sentences claim, from the raw tables, knowing nothing of how they were written.

It shares no code with the rooms that count, write or judge: a slip there must not be repeated here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cli.recount_words import unproven, what_a_point_misses

Pair = tuple[int, int]
"""(users.id, groups.id)."""

_FILES = {"image": "pictures", "audio": "recordings", "video": "videos"}
_FOR_EVER = 9000
"""asyncpg gives infinity as the last year there is."""

_COMMENTS = """
SELECT c.group_id, c.id, c.author_id, a.user_id, c.sent_at, c.body, c.deleted, c.duplicate_of,
       c.quoted_author_id, c.quoted_sent_at
  FROM request_comments c JOIN user_attributes a ON a.id = c.author_id
"""
_WITHDRAWN = """
SELECT identity_id, group_id, starts_at, ends_at FROM exclusions
UNION ALL SELECT identity_id, group_id, '-infinity', 'infinity' FROM opt_outs
"""


@dataclass
class Tally:
    """What one person did in one group, counted anew."""

    sent: dict[int, datetime] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    bodies: dict[int, str] = field(default_factory=dict)
    links: dict[int, list[str]] = field(default_factory=dict)
    answered: set[int] = field(default_factory=set)
    """Comments that somebody else reacted to or quoted."""


@dataclass(frozen=True)
class Fault:
    """Something that does not hold: whose, the how-manieth of its kind, and what is wrong with it."""

    pair: Pair
    sentence: int
    what: str


class _Gates:
    """Which comments and reactions may be used: the rules of consent, written once more."""

    def __init__(self, withdrawn: Sequence[Any], horizons: Sequence[Any], barred: Sequence[Any]) -> None:
        self._spans: dict[tuple[int, int], list[tuple[datetime, datetime]]] = defaultdict(list)
        for row in withdrawn:
            self._spans[row["identity_id"], row["group_id"]].append((row["starts_at"], row["ends_at"]))
        self._horizons = {row[0]: row[1] for row in horizons}
        self._barred = {tuple(row) for row in barred}

    def hides(self, identity: int, group: int, at: datetime) -> bool:
        """Whether a person has taken back what they did in the group at that moment."""
        return any(_reaches(start, end, at) for start, end in self._spans.get((identity, group), ()))

    def silences(self, identity: int, group: int) -> bool:
        """Whether a person has opted out of the group for ever."""
        return any(end.year > _FOR_EVER for _, end in self._spans.get((identity, group), ()))

    def shows(self, row: Any) -> bool:
        """Whether a comment may be used at all."""
        group, at = row["group_id"], row["sent_at"]
        gone = row["deleted"] or row["duplicate_of"] is not None or self.hides(row["author_id"], group, at)
        return not gone and not (group in self._horizons and at < self._horizons[group])

    def bars(self, row: Any) -> bool:
        """Whether its author disputes that anything rests on it."""
        return (row["user_id"], row["group_id"], row["id"]) in self._barred


class _Counting:
    """The tables read once, and each person's tally growing from them."""

    def __init__(self, gates: _Gates, comments: Sequence[Any], owners: Mapping[int, int]) -> None:
        self.tallies: dict[Pair, Tally] = defaultdict(Tally)
        self._gates = gates
        self._owners = owners
        self._seen = {(row["group_id"], row["id"]): row for row in comments if gates.shows(row)}

    def _of_author(self, group: int, comment: int) -> Tally | None:
        row = self._seen.get((group, comment))
        return None if row is None or self._gates.bars(row) else self.tallies[row["user_id"], group]

    def comments(self) -> None:
        """Messages, and who quotes whom."""
        # By user: a reply may name a copy of the comment that another format brought.
        by_time = {(row["group_id"], row["user_id"], row["sent_at"]): row for row in self._seen.values()}
        for (group, comment), row in self._seen.items():
            tally = self._of_author(group, comment)
            if tally is not None:
                tally.sent[comment] = row["sent_at"]
                tally.bodies[comment] = row["body"]
                tally.counts["quotes_made"] += row["quoted_author_id"] is not None
            target = by_time.get((group, self._owners.get(row["quoted_author_id"]), row["quoted_sent_at"]))
            if target is not None and target["user_id"] != row["user_id"]:
                self._answer("quotes_received", group, target["id"])

    def what_hangs_on_them(self, links: Sequence[Any], tags: Sequence[Any], files: Sequence[Any]) -> None:
        """Links, tags and attachments."""
        for group, comment, url in links:
            tally = self._of_author(group, comment)
            self._count("link_count", tally)
            if tally is not None:
                tally.links.setdefault(comment, []).append(url)
        for group, comment, tag in tags:
            self._count(f"tag:{tag}", self._of_author(group, comment))
        for group, comment, content_type in files:
            rule = _FILES.get(content_type.partition("/")[0])
            if rule:
                self._count(rule, self._of_author(group, comment))

    def mentions(self, rows: Sequence[Any]) -> None:
        """Who mentions whom."""
        for group, comment, identity in rows:
            row = self._seen.get((group, comment))
            if row is None or self._gates.silences(identity, group):
                continue
            self._count("mentions_made", self._of_author(group, comment))
            if self._owners[identity] != row["user_id"]:
                self.tallies[self._owners[identity], group].counts["mentions_received"] += 1

    def reactions(self, rows: Sequence[Any]) -> None:
        """Who reacts to whom."""
        for group, comment, reactor, emoji, at in rows:
            row = self._seen.get((group, comment))
            if row is None or self._gates.hides(reactor, group, at or row["sent_at"]):
                continue
            self.tallies[self._owners[reactor], group].counts["reactions_given"] += 1
            if self._owners[reactor] != row["user_id"]:
                self._answer("reactions_received", group, comment)
                self._count(f"reaction:{emoji}", self._of_author(group, comment))

    def _answer(self, rule: str, group: int, comment: int) -> None:
        tally = self._of_author(group, comment)
        self._count(rule, tally)
        if tally is not None:
            tally.answered.add(comment)

    @staticmethod
    def _count(rule: str, tally: Tally | None) -> None:
        if tally is not None:
            tally.counts[rule] += 1


class Recount:
    """Everything countable, by person and group. Made by `load`."""

    def __init__(self, tallies: Mapping[Pair, Tally], zones: Mapping[int, ZoneInfo]) -> None:
        self._tallies = tallies
        self._zones = zones

    @classmethod
    async def load(cls, connection: Any) -> "Recount":
        """Read the raw tables over an asyncpg connection and count in plain Python."""
        gates = _Gates(
            await connection.fetch(_WITHDRAWN),
            await connection.fetch("SELECT group_id, keep_from FROM retention_horizons"),
            await connection.fetch("SELECT subject_id, group_id, comment_id FROM barred_receipts"),
        )
        owners = dict(await connection.fetch("SELECT id, user_id FROM user_attributes"))
        counting = _Counting(gates, await connection.fetch(_COMMENTS), owners)
        counting.comments()
        counting.what_hangs_on_them(
            await connection.fetch("SELECT group_id, comment_id, url FROM comment_links"),
            await connection.fetch("SELECT group_id, comment_id, tag FROM comment_tags"),
            await connection.fetch("SELECT group_id, comment_id, content_type FROM comment_attachments"),
        )
        counting.mentions(await connection.fetch("SELECT group_id, comment_id, identity_id FROM comment_mentions"))
        counting.reactions(
            await connection.fetch("SELECT group_id, comment_id, reactor_id, emoji, reacted_at FROM comment_reactions")
        )
        zones = {row[0]: ZoneInfo(row[1]) for row in await connection.fetch("SELECT id, timezone FROM groups")}
        return cls(counting.tallies, zones)

    def holds(self, pair: Pair, receipt: Mapping[str, Any]) -> bool:
        """Whether a receipt `{kind, rule, value}` is what the tables say.

        With `comment_ids`, a link or quote must be in exactly those comments; without, in any of the person's. What
        is quoted must have been answered by somebody else.
        """
        tally = self._tallies.get(pair, Tally())
        rule, value = receipt["rule"], receipt["value"]
        if rule in {"top_links", "quotables"}:
            quotable = {comment: [tally.bodies[comment]] for comment in tally.answered}
            texts = tally.links if rule == "top_links" else quotable
            holding = {comment for comment, held in texts.items() if value in held}
            return bool(holding) and holding.issuperset(receipt.get("comment_ids", ()))
        days = sorted(at.astimezone(self._zones[pair[1]]).date() for at in tally.sent.values())
        known = {
            "message_count": str(len(days)),
            "active_days": str(len(set(days))),
            "active_months": str(len({(day.year, day.month) for day in days})),
            "first_seen_at": days[0].isoformat() if days else "",
            "last_seen_at": days[-1].isoformat() if days else "",
        }
        return bool(value == known.get(rule, str(tally.counts[rule])))

    def check(self, pair: Pair, name: str, claims: Iterable[Mapping[str, Any]]) -> list[Fault]:
        """What is wrong with the sentences `{text, receipts}` about `name`; nothing, if each is grounded.

        Each receipt is recounted; then each number, date, link and quoted word of the text must be one of the
        sentence's own receipts, and each receipt be said.
        """
        faults = []
        for number, claim in enumerate(claims):
            receipts = claim["receipts"]
            wrong = [receipt["rule"] for receipt in receipts if not self.holds(pair, receipt)]
            if not receipts:
                wrong.append("no receipt")
            wrong += unproven(claim["text"], name, receipts)
            faults += [Fault(pair, number, what) for what in wrong]
        return faults

    def check_points(self, pair: Pair, points: Iterable[Mapping[str, Any]]) -> list[Fault]:
        """What is wrong with the proof points `{text, receipt}`: each says its receipt's value, what it is, no more."""
        faults = []
        for number, point in enumerate(points):
            receipt = point["receipt"]
            wrong = [] if self.holds(pair, receipt) else [receipt["rule"]]
            faults += [Fault(pair, number, what) for what in wrong + what_a_point_misses(point["text"], receipt)]
        return faults

    def check_quotes(self, pair: Pair, quotes: Iterable[Mapping[str, Any]]) -> list[Fault]:
        """What is wrong with the quotes `{text, comment_id, sent_at}`: a whole comment of theirs that was answered."""
        tally = self._tallies.get(pair, Tally())
        faults = []
        for number, quote in enumerate(quotes):
            comment = quote["comment_id"]
            if tally.bodies.get(comment) != quote["text"]:
                faults.append(Fault(pair, number, "not the words of that comment"))
            elif comment not in tally.answered:
                faults.append(Fault(pair, number, "nobody answered it"))
            elif tally.sent[comment] != datetime.fromisoformat(quote["sent_at"]):
                faults.append(Fault(pair, number, "sent at another time"))
        return faults


def _reaches(start: datetime, end: datetime, at: datetime) -> bool:
    # asyncpg gives ±infinity as naive extremes.
    return start.replace(tzinfo=UTC) <= at < end.replace(tzinfo=UTC)
