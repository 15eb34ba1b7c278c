"""The frames that come first: the account, its recipients and chats, and the ids everything later names them by."""

from cli.demo.export.encode import Frame, aci_bytes, present, secret
from cli.demo.script.records import Chat, Person, Script

_SELF_ID = "1"
_RELEASE_NOTES_ID = "2"
_FIRST_CONTACT_ID = 3
_SETTINGS = {
    "readReceipts": True,
    "typingIndicators": True,
    "linkPreviews": True,
    "phoneNumberSharingMode": "NOBODY",
    "defaultSentMediaQuality": "STANDARD",
    "appTheme": "SYSTEM",
    "callsUseLessDataSetting": "NEVER",
}


class Ids:
    """Recipient ids by person or group, chat ids by chat: valid in this one file only."""

    def __init__(self, script: Script) -> None:
        self.owner = script.owner.key
        others = [key for key in script.people if key != self.owner]
        groups = [chat.key for chat in script.chats.values() if chat.partner is None]
        numbered = {key: str(number) for number, key in enumerate(others + groups, _FIRST_CONTACT_ID)}
        self.recipient = {self.owner: _SELF_ID, **numbered}
        self.chat = {key: str(number) for number, key in enumerate(script.chats, 1)}


def account_frame(owner: Person) -> Frame:
    """The owner's name, settings and secrets. Her ACI and number are nowhere in it."""
    given, _, family = owner.name.partition(" ")
    return {
        "account": present(
            profileKey=secret("account profile key"),
            username=owner.private.get("username"),
            usernameLink={"entropy": secret("username entropy"), "serverId": secret("username server", 16)},
            givenName=given,
            familyName=family,
            svrPin=secret("pin", 6),
            accountSettings=_SETTINGS,
        )
    }


def recipient_frames(script: Script, ids: Ids) -> list[Frame]:
    """Self, release notes, every contact (also one who left), every group."""
    contacts = [person for person in script.people.values() if not person.own]
    groups = [chat for chat in script.chats.values() if chat.partner is None]
    destinations: list[tuple[str, Frame]] = [
        (_SELF_ID, {"self": {}}),
        (_RELEASE_NOTES_ID, {"releaseNotes": {}}),
        *((ids.recipient[person.key], {"contact": _contact(person)}) for person in contacts),
        *((ids.recipient[chat.key], {"group": _group(chat)}) for chat in groups),
    ]
    return [{"recipient": {"id": number, **destination}} for number, destination in destinations]


def chat_frames(script: Script, ids: Ids) -> list[Frame]:
    """One chat for each group and each chat of two."""
    return [
        {
            "chat": {
                "id": ids.chat[chat.key],
                "recipientId": ids.recipient[chat.partner or chat.key],
                "expireTimerVersion": 1,
            }
        }
        for chat in script.chats.values()
    ]


def _contact(person: Person) -> Frame:
    known = person.private
    given, _, family = person.name.partition(" ")
    return present(
        aci=aci_bytes(person.key),
        username=known.get("username"),
        e164=known.get("e164"),
        registered={},
        profileKey=secret(f"profile key of {person.key}"),
        profileSharing=True,
        profileGivenName=given,
        profileFamilyName=family,
        # A public key begins with the type of its curve.
        identityKey=secret(f"identity key of {person.key}", prefix=b"\x05"),
        nickname={"given": known["nickname"]} if "nickname" in known else None,
        note=known.get("note"),
        systemGivenName=known.get("system"),
    )


def _group(chat: Chat) -> Frame:
    return {
        "masterKey": secret(f"master key of {chat.key}"),
        "whitelisted": True,
        "snapshot": present(
            title={"title": chat.title},
            description={"descriptionText": chat.about} if chat.about else None,
            accessControl={"attributes": "MEMBER", "members": "MEMBER", "addFromInviteLink": "UNSATISFIABLE"},
            version=chat.version,
            members=[_member(chat, key, version) for key, version in chat.members.items()],
            inviteLinkPassword=secret(f"invite link of {chat.key}", 16),
        ),
    }


def _member(chat: Chat, key: str, joined_at_version: int) -> Frame:
    emoji, label = chat.labels.get(key, ("", ""))
    return present(
        userId=aci_bytes(key),
        role="ADMINISTRATOR" if key in chat.admins else "DEFAULT",
        joinedAtVersion=joined_at_version,
        labelEmoji=emoji,
        labelString=label,
    )
