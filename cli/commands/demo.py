"""`./wb demo`: the product, whole, on one's own machine."""

from pathlib import Path
from typing import Annotated

import typer

from cli.demo.check import run_check
from cli.demo.run import run_demo
from cli.home import home
from glaze.log import setup_logging


def add_to(app: typer.Typer) -> None:
    """Add `demo` to the command line."""
    app.command("demo")(demo)


def demo(
    port: Annotated[int | None, typer.Option("--port", help="Port of the API; a free one if not given.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget the data of earlier runs.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="Where its data lie.")] = None,
    info: Annotated[Path | None, typer.Option("--info", help="Write URL, tokens and pid as JSON when ready.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Walk the whole story on throw-away data and end.")] = False,
) -> None:
    """Run everything on this machine: servers, a sample group, bios, the API and a worker."""
    setup_logging("console", "WARNING")  # the steps say it all
    if check:
        run_check()
        return
    run_demo((data or home() / "demo").resolve(), port=port, fresh=fresh, info_file=info)
