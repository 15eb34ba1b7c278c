"""`./wb import`, `./wb link`, `./wb unlink`: taking a chat in, and saying who is who."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from cli.import_report import print_groups, print_report
from cli.progress import progress
from cli.workspace import workspace
from glaze.chat.exports.open import Export, open_export
from glaze.chat.exports.survey import survey
from glaze.chat.ingest.import_chat import import_chat
from glaze.chat.ingest.report import ImportReport
from glaze.chat.linking import link as link_identity
from glaze.chat.linking import unlink as unlink_identity
from glaze.db.engine import Database
from glaze.db.migrate import require_head
from glaze.errors import InvalidInputError
from glaze.settings import Settings, load_settings

T = TypeVar("T")


def add_to(app: typer.Typer) -> None:
    """Add `import`, `link` and `unlink` to the command line."""
    app.command("import")(import_)
    app.command("link")(link)
    app.command("unlink")(unlink)


def import_(
    path: Annotated[Path, typer.Argument(help="The export: a file, .gz, folder or zip.")],
    group: Annotated[
        list[str] | None, typer.Option("--group", help="A group's title or slug; may be repeated.")
    ] = None,
    all_groups: Annotated[bool, typer.Option("--all-groups", help="Every group in the export.")] = False,
    into: Annotated[str | None, typer.Option("--into", help="Join the group that stands under this slug.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the groups of the export and import nothing.")] = False,
    owner: Annotated[str | None, typer.Option("--owner", help="sigexport: the name of who exported, its `Me`.")] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", help="IANA zone of the group, and of sigexport's local times.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and report, but change nothing.")] = False,
) -> None:
    """Import a Signal group chat: Signal's own export, sigexport's data.json or signal-cli's envelopes."""
    if not list_ and bool(group) == all_groups:
        raise InvalidInputError("Say which group with --group TITLE, or --all-groups; --list shows what there is.")
    # Who "Me" is matters only once something is imported.
    export = open_export(path, owner=owner or ("Me" if list_ else None), timezone=timezone or "UTC")
    if list_:
        with progress("Reading", in_bytes=True) as advance:
            found = survey(export, lambda: advance(*export.position()))
        print_groups(found)
        return

    async def run(session: AsyncSession) -> ImportReport:
        report = await _import(session, export, None if all_groups else group, into, timezone)
        if dry_run:
            await session.rollback()
        return report

    with workspace(load_settings()) as settings:
        report = in_transaction(settings, run)
    print_report(report, dry_run=dry_run)


async def _import(
    session: AsyncSession, export: Export, groups: list[str] | None, into: str | None, timezone: str | None
) -> ImportReport:
    with progress("Importing", in_bytes=True) as advance:
        return await import_chat(session, export, groups=groups, into=into, timezone=timezone, progress=advance)


def link(
    user: Annotated[str, typer.Option("--user", help="The user's external id, the `sub` of their token.")],
    identity: Annotated[str, typer.Option("--identity", help="aci:<uuid>, e164:+<number> or name:<name>.")],
) -> None:
    """Say that an identity of a chat belongs to a user."""
    with workspace(load_settings()) as settings:
        changed = in_transaction(settings, lambda session: link_identity(session, user, identity))
    typer.echo("Linked." if changed else "It was linked so already.")


def unlink(
    identity: Annotated[str, typer.Option("--identity", help="aci:<uuid>, e164:+<number> or name:<name>.")],
) -> None:
    """Take a link back: the identity stands for itself again."""
    with workspace(load_settings()) as settings:
        changed = in_transaction(settings, lambda session: unlink_identity(session, identity))
    typer.echo("Unlinked." if changed else "It was not linked to anybody.")


def in_transaction(settings: Settings, deed: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Do something in one transaction of the workspace's database, which must be migrated."""

    async def run() -> T:
        database = Database(settings.database_url or "", application="wb")
        try:
            await require_head(database)
            async with database.transaction() as session:
                return await deed(session)
        finally:
            await database.dispose()

    return asyncio.run(run())
