"""The described JSON Schema of the artifacts: it is what is written, and it describes every field."""

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec
import pytest

from glaze.chat.exports.open import open_export
from glaze.db.engine import Database
from glaze.snapshots.artifact import FOLDER
from glaze.snapshots.schema import PATH, Artifact, GroupSnapshot, artifact_schema, written
from glaze.snapshots.take import take_snapshots
from glaze.snapshots.types import RULES_VERSION, SCHEMA_VERSION, SignalProfileSnapshot
from tests.glaze.chat.chats import ANN, export, said, take_in
from tests.glaze.chat.exports.written import shared

NOT_OF_THE_DATACLASS = {"schema", "rules"}
"""Versions: they are in the hash, and of no use to whoever holds the dataclass."""


def test_the_file_of_the_contract_is_the_one_that_is_generated() -> None:
    assert PATH.read_text(encoding="utf-8") == written(), "renew it: python -m glaze.snapshots.schema"


def test_every_field_is_described_and_nothing_else_is_allowed() -> None:
    schema = artifact_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert len(schema["$defs"]) == 5
    for name, definition in schema["$defs"].items():
        assert definition["description"], name
        assert definition["additionalProperties"] is False
        assert definition["required"] == list(definition["properties"])
        for field, described in definition["properties"].items():
            assert described.get("description", "").endswith("."), (name, field)
    versions = schema["$defs"]["GroupSnapshot"]["properties"]
    assert (versions["schema"]["const"], versions["rules"]["const"]) == (SCHEMA_VERSION, RULES_VERSION)


def test_it_has_the_fields_of_the_snapshot() -> None:
    of_dataclass = {one.name for one in fields(SignalProfileSnapshot)}
    assert set(GroupSnapshot.__struct_fields__) == of_dataclass | NOT_OF_THE_DATACLASS


def held(storage: Path) -> Iterator[dict[str, Any]]:
    for path in (storage / FOLDER).glob("*.json"):
        yield json.loads(path.read_bytes())


async def test_every_real_artifact_is_as_described(database: Database, tmp_path: Path) -> None:
    await take_in(database, open_export(shared("data/dev_fcc_casual_small.main.jsonl.gz")))
    await take_in(database, open_export(shared("samples/official_signal_export")))
    await take_snapshots(database, tmp_path)
    found = list(held(tmp_path))
    assert len(found) > 500
    for artifact in found:
        read = msgspec.convert(artifact, Artifact)
        assert msgspec.to_builtins(read) == artifact


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hash", "X" * 64),
        ("message_count", -1),
        ("message_count", "1"),
        ("first_seen_at", "2026-06-17 17:00"),
        ("reaction_counts", {"🔥": None}),
        ("another", 1),
        ("quotables", [{}]),
    ],
)
async def test_what_is_not_as_described_is_found(database: Database, tmp_path: Path, field: str, value: object) -> None:
    await take_in(database, export(said(ANN, 0)))
    await take_snapshots(database, tmp_path)
    artifact = next(held(tmp_path))
    artifact["snapshots"]["choir"][field] = value
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(artifact, Artifact)
