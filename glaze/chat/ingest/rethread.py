"""Finding the window around new comments and threading it (R8)."""

from collections.abc import Mapping
from typing import Any

from glaze.chat.ingest.staging import BATCH
from glaze.chat.thread import PAUSE_MS, Placed, Threader, Turn
from glaze.clock import from_ms

_PAUSE = f"interval '{PAUSE_MS} milliseconds'"

# Touched are new comments, those that quote them (they counted as quoting nothing before), and those whose own quote
# changed. A window reaches from the first to the last of them, and on both sides to the next pause: no conversation
# that runs can cross its ends.
_WINDOWS = f"""
CREATE TEMP TABLE windows ON COMMIT DROP AS
WITH RECURSIVE touched AS (
    SELECT group_id, sent_at FROM incoming WHERE verdict = 'new' OR requotes
    UNION ALL
    SELECT q.group_id, q.sent_at FROM incoming i
      JOIN request_comments q
        ON q.quoted_author_id = i.author_id AND q.group_id = i.group_id AND q.quoted_sent_at = i.sent_at
     WHERE i.verdict = 'new'
), spans AS (
    SELECT group_id, min(sent_at) AS first, max(sent_at) AS last FROM touched GROUP BY group_id
), back AS (
    SELECT group_id, first AS at FROM spans
    UNION ALL
    SELECT b.group_id, (SELECT min(c.sent_at) FROM request_comments c
                         WHERE c.group_id = b.group_id AND c.sent_at < b.at AND c.sent_at >= b.at - {_PAUSE})
      FROM back b WHERE b.at IS NOT NULL
), forth AS (
    SELECT group_id, last AS at FROM spans
    UNION ALL
    SELECT f.group_id, (SELECT max(c.sent_at) FROM request_comments c
                         WHERE c.group_id = f.group_id AND c.sent_at > f.at AND c.sent_at <= f.at + {_PAUSE})
      FROM forth f WHERE f.at IS NOT NULL
)
SELECT * FROM (SELECT group_id, min(at) AS first FROM back GROUP BY group_id) b
  JOIN (SELECT group_id, max(at) AS last FROM forth GROUP BY group_id) f USING (group_id)
"""  # noqa: S608 - constants of ours

_KNOWN = """
CREATE TEMP TABLE known_turns ON COMMIT DROP AS
SELECT c.group_id, c.id, c.author_id, c.sent_at, c.request_id, false AS fixed, c.quoted_author_id, c.quoted_sent_at,
       (extract(epoch FROM c.sent_at) * 1000)::bigint AS sent_ms
  FROM windows w JOIN request_comments c ON c.group_id = w.group_id AND c.sent_at BETWEEN w.first AND w.last;
CREATE UNIQUE INDEX ON known_turns (group_id, author_id, sent_at);
ANALYZE known_turns
"""

_TURNS = """
SELECT group_id, id, author_id, sent_at, NULL::bigint AS request_id, false AS fixed, quoted_author_id, quoted_sent_at,
       sent_ms
  FROM incoming WHERE verdict = 'new'
UNION ALL SELECT * FROM known_turns
"""

# Replies outside the window go with what they quote, however long the chain.
_FOLLOW_REPLIES = f"""
WITH RECURSIVE following AS (
    SELECT q.group_id, q.id, q.author_id, q.sent_at, q.request_id, q.quoted_author_id, q.quoted_sent_at
      FROM ({_TURNS}) t JOIN request_comments q
        ON q.quoted_author_id = t.author_id AND q.group_id = t.group_id AND q.quoted_sent_at = t.sent_at
    UNION
    SELECT q.group_id, q.id, q.author_id, q.sent_at, q.request_id, q.quoted_author_id, q.quoted_sent_at
      FROM following f JOIN request_comments q
        ON q.quoted_author_id = f.author_id AND q.group_id = f.group_id AND q.quoted_sent_at = f.sent_at
)
INSERT INTO known_turns
SELECT group_id, id, author_id, sent_at, request_id, false, quoted_author_id, quoted_sent_at,
       (extract(epoch FROM sent_at) * 1000)::bigint
  FROM following
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - statements of ours

# What lies outside and is quoted from inside keeps its conversation and lends it to its replies.
_FETCH_TARGETS = f"""
INSERT INTO known_turns
SELECT c.group_id, c.id, c.author_id, c.sent_at, c.request_id, true, NULL, NULL,
       (extract(epoch FROM c.sent_at) * 1000)::bigint
  FROM ({_TURNS}) t JOIN request_comments c
    ON c.group_id = t.group_id AND c.author_id = t.quoted_author_id AND c.sent_at = t.quoted_sent_at
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - statements of ours

