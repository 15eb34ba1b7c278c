"""Bringing a database to the schema this code wants, and back."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from glaze.db.engine import Database, database_url
from glaze.errors import UnavailableError

_MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def alembic_config(url: str) -> Config:
    """Alembic's configuration for one database; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = database_url(url)
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Apply migrations up to `revision`."""
    command.upgrade(alembic_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Roll migrations back to `revision`; `base` takes everything away."""
    command.downgrade(alembic_config(url), revision)


def check(url: str) -> None:
    """Raise UnavailableError unless the database is at the newest revision; then compare tables with the models."""
    asyncio.run(_require_head(url))
    command.check(alembic_config(url))


async def _require_head(url: str) -> None:
    database = Database(url)
    try:
        await require_head(database)
    finally:
        await database.dispose()


async def require_head(database: Database) -> None:
    """Raise UnavailableError with what to run unless the database is at the newest revision."""
    wanted = ScriptDirectory(str(_MIGRATIONS)).get_current_head()
    async with database.reading() as session:
        known = (await session.execute(text("SELECT to_regclass('alembic_version') IS NOT NULL"))).scalar_one()
        found = (await session.execute(text("SELECT version_num FROM alembic_version"))).scalar() if known else None
    if found != wanted:
        raise UnavailableError("The database is not at the newest migration: run ./wb db upgrade.")
