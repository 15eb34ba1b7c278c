"""Who is who in a signal-cli stream, and what its groups are called by the end of it."""

import re
import uuid
from collections.abc import Iterable
from functools import lru_cache

from glaze.chat.exports.signal_cli_frames import DataMessage, Envelope, message_of
from glaze.chat.exports.text import clean_name
from glaze.chat.exports.types import Group, Person

_GROUP_ID = re.compile(r"[A-Za-z0-9+/=_-]{1,100}")
_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}")


@lru_cache(maxsize=65_536)
def key_of(account: str | None, number: str | None) -> str | None:
    """The key of somebody: by account id if it is an ACI, else by number, else None."""
    try:
        return f"aci:{uuid.UUID(account or '')}"
    except ValueError:
        return f"e164:{number}" if number and _NUMBER.fullmatch(number) else None


class Directory:
    """The people and groups of a stream under the names they have at its end; names change along the way."""

    def __init__(self, envelopes: Iterable[Envelope]) -> None:
        self._people: dict[str, Person] = {}
        self._groups: dict[str, Group] = {}
        for envelope in envelopes:
            message = message_of(envelope)
            if message is not None and message.group_info is not None:
                self._learn_person(envelope)
                self._learn_group(message.group_info.group_id, message.group_info.group_name, message)

    def person(self, key: str) -> Person:
        """Somebody by key; a stranger is a person without a name."""
        return self._people.get(key) or Person(key, "", _number_in(key))

    def group(self, group_id: str) -> Group | None:
        """A group by its id in the file, None if the file has no such group."""
        return self._groups.get(group_id)

    def _learn_person(self, envelope: Envelope) -> None:
        key = key_of(envelope.source_uuid, envelope.source_number)
        if key is None:
            return
        known = self._people.get(key) or Person(key, "", _number_in(key))
        number = key_of(None, envelope.source_number)
        # Without a profile name signal-cli puts the number or the account id in its place.
        name = clean_name(envelope.source_name or "")
        if name in (envelope.source_number, envelope.source_uuid):
            name = ""
        self._people[key] = Person(key, name or known.display_name, _number_in(number) or known.e164)

    def _learn_group(self, group_id: str, name: str | None, message: DataMessage) -> None:
        if not _GROUP_ID.fullmatch(group_id):
            return
        known = self._groups.get(group_id)
        title = clean_name(name or "") or (known.title if known else "")
        self._groups[group_id] = Group(f"id:{group_id}", title, timer_seconds=message.expires_in_seconds or 0)


def _number_in(key: str | None) -> str | None:
    return key.removeprefix("e164:") if key and key.startswith("e164:") else None
