"""Which comments make one conversation (R8): pure, a turn at a time, for a whole group or a window of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

PAUSE_MS = 60 * 60 * 1000
"""A silence longer than this ends the running conversation."""


@dataclass(slots=True)
class Turn:
    """A comment as threading sees it.

    `key` names the comment and `quotes` the comment it quotes (None if it quotes nothing, or something
    absent). `request` is the conversation it belongs to so far, unless others outside the window keep that one. A
    `fixed` turn lies outside the window: it keeps its request and only serves as the target of quotes.
    """

    key: int
    sent_ms: int
    quotes: int | None = None
    request: int | None = None
    fixed: bool = False


@dataclass(slots=True)
class Placed:
    """A turn and its conversation: a request id that exists, or a negative number for one that begins."""

    turn: Turn
    request: int


class Threader:
    """Places the turns of one group, given in order of time; memory grows with the quotes, not with the group.

    A reply joins what it quotes and does not move the running conversation; any other comment joins the running
    conversation until a pause. Replies that quote each other in a circle, which only a forged file can hold, are a
    conversation of their own: were one of them to move the running one, a window would have to reach to it.
    Of several requests that merge, the one whose first comment is earliest survives; of one that splits, the part
    with the earliest comment keeps it. New conversations are numbered -1, -2, …

    `quotes` are the group's quotes whose target is there: the quoting turn's key, its time and its target's key.
    """

    def __init__(self, quotes: Mapping[int, tuple[int, int]]) -> None:
        self._root, self._circles = _roots(quotes)
        self._awaited = set(self._root.values())
        self._request_of: dict[int, int] = {}
        """Of the awaited turns: where they are, once it is known."""
        self._run: list[Turn] = []
        self._waiting: list[Turn] = []
        """Replies whose target is not placed yet: it is in the running conversation, or the clocks lie."""
        self._taken: set[int] = set()
        self._begun = 0

    def add(self, turn: Turn) -> Iterator[Placed]:
        """Take the next turn; yields what can be placed by now."""
        if turn.fixed:
            if turn.request is None:
                raise ValueError("a fixed turn has a request")
            self._remember(turn, turn.request)
        elif turn.key in self._circles:
            yield self._place(turn, self._name([turn]))
        elif turn.key in self._root:
            self._waiting.append(turn)
        else:
            if self._run and turn.sent_ms - self._run[-1].sent_ms > PAUSE_MS:
                yield from self._finish_run()
            self._run.append(turn)

    def finish(self) -> Iterator[Placed]:
        """The group has ended; yields the rest."""
        yield from self._finish_run()

    def _finish_run(self) -> Iterator[Placed]:
        if self._run:
            request = self._name(self._run)
            for turn in self._run:
                yield self._place(turn, request)
        self._run = []
        still = []
        for turn in self._waiting:
            request_of_target = self._request_of.get(self._root[turn.key])
            if request_of_target is None:
                still.append(turn)
            else:
                yield Placed(turn, request_of_target)
        self._waiting = still

    def _name(self, turns: Iterable[Turn]) -> int:
        for turn in turns:
            if turn.request is not None and turn.request not in self._taken:
                self._taken.add(turn.request)
                return turn.request
        self._begun += 1
        return -self._begun

    def _place(self, turn: Turn, request: int) -> Placed:
        self._remember(turn, request)
        return Placed(turn, request)

    def _remember(self, turn: Turn, request: int) -> None:
        if turn.key in self._awaited:
            self._request_of[turn.key] = request


def thread(turns: Iterable[Turn]) -> dict[int, int]:
    """`{comment key: conversation}` for the turns that are not fixed, given in order of time. See Threader."""
    turns = list(turns)
    there = {turn.key for turn in turns}
    threader = Threader(
        {
            turn.key: (turn.sent_ms, turn.quotes)
            for turn in turns
            if turn.quotes is not None and turn.quotes in there and not turn.fixed
        }
    )
    placed = [placed for turn in turns for placed in threader.add(turn)]
    placed += threader.finish()
    return {each.turn.key: each.request for each in placed}


def _roots(quotes: Mapping[int, tuple[int, int]]) -> tuple[dict[int, int], set[int]]:
    """For each quoting turn, the turn at the end of its chain of quotes; and the ends of chains that have none.

    Clocks can lie, so a chain may bite its own tail: the earliest turn of such a circle is its end.
    """
    root: dict[int, int] = {}
    circles: set[int] = set()
    for start in quotes:
        chain: dict[int, None] = {}
        here = start
        while here in quotes and here not in root and here not in chain:
            chain[here] = None
            here = quotes[here][1]
        if here in chain:
            links = list(chain)
            here = min(links[links.index(here) :], key=lambda key: (quotes[key][0], key))
            circles.add(here)
        end = root.get(here, here)
        root |= dict.fromkeys(chain, end)
    return {key: end for key, end in root.items() if key != end}, circles
