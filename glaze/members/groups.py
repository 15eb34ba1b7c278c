"""Finding the group an export's group is, or making it: keys, slugs and titles (R5)."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from glaze.errors import InvalidInputError, NotFoundError

_NEVER_TITLED = datetime(1970, 1, 1, tzinfo=UTC)
_SLUG_LENGTH = 60


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


async def find_or_make_group(connection: Any, key: str, title: str, into: str | None) -> int:
    """The id of the group with this key; with `into`, the standing group of that slug, which gains the key.

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
        known = known or await _add_key(connection, key, standing)
    if known is not None:
        return known
    made: int = await connection.fetchval(
        "INSERT INTO groups (slug, title, titled_as_of) VALUES ($1, $2, $3) RETURNING id",
        await _free_slug(connection, slug_of(title)),
        title,
        _NEVER_TITLED,
    )
    return await _add_key(connection, key, made)


async def retitle(connection: Any, titles: dict[int, str], as_of: datetime) -> None:
    """Take the titles, by group id, of an export that is newer than the one the group's title is from."""
    await connection.execute(
        "UPDATE groups g SET title = t.title, titled_as_of = $3"
        "  FROM unnest($1::bigint[], $2::text[]) AS t (id, title)"
        " WHERE g.id = t.id AND g.titled_as_of < $3",
        list(titles),
        list(titles.values()),
        as_of,
    )


async def _add_key(connection: Any, key: str, group_id: int) -> int:
    await connection.execute("INSERT INTO group_keys (key, group_id) VALUES ($1, $2)", key, group_id)
    return group_id


async def _free_slug(connection: Any, wanted: str) -> str:
    taken = {
        row[0]
        for row in await connection.fetch(
            "SELECT slug FROM groups WHERE slug = $1 OR slug LIKE $2", wanted, wanted.replace("_", r"\_") + "-%"
        )
    }
    number, slug = 1, wanted
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug
