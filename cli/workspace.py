"""The servers and the database a command works on: those that are set, else the embedded ones of a data folder."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from cli.folder_lock import FolderInUseError, folder_lock
from cli.home import home
from cli.processes import stop_on_signals
from cli.servers.start import Servers, servers_for
from glaze.db.migrate import upgrade
from glaze.settings import Settings

_STARTING_SECONDS = 30.0


@contextlib.contextmanager
def workspace(settings: Settings) -> Iterator[Settings]:
    """The settings with both servers in them, ready and, where the database is ours alone, migrated.

    Where DATABASE_URL and REDIS_URL are set this is just them. Else the embedded servers of `data_dir` run until
    the end of the block; if another command already runs them, this one joins it.
    """
    if settings.database_url and settings.redis_url:
        yield settings
        return
    data_dir = settings.data_dir or home() / "data"
    with contextlib.ExitStack() as running:
        try:
            lock = running.enter_context(folder_lock(data_dir))
        except FolderInUseError as error:
            yield with_servers(settings, _servers_of(error.info) or _wait_for(data_dir))
            return
        running.enter_context(stop_on_signals())
        servers = running.enter_context(servers_for(settings, data_dir, durable=True))
        if not settings.database_url:
            upgrade(servers.database_url)
        lock.tell({"database_url": servers.database_url, "redis_url": servers.redis_url})
        yield with_servers(settings, servers)


def with_servers(settings: Settings, servers: Servers) -> Settings:
    """The settings as they are once the servers are known."""
    return settings.model_copy(update={"database_url": servers.database_url, "redis_url": servers.redis_url})


def _servers_of(info: Mapping[str, object]) -> Servers | None:
    database_url, redis_url = info.get("database_url"), info.get("redis_url")
    if isinstance(database_url, str) and isinstance(redis_url, str):
        return Servers(database_url, redis_url)
    return None


def _wait_for(data_dir: Path) -> Servers:
    """The servers another command is just starting; FolderInUseError if it takes too long."""
    deadline = time.monotonic() + _STARTING_SECONDS
    while True:
        try:
            with folder_lock(data_dir):
                pass
        except FolderInUseError as error:
            servers = _servers_of(error.info)
            if servers is not None:
                return servers
            if time.monotonic() > deadline:
                raise
        time.sleep(0.2)
