"""Merging staged comments into the chat so that the order of imports makes no difference (R6, R7)."""

from datetime import datetime
from typing import Any

# Hardly any file holds a comment twice, and the fold below is worth a second a quarter of a million.
_ANY_TWICE = """
SELECT EXISTS (SELECT FROM staged_comments GROUP BY group_id, author_id, sent_ms HAVING count(*) > 1)
"""

# One row for each comment of the file. Of several copies the latest edit wins, then the later line; a deletion
# anywhere wins over all. Narrow: what is said is joined where it is needed, by the number of its line.
_FOLD = """
SELECT ord, group_id, author_id, sent_ms, edited_ms, quoted_author_id, quoted_ms, gone
  FROM (SELECT ord, group_id, author_id, sent_ms, edited_ms, quoted_author_id, quoted_ms,
               bool_or(deleted) OVER same AS gone,
               row_number() OVER (same ORDER BY coalesce(edited_ms, 0) DESC, ord DESC) AS place
          FROM staged_comments
        WINDOW same AS (PARTITION BY group_id, sent_ms, author_id)) f
 WHERE place = 1
"""

_AS_THEY_ARE = """
SELECT ord, group_id, author_id, sent_ms, edited_ms, quoted_author_id, quoted_ms, deleted AS gone FROM staged_comments
"""

# The verdict says what becomes of a comment: equal edit times are settled by the newer export, then by the words
# themselves, so that A, B and B, A end in the same tables (R7).
_RESOLVE = """
CREATE TEMP TABLE incoming ON COMMIT DROP AS
WITH folded AS (
    SELECT ord, group_id, author_id, gone, quoted_author_id,
           timestamptz 'epoch' + sent_ms * interval '1 millisecond' AS sent_at,
           timestamptz 'epoch' + edited_ms * interval '1 millisecond' AS edited_at,
           timestamptz 'epoch' + quoted_ms * interval '1 millisecond' AS quoted_sent_at
      FROM ({fold}) f
)
SELECT f.*, c.request_id,
       coalesce(c.id, nextval('request_comments_id_seq')) AS id,
       CASE WHEN c.id IS NULL THEN 'new'
            WHEN c.deleted THEN 'same'
            WHEN f.gone THEN 'deleted'
            WHEN (coalesce(f.edited_at, '-infinity'), {as_of}::timestamptz, s.body COLLATE "C")
               > (coalesce(c.edited_at, '-infinity'), c.text_as_of, c.body COLLATE "C")
            THEN 'newer'
            ELSE 'same' END AS verdict,
       (c.id IS NULL OR {as_of}::timestamptz > c.reactions_as_of) AND NOT f.gone AND c.deleted IS NOT TRUE
           AS brings_reactions,
       c.id IS NOT NULL AND (c.body, c.kind, c.quoted_author_id, c.quoted_sent_at)
           IS DISTINCT FROM (s.body, s.kind, f.quoted_author_id, f.quoted_sent_at) AS differs
  FROM folded f
  LEFT JOIN request_comments c
    ON c.group_id = f.group_id AND c.author_id = f.author_id AND c.sent_at = f.sent_at
  LEFT JOIN staged_comments s ON c.id IS NOT NULL AND s.ord = f.ord
 ORDER BY f.group_id, f.sent_at, f.ord
"""

_INDEX_INCOMING = """
CREATE UNIQUE INDEX ON incoming (group_id, author_id, sent_at);
ANALYZE incoming
"""

_UPDATE_NEWER = """
UPDATE request_comments c
   SET edited_at = i.edited_at, kind = s.kind, body = s.body, text_as_of = $1,
       quoted_author_id = i.quoted_author_id, quoted_sent_at = i.quoted_sent_at
  FROM incoming i JOIN staged_comments s USING (ord)
 WHERE i.verdict = 'newer' AND c.group_id = i.group_id AND c.id = i.id
"""

# A deleted comment keeps its row, so that no later import revives it, and nothing else (R7).
_UPDATE_DELETED = """
UPDATE request_comments c
   SET deleted = true, body = '', kind = 'text', edited_at = NULL, quoted_author_id = NULL, quoted_sent_at = NULL
  FROM incoming i
 WHERE i.verdict = 'deleted' AND c.group_id = i.group_id AND c.id = i.id
"""

_UPDATE_REACTION_TIMES = """
UPDATE request_comments c
   SET reactions_as_of = $1
  FROM incoming i
 WHERE i.verdict <> 'new' AND i.brings_reactions AND c.group_id = i.group_id AND c.id = i.id
"""

_INSERT_NEW = """
INSERT INTO request_comments (group_id, id, request_id, author_id, sent_at, edited_at, kind, body, deleted,
                              quoted_author_id, quoted_sent_at, text_as_of, reactions_as_of)
SELECT i.group_id, i.id, t.request_id, i.author_id, i.sent_at,
       CASE WHEN NOT i.gone THEN i.edited_at END,
       CASE WHEN i.gone THEN 'text' ELSE s.kind END,
       CASE WHEN i.gone THEN '' ELSE s.body END,
       i.gone,
       CASE WHEN NOT i.gone THEN i.quoted_author_id END,
       CASE WHEN NOT i.gone THEN i.quoted_sent_at END,
       $1, $1
  FROM incoming i
  JOIN staged_comments s USING (ord)
  JOIN threaded t ON t.comment_id = i.id
 WHERE i.verdict = 'new'
"""

