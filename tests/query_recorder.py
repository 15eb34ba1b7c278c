"""Counting the statements that a piece of work sends to PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from glaze.db.engine import Database


class QueryRecorder:
    """The statements seen so far, in order. BEGIN and COMMIT are none; what a first connection asks is none."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __len__(self) -> int:
        return len(self.statements)

    def note(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        self.statements.append(statement)


@contextmanager
def recording(database: Database) -> Iterator[QueryRecorder]:
    """Record what any session of this database sends within the block."""
    recorder = QueryRecorder()
    event.listen(database.engine.sync_engine, "before_cursor_execute", recorder.note)
    try:
        yield recorder
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", recorder.note)
