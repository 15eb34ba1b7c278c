"""Finding the window around new comments and threading it (R8)."""

from datetime import datetime
from typing import Any

from glaze.chat.thread import Turn, thread
from glaze.clock import to_ms

# A window reaches from the beginning of the conversation that runs before the first touched comment to the end of
# the one that runs after the last. Touched are new comments, those that quote them (they counted as quoting
# nothing before), and those whose own quote changed.
_WINDOWS = """
CREATE TEMP TABLE windows ON COMMIT DROP AS
WITH touched AS (
    SELECT group_id, sent_at FROM incoming WHERE verdict = 'new' OR (differs AND verdict IN ('newer', 'deleted'))
    UNION ALL
    SELECT q.group_id, q.sent_at FROM incoming i
      JOIN request_comments q
        ON q.quoted_author_id = i.author_id AND q.group_id = i.group_id AND q.quoted_sent_at = i.sent_at
     WHERE i.verdict = 'new'
), spans AS (
    SELECT group_id, min(sent_at) AS first, max(sent_at) AS last FROM touched GROUP BY group_id
)
SELECT s.group_id,
       least(s.first, (
           SELECT r.started_at
             FROM request_comments c JOIN requests r ON r.group_id = c.group_id AND r.id = c.request_id
            WHERE c.group_id = s.group_id AND c.sent_at <= s.first ORDER BY c.sent_at DESC LIMIT 1
       )) AS first,
       greatest(s.last, (
           SELECT max(c.sent_at) FROM request_comments c
            WHERE c.group_id = s.group_id AND c.request_id IN (
                SELECT n.request_id FROM request_comments n
                 WHERE n.group_id = s.group_id AND n.sent_at BETWEEN s.last AND s.last + interval '60 minutes')
       )) AS last
  FROM spans s
"""

_TURNS = """
CREATE TEMP TABLE turns ON COMMIT DROP AS
SELECT group_id, id, author_id, sent_at, request_id, false AS fixed,
       CASE WHEN NOT gone THEN quoted_author_id END AS quoted_author_id,
       CASE WHEN NOT gone THEN quoted_sent_at END AS quoted_sent_at
  FROM incoming WHERE verdict = 'new'
UNION ALL
SELECT c.group_id, c.id, c.author_id, c.sent_at, c.request_id, false, c.quoted_author_id, c.quoted_sent_at
  FROM windows w JOIN request_comments c ON c.group_id = w.group_id AND c.sent_at BETWEEN w.first AND w.last;
CREATE UNIQUE INDEX ON turns (group_id, author_id, sent_at);
ANALYZE turns
"""

# Replies outside the window go with what they quote, however long the chain.
_FOLLOW_REPLIES = """
WITH RECURSIVE following AS (
    SELECT q.group_id, q.id, q.author_id, q.sent_at, q.request_id, q.quoted_author_id, q.quoted_sent_at
      FROM turns t JOIN request_comments q
        ON q.quoted_author_id = t.author_id AND q.group_id = t.group_id AND q.quoted_sent_at = t.sent_at
    UNION
    SELECT q.group_id, q.id, q.author_id, q.sent_at, q.request_id, q.quoted_author_id, q.quoted_sent_at
      FROM following f JOIN request_comments q
        ON q.quoted_author_id = f.author_id AND q.group_id = f.group_id AND q.quoted_sent_at = f.sent_at
)
INSERT INTO turns (group_id, id, author_id, sent_at, request_id, fixed, quoted_author_id, quoted_sent_at)
SELECT group_id, id, author_id, sent_at, request_id, false, quoted_author_id, quoted_sent_at FROM following
    ON CONFLICT DO NOTHING
"""

# What lies outside and is quoted from inside keeps its conversation and lends it to its replies.
_FETCH_TARGETS = """
INSERT INTO turns (group_id, id, author_id, sent_at, request_id, fixed, quoted_author_id, quoted_sent_at)
SELECT c.group_id, c.id, c.author_id, c.sent_at, c.request_id, true, NULL, NULL
  FROM turns t JOIN request_comments c
    ON c.group_id = t.group_id AND c.author_id = t.quoted_author_id AND c.sent_at = t.quoted_sent_at
    ON CONFLICT DO NOTHING
"""

