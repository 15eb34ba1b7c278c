"""The report of an import, as an operator reads it. Names and titles go to the terminal here and nowhere else."""

from collections.abc import Sequence

import typer

from glaze.chat.exports.survey import Surveyed
from glaze.chat.ingest.report import GroupReport, ImportReport

_MOST_ROWS = 30
_FEW = 20


def print_groups(groups: Sequence[Surveyed]) -> None:
    """List the groups of an export."""
    if not groups:
        typer.echo("There is no group in this export.")
        return
    typer.echo(f"{'messages':>9} {'writers':>8} {'members':>8}  title")
    for group in groups:
        members = "-" if group.members is None else str(group.members)
        timer = "  (disappearing messages are on)" if group.timer_seconds else ""
        typer.echo(f"{group.messages:>9} {group.writers:>8} {members:>8}  {group.title}{timer}")
    typer.echo("Import one with --group TITLE, or all with --all-groups.")


def print_report(report: ImportReport, *, dry_run: bool) -> None:
    """Say what an import took in, what it left out and why, and what comes next."""
    would = "would be " if dry_run else ""
    typer.echo(
        f"{report.comments} comments by {report.people} people in {len(report.groups)} "
        f"group{'' if len(report.groups) == 1 else 's'} ({report.format})"
    )
    for group in report.groups[:_MOST_ROWS]:
        _print_group(group)
    if len(report.groups) > _MOST_ROWS:
        typer.echo(f"  … and {len(report.groups) - _MOST_ROWS} more groups")
    typer.echo(
        f"{report.new} {would}new, {report.edited} {would}edited, {report.deleted} {would}deleted, "
        f"{report.reactions_changed} reactions {would}changed"
    )
    if report.left_out:
        typer.echo("Left out:")
        for why, count in sorted(report.left_out.items(), key=lambda item: -item[1]):
            typer.echo(f"  {count:>8}  {why}")
    _print_timer_warning(report)
    _print_ambiguous(report)
    if dry_run:
        typer.echo("Nothing was changed: this was a dry run.")
    else:
        typer.echo("Next: ./wb signal-profile snapshot --all")


def _print_group(group: GroupReport) -> None:
    span = ""
    if group.first_sent_at and group.last_sent_at:
        span = f", {group.first_sent_at:%Y-%m-%d} to {group.last_sent_at:%Y-%m-%d}"
    typer.echo(f"  {group.slug}: {group.comments} comments ({group.new_comments} new), {group.people} people{span}")


def _print_timer_warning(report: ImportReport) -> None:
    timed = [group for group in report.groups if group.timer_seconds]
    few = [group for group in timed if group.comments < _FEW]
    if few:
        typer.echo(
            f"Disappearing messages are on in {', '.join(group.slug for group in few)}: Signal leaves them out of an "
            "export, so next to nothing is here."
        )
    elif timed:
        typer.echo(
            f"Disappearing messages are on in {', '.join(group.slug for group in timed)}: those written since are "
            "not in the export."
        )


def _print_ambiguous(report: ImportReport) -> None:
    if not report.ambiguous:
        return
    typer.echo("Names to settle, each with ./wb link --user ID --identity KEY:")
    for name in report.ambiguous[:_MOST_ROWS]:
        fits = f"{name.candidates} members fit" if name.candidates else "no member of that name"
        typer.echo(f"  {name.identity_key}  ({name.group_slug}: {fits})")
    if len(report.ambiguous) > _MOST_ROWS:
        typer.echo(f"  … and {len(report.ambiguous) - _MOST_ROWS} more")
