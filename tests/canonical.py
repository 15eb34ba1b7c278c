"""All tables as one comparable value: surrogate ids replaced by natural keys, rows sorted (R7, R12).

Two databases that were filled in another order, or by a run that was killed and begun again, hold the same if
their dumps are equal.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = tuple[Any, ...]
Dump = dict[str, list[Row]]

HISTORY = frozenset({"imports", "evidence_versions"})
"""What tells how often and in what order something was done, and so differs where the order differs (R7)."""

NOT_DUMPED = {
    "jobs": "which job ran when is what a kill changes",
    "audit_log": "it names who asked when",
}
"""Tables without a place in a dump, each with its reason."""


@dataclass(frozen=True)
class _Names:
    """Natural keys by surrogate id."""

    users: Mapping[int, str]
    identities: Mapping[int, str]
    groups: Mapping[int, str]
    requests: Mapping[int, str]
    comments: Mapping[int, str]
    editions: Mapping[int, str]


async def dump(connection: Any, *, but: frozenset[str] = frozenset(), slugs: bool = True) -> Dump:
    """Every table by natural keys over an asyncpg connection; without the tables in `but`, and perhaps without slugs.

    A row that names something which is not there is a KeyError: not every such name has a foreign key.

    Users are named by their external id, identities by kind and value, groups by their keys, comments by group,
    author and millisecond, a conversation by its earliest comment.
    """
    names = await _names(connection)
    tables: Dump = {}
    for table, (statement, natural) in _TABLES.items():
        if table not in but:
            rows = [natural(row, names) for row in await connection.fetch(statement)]
            tables[table] = sorted(rows, key=repr)
    if not slugs:
        tables["groups"] = [row[:1] + row[2:] for row in tables["groups"]]
    return tables


def digest(tables: Dump) -> str:
    """One word for a whole dump, where only equality matters."""
    return hashlib.sha256(repr(sorted(tables.items())).encode()).hexdigest()


def differences(one: Dump, other: Dump, most: int = 12) -> list[str]:
    """The first rows that only one of two dumps has, readably."""
    found = []
    for table in sorted(one.keys() | other.keys()):
        mine, theirs = one.get(table, []), other.get(table, [])
        found += [f"- {table} {row}" for row in mine if row not in theirs]
        found += [f"+ {table} {row}" for row in theirs if row not in mine]
    return found[:most]


async def _names(connection: Any) -> _Names:
    users = dict(await connection.fetch("SELECT id, user_id FROM users"))
    identities = dict(await connection.fetch("SELECT id, kind || ':' || value FROM user_attributes"))
    groups = dict(
        await connection.fetch(
            "SELECT g.id, coalesce(string_agg(k.key, ' ' ORDER BY k.key COLLATE \"C\"), g.slug)"
            "  FROM groups g LEFT JOIN group_keys k ON k.group_id = g.id GROUP BY g.id"
        )
    )
    requests: dict[int, str] = {}
    comments: dict[int, str] = {}
    rows = await connection.fetch("SELECT id, group_id, author_id, sent_at, request_id FROM request_comments")
    for row in sorted(rows, key=lambda row: (row["sent_at"], identities[row["author_id"]])):
        comments[row["id"]] = f"{groups[row['group_id']]} {identities[row['author_id']]} {row['sent_at'].isoformat()}"
        requests.setdefault(row["request_id"], comments[row["id"]])
    editions: dict[int, str] = {}
    ordinals: Counter[tuple[int, int]] = Counter()
    for row in await connection.fetch("SELECT id, user_id, group_id, fingerprint FROM editions ORDER BY id"):
        number, user, group, fingerprint = row
        ordinals[user, group] += 1
        editions[number] = f"{users[user]} {groups[group]} {ordinals[user, group]} {fingerprint}"
    return _Names(users, identities, groups, requests, comments, editions)


def _by_names(payload: Any, names: _Names) -> Any:
    """A payload's JSON with comments named, for it holds their ids."""
    if isinstance(payload, list):
        return [_by_names(item, names) for item in payload]
    if not isinstance(payload, dict):
        return payload
    named = {key: _by_names(value, names) for key, value in payload.items()}
    if "comment_ids" in named:
        named["comment_ids"] = [names.comments.get(number) for number in named["comment_ids"]]
    if "comment_id" in named:
        named["comment_id"] = names.comments.get(named["comment_id"])
    return named


def _json(payload: str | None, names: _Names) -> str:
    return json.dumps(_by_names(json.loads(payload or "null"), names), sort_keys=True, ensure_ascii=False)


def _request_names(request_ids: str, names: _Names) -> Sequence[str]:
    return sorted(names.requests[number] for number in json.loads(request_ids))


_Natural = Callable[[Any, _Names], Row]


def _of_comment(row: Any, names: _Names) -> Row:
    return (names.comments[row["comment_id"]], *list(row.values())[2:])


