"""The API as a process: uvicorn around the app, with an engine and a doorbell of its own."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette

from api.app import create_app
from glaze.db.engine import Database
from glaze.errors import UnavailableError
from glaze.jobs.doorbell import ArqDoorbell
from glaze.settings import Settings

_GRACE_SECONDS = 8
"""How long open requests may take to end after SIGTERM; a supervisor allows 10 s before it kills."""

_SERVER_SETTINGS = {
    # Below the 10 s an operation may take: a statement nobody waits for any more must not go on.
    "statement_timeout": "8000",
    # Planning a highlight's read costs more than reading it, and its plan does not depend on whose it is.
    "plan_cache_mode": "force_generic_plan",
}


def run_server(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM, then return. Raises UnavailableError without DATABASE_URL or REDIS_URL.

    The caller sets up logging. Ends the process with status 3 if the port is taken.
    """
    if settings.database_url is None or settings.redis_url is None:
        raise UnavailableError("Set DATABASE_URL and REDIS_URL, or use ./wb demo, which brings its own servers.")
    database = Database(settings.database_url, application="glaze-api", server_settings=_SERVER_SETTINGS)
    doorbell = ArqDoorbell(settings.redis_url)
    config = server_config(create_app(settings, database, doorbell), host, port)

    async def serve() -> None:
        try:
            await _Server(config).serve()
        finally:
            await doorbell.close()
            await database.dispose()

    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(serve())


def server_config(app: Starlette, host: str, port: int) -> uvicorn.Config:
    """How we run uvicorn: no access log, no headers of its own, no trust in a proxy's, no protocol but HTTP."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal, and leave it at that: uvicorn would raise it again and skip what comes after."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
