"""Chats that hypothesis makes up: few people, few moments and few words, so that exports overlap and quarrel often."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from glaze.chat.exports.types import Attachment, Mention, Message, Reaction
from glaze.chat.words import links_in, tags_in
from tests.glaze.chat.chats import ANN, BO, CY, DAY, MINUTE, Written, export, folder, gone, reacted, said

NUMBER = "e164:+15550100002"
ACCOUNTS = (ANN, BO, CY, NUMBER)
NAMES = ("name:Ann", "name:Bo")
TIMES = (0, 50 * MINUTE, 100 * MINUTE, 161 * MINUTE, DAY, DAY + 60 * MINUTE, DAY + 120 * MINUTE, 4 * DAY)
"""Within a pause of each other, at its very edge, and days apart."""

made_up = settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""Each example empties the one database of its test first."""

_AS_OF = st.sampled_from([10 * DAY, 20 * DAY, 30 * DAY])


def _slots(people: tuple[str, ...]) -> st.SearchStrategy[tuple[str, int]]:
    return st.tuples(st.sampled_from(people), st.sampled_from(TIMES))


@st.composite
def _comments(draw: st.DrawFn, people: tuple[str, ...]) -> Message:
    author, after = draw(_slots(people))
    if draw(st.integers(0, 5)) == 0:
        return gone(author, after)
    named = draw(st.none() | st.sampled_from(people))
    body = draw(st.sampled_from(["@ a", "@ #b https://example.org/b https://example.org/b"]))
    return said(
        author,
        after,
        body,
        quotes=draw(st.none() | _slots(people)),
        edited=draw(st.none() | st.sampled_from([5 * DAY, 6 * DAY])),
        mentions=() if named is None else (Mention(0, named),),
        attachments=draw(st.sampled_from([(), (Attachment("image/png", size=3),)])),
        links=links_in(body),
        tags=tags_in(body),
    )


@st.composite
def _reactions(draw: st.DrawFn, people: tuple[str, ...]) -> Reaction:
    at = draw(st.none() | st.sampled_from([7 * DAY, 8 * DAY]))
    return reacted(
        draw(st.sampled_from(people)), *draw(_slots(people)), draw(st.sampled_from(["🔥", "🎉", None])), at=at
    )


def _records(people: tuple[str, ...]) -> st.SearchStrategy[list[Message | Reaction]]:
    comments = st.lists(_comments(people), min_size=1, max_size=6)
    return st.builds(lambda said, reacted: [*said, *reacted], comments, st.lists(_reactions(people), max_size=4))


@st.composite
def exports(draw: st.DrawFn) -> Written:
    """An export with accounts and a number, under names that change."""
    return export(
        *draw(_records(ACCOUNTS)),
        as_of=draw(_AS_OF),
        title=draw(st.sampled_from(["Choir", "The choir"])),
        members=draw(st.none() | st.sets(st.sampled_from(ACCOUNTS)).map(sorted)),
        names={one: draw(st.sampled_from(["", "Ann", "Bo"])) for one in ACCOUNTS},
        numbers={draw(st.sampled_from([ANN, BO])): NUMBER.removeprefix("e164:")} if draw(st.booleans()) else None,
    )


@st.composite
def folders(draw: st.DrawFn) -> Written:
    """An export that knows names alone, of the same chat."""
    return folder(*draw(_records(NAMES)), as_of=draw(_AS_OF))
