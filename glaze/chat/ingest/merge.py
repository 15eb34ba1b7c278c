"""Bringing the chat up to date with the comments and reactions of a file, once it is resolved what is new (R7)."""

from datetime import datetime
from typing import Any

_UPDATE_NEWER = """
UPDATE request_comments c
   SET edited_at = i.edited_at, kind = s.kind, body = s.body, text_as_of = $1,
       quoted_author_id = i.quoted_author_id, quoted_sent_at = i.quoted_sent_at
  FROM incoming i JOIN staged_comments s USING (ord)
 WHERE i.verdict = 'newer' AND c.group_id = i.group_id AND c.id = i.id
"""

# A deleted comment keeps its row, so that no later import revives it, and nothing else (R7): not even from when its
# words were.
_UPDATE_DELETED = """
UPDATE request_comments c
   SET deleted = true, body = '', kind = 'text', edited_at = NULL, quoted_author_id = NULL, quoted_sent_at = NULL,
       text_as_of = c.sent_at, reactions_as_of = c.sent_at
  FROM incoming i
 WHERE i.verdict = 'deleted' AND c.group_id = i.group_id AND c.id = i.id
"""

_UPDATE_REACTION_TIMES = """
UPDATE request_comments c
   SET reactions_as_of = $1
  FROM incoming i
 WHERE i.verdict <> 'new' AND i.brings_reactions AND NOT i.adds_reactions AND c.group_id = i.group_id AND c.id = i.id
"""

_INSERT_NEW = """
INSERT INTO request_comments (group_id, id, request_id, author_id, sent_at, edited_at, kind, body, deleted,
                              quoted_author_id, quoted_sent_at, text_as_of, reactions_as_of)
SELECT i.group_id, i.id, t.request_id, i.author_id, i.sent_at,
       CASE WHEN NOT i.gone THEN i.edited_at END,
       CASE WHEN i.gone THEN 'text' ELSE s.kind END,
       CASE WHEN i.gone THEN '' ELSE s.body END,
       i.gone, i.quoted_author_id, i.quoted_sent_at,
       CASE WHEN i.gone THEN i.sent_at ELSE $1 END,
       CASE WHEN i.gone THEN i.sent_at ELSE $1 END
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

# Only what differs is written: a newer export of the same chat brings every reaction again. Of exports of one time
# neither takes back what the other holds.
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
    SELECT h.*, i.adds_reactions AND i.verdict <> 'deleted' AS stays FROM comment_reactions h
      JOIN incoming i ON i.group_id = h.group_id AND i.id = h.comment_id
     WHERE (i.brings_reactions AND i.verdict <> 'new') OR i.verdict = 'deleted'
)
SELECT group_id, comment_id, reactor_id, b.emoji, b.reacted_at
  FROM (SELECT * FROM brought WHERE emoji IS NOT NULL) b
  FULL JOIN held h USING (group_id, comment_id, reactor_id)
 WHERE (b.emoji, b.reacted_at) IS DISTINCT FROM (h.emoji, h.reacted_at)
   AND (h.emoji IS NULL OR NOT h.stays
        OR (coalesce(b.reacted_at, '-infinity'), b.emoji COLLATE "C")
         > (coalesce(h.reacted_at, '-infinity'), h.emoji COLLATE "C"))
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


async def update_known(connection: Any, as_of: datetime) -> None:
    """Bring comments that are known already up to date: newer words, deletions, what hangs on them."""
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM incoming WHERE verdict <> 'new')"):
        return
    for table in _CHILDREN:
        await connection.execute(
            f"DELETE FROM {table} x USING incoming i WHERE i.differs"  # noqa: S608 - names of our own tables
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
            " WHERE (i.verdict = 'new' OR i.differs) AND NOT i.gone"
        )


async def merge_reactions(connection: Any) -> int:
    """Apply the reactions of the newest export; how many name a comment this file does not hold."""
    await connection.execute(_REACTION_CHANGES)
    await connection.execute(_DELETE_REACTIONS)
    await connection.execute(_INSERT_REACTIONS)
    return int(await connection.fetchval(_COUNT_ORPHANS))
