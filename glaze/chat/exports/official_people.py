"""Who is who in Signal's own export: recipients by id, members by ACI, and which of them is the exporter."""

import uuid
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable

from glaze.chat.exports.official_frames import Account, Contact
from glaze.chat.exports.text import clean_name
from glaze.chat.exports.types import Person
from glaze.chat.words import squash


class People:
    """The people of one file. Each is announced once, before the first record that names them.

    The exporter's ACI is nowhere in the file: it is the one ACI on the member lists of all her groups that no
    contact has. Where that leaves none or several, she is known by her name.
    """

    def __init__(self) -> None:
        self._by_recipient: dict[int, Person] = {}
        self._by_aci: dict[str, Person] = {}
        self._self_id: int | None = None
        self._self_name = ""
        self.unannounced: list[Person] = []
        """Those named since people were last announced."""
        self._introduced: set[str] = set()

    def take_account(self, account: Account) -> None:
        """Learn the exporter's name."""
        self._self_name = clean_name(f"{account.given_name} {account.family_name}")

    def take_self(self, recipient_id: int) -> None:
        """Learn which recipient is the exporter."""
        self._self_id = recipient_id

    def take_contact(self, recipient_id: int, contact: Contact) -> None:
        """Learn a contact: by ACI, else by number, else by profile name; without any of them it is nobody."""
        name = clean_name(f"{contact.profile_given_name} {contact.profile_family_name}")
        e164 = f"+{contact.e164}" if 0 < contact.e164 < 10**15 else None
        key = _aci_key(contact.aci) or (f"e164:{e164}" if e164 else _name_key(name))
        if not key:
            return
        person = Person(key, name, e164)
        self._by_recipient[recipient_id] = person
        if contact.aci:
            self._by_aci[contact.aci] = person

    def find_self(self, member_lists: Iterable[tuple[str, ...]]) -> bool:
        """Settle who the exporter is, from the ACIs on each group's member list; False if only her name is known.

        With nobody to find (no `self` in the file) this is True.
        """
        if self._self_id is None:
            return True
        candidates: set[str] | None = None
        for members in member_lists:
            strangers = {aci for aci in members if aci not in self._by_aci}
            if strangers:
                candidates = strangers if candidates is None else candidates & strangers
        aci = candidates.pop() if candidates is not None and len(candidates) == 1 else ""
        key = _aci_key(aci)
        if key:
            self._by_aci[aci] = Person(key, self._self_name)
            self._by_recipient[self._self_id] = self._by_aci[aci]
        elif name_key := _name_key(self._self_name):
            self._by_recipient[self._self_id] = Person(name_key, self._self_name)
        return key is not None

    def key_of(self, recipient_id: int) -> str | None:
        """The key of a recipient, None if it is no person we can name."""
        person = self._by_recipient.get(recipient_id)
        return self._name(person) if person else None

    def key_of_aci(self, aci: str) -> str | None:
        """The key of an ACI (base64), None if it is none. A stranger to the contacts is a person without a name."""
        person = self._by_aci.get(aci)
        if person is None:
            key = _aci_key(aci)
            if key is None:
                return None
            person = self._by_aci[aci] = Person(key)
        return self._name(person)

    def announce(self) -> list[Person]:
        """Those named for the first time since this was last asked."""
        announced, self.unannounced = self.unannounced, []
        return announced

    def _name(self, person: Person) -> str:
        if person.key not in self._introduced:
            self._introduced.add(person.key)
            self.unannounced.append(person)
        return person.key


def _aci_key(aci: str) -> str | None:
    try:
        return f"aci:{uuid.UUID(bytes=b64decode(aci, validate=True))}"
    except (NotBase64, ValueError):
        return None


def _name_key(name: str) -> str | None:
    squashed = squash(name)
    return f"name:{squashed}" if squashed else None