# A conversation that has comments outside the window stays theirs: what leaves it begins anew.
_KEPT_OUTSIDE = """
CREATE TEMP TABLE kept_outside ON COMMIT DROP AS
SELECT DISTINCT c.group_id, c.request_id
  FROM (SELECT DISTINCT group_id, request_id FROM known_turns WHERE NOT fixed) k
  JOIN request_comments c USING (group_id, request_id)
 WHERE NOT EXISTS (SELECT FROM known_turns t WHERE t.id = c.id AND NOT t.fixed)
"""

_READ_QUOTES = f"""
WITH turns AS ({_TURNS})
SELECT t.group_id, t.id, t.sent_ms, q.id
  FROM turns t
  JOIN turns q ON q.group_id = t.group_id AND q.author_id = t.quoted_author_id AND q.sent_at = t.quoted_sent_at
"""  # noqa: S608 - statements of ours

_READ_TURNS = f"""
SELECT t.group_id, t.id, t.sent_ms,
       CASE WHEN t.fixed OR k.request_id IS NULL THEN t.request_id END, t.fixed
  FROM ({_TURNS}) t LEFT JOIN kept_outside k ON k.group_id = t.group_id AND k.request_id = t.request_id
 ORDER BY t.group_id, t.sent_ms, t.id
"""  # noqa: S608 - statements of ours

_NEXT_IDS = "SELECT nextval('requests_id_seq') FROM generate_series(1, $1::bigint)"

_MAKE_THREADED = "CREATE TEMP TABLE threaded (group_id bigint, comment_id bigint, request_id bigint) ON COMMIT DROP"

_MOVE_KNOWN = """
UPDATE request_comments c SET request_id = t.request_id
  FROM threaded t
 WHERE c.id = t.comment_id AND c.group_id = t.group_id AND c.request_id <> t.request_id
"""

_DROP_EMPTY = """
DELETE FROM requests r USING (SELECT DISTINCT group_id, request_id FROM known_turns) old
 WHERE r.group_id = old.group_id AND r.id = old.request_id
   AND NOT EXISTS (SELECT FROM request_comments c WHERE c.group_id = r.group_id AND c.request_id = r.id)
"""

# Both where comments came from and where they went: a conversation may lose its earliest comment, or gain an earlier
# one, for a reply whose clock is behind is older than what it quotes.
_SET_STARTS = """
UPDATE requests r SET started_at = s.started_at
  FROM (SELECT c.group_id, c.request_id, min(c.sent_at) AS started_at
          FROM request_comments c
          JOIN (SELECT group_id, request_id FROM known_turns UNION
                SELECT t.group_id, t.request_id FROM threaded t JOIN known_turns u ON u.id = t.comment_id) touched
         USING (group_id, request_id)
         GROUP BY c.group_id, c.request_id) s
 WHERE r.group_id = s.group_id AND r.id = s.request_id AND r.started_at <> s.started_at
"""

