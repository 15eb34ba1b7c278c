"""A written export as plain JSON: looked at without any code that made it or that reads it for the product."""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from cli.demo.sample import GROUP_TITLE, OWNER_ACI

Frame = dict[str, Any]

COMMENT_KINDS = {"standardMessage", "stickerMessage", "poll", "viewOnceMessage"}
DELETED_KINDS = {"remoteDeletedMessage", "adminDeletedMessage"}


class Export:
    """`main.jsonl` taken apart; `items`, `comments` and what follows them are of the group to import alone."""

    def __init__(self, folder: Path) -> None:
        self.raw = (folder / "main.jsonl").read_text(encoding="utf-8")
        self.lines: list[Frame] = [json.loads(line) for line in self.raw.splitlines()]
        self.recipients: dict[str, Frame] = {
            line["recipient"]["id"]: line["recipient"] for line in self.lines if "recipient" in line
        }
        self.chats = {line["chat"]["id"]: line["chat"]["recipientId"] for line in self.lines if "chat" in line}
        (group_id,) = (
            key
            for key, recipient in self.recipients.items()
            if "group" in recipient and title_of(recipient["group"]) == GROUP_TITLE
        )
        self.group = self.recipients[group_id]["group"]
        self.all_items: list[Frame] = [line["chatItem"] for line in self.lines if "chatItem" in line]
        self.items = [item for item in self.all_items if self.chats[item["chatId"]] == group_id]
        self.comments = [item for item in self.items if COMMENT_KINDS & item.keys()]
        self.standard = [item["standardMessage"] for item in self.items if "standardMessage" in item]
        self.texts = [message["text"] for message in self.standard if "text" in message]
        self.bodies = [text["body"] for text in self.texts]
        self.contacts: dict[str, Frame] = {
            key: one["contact"] for key, one in self.recipients.items() if "contact" in one
        }

    def aci(self, recipient_id: str) -> str:
        contact = self.contacts.get(recipient_id)
        return str(UUID(bytes=base64.b64decode(contact["aci"]))) if contact else OWNER_ACI

    def contact_named(self, name: str) -> str:
        """The recipient id of the one contact of this name."""
        (key,) = (key for key, contact in self.contacts.items() if name_of(contact) == name)
        return key

    def updates(self, kind: str) -> list[Frame]:
        return [item for item in self.items if kind in item.get("updateMessage", {})]

    def group_changes(self) -> Counter[str]:
        return Counter(
            change
            for item in self.updates("groupChange")
            for update in item["updateMessage"]["groupChange"]["updates"]
            for change in update
        )


def title_of(group: Frame) -> str:
    title: str = group["snapshot"]["title"]["title"]
    return title


def name_of(contact: Frame) -> str:
    return f"{contact['profileGivenName']} {contact['profileFamilyName']}"


def first_sent(item: Frame) -> int:
    return int(item.get("revisions", [item])[0]["dateSent"])


def everything_in(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in a frame with the key it stands under."""
    yield key, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from everything_in(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from everything_in(inner, key)
