"""Finding the group an export's group is, or making it: keys, slugs and titles (R5)."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from glaze.errors import InvalidInputError, NotFoundError

_NEVER_TITLED = datetime(1970, 1, 1, tzinfo=UTC)
_SLUG_LENGTH = 60

BEST_KEY_FIRST = "array_position(ARRAY['master', 'id', 'folder'], split_part(key, ':', 1)), key COLLATE \"C\""
"""SQL: which of a group's keys speaks for it, whatever format came first: the one that names its comments (R12)."""


_RETITLE = """
UPDATE groups g SET title = t.title, titled_as_of = t.as_of
  FROM (SELECT DISTINCT ON (id) * FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) AS t (id, title, as_of)
         ORDER BY id, as_of DESC, title COLLATE "C" DESC) t
 WHERE g.id = t.id AND (g.titled_as_of, g.title COLLATE "C") < (t.as_of, t.title)
"""


@dataclass(frozen=True)
class FoundGroup:
    """A group, and whether the key it was found by is newly the one that speaks for it."""

    id: int
    rekeyed: bool


def slug_of(title: str) -> str:
    """The slug a title asks for: letters and digits of any script in lower case, joined by hyphens."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", title).casefold())
    return "-".join(words)[:_SLUG_LENGTH].strip("-") or "group"


def require_timezone(name: str) -> str:
    """The IANA name as given; raises InvalidInputError if there is no such zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInputError(
            "There is no such time zone; give an IANA name such as Europe/Berlin.", field="timezone"
        ) from error
    return name


async def find_or_make_group(connection: Any, key: str, title: str, into: str | None) -> FoundGroup:
    """The group with this key; with `into`, the standing group of that slug, which gains the key.

    Raises NotFoundError if `into` names no group, InvalidInputError if the key belongs to another one.
    """
    known: int | None = await connection.fetchval("SELECT group_id FROM group_keys WHERE key = $1", key)
    if into is not None:
        standing: int | None = await connection.fetchval("SELECT id FROM groups WHERE slug = $1", into)
        if standing is None:
            raise NotFoundError("No group has the slug given with --into; import that group first or leave --into out.")
        if known is not None and known != standing:
            raise InvalidInputError(
                "This export's group was imported as a group of its own before, so --into cannot join it.", field="into"
            )
        return FoundGroup(standing, known is None and await _add_key(connection, key, standing))
    if known is not None:
        return FoundGroup(known, rekeyed=False)
    made: int = await connection.fetchval(
        "INSERT INTO groups (slug, title, titled_as_of) VALUES ($1, $2, $3) RETURNING id",
        await _free_slug(connection, slug_of(title)),
        title,
        _NEVER_TITLED,
    )
    return FoundGroup(made, await _add_key(connection, key, made))


async def keys_of_slugs(connection: Any, slugs: Collection[str]) -> set[str]:
    """The keys of the groups that stand under these slugs; a slug survives every change of title (R5)."""
    rows = await connection.fetch(
        "SELECT k.key FROM group_keys k JOIN groups g ON g.id = k.group_id WHERE g.slug = ANY($1::text[])", list(slugs)
    )
    return {row["key"] for row in rows}


async def retitle(connection: Any, titles: Iterable[tuple[int, str, datetime | None]]) -> None:
    """Take each (group id, title, time of the export that tells it) that is newer than the title the group has.

    Of titles of one time the greater wins, and no title is none. None is the time of a makeshift title, which every
    other one replaces.
    """
    told = [(group, title, as_of or _NEVER_TITLED) for group, title, as_of in titles if title]
    await connection.execute(_RETITLE, *([row[column] for row in told] for column in range(3)))


async def set_timezone(connection: Any, group_ids: Collection[int], timezone: str) -> set[int]:
    """Let this zone decide the days of the groups from now on; those whose zone it was not before."""
    rows = await connection.fetch(
        "UPDATE groups SET timezone = $2 WHERE id = ANY($1::bigint[]) AND timezone <> $2 RETURNING id",
        list(group_ids),
        timezone,
    )
    return {row["id"] for row in rows}


async def _add_key(connection: Any, key: str, group_id: int) -> bool:
    """Whether the key is now the one that speaks for the group."""
    await connection.execute("INSERT INTO group_keys (key, group_id) VALUES ($1, $2)", key, group_id)
    best: str = await connection.fetchval(
        f"SELECT key FROM group_keys WHERE group_id = $1 ORDER BY {BEST_KEY_FIRST} LIMIT 1",  # noqa: S608 - ours
        group_id,
    )
    return best == key


async def _free_slug(connection: Any, wanted: str) -> str:
    taken = {
        row["slug"]
        for row in await connection.fetch("SELECT slug FROM groups WHERE slug = $1 OR slug LIKE $1 || '-%'", wanted)
    }
    number, slug = 1, wanted
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug
