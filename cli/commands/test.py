"""`./wb test`: everything a change must pass."""

import os
import subprocess
import sys
import time
from pathlib import Path

import typer

ROOT = Path(__file__).resolve().parents[2]

STEPS = (
    ("ruff check", ("ruff", "check", ".")),
    ("ruff format", ("ruff", "format", "--check", ".")),
    ("import contracts", ("importlinter", "lint_imports")),
    ("mypy", ("mypy",)),
    ("pytest", ("pytest", "-n", "2", "--dist", "loadgroup")),
)


def add_to(app: typer.Typer) -> None:
    """Add `test` to the command line."""
    app.command("test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(test)


def test(context: typer.Context) -> None:
    """Lint, check types and import contracts, and run every test; further arguments go to pytest alone."""
    if context.args:
        raise typer.Exit(_run(("pytest", *context.args)))
    failed = []
    for name, command in STEPS:
        started = time.monotonic()
        code = _run(command)
        typer.echo(f"{name}: {'ok' if code == 0 else 'FAILED'} ({time.monotonic() - started:.0f} s)", err=True)
        if code:
            failed.append(name)
    if failed:
        typer.echo(f"failed: {', '.join(failed)}", err=True)
        raise typer.Exit(1)


def _run(command: tuple[str, ...]) -> int:
    module, *arguments = command
    program = [sys.executable, "-m", module, *arguments]
    if module == "importlinter":
        program = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(program, cwd=ROOT, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}).returncode
