"""What an artifact holds, field by field, and its JSON Schema: `python -m glaze.snapshots.schema` renews the file."""

import json
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from glaze.snapshots.statement import LINK_COMMENTS, QUOTABLES, QUOTE_LENGTH, TOP
from glaze.snapshots.types import RULES_VERSION, SCHEMA_VERSION

PATH = Path(__file__).resolve().parents[2] / "frontend-contract" / "schemas" / "signal_profile_snapshot.schema.json"

_HEX = "^[0-9a-f]{64}$"
_UTC = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$"

Count = Annotated[int, Meta(ge=0)]
Comment = Annotated[
    str,
    Meta(
        pattern=_HEX,
        description="A comment, named by the SHA-256 of its group, its author and its time in lower-case hex digits: "
        "the same in every database, and nobody's account can be read from it.",
    ),
]


class _Described(msgspec.Struct, forbid_unknown_fields=True):
    """Base of what is described: nothing else may stand in an artifact."""


class TopLink(_Described):
    """A link the user shared."""

    url: Annotated[str, Meta(description="The link as written; http or https.")]
    domain: Annotated[str, Meta(description="Its host in lower case, without www. and port.")]
    count: Annotated[Count, Meta(description="How often the user wrote it.")]
    comments: Annotated[
        list[Comment], Meta(description=f"The comments that hold it, the {LINK_COMMENTS} earliest at most.")
    ]


class TopTag(_Described):
    """A tag the user wrote."""

    tag: Annotated[str, Meta(description="The hashtag in lower case, without #.")]
    count: Annotated[Count, Meta(description="How often the user wrote it.")]


class QuotableComment(_Described):
    """A comment of the user's that others answered; its words are not here."""

    comment: Annotated[Comment, Meta(description="Which comment.")]
    text_digest: Annotated[
        str, Meta(pattern=_HEX, description="SHA-256 of its words as UTF-8, in lower-case hex digits.")
    ]
    sent_at: Annotated[str, Meta(pattern=_UTC, description="When it was first sent; UTC, to the millisecond.")]
    reactions: Annotated[Count, Meta(description="Reactions of others to it.")]
    replies: Annotated[Count, Meta(description="Comments of others that quote it.")]


class GroupSnapshot(_Described):
    """What can be proven of one user in one group, from the comments that may be used."""

    user_id: Annotated[str, Meta(description="The user's external id. Not in the hash.")]
    group_slug: Annotated[str, Meta(description="The group's slug. Not in the hash.")]
    hash: Annotated[
        str,
        Meta(
            pattern=_HEX,
            description="SHA-256, in lower-case hex digits, of the canonical JSON (RFC 8785) of all fields here but "
            "those said not to be in it.",
        ),
    ]
    request_ids: Annotated[
        list[int],
        Meta(description="Conversations the user took part in, ascending: ids of this database. Not in the hash."),
    ]
    schema: Annotated[int, Meta(description="Version of the shape.", extra_json_schema={"const": SCHEMA_VERSION})]
    rules: Annotated[
        int, Meta(description="Version of the rules of counting.", extra_json_schema={"const": RULES_VERSION})
    ]
    timezone: Annotated[str, Meta(description="IANA time zone of the group: it decides what a day is.")]
    message_count: Annotated[Count, Meta(description="Comments of the user.")]
    first_seen_at: Annotated[
        Annotated[str, Meta(pattern=_UTC)] | None,
        Meta(description="When the first of them was sent; UTC, to the millisecond; null if there is none."),
    ]
    last_seen_at: Annotated[
        Annotated[str, Meta(pattern=_UTC)] | None,
        Meta(description="When the last of them was sent; UTC, to the millisecond; null if there is none."),
    ]
    active_days: Annotated[Count, Meta(description="Calendar days with a comment of the user, in the group's zone.")]
    active_months: Annotated[Count, Meta(description="Calendar months with one, in the group's zone.")]
    top_links: Annotated[list[TopLink], Meta(description=f"The {TOP} links they shared most, most first.")]
    link_count: Annotated[Count, Meta(description="Links they shared in all, repetitions counted.")]
    top_tags: Annotated[list[TopTag], Meta(description=f"The {TOP} tags they wrote most, most first.")]
    reaction_counts: Annotated[
        dict[str, Count], Meta(description="Reactions of others to their comments, by emoji as sent.")
    ]
    reactions_given: Annotated[dict[str, Count], Meta(description="Reactions of their own, by emoji as sent.")]
    attachment_counts: Annotated[
        dict[str, Count], Meta(description="Files that went with their comments, by MIME type.")
    ]
    mentions_made: Annotated[Count, Meta(description="People mentioned in their comments, repetitions counted.")]
    mentions_received: Annotated[Count, Meta(description="Mentions of them in comments of others.")]
    quotes_made: Annotated[Count, Meta(description="Comments of theirs that quote another.")]
    quotes_received: Annotated[Count, Meta(description="Comments of others that quote theirs.")]
    quotables: Annotated[
        list[QuotableComment],
        Meta(
            description=f"The {QUOTABLES} comments that others answered most, most first; of those that have "
            f"{QUOTE_LENGTH} characters at most and mention nobody."
        ),
    ]


class Artifact(_Described):
    """One file of storage/signal_profiles: the current snapshots of one user, in every group they have one in."""

    user_id: Annotated[str, Meta(description="The user's external id; the file's name is made from it.")]
    snapshots: Annotated[dict[str, GroupSnapshot], Meta(description="By the group's slug; never empty.")]


def artifact_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of an artifact."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Signal profile snapshots of one user",
        **msgspec.json.schema(Artifact),
    }


def written() -> str:
    """The schema as the file holds it."""
    return json.dumps(artifact_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(written(), encoding="utf-8")