_READ_TURNS = """
SELECT t.group_id, t.id, t.sent_at, q.id AS quotes, t.request_id, t.fixed
  FROM turns t
  LEFT JOIN turns q ON q.group_id = t.group_id AND q.author_id = t.quoted_author_id AND q.sent_at = t.quoted_sent_at
 ORDER BY t.group_id, t.sent_at, t.id
"""

_MOVE_KNOWN = """
UPDATE request_comments c SET request_id = t.request_id
  FROM threaded t
 WHERE c.group_id = t.group_id AND c.id = t.comment_id AND c.request_id <> t.request_id
"""

_DROP_EMPTY = """
DELETE FROM requests r USING (SELECT DISTINCT group_id, request_id FROM turns WHERE request_id IS NOT NULL) old
 WHERE r.group_id = old.group_id AND r.id = old.request_id
   AND NOT EXISTS (SELECT FROM request_comments c WHERE c.group_id = r.group_id AND c.request_id = r.id)
"""

_SET_STARTS = """
UPDATE requests r SET started_at = s.started_at
  FROM (SELECT c.group_id, c.request_id, min(c.sent_at) AS started_at
          FROM request_comments c
          JOIN (SELECT DISTINCT t.group_id, t.request_id FROM threaded t
                  JOIN turns u ON u.group_id = t.group_id AND u.id = t.comment_id AND u.request_id IS NOT NULL) touched
            ON touched.group_id = c.group_id AND touched.request_id = c.request_id
         GROUP BY c.group_id, c.request_id) s
 WHERE r.group_id = s.group_id AND r.id = s.request_id AND r.started_at <> s.started_at
"""


async def thread_window(connection: Any) -> None:
    """Decide the conversation of every new comment and of what is around it, into the table `threaded`.

    Makes the requests that begin; comments known already are moved by `settle`, after the new ones are in.
    """
    for statement in (_WINDOWS, _TURNS, _FOLLOW_REPLIES, _FETCH_TARGETS):
        await connection.execute(statement)
    assigned: list[tuple[int, int, int]] = []
    begun: dict[tuple[int, int], datetime] = {}
    group: int | None = None
    turns: list[Turn] = []
    sent: dict[int, datetime] = {}

    def finish_group() -> None:
        if group is None:
            return
        for key, request in thread(turns).items():
            assigned.append((group, key, request))
            if request < 0:
                begun.setdefault((group, request), sent[key])
                if sent[key] < begun[group, request]:
                    begun[group, request] = sent[key]

    async for row in connection.cursor(_READ_TURNS, prefetch=5000):
        group_id, key, sent_at, quotes, request, fixed = row
        if group_id != group:
            finish_group()
            group, turns, sent = group_id, [], {}
        turns.append(Turn(key, to_ms(sent_at), quotes, request, fixed))
        sent[key] = sent_at
    finish_group()
    await _store(connection, assigned, begun)


async def settle(connection: Any) -> None:
    """Move known comments whose conversation changed, drop emptied requests, and set when each began."""
    if await connection.fetchval("SELECT EXISTS (SELECT FROM turns WHERE request_id IS NOT NULL)"):
        for statement in (_MOVE_KNOWN, _DROP_EMPTY, _SET_STARTS):
            await connection.execute(statement)


async def _store(connection: Any, assigned: list[tuple[int, int, int]], begun: dict[tuple[int, int], datetime]) -> None:
    """Turn the negative numbers of new conversations into request ids, and copy everything in."""
    rows = await connection.fetch(
        "SELECT nextval(pg_get_serial_sequence('requests', 'id')) FROM generate_series(1, $1::bigint)", len(begun)
    )
    ids = {new: row[0] for new, row in zip(begun, rows, strict=True)}
    await connection.copy_records_to_table(
        "requests",
        records=[(group, ids[group, number], started) for (group, number), started in begun.items()],
        columns=("group_id", "id", "started_at"),
    )
    await connection.execute(
        "CREATE TEMP TABLE threaded (group_id bigint, comment_id bigint, request_id bigint) ON COMMIT DROP"
    )
    await connection.copy_records_to_table(
        "threaded",
        records=[(group, key, ids[group, request] if request < 0 else request) for group, key, request in assigned],
        columns=("group_id", "comment_id", "request_id"),
    )
    await connection.execute("ANALYZE threaded")
