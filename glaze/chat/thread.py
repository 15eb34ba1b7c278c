"""Which comments make one conversation (R8): pure, for a whole group or for the window around new comments."""

from collections.abc import Sequence
from dataclasses import dataclass

PAUSE_MS = 60 * 60 * 1000
"""A silence longer than this ends the running conversation."""


@dataclass(slots=True)
class Turn:
    """A comment as threading sees it.

    `key` names the comment and `quotes` the comment it quotes (None if it quotes nothing, or something
    absent). `request` is the conversation it belongs to so far. A `fixed` turn lies outside the window: it keeps
    its request and only serves as the target of quotes.
    """

    key: int
    sent_ms: int
    quotes: int | None = None
    request: int | None = None
    fixed: bool = False


def thread(turns: Sequence[Turn]) -> dict[int, int]:
    """`{comment key: conversation}` for the turns that are not fixed, given in order of time.

    A conversation is a request id that exists already, or a negative number, from -1 downwards, for a new one.
    A reply joins what it quotes and does not move the running conversation; any other comment joins the running
    conversation until a pause. Of several requests that merge, the one whose first comment is earliest
    survives; of one that splits, the part with the earliest comment keeps it.
    """
    by_key = {turn.key: turn for turn in turns}
    root = _roots(turns, by_key)
    heads = _run(turns, root)
    return _name(turns, by_key, root, heads)


def _roots(turns: Sequence[Turn], by_key: dict[int, Turn]) -> dict[int, int]:
    """For each turn that quotes, the unquoting or fixed turn at the end of its chain of quotes.

    Clocks can lie, so a chain may bite its own tail: its earliest turn then counts as quoting nothing.
    """
    root: dict[int, int] = {}
    for turn in turns:
        chain: list[Turn] = []
        on_chain: set[int] = set()
        here = turn
        while here.key not in root:
            if here.key in on_chain:
                loop = chain[[link.key for link in chain].index(here.key) :]
                here = min(loop, key=lambda link: (link.sent_ms, link.key))
                break
            target = by_key.get(here.quotes) if here.quotes is not None and not here.fixed else None
            if target is None:
                break
            chain.append(here)
            on_chain.add(here.key)
            here = target
        end = root.get(here.key, here.key)
        root[here.key] = end
        for link in chain:
            root[link.key] = end
    return root


def _run(turns: Sequence[Turn], root: dict[int, int]) -> dict[int, int]:
    """For each turn that moves the running conversation, the key of the turn that began it."""
    heads: dict[int, int] = {}
    head = 0
    last_ms: int | None = None
    for turn in turns:
        if turn.fixed or root[turn.key] != turn.key:
            continue
        if last_ms is None or turn.sent_ms - last_ms > PAUSE_MS:
            head = turn.key
        last_ms = turn.sent_ms
        heads[turn.key] = head
    return heads


def _name(
    turns: Sequence[Turn], by_key: dict[int, Turn], root: dict[int, int], heads: dict[int, int]
) -> dict[int, int]:
    """Give each conversation its surviving request, or a new negative number."""
    names: dict[int, int] = {}
    taken: set[int] = set()
    result: dict[int, int] = {}
    fresh = 0
    # Turns come in order of time, so the first turn with a request of its own is the conversation's earliest,
    # and the first conversation that asks for a request is the one with the earliest comment of it.
    for turn in turns:
        head = heads.get(turn.key)
        if head is not None and head not in names and turn.request is not None and turn.request not in taken:
            names[head] = turn.request
            taken.add(turn.request)
    for turn in turns:
        if turn.fixed:
            continue
        end = by_key[root[turn.key]]
        if end.fixed:
            if end.request is None:
                raise ValueError("a fixed turn has a request")
            result[turn.key] = end.request
            continue
        head = heads[end.key]
        if head not in names:
            fresh -= 1
            names[head] = fresh
        result[turn.key] = names[head]
    return result
