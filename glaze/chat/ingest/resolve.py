"""What becomes of each staged comment: is it new, newer than what is known, deleted, or the same (R6, R7).

What wins is decided by the files alone, by an order that knows no equals, so that A, B and B, A end in the same
tables: a deletion over all, then the latest edit, the newest export, the words, and at last what tells more.
"""

from datetime import datetime
from typing import Any

_REFUSE = """
DELETE FROM {staged} s USING retention_horizons r
 WHERE r.group_id = s.group_id AND timestamptz 'epoch' + s.sent_ms * interval '1 millisecond' < r.keep_from
"""

# Hardly any file holds a comment twice, and the fold below is worth a second a quarter of a million.
_ANY_TWICE = """
SELECT EXISTS (SELECT FROM staged_comments GROUP BY group_id, author_id, sent_ms HAVING count(*) > 1)
"""

# One row for each comment of the file. Of several copies the latest edit wins, then the later line; a deletion
# anywhere wins over all.
_FOLD = """
SELECT * FROM (SELECT staged_comments.*,
               bool_or(deleted) OVER same AS gone,
               row_number() OVER (same ORDER BY coalesce(edited_ms, 0) DESC, ord DESC) AS place
          FROM staged_comments
        WINDOW same AS (PARTITION BY group_id, sent_ms, author_id)) f
 WHERE place = 1
"""

_AS_THEY_ARE = "SELECT *, deleted AS gone FROM staged_comments"

# `differs` says whether its evidence moves, `requotes` whether it may go to another conversation.
_RESOLVE = """
CREATE TEMP TABLE incoming ON COMMIT DROP AS
WITH folded AS (
    SELECT ord, group_id, author_id, sent_ms, kind, body, gone,
           CASE WHEN NOT gone THEN quoted_author_id END AS quoted_author_id,
           timestamptz 'epoch' + sent_ms * interval '1 millisecond' AS sent_at,
           timestamptz 'epoch' + edited_ms * interval '1 millisecond' AS edited_at,
           CASE WHEN NOT gone THEN timestamptz 'epoch' + quoted_ms * interval '1 millisecond' END AS quoted_sent_at
      FROM ({fold}) f
), met AS (
    SELECT f.ord, f.group_id, f.author_id, f.gone, f.quoted_author_id, f.sent_ms, f.sent_at, f.edited_at,
           f.quoted_sent_at, c.id AS known_id,
           CASE WHEN c.id IS NULL THEN 'new'
                WHEN c.deleted THEN 'same'
                WHEN f.gone THEN 'deleted'
                WHEN (coalesce(f.edited_at, '-infinity'), {as_of}::timestamptz, f.body COLLATE "C")
                   > (coalesce(c.edited_at, '-infinity'), c.text_as_of, c.body COLLATE "C") THEN 'newer'
                WHEN f.edited_at IS NOT DISTINCT FROM c.edited_at AND {as_of}::timestamptz = c.text_as_of
                     AND f.body = c.body THEN 'equal'
                ELSE 'same' END AS verdict,
           (c.id IS NULL OR {as_of}::timestamptz >= c.reactions_as_of) AND NOT f.gone AND c.deleted IS NOT TRUE
               AS brings_reactions,
           c.reactions_as_of = {as_of}::timestamptz AS adds_reactions,
           (c.body, c.kind) IS DISTINCT FROM (f.body, f.kind) AS rewords,
           (c.quoted_author_id, c.quoted_sent_at) IS DISTINCT FROM (f.quoted_author_id, f.quoted_sent_at) AS requotes
      FROM folded f
      LEFT JOIN request_comments c
        ON c.group_id = f.group_id AND c.author_id = f.author_id AND c.sent_at = f.sent_at
)
SELECT ord, group_id, author_id, gone, quoted_author_id, sent_ms, sent_at, edited_at, quoted_sent_at,
       coalesce(known_id, nextval('request_comments_id_seq')) AS id, verdict, brings_reactions,
       coalesce(adds_reactions, false) AS adds_reactions,
       verdict = 'deleted' OR verdict IN ('newer', 'equal') AND (rewords OR requotes) AS differs,
       verdict IN ('newer', 'equal', 'deleted') AND requotes AS requotes
  FROM met ORDER BY group_id, sent_ms, ord
"""

_INDEX_INCOMING = """
CREATE UNIQUE INDEX ON incoming (group_id, author_id, sent_at);
ANALYZE incoming
"""

# Links and tags follow from the words; what else hangs on a comment need not.
_BESIDE_THE_WORDS = {
    "comment_mentions": ("staged_mentions", "start, identity_id"),
    "comment_attachments": ("staged_attachments", "position, content_type, size, voice"),
}

