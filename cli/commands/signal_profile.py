"""`./wb signal-profile`: snapshots and bios for one person or for everybody."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

import typer

from cli.progress import progress
from cli.workspace import workspace
from glaze.db.engine import Database
from glaze.db.migrate import require_head
from glaze.errors import FlagOffError, InvalidInputError
from glaze.highlights.generate import write_bios
from glaze.highlights.model import model_for
from glaze.highlights.pairs import glazeable_pairs
from glaze.members.find import group_ids_by_slug, user_ids_by_external_id
from glaze.settings import Settings, load_settings
from glaze.snapshots.take import take_snapshots

group = typer.Typer(help="Take snapshots and write bios.", no_args_is_help=True)

BATCH = 250
"""Pairs written and published together: what a kill can cost."""

User = Annotated[list[str] | None, typer.Option("--user", help="A user's external id; may be repeated.")]
Everybody = Annotated[bool, typer.Option("--all", help="Everybody.")]
GroupSlug = Annotated[list[str] | None, typer.Option("--group-slug", help="Only in this group; may be repeated.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would happen; store nothing.")]


def add_to(app: typer.Typer) -> None:
    """Add `signal-profile` to the command line."""
    app.add_typer(group, name="signal-profile")


@group.command("snapshot")
def snapshot(
    user: User = None, everybody: Everybody = False, group_slug: GroupSlug = None, dry_run: DryRun = False
) -> None:
    """Take snapshots: what can be proven of each person in each group."""
    _require_one_choice(user, everybody)

    async def run(database: Database, settings: Settings) -> None:
        users, groups = await _scope(database, user, group_slug)
        taken = await take_snapshots(database, settings.storage_dir, users=users, groups=groups, dry_run=dry_run)
        verb = "would change" if dry_run else "changed"
        typer.echo(
            f"{taken.pairs} (user, group) pairs: {taken.changed} {verb}, {taken.pairs - taken.changed} as before, "
            f"{taken.gone} without evidence any more"
        )
        if not dry_run:
            typer.echo(f"{taken.artifacts} files written under {settings.storage_dir}/signal_profiles")
            typer.echo("Next: ./wb signal-profile glaze --all")

    _with_database(run)


@group.command("glaze")
def glaze(
    user: User = None, everybody: Everybody = False, group_slug: GroupSlug = None, dry_run: DryRun = False
) -> None:
    """Write bios, those that are not due left alone. Stopped at any time, it goes on where it was."""
    _require_one_choice(user, everybody)

    async def run(database: Database, settings: Settings) -> None:
        users, groups = await _scope(database, user, group_slug)
        async with database.reading() as session:
            pairs = await glazeable_pairs(session, users, groups)
        counts: Counter[str] = Counter()
        model = model_for(settings)
        try:
            with progress("Writing bios") as advance:
                for start in range(0, len(pairs), BATCH):
                    batch = pairs[start : start + BATCH]
                    counts.update((await write_bios(database, settings, batch, model=model, dry_run=dry_run)).counts)
                    advance(min(start + BATCH, len(pairs)), len(pairs))
        finally:
            if model is not None:
                await model.aclose()
        typer.echo(
            f"{len(pairs)} (user, group) pairs" + ("; nothing was stored: this was a dry run" if dry_run else "")
        )
        for what, count in sorted(counts.items()):
            if count:
                typer.echo(f"  {count:>8}  {_OUTCOMES[what]}")

    _with_database(run)


_OUTCOMES = {
    "published": "published",
    "pending_manual_copy": "pending manual copy: not even the offline writer may say it",
    "unchanged": "unchanged: nothing new since the published edition",
    "still_true": "still true: the evidence moved and came to the same",
    "no_data": "no data: too few comments for a bio",
    "withdrawn": "withdrawn: the comments they rested on are gone",
    "outrun": "outrun by a newer edition",
    "moved": "to be written again: a comment they rested on has just gone",
    "fallbacks": "written offline although a model was asked",
    "refused": "drafts of the model refused by the guard",
}


def _require_one_choice(users: Sequence[str] | None, everybody: bool) -> None:
    if bool(users) == everybody:
        raise InvalidInputError("Say whom: --user ID, or --all.", field="user")


async def _scope(
    database: Database, users: Sequence[str] | None, slugs: Sequence[str] | None
) -> tuple[list[int] | None, list[int] | None]:
    async with database.reading() as session:
        return (
            await user_ids_by_external_id(session, users) if users else None,
            await group_ids_by_slug(session, slugs) if slugs else None,
        )


def _with_database(deed: Callable[[Database, Settings], Awaitable[None]]) -> None:
    if not load_settings().flag:
        raise FlagOffError("The feature is off and nothing was changed: set PROFILE_SIGNAL_GLAZE=1 first.")
    with workspace(load_settings()) as settings:

        async def run() -> None:
            database = Database(settings.database_url or "", application="wb")
            try:
                await require_head(database)
                await deed(database, settings)
            finally:
                await database.dispose()

        asyncio.run(run())