_CHILDREN = {
    "comment_links": ("staged_links", "position, url, domain"),
    "comment_tags": ("staged_tags", "position, tag"),
    "comment_mentions": ("staged_mentions", "start, identity_id"),
    "comment_attachments": ("staged_attachments", "position, content_type, size, voice"),
}

# Only what differs is written: a newer export of the same chat brings every reaction again.
_REACTION_CHANGES = """
CREATE TEMP TABLE reaction_changes ON COMMIT DROP AS
WITH brought AS (
    SELECT DISTINCT ON (i.group_id, i.id, r.reactor_id)
           i.group_id, i.id AS comment_id, r.reactor_id, r.emoji,
           timestamptz 'epoch' + r.reacted_ms * interval '1 millisecond' AS reacted_at
      FROM staged_reactions r
      JOIN incoming i
        ON i.group_id = r.group_id AND i.author_id = r.author_id
       AND i.sent_at = timestamptz 'epoch' + r.sent_ms * interval '1 millisecond'
     WHERE i.brings_reactions
     ORDER BY i.group_id, i.id, r.reactor_id, r.ord DESC
), held AS (
    SELECT h.* FROM comment_reactions h
      JOIN incoming i ON i.group_id = h.group_id AND i.id = h.comment_id
     WHERE (i.brings_reactions AND i.verdict <> 'new') OR i.verdict = 'deleted'
)
SELECT group_id, comment_id, reactor_id, b.emoji, b.reacted_at
  FROM (SELECT * FROM brought WHERE emoji IS NOT NULL) b
  FULL JOIN held h USING (group_id, comment_id, reactor_id)
 WHERE (b.emoji, b.reacted_at) IS DISTINCT FROM (h.emoji, h.reacted_at)
"""

_DELETE_REACTIONS = """
DELETE FROM comment_reactions h USING reaction_changes x
 WHERE h.group_id = x.group_id AND h.comment_id = x.comment_id AND h.reactor_id = x.reactor_id
"""

_INSERT_REACTIONS = """
INSERT INTO comment_reactions (group_id, comment_id, reactor_id, emoji, reacted_at)
SELECT group_id, comment_id, reactor_id, emoji, reacted_at FROM reaction_changes WHERE emoji IS NOT NULL
"""

_COUNT_ORPHANS = """
SELECT count(*) FROM staged_reactions r
 WHERE NOT EXISTS (SELECT FROM incoming i
                    WHERE i.group_id = r.group_id AND i.author_id = r.author_id
                      AND i.sent_at = timestamptz 'epoch' + r.sent_ms * interval '1 millisecond')
"""


async def resolve(connection: Any, as_of: datetime) -> None:
    """Give each staged comment its id and its verdict: new, newer, deleted or same."""
    await connection.execute("SET LOCAL work_mem = '128MB'")
    fold = _FOLD if await connection.fetchval(_ANY_TWICE) else _AS_THEY_ARE
    # CREATE TABLE AS takes no arguments through the protocol.
    await connection.execute(_RESOLVE.format(fold=fold, as_of=f"'{as_of.isoformat()}'"))
    await connection.execute(_INDEX_INCOMING)


async def update_known(connection: Any, as_of: datetime) -> None:
    """Bring comments that are known already up to date: newer words, deletions, what hangs on them."""
    known = await connection.fetchval("SELECT count(*) FROM incoming WHERE verdict IN ('newer', 'deleted')")
    if known:
        for table in _CHILDREN:
            await connection.execute(
                f"DELETE FROM {table} x USING incoming i WHERE i.verdict IN ('newer', 'deleted')"  # noqa: S608
                " AND x.group_id = i.group_id AND x.comment_id = i.id"
            )
        await connection.execute(_UPDATE_NEWER, as_of)
        await connection.execute(_UPDATE_DELETED)
    await connection.execute(_UPDATE_REACTION_TIMES, as_of)


async def insert_new(connection: Any, as_of: datetime) -> None:
    """Insert the new comments, each into the conversation that `threaded` gives it, and what hangs on them."""
    await connection.execute(_INSERT_NEW, as_of)
    for table, (staged, columns) in _CHILDREN.items():
        await connection.execute(
            f"INSERT INTO {table} (group_id, comment_id, {columns})"  # noqa: S608 - names of our own tables
            f" SELECT i.group_id, i.id, {columns} FROM {staged} s JOIN incoming i USING (ord)"
            " WHERE i.verdict IN ('new', 'newer') AND NOT i.gone"
        )


async def merge_reactions(connection: Any) -> int:
    """Apply the reactions of the newest export; how many name a comment this file does not hold."""
    await connection.execute(_REACTION_CHANGES)
    await connection.execute(_DELETE_REACTIONS)
    await connection.execute(_INSERT_REACTIONS)
    return int(await connection.fetchval(_COUNT_ORPHANS))
