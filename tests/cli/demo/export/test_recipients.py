"""Who is in the sample export, and that nothing is named before it stands there."""

import base64
import json
import re
from uuid import UUID

from cli.demo.sample import (
    OWNER_ACI,
)
from tests.cli.demo.written_export import Export, everything_in, name_of


def test_a_frame_comes_after_what_it_refers_to(export: Export) -> None:
    recipients: set[str] = set()
    chats: set[str] = set()
    assert export.lines[0]["version"] == "1"
    assert "account" in export.lines[1]
    for line in export.lines:
        if "recipient" in line:
            recipients.add(line["recipient"]["id"])
        elif "chat" in line:
            assert line["chat"]["recipientId"] in recipients
            chats.add(line["chat"]["id"])
        elif "chatItem" in line:
            for key, value in everything_in(line["chatItem"]):
                assert key not in {"authorId", "recipientId", "voterId", "adminId"} or value in recipients
                assert key != "chatId" or value in chats


def test_the_owner_is_the_one_member_who_is_no_contact(export: Export) -> None:
    contacts = {contact["aci"] for contact in export.contacts.values()}
    left = {one["userId"] for one in export.group["snapshot"]["members"]} - contacts
    assert [str(UUID(bytes=base64.b64decode(aci))) for aci in left] == [OWNER_ACI]
    (aci,) = left
    assert aci not in json.dumps(export.lines[1])


def test_fourteen_people_of_whom_one_has_left(export: Export) -> None:
    names = [name_of(contact) for contact in export.contacts.values()]
    members = {one["userId"] for one in export.group["snapshot"]["members"]}
    assert len(members) == 13
    assert export.contacts[export.contact_named("Cosmo Arkwright")]["aci"] not in members
    assert names.count("Marta Zielonka") == 2
    assert any(re.search(r"[\u0600-\u06ff]", name) for name in names)
    assert any(re.search(r"[\u0400-\u04ff]", name) for name in names)
    assert any(re.search(r"[\u3040-\u9fff]", name) for name in names)
    assert sum("e164" not in contact for contact in export.contacts.values()) == 2
    assert sum("nickname" in contact for contact in export.contacts.values()) == 3
    assert sum("note" in contact for contact in export.contacts.values()) == 2
