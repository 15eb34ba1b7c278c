"""The one statement that takes snapshots: set-based, through both gates, for one person or for everybody (R10, R12).

Numbers and texts are shaped here once, as the evidence that is hashed; Python only canonicalises and hashes it.
Text is ordered COLLATE "C", so that no server's locale moves a hash. The time zone of the group decides its days.
"""

from glaze.members.groups import BEST_KEY_FIRST

TOP = 10
"""Links and tags kept of each person."""

LINK_COMMENTS = 3
"""Comments named for a link, the earliest."""

QUOTABLES = 6
"""Comments kept as quotable, those others answered most."""

QUOTE_LENGTH = 280
"""The longest comment that may be quoted, in characters (R11)."""

# `{people}` narrows to some users and `{groups}` to some groups; both are ours, their values are bound. A reply belongs
# to the person it answers, whichever copy of the comment it names: of one user, group and millisecond one is visible.
_EVIDENCE = """
WITH mine AS MATERIALIZED (
    SELECT c.group_id, c.id, c.request_id, c.author_id, c.sent_at, c.kind, a.user_id
      FROM visible_comments c
      JOIN user_attributes a ON a.id = c.author_id
     WHERE {groups_c} AND {people_a}
       AND NOT EXISTS (SELECT FROM barred_receipts b
                        WHERE b.subject_id = a.user_id AND b.group_id = c.group_id AND b.comment_id = c.id)
), days AS (
    SELECT m.user_id, m.group_id, (m.sent_at AT TIME ZONE g.timezone)::date AS day,
           count(*) AS comments, min(m.sent_at) AS first, max(m.sent_at) AS last
      FROM mine m JOIN groups g ON g.id = m.group_id
     GROUP BY 1, 2, 3
), totals AS (
    SELECT user_id, group_id, sum(comments)::bigint AS message_count, min(first) AS first, max(last) AS last,
           count(*) AS active_days, count(DISTINCT date_trunc('month', day::timestamp)) AS active_months
      FROM days GROUP BY user_id, group_id
), conversations AS (
    SELECT user_id, group_id, array_agg(request_id ORDER BY request_id) AS request_ids
      FROM (SELECT DISTINCT user_id, group_id, request_id FROM mine) d GROUP BY user_id, group_id
), given AS (
    SELECT user_id, group_id, jsonb_object_agg(emoji, n) AS counts
      FROM (SELECT a.user_id, r.group_id, r.emoji, count(*) AS n
              FROM visible_reactions r JOIN user_attributes a ON a.id = r.reactor_id
             WHERE {groups_r} AND {people_a} GROUP BY 1, 2, 3) n
     GROUP BY user_id, group_id
), received_by AS (
    SELECT m.user_id, m.group_id, m.id, r.emoji
      FROM mine m
      JOIN visible_reactions r ON r.group_id = m.group_id AND r.comment_id = m.id
      JOIN user_attributes a ON a.id = r.reactor_id
     WHERE a.user_id <> m.user_id
), received AS (
    SELECT user_id, group_id, jsonb_object_agg(emoji, n) AS counts
      FROM (SELECT user_id, group_id, emoji, count(*) AS n FROM received_by GROUP BY 1, 2, 3) n
     GROUP BY user_id, group_id
), replies AS (
    SELECT m.user_id, m.group_id, m.id
      FROM visible_comments q
      JOIN user_attributes w ON w.id = q.quoted_author_id
      JOIN mine m ON m.group_id = q.group_id AND m.user_id = w.user_id AND m.sent_at = q.quoted_sent_at
      JOIN user_attributes a ON a.id = q.author_id
     WHERE q.quoted_author_id IS NOT NULL AND a.user_id <> m.user_id
), quoted AS (
    SELECT user_id, group_id, count(*) AS n FROM replies GROUP BY user_id, group_id
), quoting AS (
    SELECT m.user_id, m.group_id, count(*) AS n
      FROM mine m JOIN visible_comments c ON c.group_id = m.group_id AND c.id = m.id
     WHERE c.quoted_author_id IS NOT NULL GROUP BY m.user_id, m.group_id
), mentioning AS (
    SELECT m.user_id, m.group_id, count(*) AS n
      FROM mine m JOIN visible_mentions x ON x.group_id = m.group_id AND x.comment_id = m.id
     GROUP BY m.user_id, m.group_id
), mentioned AS (
    SELECT a.user_id, x.group_id, count(*) AS n
      FROM visible_mentions x
      JOIN user_attributes a ON a.id = x.identity_id
      JOIN user_attributes w ON w.id = x.author_id
     WHERE {groups_x} AND {people_a} AND w.user_id <> a.user_id
     GROUP BY a.user_id, x.group_id
), attached AS (
    SELECT user_id, group_id, jsonb_object_agg(content_type, n) AS counts
      FROM (SELECT m.user_id, m.group_id, f.content_type, count(*) AS n
              FROM mine m JOIN comment_attachments f ON f.group_id = m.group_id AND f.comment_id = m.id
             GROUP BY 1, 2, 3) n
     GROUP BY user_id, group_id
), tags AS (
    SELECT user_id, group_id, jsonb_agg(jsonb_build_object('tag', tag, 'count', n) ORDER BY place) AS top
      FROM (SELECT user_id, group_id, tag, n,
                   row_number() OVER (PARTITION BY user_id, group_id ORDER BY n DESC, tag COLLATE "C") AS place
              FROM (SELECT m.user_id, m.group_id, t.tag, count(*) AS n
                      FROM mine m JOIN comment_tags t ON t.group_id = m.group_id AND t.comment_id = m.id
                     GROUP BY 1, 2, 3) n) ranked
     WHERE place <= {top} GROUP BY user_id, group_id
), shared AS (
    SELECT user_id, group_id, url, min(domain) AS domain, sum(n)::bigint AS n,
           (array_agg(id ORDER BY sent_at))[:{link_comments}] AS ids
      FROM (SELECT m.user_id, m.group_id, m.id, m.sent_at, l.url, min(l.domain) AS domain, count(*) AS n
              FROM mine m JOIN comment_links l ON l.group_id = m.group_id AND l.comment_id = m.id
             GROUP BY 1, 2, 3, 4, 5) in_comment
     GROUP BY user_id, group_id, url
), links AS (
    SELECT s.*, sum(n) OVER (PARTITION BY user_id, group_id)::bigint AS all_links,
           row_number() OVER (PARTITION BY user_id, group_id ORDER BY n DESC, url COLLATE "C") AS place
      FROM shared s
), answered AS (
    SELECT user_id, group_id, id, sum(reactions)::bigint AS reactions, sum(replies)::bigint AS replies
      FROM (SELECT user_id, group_id, id, 1 AS reactions, 0 AS replies FROM received_by
            UNION ALL SELECT user_id, group_id, id, 0, 1 FROM replies) a
     GROUP BY user_id, group_id, id
), quotables AS (
    SELECT n.*, c.body, c.sent_at,
           row_number() OVER (PARTITION BY n.user_id, n.group_id
                              ORDER BY n.reactions + n.replies DESC, c.sent_at, n.id) AS place
      FROM answered n JOIN visible_comments c ON c.group_id = n.group_id AND c.id = n.id
     WHERE c.kind = 'text' AND char_length(c.body) BETWEEN 1 AND {quote_length}
       AND NOT EXISTS (SELECT FROM comment_mentions x WHERE x.group_id = n.group_id AND x.comment_id = n.id)
), keys AS (
    SELECT DISTINCT ON (group_id) group_id, key FROM group_keys ORDER BY group_id, {best_key_first}
), named AS (
    SELECT m.group_id, m.id,
           encode(sha256(convert_to(k.key || E'\\n' || a.kind || ':' || a.value || E'\\n'
               || (extract(epoch FROM m.sent_at) * 1000)::bigint, 'UTF8')), 'hex') AS digest
      FROM (SELECT group_id, unnest(ids) AS id FROM links WHERE place <= {top}
            UNION SELECT group_id, id FROM quotables WHERE place <= {quotables}) used
      JOIN mine m USING (group_id, id)
      JOIN user_attributes a ON a.id = m.author_id
      JOIN keys k ON k.group_id = m.group_id
), top_links AS (
    SELECT l.user_id, l.group_id, max(l.all_links) AS all_links,
           jsonb_agg(jsonb_build_object('url', l.url, 'domain', l.domain, 'count', l.n, 'comments', d.digests)
                     ORDER BY l.place) AS top,
           jsonb_agg(d.pairs) AS pairs
      FROM links l
     CROSS JOIN LATERAL (SELECT jsonb_agg(n.digest ORDER BY u.position) AS digests,
                                jsonb_object_agg(n.digest, n.id) AS pairs
                           FROM unnest(l.ids) WITH ORDINALITY AS u (id, position)
                           JOIN named n ON n.group_id = l.group_id AND n.id = u.id) d
     WHERE l.place <= {top} GROUP BY l.user_id, l.group_id
), top_quotables AS (
    SELECT q.user_id, q.group_id,
           jsonb_agg(jsonb_build_object(
               'comment', n.digest, 'text_digest', encode(sha256(convert_to(q.body, 'UTF8')), 'hex'),
               'sent_at', {moment_q}, 'reactions', q.reactions, 'replies', q.replies) ORDER BY q.place) AS top,
           jsonb_agg(jsonb_build_object(n.digest, n.id)) AS pairs
      FROM quotables q JOIN named n ON n.group_id = q.group_id AND n.id = q.id
     WHERE q.place <= {quotables} GROUP BY q.user_id, q.group_id
), pairs AS (
    SELECT user_id, group_id FROM totals UNION SELECT user_id, group_id FROM given
)
SELECT p.user_id, p.group_id, coalesce(e.version, 0) AS evidence_version,
       coalesce(c.request_ids, '{{}}') AS request_ids,
       coalesce(tl.pairs, '[]') || coalesce(tq.pairs, '[]') AS receipt_ids,
       jsonb_build_object(
           'schema', {schema}, 'rules', {rules}, 'timezone', g.timezone,
           'message_count', coalesce(t.message_count, 0),
           'first_seen_at', {moment_first}, 'last_seen_at', {moment_last},
           'active_days', coalesce(t.active_days, 0), 'active_months', coalesce(t.active_months, 0),
           'top_links', coalesce(tl.top, '[]'), 'link_count', coalesce(tl.all_links, 0),
           'top_tags', coalesce(ta.top, '[]'),
           'reaction_counts', coalesce(re.counts, '{{}}'), 'reactions_given', coalesce(gi.counts, '{{}}'),
           'attachment_counts', coalesce(at.counts, '{{}}'),
           'mentions_made', coalesce(mm.n, 0), 'mentions_received', coalesce(mr.n, 0),
           'quotes_made', coalesce(qm.n, 0), 'quotes_received', coalesce(qr.n, 0),
           'quotables', coalesce(tq.top, '[]')) AS evidence
  FROM pairs p
  JOIN groups g ON g.id = p.group_id
  LEFT JOIN evidence_versions e USING (user_id, group_id)
  LEFT JOIN totals t USING (user_id, group_id)
  LEFT JOIN conversations c USING (user_id, group_id)
  LEFT JOIN top_links tl USING (user_id, group_id)
  LEFT JOIN tags ta USING (user_id, group_id)
  LEFT JOIN received re USING (user_id, group_id)
  LEFT JOIN given gi USING (user_id, group_id)
  LEFT JOIN attached at USING (user_id, group_id)
  LEFT JOIN mentioning mm USING (user_id, group_id)
  LEFT JOIN mentioned mr USING (user_id, group_id)
  LEFT JOIN quoting qm USING (user_id, group_id)
  LEFT JOIN quoted qr USING (user_id, group_id)
  LEFT JOIN top_quotables tq USING (user_id, group_id)
"""


def _moment(column: str) -> str:
    return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"


def evidence_statement(*, people: str | None, groups: str | None, schema: int, rules: int) -> str:
    """The SELECT of (user_id, group_id, evidence_version, request_ids, receipt_ids, evidence), a row a pair.

    `people` and `groups` are SQL for arrays of user and group ids to narrow to, such as `$1::bigint[]`; None is
    everybody. A pair is there if the person wrote or reacted, visibly. `receipt_ids` maps the digests in the
    evidence to comment ids; it is neither hashed nor stored.
    """
    by_group = {alias: "true" if groups is None else f"{alias}.group_id = ANY({groups})" for alias in "crx"}
    return _EVIDENCE.format(
        people_a="true" if people is None else f"a.user_id = ANY({people})",
        groups_c=by_group["c"],
        groups_r=by_group["r"],
        groups_x=by_group["x"],
        top=TOP,
        link_comments=LINK_COMMENTS,
        quotables=QUOTABLES,
        quote_length=QUOTE_LENGTH,
        best_key_first=BEST_KEY_FIRST,
        schema=schema,
        rules=rules,
        moment_first=_moment("t.first"),
        moment_last=_moment("t.last"),
        moment_q=_moment("q.sent_at"),
    )
