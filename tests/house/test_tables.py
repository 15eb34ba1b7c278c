"""Alembic knows every table, migrations go up and down, and every job has a handler."""

import asyncio
import pkgutil
from pathlib import Path

from sqlalchemy import UniqueConstraint, text

import glaze
from glaze import tables
from glaze.db import migrate
from glaze.db.base import Base
from glaze.db.engine import Database
from glaze.jobs.catalogue import ORDERS
from workers.registry import handlers


def test_every_models_file_is_among_the_tables():
    found = {
        module.name
        for module in pkgutil.walk_packages(glaze.__path__, "glaze.")
        if module.name.rpartition(".")[2] == "models"
    }
    assert found == {room.__name__ for room in tables.ROOMS}


def test_the_migrated_database_has_the_tables_of_the_code(database_url):
    migrate.check(database_url)


def test_migrations_roll_back_and_apply_again_on_a_database_with_data(database_url):
    async def write() -> None:
        database = Database(database_url)
        async with database.transaction() as session:
            await session.execute(text("INSERT INTO users (user_id) VALUES ('somebody')"))
        await database.dispose()

    asyncio.run(write())
    migrate.downgrade(database_url, "base")
    migrate.upgrade(database_url)
    migrate.check(database_url)


def test_every_foreign_key_has_an_index_that_begins_with_it():
    for table in Base.metadata.sorted_tables:
        leading = [[column.name for column in index.columns] for index in table.indexes]
        leading += [[column.name for column in table.primary_key.columns]]
        leading += [
            [column.name for column in constraint.columns]
            for constraint in table.constraints
            if isinstance(constraint, UniqueConstraint)
        ]
        for key in table.foreign_key_constraints:
            wanted = {column.name for column in key.columns}
            assert any(set(columns[: len(wanted)]) == wanted for columns in leading), (table.name, wanted)


def test_every_job_has_a_handler():
    assert set(handlers(None)) == set(ORDERS)


def test_no_migration_is_without_a_way_back():
    for path in Path(migrate.__file__).parents[2].joinpath("migrations", "versions").glob("*.py"):
        assert "def downgrade() -> None:\n    pass" not in path.read_text(encoding="utf-8"), path