_DIFFERS_BESIDE = """
UPDATE incoming SET differs = true
 WHERE NOT differs AND id IN (
    SELECT id FROM (
        SELECT i.id, {columns} FROM incoming i JOIN {staged} s USING (ord) WHERE i.verdict IN ('newer', 'equal')
        UNION ALL
        SELECT i.id, {columns} FROM incoming i JOIN {known} k ON k.group_id = i.group_id AND k.comment_id = i.id
         WHERE i.verdict IN ('newer', 'equal')
    ) told GROUP BY id, {columns} HAVING count(*) = 1)
"""

# By natural keys, for ids of ours depend on who came first. What tells more wins; which of two that tell as much does
# not matter, if it is always the same.
_TOLD = """
SELECT t.id, jsonb_build_array(
           t.kind, t.quoted_sent_at,
           (SELECT a.kind || ':' || a.value FROM user_attributes a WHERE a.id = t.quoted_author_id),
           (SELECT jsonb_agg(jsonb_build_array(x.start, a.kind, a.value) ORDER BY x.start)
              FROM {mentions} x JOIN user_attributes a ON a.id = x.identity_id WHERE {of}),
           (SELECT jsonb_agg(jsonb_build_array(x.position, x.content_type, x.size, x.voice) ORDER BY x.position)
              FROM {attachments} x WHERE {of}))::text COLLATE "C" AS words
  FROM ({comments}) t
"""
_TOLD_BY_FILE = _TOLD.format(
    comments="SELECT i.id, i.ord, s.kind, i.quoted_author_id, i.quoted_sent_at FROM incoming i"
    " JOIN staged_comments s USING (ord) WHERE i.verdict = 'equal' AND i.differs",
    mentions="staged_mentions",
    attachments="staged_attachments",
    of="x.ord = t.ord",
)
_TOLD_BY_TABLES = _TOLD.format(
    comments="SELECT c.id, c.group_id, c.kind, c.quoted_author_id, c.quoted_sent_at FROM incoming i"
    " JOIN request_comments c ON c.group_id = i.group_id AND c.id = i.id WHERE i.verdict = 'equal' AND i.differs",
    mentions="comment_mentions",
    attachments="comment_attachments",
    of="x.group_id = t.group_id AND x.comment_id = t.id",
)

_PREFER_WHAT_TELLS_MORE = f"""
UPDATE incoming i SET verdict = 'newer'
  FROM ({_TOLD_BY_FILE}) here JOIN ({_TOLD_BY_TABLES}) there USING (id)
 WHERE i.id = here.id AND (length(here.words), here.words) > (length(there.words), there.words)
"""  # noqa: S608 - statements of ours

_OTHERS_ARE_THE_SAME = "UPDATE incoming SET verdict = 'same', differs = false, requotes = false WHERE verdict = 'equal'"


async def refuse_past_retention(connection: Any) -> int:
    """Take out what is older than its group's horizon, lest a re-import revive it (R7); how many comments."""
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM retention_horizons)"):
        return 0
    refused: str = await connection.execute(_REFUSE.format(staged="staged_comments"))
    await connection.execute(_REFUSE.format(staged="staged_reactions"))
    return int(refused.rsplit(maxsplit=1)[-1])


async def resolve(connection: Any, as_of: datetime) -> None:
    """Give each staged comment its id and its verdict, in the table `incoming`: new, newer, deleted or same."""
    await connection.execute("SET LOCAL work_mem = '128MB'; SET LOCAL jit = off")
    fold = _FOLD if await connection.fetchval(_ANY_TWICE) else _AS_THEY_ARE
    # CREATE TABLE AS takes no arguments through the protocol.
    await connection.execute(_RESOLVE.format(fold=fold, as_of=f"'{as_of.isoformat()}'"))
    await connection.execute(_INDEX_INCOMING)
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM incoming WHERE verdict IN ('newer', 'equal'))"):
        return
    for known, (staged, columns) in _BESIDE_THE_WORDS.items():
        await connection.execute(_DIFFERS_BESIDE.format(known=known, staged=staged, columns=columns))
    if await connection.fetchval("SELECT EXISTS (SELECT FROM incoming WHERE verdict = 'equal' AND differs)"):
        await connection.execute("CREATE INDEX ON staged_mentions (ord); CREATE INDEX ON staged_attachments (ord)")
        await connection.execute(_PREFER_WHAT_TELLS_MORE)
    await connection.execute(_OTHERS_ARE_THE_SAME)
