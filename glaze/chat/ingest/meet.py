"""Whom and what an export names, by the keys of the file, and who they are here: people, groups, names, membership."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from glaze.chat.exports.types import Group, Person
from glaze.errors import InvalidInputError
from glaze.members.enrol import enrol_identities, identity_of, note_names, set_members
from glaze.members.groups import find_or_make_group, retitle
from glaze.members.models import IdentityKind

Named = tuple[str, str]
"""(group key, person key): a bare name is somebody else in each group."""


class Met:
    """Everybody and everything met so far. `connection` is an asyncpg connection inside the import's transaction."""

    def __init__(self, connection: Any, into: str | None) -> None:
        self.groups: dict[str, Group] = {}
        self.group_ids: dict[str, int] = {}
        self.identity_ids: dict[Named, int] = {}
        self.rekeyed: set[int] = set()
        """Groups whose comments are named differently in evidence from now on (R12)."""
        self._people: dict[str, Person] = {}
        self._connection = connection
        self._into = into

    def person(self, person: Person) -> None:
        """Meet somebody; they are enrolled once a record names them."""
        self._people[person.key] = person

    async def group(self, group: Group) -> None:
        """Meet a group: find it or make it. InvalidInputError if a second one is to join the same group."""
        if group.key not in self.group_ids:
            if self._into is not None and self.group_ids:
                raise InvalidInputError("--into joins one group at a time: choose it with --group.", field="into")
            found = await find_or_make_group(self._connection, group.key, group.title, self._into)
            self.group_ids[group.key] = found.id
            if found.rekeyed:
                self.rekeyed.add(found.id)
        self.groups[group.key] = group

    async def enrol(self, named: Iterable[Named]) -> None:
        """Make sure that everybody named has an identity here."""
        identities = {pair: identity_of(pair[1], pair[0]) for pair in set(named) - self.identity_ids.keys()}
        if identities:
            ids = await enrol_identities(self._connection, identities.values())
            self.identity_ids |= {pair: ids[identity] for pair, identity in identities.items()}

    async def settle(self, as_of: datetime) -> list[tuple[int, int]]:
        """Take in names, titles and membership, now that everybody is met and comments are in `incoming`.

        Returns the numbers that the file says accounts bear: (number's identity id, account's identity id).
        """
        listed = [(key, member) for key, group in self.groups.items() for member in group.member_keys or ()]
        await self.enrol(listed)
        names = {
            (self.group_ids[group], identity): self._name_of(person)
            for (group, person), identity in self.identity_ids.items()
        }
        await note_names(self._connection, names, as_of)
        # A folder's name is the title squashed: it serves until a format tells the title itself.
        titles = (
            (self.group_ids[key], group.title, None if key.startswith("folder:") else as_of)
            for key, group in self.groups.items()
        )
        await retitle(self._connection, titles)
        members = [(self.group_ids[pair[0]], self.identity_ids[pair]) for pair in listed]
        writers = await self._connection.fetch("SELECT DISTINCT group_id, author_id FROM incoming")
        await set_members(self._connection, members, [(row[0], row[1]) for row in writers], as_of)
        return await self._numbers()

    async def _numbers(self) -> list[tuple[int, int]]:
        borne = {
            identity: person.e164
            for (_, key), identity in self.identity_ids.items()
            if (person := self._people.get(key)) and person.e164 and not key.startswith(IdentityKind.E164)
        }
        ids = await enrol_identities(self._connection, [(IdentityKind.E164, number) for number in borne.values()])
        return [(ids[IdentityKind.E164, number], account) for account, number in borne.items()]

    def _name_of(self, person_key: str) -> str:
        person = self._people.get(person_key)
        if person and person.display_name:
            return person.display_name
        kind, _, value = person_key.partition(":")
        return value if kind == IdentityKind.NAME else ""
