"""The life of a worker process: it listens and relays until it is told to stop, and leaves nothing half done."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Iterator, Mapping
from typing import Any

from glaze.db.engine import Database
from glaze.db.migrate import require_head
from glaze.errors import UnavailableError
from glaze.jobs.deadlines import DEADLINES, Deadlines
from glaze.jobs.doorbell import ArqDoorbell
from glaze.jobs.relay import relay
from glaze.jobs.run import Handler, Runner
from glaze.log import get_logger
from glaze.settings import Settings
from workers.listen import Listener

_log = get_logger("worker")


async def serve(settings: Settings, handlers: Mapping[str, Handler], *, deadlines: Deadlines = DEADLINES) -> None:
    """Run jobs until SIGTERM or SIGINT: then what runs may finish, or, at a second signal, is handed back at once.

    Raises UnavailableError if a server is not set or the database is not at the newest migration.
    """
    if not settings.database_url or not settings.redis_url:
        raise UnavailableError("A worker needs DATABASE_URL and REDIS_URL; ./wb demo starts servers of its own.")
    # arq warns of each ring that comes too late or twice. Here both are in order: the jobs are in PostgreSQL.
    logging.getLogger("arq.worker").setLevel(logging.ERROR)
    database = Database(settings.database_url, application="glaze-worker")
    doorbell = ArqDoorbell(settings.redis_url)
    try:
        await require_head(database)
        runner = Runner(database, settings, handlers, doorbell, deadlines)
        await _serve(runner, Listener(settings.redis_url, runner))
    finally:
        await doorbell.close()
        await database.dispose()


async def _serve(runner: Runner, listener: Listener) -> None:
    relaying = asyncio.ensure_future(
        relay(runner.database, runner.doorbell, automatic=runner.settings.flag, deadlines=runner.deadlines)
    )
    listening = asyncio.ensure_future(listener.listen())
    closing = asyncio.ensure_future(runner.closing.wait())
    with _stopped_by_signals(runner):
        _log.info("worker.started", kinds=sorted(runner.handlers))
        # The first two never end by themselves: if one does, it is a bug, and worth the process.
        ended, _ = await asyncio.wait({relaying, listening, closing}, return_when=asyncio.FIRST_COMPLETED)
        _log.info("worker.stopping")
        await _cancel(listening)
        await listener.finish()
        await _cancel(relaying, closing)
    _log.info("worker.stopped")
    for task in ended:
        task.result()


async def _cancel(*tasks: asyncio.Future[Any]) -> None:
    """End them, however often it takes: a cancellation can be lost in the library it happens to fall into."""
    while running := {task for task in tasks if not task.done()}:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=1)


@contextlib.contextmanager
def _stopped_by_signals(runner: Runner) -> Iterator[None]:
    """SIGTERM or SIGINT: finish what runs. A second one: hand it back now."""

    def receive() -> None:
        (runner.hand_back_now if runner.closing.is_set() else runner.closing).set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, receive)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
