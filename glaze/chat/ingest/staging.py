"""The staging tables of an import and how records get into them: COPY, in batches, whatever the file's size."""

from typing import Any

from glaze.chat.exports.types import Message, Reaction
from glaze.chat.words import domain_of

BATCH = 16000
"""Records held in memory at a time."""

_CREATE = """
CREATE TEMP TABLE staged_comments (
    ord bigint, group_id bigint, author_id bigint, sent_ms bigint, edited_ms bigint, kind text, body text,
    deleted boolean, quoted_author_id bigint, quoted_ms bigint
) ON COMMIT DROP;
CREATE TEMP TABLE staged_links (ord bigint, position bigint, url text, domain text) ON COMMIT DROP;
CREATE TEMP TABLE staged_tags (ord bigint, position bigint, tag text) ON COMMIT DROP;
CREATE TEMP TABLE staged_mentions (ord bigint, start bigint, identity_id bigint) ON COMMIT DROP;
CREATE TEMP TABLE staged_attachments (ord bigint, position bigint, content_type text, size bigint, voice boolean)
    ON COMMIT DROP;
CREATE TEMP TABLE staged_reactions (
    ord bigint, group_id bigint, author_id bigint, sent_ms bigint, reactor_id bigint, emoji text, reacted_ms bigint
) ON COMMIT DROP;
"""

# Without statistics the planner takes a staging table for tiny and joins 200,000 rows in nested loops.
_ANALYZE = "ANALYZE staged_comments, staged_links, staged_tags, staged_mentions, staged_attachments, staged_reactions"

_COLUMNS = {
    "staged_comments": (
        *("ord", "group_id", "author_id", "sent_ms", "edited_ms", "kind", "body"),
        *("deleted", "quoted_author_id", "quoted_ms"),
    ),
    "staged_links": ("ord", "position", "url", "domain"),
    "staged_tags": ("ord", "position", "tag"),
    "staged_mentions": ("ord", "start", "identity_id"),
    "staged_attachments": ("ord", "position", "content_type", "size", "voice"),
    "staged_reactions": ("ord", "group_id", "author_id", "sent_ms", "reactor_id", "emoji", "reacted_ms"),
}


class Staging:
    """Writes resolved records into the staging tables of one transaction.

    `connection` is an asyncpg connection inside the import's transaction. `group_ids` and `identity_ids` map the
    keys of records, `(group key, person key)` for people, to ids; both are filled before a batch is written.
    """

    def __init__(self, connection: Any, group_ids: dict[str, int], identity_ids: dict[tuple[str, str], int]) -> None:
        self._connection = connection
        self._group_ids = group_ids
        self._identity_ids = identity_ids
        self._ord = 0

    async def create(self) -> None:
        """Make the empty staging tables; they are gone with the transaction."""
        await self._connection.execute(_CREATE)

    async def analyze(self) -> None:
        """Tell the planner how large they are, once everything is staged."""
        await self._connection.execute(_ANALYZE)

    async def write(self, records: list[Message | Reaction]) -> None:
        """Copy a batch, in the order of the file: for the same comment or reaction the later record wins."""
        rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
        for record in records:
            self._ord += 1
            if isinstance(record, Message):
                self._add_comment(rows, record)
            else:
                self._add_reaction(rows, record)
        for table, columns in _COLUMNS.items():
            if rows[table]:
                await self._connection.copy_records_to_table(table, records=rows[table], columns=columns)

    def _add_comment(self, rows: dict[str, list[tuple[Any, ...]]], message: Message) -> None:
        people, group, number, quote = self._identity_ids, message.group_key, self._ord, message.quote
        rows["staged_comments"].append(
            (
                number,
                self._group_ids[group],
                people[group, message.author_key],
                message.sent_at_ms,
                message.edited_at_ms,
                message.kind,
                message.body,
                message.deleted,
                people[group, quote.author_key] if quote else None,
                quote.sent_at_ms if quote else None,
            )
        )
        if message.links:
            rows["staged_links"].extend(
                (number, position, url, domain_of(url)) for position, url in enumerate(message.links)
            )
        if message.tags:
            rows["staged_tags"].extend((number, position, tag) for position, tag in enumerate(message.tags))
        if message.mentions:
            rows["staged_mentions"].extend(
                (number, mention.start, people[group, mention.person_key]) for mention in message.mentions
            )
        if message.attachments:
            rows["staged_attachments"].extend(
                (number, position, file.content_type, file.size, file.voice)
                for position, file in enumerate(message.attachments)
            )

    def _add_reaction(self, rows: dict[str, list[tuple[Any, ...]]], reaction: Reaction) -> None:
        people, group = self._identity_ids, reaction.group_key
        rows["staged_reactions"].append(
            (
                self._ord,
                self._group_ids[group],
                people[group, reaction.target_author_key],
                reaction.target_sent_at_ms,
                people[group, reaction.reactor_key],
                reaction.emoji,
                reaction.reacted_at_ms,
            )
        )


def keys_named_in(record: Message | Reaction) -> tuple[str, ...]:
    """The person keys a record names, with repetitions."""
    if isinstance(record, Reaction):
        return (record.target_author_key, record.reactor_key)
    if not record.mentions and record.quote is None:
        return (record.author_key,)
    quoted = (record.quote.author_key,) if record.quote else ()
    return (record.author_key, *quoted, *(mention.person_key for mention in record.mentions))
