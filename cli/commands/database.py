"""`./wb db`: bringing the database to the schema this code wants, and back."""

import typer

from cli.workspace import workspace
from glaze.db import migrate
from glaze.settings import Settings, load_settings

group = typer.Typer(help="Apply, roll back and check migrations.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add `db` to the command line."""
    app.add_typer(group, name="db")


@group.command("upgrade")
def upgrade(revision: str = typer.Argument("head", help="Up to this revision.")) -> None:
    """Apply migrations."""
    with workspace(load_settings()) as settings:
        migrate.upgrade(_url(settings), revision)
        typer.echo("The database is up to date." if revision == "head" else f"The database is at {revision}.")


@group.command("downgrade")
def downgrade(revision: str = typer.Argument(..., help="Down to this revision; `base` takes everything away.")) -> None:
    """Roll migrations back."""
    with workspace(load_settings()) as settings:
        migrate.downgrade(_url(settings), revision)
        typer.echo(f"The database is at {revision}.")


@group.command("check")
def check() -> None:
    """Fail unless the database is at the newest migration and the tables are those of the code."""
    with workspace(load_settings()) as settings:
        migrate.check(_url(settings))
        typer.echo("The database fits the code.")


def _url(settings: Settings) -> str:
    if settings.database_url is None:
        raise RuntimeError("a workspace has a database")
    return settings.database_url
