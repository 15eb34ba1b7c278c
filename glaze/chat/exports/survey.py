"""What groups an export holds: titles with the numbers of members and messages, before anything is imported."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from glaze.chat.exports.open import Export
from glaze.chat.exports.types import Group, Message, Reaction, Tally

_TELL_EVERY = 2000


@dataclass(frozen=True)
class Surveyed:
    """A group of an export; `members` is None where the format has no member list."""

    title: str
    members: int | None
    writers: int
    messages: int
    timer_seconds: int


def survey(export: Export, tell: Callable[[], None]) -> list[Surveyed]:
    """The groups of an export, those with most messages first; `tell` is called now and then while it is read."""
    groups: dict[str, Group] = {}
    messages: Counter[str] = Counter()
    writers: dict[str, set[str]] = {}
    for number, record in enumerate(export(lambda _group: True, Tally())):
        if isinstance(record, Group):
            groups[record.key] = record
        elif isinstance(record, Message) and not record.deleted:
            messages[record.group_key] += 1
            writers.setdefault(record.group_key, set()).add(record.author_key)
        if number % _TELL_EVERY == 0 and isinstance(record, (Message, Reaction)):
            tell()
    found = [
        Surveyed(
            title=group.title,
            members=None if group.member_keys is None else len(group.member_keys),
            writers=len(writers.get(key, ())),
            messages=messages[key],
            timer_seconds=group.timer_seconds,
        )
        for key, group in groups.items()
    ]
    return sorted(found, key=lambda group: (-group.messages, group.title))
