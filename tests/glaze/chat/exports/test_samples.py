"""The three samples: one chat as the three exporters write it."""

from collections import Counter

import pytest

from glaze.chat.exports.open import open_export
from glaze.chat.exports.types import ExportFormat, LeftOut, MessageKind
from tests.glaze.chat.exports.written import Read, read, shared

SAMPLES = {
    ExportFormat.OFFICIAL: "samples/official_signal_export",
    ExportFormat.SIGEXPORT: "samples/sigexport",
    ExportFormat.SIGNAL_CLI: "samples/signal_cli",
}
INES = {"aci:870466a5-1999-5a03-8cc5-35637d1be557": "Ines", "name:InesCalloway": "Ines"}
TOBIAS = {"aci:d84bbf77-b845-5575-8b48-9f42975c104c": "Tobias", "name:TobiasLindqvist": "Tobias"}
ZOHAR = {"aci:08ecf55a-9db1-5b04-b9ca-7aa4b37ce496": "Zohar", "name:זוהרפרץ": "Zohar"}
NOOR = {"aci:747036f8-27c1-5994-8786-acae0a65850d": "Noor", "name:NoorHaddad": "Noor"}
WHO = INES | TOBIAS | ZOHAR | NOOR


def sample(export_format: ExportFormat) -> Read:
    return read(shared(SAMPLES[export_format]), owner="Noor Haddad")


def counts(found: Read) -> dict[str, int]:
    """Messages by author; the last record of a message wins, and a deleted one counts for nobody."""
    last = {(message.author_key, message.sent_at_ms): message for message in found.messages}
    return dict(Counter(WHO[message.author_key] for message in last.values() if not message.deleted))


def reactions(found: Read) -> Counter[tuple[str, str, str]]:
    """(target's author, emoji, reactor) as they stand at the end."""
    last = {(one.target_author_key, one.target_sent_at_ms, one.reactor_key): one.emoji for one in found.reactions}
    return Counter((WHO[target], emoji, WHO[by]) for (target, _, by), emoji in last.items() if emoji)


def test_signals_own_export() -> None:
    found = sample(ExportFormat.OFFICIAL)
    assert counts(found) == {"Ines": 4, "Zohar": 3, "Tobias": 2, "Noor": 2}
    assert found.tally.left_out == {
        LeftOut.SYSTEM: 3,
        LeftOut.DELETED: 1,
        LeftOut.OTHER_CHATS: 1,
        LeftOut.SECRETS: 6,
        LeftOut.PRIVATE_NOTES: 4,
    }
    received = Counter((target, emoji) for target, emoji, _ in reactions(found).elements())
    assert received == {
        ("Ines", "❤️"): 1,
        ("Ines", "👍🏽"): 1,
        ("Ines", "🎉"): 1,
        ("Ines", "✅"): 1,
        ("Tobias", "🔥"): 2,
        ("Tobias", "😂"): 1,
        ("Zohar", "🤖"): 1,
    }
    assert [person.display_name for person in found.people] == [
        "Noor Haddad",
        "Ines Calloway",
        "Tobias Lindqvist",
        "זוהר פרץ",
    ]
    assert (found.groups[0].title, len(found.groups[0].member_keys or ())) == ("Thursday Builders 🛠️", 4)
    assert Counter(message.kind for message in found.messages if message.kind is not MessageKind.TEXT) == {
        MessageKind.STICKER: 1,
        MessageKind.POLL: 1,
        MessageKind.VIEW_ONCE: 1,
    }
    assert [file.voice for message in found.messages for file in message.attachments] == [False, True]


def test_sigexport() -> None:
    found = sample(ExportFormat.SIGEXPORT)
    # Polls and view-once messages are not in what its code wrote.
    assert counts(found) == {"Ines": 3, "Zohar": 3, "Tobias": 1, "Noor": 2}
    assert found.tally.left_out == {LeftOut.SYSTEM: 2, LeftOut.DELETED: 1}
    assert reactions(found) == reactions(sample(ExportFormat.OFFICIAL))


def test_signal_cli() -> None:
    found = sample(ExportFormat.SIGNAL_CLI)
    # The stream has no view-once message, and the deleted one stands in it with its words before it was deleted.
    assert counts(found) == {"Ines": 4, "Zohar": 3, "Tobias": 1, "Noor": 2}
    assert found.tally.left_out == {LeftOut.SYSTEM: 1, LeftOut.DELETED: 1, LeftOut.OTHER_CHATS: 1}
    # Ines took her fire back, which the other two exports were made too early to know.
    assert reactions(found) == Counter([("Ines", "❤️", "Noor"), ("Ines", "👍🏽", "Tobias"), ("Tobias", "🔥", "Zohar")])


def test_the_three_agree_on_who_said_what_when_and_quotes_what() -> None:
    official, *others = (sample(export_format) for export_format in SAMPLES)
    for found in others:
        said = {message.sent_at_ms: message for message in found.messages if not message.deleted}
        for twin in official.messages:
            message = said.get(twin.sent_at_ms)
            if message is None:
                assert twin.deleted or twin.kind in (MessageKind.POLL, MessageKind.VIEW_ONCE)
                continue
            assert WHO[message.author_key] == WHO[twin.author_key]
            assert (message.body, message.links, message.tags) == (twin.body, twin.links, twin.tags)
            assert (message.quote and message.quote.sent_at_ms) == (twin.quote and twin.quote.sent_at_ms)
            assert [file.content_type for file in message.attachments] == [
                file.content_type for file in twin.attachments
            ]


@pytest.mark.parametrize("export_format", SAMPLES)
def test_the_one_to_one_chat_and_private_words_are_nowhere(export_format: ExportFormat) -> None:
    everything_read = repr(sample(export_format).records)
    for secret in ("Private", "private.example", "Nessie", "repair cafe", "Tobbe", "workshop", "WxsPPznmauTTODy6"):
        assert secret not in everything_read


@pytest.mark.parametrize("export_format", SAMPLES)
def test_each_sample_is_told_by_its_content(export_format: ExportFormat) -> None:
    assert open_export(shared(SAMPLES[export_format])).format is export_format
