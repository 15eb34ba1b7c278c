"""Only the files named here may look past the gates of consent, each for its reason (R10)."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("api", "bench", "cli", "glaze", "schema", "workers")

COMMENTS = r"request_comments(?!_)\b|\bRequestComment\b"
REACTIONS = r"\bcomment_reactions\b|\bCommentReaction\b"
MENTIONS = r"\bcomment_mentions\b|\bCommentMention\b"

MAY_READ_COMMENTS = {
    "glaze/chat/models.py": "they are its tables",
    "glaze/chat/ingest/resolve.py": "what is known, hidden or not, decides what is new",
    "glaze/chat/ingest/merge.py": "an import writes them",
    "glaze/chat/ingest/rethread.py": "a conversation is made of all its comments, whoever may see them",
    "glaze/chat/ingest/settle.py": "whose evidence moves, before and after",
    "glaze/chat/duplicates.py": "it decides which copies are to be seen",
    "glaze/highlights/models.py": "a receipt has a foreign key to its comment; nothing is read",
    "cli/recount.py": "an independent count applies the gates itself",
    "bench/truth.py": "an independent count of what the tables hold",
    "bench/floor_import.py": "the floor of an import has their columns and keys; nothing is read",
}
MAY_READ_REACTIONS = {
    "glaze/chat/models.py": "they are its tables",
    "glaze/chat/ingest/merge.py": "an import writes them",
    "glaze/chat/duplicates.py": "whose evidence a copy is that comes or goes",
    "cli/recount.py": "an independent count applies the gates itself",
    "bench/truth.py": "an independent count of what the tables hold",
}
MAY_READ_MENTIONS = {
    "glaze/chat/models.py": "they are its tables",
    "glaze/chat/ingest/resolve.py": "mentions that differ are other evidence",
    "glaze/chat/ingest/merge.py": "an import writes them",
    "glaze/chat/ingest/settle.py": "whose evidence moves, before and after",
    "glaze/chat/duplicates.py": "whose evidence a copy is that comes or goes",
    "glaze/snapshots/statement.py": "who mentions anybody, opted out or not, is not quoted",
    "cli/recount.py": "an independent count applies the gates itself",
    "bench/truth.py": "an independent count of what the tables hold",
}


@pytest.mark.parametrize(
    ("words", "allowed"),
    [(COMMENTS, MAY_READ_COMMENTS), (REACTIONS, MAY_READ_REACTIONS), (MENTIONS, MAY_READ_MENTIONS)],
    ids=["comments", "reactions", "mentions"],
)
def test_nobody_else_looks_past_the_gates(words: str, allowed: dict[str, str]) -> None:
    files = [path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py")]
    found = {path.relative_to(ROOT).as_posix() for path in files if re.search(words, path.read_text(encoding="utf-8"))}
    assert found - allowed.keys() == set(), "read the views visible_comments, visible_reactions, visible_mentions"
    assert allowed.keys() - found == set(), "these need no leave any more"
