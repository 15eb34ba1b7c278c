"""`./wb serve` and `./wb worker`: the two processes of the product."""

import asyncio

import typer

from api.server import run_server
from cli.workspace import workspace
from glaze.settings import load_settings
from workers.main import run_worker


def add_to(app: typer.Typer) -> None:
    """Add `serve` and `worker` to the command line."""
    app.command("serve")(serve)
    app.command("worker")(worker)


def serve(
    host: str = typer.Option("127.0.0.1", "--host", help="Address to listen on."),
    port: int = typer.Option(8000, "--port", help="Port to listen on."),
) -> None:
    """Serve the GraphQL API."""
    with workspace(load_settings()) as settings:
        run_server(settings, host, port)


def worker() -> None:
    """Run jobs until stopped."""
    with workspace(load_settings()) as settings:
        asyncio.run(run_worker(settings))
