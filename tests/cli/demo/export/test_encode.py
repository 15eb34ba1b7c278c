"""The values of the sample export: protobuf JSON as Signal's exporter writes it."""

import base64
import re
from collections import Counter

from tests.cli.demo.written_export import Export, everything_in


def test_default_values_are_absent_and_64_bit_numbers_are_strings(export: Export) -> None:
    wide = {"id", "chatId", "authorId", "recipientId", "e164", "dateSent", "dateReceived", "dateServerSent", "voterId"}
    wide |= {"sentTimestamp", "sortOrder", "targetSentTimestamp", "timestamp", "backupTimeMs", "callId", "adminId"}
    for line in export.lines:
        for key, value in everything_in(line):
            assert value not in ("", 0, None, [], False), key
            assert key not in wide or (isinstance(value, str) and value.isdecimal()), key


def test_accounts_and_keys_have_their_lengths(export: Export) -> None:
    lengths = {"aci": 16, "userId": 16, "mentionAci": 16, "newMemberAci": 16, "masterKey": 32, "profileKey": 32}
    lengths |= {"identityKey": 33, "packKey": 32, "mediaRootBackupKey": 32, "plaintextHash": 32, "localKey": 64}
    found = Counter[str]()
    for line in export.lines:
        for key, value in everything_in(line):
            if key in lengths and isinstance(value, str):
                assert len(base64.b64decode(value, validate=True)) == lengths[key], key
                found[key] += 1
    assert found.keys() == lengths.keys()


def test_mentions_count_utf16_units_and_one_at_the_start_has_no_start(export: Export) -> None:
    seen = Counter[str]()
    for text in export.texts:
        units = text["body"].encode("utf-16-le")
        for found in text.get("bodyRanges", []):
            start = 2 * found.get("start", 0)
            marked = units[start : start + 2 * found["length"]].decode("utf-16-le")
            if "style" in found:
                seen[found["style"]] += 1
                assert "\N{OBJECT REPLACEMENT CHARACTER}" not in marked
                continue
            assert marked == "\N{OBJECT REPLACEMENT CHARACTER}"
            before = units[:start].decode("utf-16-le")
            seen["at the start"] += "start" not in found
            seen["after an astral emoji"] += any(ord(letter) > 0xFFFF for letter in before)
            seen["after Arabic"] += bool(re.search(r"[\u0600-\u06ff]", before))
        assert text["body"].count("\N{OBJECT REPLACEMENT CHARACTER}") == sum(
            "mentionAci" in found for found in text.get("bodyRanges", [])
        )
    assert seen == {
        "at the start": 3,
        "after an astral emoji": 1,
        "after Arabic": 4,
        "BOLD": 2,
        "MONOSPACE": 1,
    }