_TABLES: dict[str, tuple[str, _Natural]] = {
    "users": ("SELECT user_id, name FROM users", lambda row, _: tuple(row)),
    "user_attributes": (
        "SELECT id, user_id, home_user_id, linked_by FROM user_attributes",
        lambda row, names: (names.identities[row[0]], names.users[row[1]], names.users[row[2]], row[3]),
    ),
    "groups": (
        "SELECT id, slug, title, titled_as_of, timezone, members_as_of FROM groups",
        lambda row, names: (names.groups[row[0]], *list(row.values())[1:]),
    ),
    "group_keys": ("SELECT key, group_id FROM group_keys", lambda row, names: (row[0], names.groups[row[1]])),
    "group_members": (
        "SELECT group_id, identity_id, display_name, named_as_of, is_member FROM group_members",
        lambda row, names: (names.groups[row[0]], names.identities[row[1]], *list(row.values())[2:]),
    ),
    "requests": (
        "SELECT id, group_id, started_at FROM requests",
        # One without comments has no natural name: it must not be there.
        lambda row, names: (names.requests.get(row[0], "nobody's"), names.groups[row[1]], row[2]),
    ),
    "request_comments": (
        (
            "SELECT id, request_id, edited_at, kind, body, deleted, duplicate_of, quoted_author_id, quoted_sent_at,"
            " text_as_of, reactions_as_of FROM request_comments"
        ),
        lambda row, names: (
            names.comments[row["id"]],
            names.requests[row["request_id"]],
            names.comments[row["duplicate_of"]] if row["duplicate_of"] is not None else None,
            names.identities[row["quoted_author_id"]] if row["quoted_author_id"] is not None else None,
            *(row[column] for column in ("edited_at", "kind", "body", "deleted", "quoted_sent_at", "text_as_of")),
            row["reactions_as_of"],
        ),
    ),
    "comment_links": ("SELECT group_id, comment_id, position, url, domain FROM comment_links", _of_comment),
    "comment_tags": ("SELECT group_id, comment_id, position, tag FROM comment_tags", _of_comment),
    "comment_mentions": (
        "SELECT comment_id, start, identity_id FROM comment_mentions",
        lambda row, names: (names.comments[row[0]], row[1], names.identities[row[2]]),
    ),
    "comment_attachments": (
        "SELECT group_id, comment_id, position, content_type, size, voice FROM comment_attachments",
        _of_comment,
    ),
    "comment_reactions": (
        "SELECT comment_id, reactor_id, emoji, reacted_at FROM comment_reactions",
        lambda row, names: (names.comments[row[0]], names.identities[row[1]], row[2], row[3]),
    ),
    "imports": ("SELECT format, as_of, report FROM imports", lambda row, names: (row[0], row[1], _json(row[2], names))),
    "evidence_versions": (
        "SELECT user_id, group_id, version, reasons FROM evidence_versions",
        lambda row, names: (names.users[row[0]], names.groups[row[1]], row[2], _json(row[3], names)),
    ),
    "exclusions": (
        "SELECT identity_id, group_id, starts_at, ends_at FROM exclusions",
        lambda row, names: (names.identities[row[0]], names.groups[row[1]], row[2], row[3]),
    ),
    "opt_outs": (
        "SELECT identity_id, group_id FROM opt_outs",
        lambda row, names: (names.identities[row[0]], names.groups[row[1]]),
    ),
    "hides": (
        "SELECT identity_id, group_id FROM hides",
        lambda row, names: (names.identities[row[0]], names.groups[row[1]]),
    ),
    "barred_receipts": (
        "SELECT subject_id, comment_id FROM barred_receipts",
        lambda row, names: (names.users[row[0]], names.comments[row[1]]),
    ),
    "retention_horizons": (
        "SELECT group_id, keep_from FROM retention_horizons",
        lambda row, names: (names.groups[row[0]], row[1]),
    ),
    "snapshots": (
        "SELECT user_id, group_id, hash, is_current, evidence, request_ids FROM snapshots",
        lambda row, names: (
            names.users[row[0]],
            names.groups[row[1]],
            *(row[2], row[3], _json(row[4], names)),
            # Of a snapshot that is past, the conversations may be gone.
            _request_names(row[5], names) if row[3] else [],
        ),
    ),
    "editions": (
        (
            "SELECT id, status, evidence_version, snapshot_hash, prompt_name, prompt_version, prompt_hash, style,"
            " guard_version, model_asked, provider, model_used, fallback_reason, payload, scorecard FROM editions"
        ),
        lambda row, names: (
            names.editions[row["id"]],
            *list(row.values())[1:-2],
            _json(row["payload"], names),
            _json(row["scorecard"], names),
        ),
    ),
    "edition_receipts": (
        "SELECT edition_id, claim, comment_id FROM edition_receipts",
        lambda row, names: (names.editions[row[0]], row[1], names.comments[row[2]]),
    ),
    "user_profile_highlights": (
        (
            "SELECT user_id, source_group, edition_id, bio_text, proof_points_json, quotes_json, snapshot_hash,"
            " llm_model, manual_override, override_text, evidence_version, fingerprint,"
            " marked_stale_at IS NOT NULL AS marked FROM user_profile_highlights"
        ),
        lambda row, names: (
            names.users[row[0]],
            names.groups[row[1]],
            names.editions[row[2]],
            row[3],
            _json(row[4], names),
            _json(row[5], names),
            *list(row.values())[6:],
        ),
    ),
}

DUMPED = frozenset(_TABLES)