_SET_EARLIER_STARTS = """
UPDATE requests r SET started_at = s.started_at
  FROM (SELECT t.group_id, t.request_id, min(i.sent_at) AS started_at
          FROM incoming i JOIN threaded t ON t.comment_id = i.id
         WHERE i.quoted_author_id IS NOT NULL GROUP BY t.group_id, t.request_id) s
 WHERE r.group_id = s.group_id AND r.id = s.request_id AND s.started_at < r.started_at
"""


async def thread_window(connection: Any) -> None:
    """Decide the conversation of every new comment and of what is around it, into the table `threaded`.

    Makes the requests that begin; comments known already are moved by `settle`, after the new ones are in.
    """
    for statement in (_WINDOWS, _KNOWN, _FOLLOW_REPLIES, _FETCH_TARGETS, _KEPT_OUTSIDE):
        await connection.execute(statement)
    await connection.execute(_MAKE_THREADED)
    quotes: dict[int, dict[int, tuple[int, int]]] = {}
    for group, key, sent_ms, target in await connection.fetch(_READ_QUOTES):
        quotes.setdefault(group, {})[key] = (sent_ms, target)
    threads = _Threads(connection, quotes)
    # By batches: `async for` over a cursor asks the connection for leave once a row.
    turns = await connection.cursor(_READ_TURNS)
    while batch := await turns.fetch(BATCH):
        for group, key, sent_ms, request, fixed in batch:
            threads.add(group, Turn(key, sent_ms, None, request, fixed))
        await threads.store()
    threads.finish_group()
    await threads.store()
    await connection.execute("ANALYZE threaded")


class _Threads:
    """Threads one group after the other and stores what is placed, a batch at a time."""

    def __init__(self, connection: Any, quotes: Mapping[int, Mapping[int, tuple[int, int]]]) -> None:
        self.placed: list[tuple[int, Placed]] = []
        """(group, turn and conversation), not stored yet."""
        self._connection = connection
        self._quotes = quotes
        self._group = 0
        self._threader = Threader({})
        self._request_ids: dict[tuple[int, int], int] = {}
        """The ids given to new conversations, by group and negative number."""

    def add(self, group: int, turn: Turn) -> None:
        """The next turn, in order of groups and time."""
        if group != self._group:
            self.finish_group()
            self._group, self._threader = group, Threader(self._quotes.get(group, {}))
        self.placed += [(group, placed) for placed in self._threader.add(turn)]

    def finish_group(self) -> None:
        """Place what the group that has just ended leaves over."""
        self.placed += [(self._group, placed) for placed in self._threader.finish()]

    async def store(self) -> None:
        """Make the conversations that begin, and note where each placed comment belongs."""
        begun: dict[tuple[int, int], int] = {}
        for group, placed in self.placed:
            if placed.request < 0 and (group, placed.request) not in self._request_ids:
                begun.setdefault((group, placed.request), placed.turn.sent_ms)
        rows = await self._connection.fetch(_NEXT_IDS, len(begun))
        self._request_ids |= {new: row[0] for new, row in zip(begun, rows, strict=True)}
        await self._connection.copy_records_to_table(
            "requests",
            records=[(new[0], self._request_ids[new], from_ms(ms)) for new, ms in begun.items()],
            columns=("group_id", "id", "started_at"),
        )
        await self._connection.copy_records_to_table(
            "threaded",
            records=[
                (group, placed.turn.key, self._request_ids.get((group, placed.request), placed.request))
                for group, placed in self.placed
            ],
            columns=("group_id", "comment_id", "request_id"),
        )
        # Only the conversations of the group under way can still be asked for.
        self._request_ids = {new: made for new, made in self._request_ids.items() if new[0] == self._group}
        self.placed = []


async def settle(connection: Any) -> None:
    """Move known comments whose conversation changed, drop emptied requests, and set when each began."""
    if await connection.fetchval("SELECT EXISTS (SELECT FROM known_turns)"):
        for statement in (_MOVE_KNOWN, _DROP_EMPTY, _SET_STARTS):
            await connection.execute(statement)
    await connection.execute(_SET_EARLIER_STARTS)
