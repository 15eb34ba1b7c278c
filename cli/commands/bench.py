"""`./wb bench NAME`: measurements, each a ratio to its floor in one run."""

import os
import sys
from pathlib import Path

import typer

from glaze.errors import InvalidInputError

ROOT = Path(__file__).resolve().parents[2]


def add_to(app: typer.Typer) -> None:
    """Add `bench` to the command line."""
    app.command("bench", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(bench)


def bench(context: typer.Context, name: str = typer.Argument(..., help="What to measure, e.g. batch.")) -> None:
    """Run a measurement of bench/; `--json FILE` writes its figures."""
    if not name.isidentifier() or not (ROOT / "bench" / f"{name}.py").is_file():
        known = ", ".join(sorted(path.stem for path in (ROOT / "bench").glob("*.py") if path.stem != "__init__"))
        raise InvalidInputError(f"There is no such measurement; there are: {known}.", field="name")
    os.execve(  # noqa: S606 - it takes our place: signals and exit code are its own
        sys.executable,
        [sys.executable, "-m", f"bench.{name}", *context.args],
        {**os.environ, "PYTHONPATH": str(ROOT)},
    )
