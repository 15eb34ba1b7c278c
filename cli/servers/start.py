"""The servers a command needs: those that are set win, what is missing is started and stopped here."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cli.servers.folders import held_home, socket_folder
from cli.servers.postgres import postgres
from cli.servers.valkey import valkey


@dataclass(frozen=True)
class Servers:
    """Where to find PostgreSQL and Redis; `logs` are the files the embedded ones write, none of them if none runs."""

    database_url: str
    redis_url: str
    logs: tuple[Path, ...] = ()


class Addresses(Protocol):
    """What the settings say of the servers; None or empty is not set."""

    @property
    def database_url(self) -> str | None:
        """PostgreSQL."""

    @property
    def redis_url(self) -> str | None:
        """Redis or Valkey."""


@contextlib.contextmanager
def servers_for(addresses: Addresses, data_dir: Path, *, durable: bool) -> Iterator[Servers]:
    """Servers by the settings, and embedded ones for those not set, with their data kept for `data_dir`.

    Not durable: faster, and forgotten at the end. The embedded servers end with this block, and with this
    process, however it ends. Enter it in the main thread, inside `stop_on_signals`.
    UnavailableError: the extra `embedded` is not installed, or a server does not start. ConflictError: another
    run's servers use this data folder.
    """
    database_url, redis_url = addresses.database_url, addresses.redis_url
    if database_url and redis_url:
        yield Servers(database_url, redis_url)
        return
    with contextlib.ExitStack() as running:
        home = running.enter_context(held_home(data_dir, durable=durable))
        sockets = running.enter_context(socket_folder(home.account))
        logs = []
        if not redis_url:
            redis_url = running.enter_context(valkey(home, sockets))
            logs.append(home.valkey_log)
        if not database_url:
            database_url = running.enter_context(postgres(home, sockets, durable=durable))
            logs.append(home.postgres_log)
        yield Servers(database_url, redis_url, tuple(logs))


@dataclass(frozen=True)
class _NotSet:
    database_url: None = None
    redis_url: None = None


@contextlib.contextmanager
def embedded_servers(data_dir: Path, *, durable: bool) -> Iterator[Servers]:
    """Both servers embedded, whatever the settings say. As `servers_for` in everything else."""
    with servers_for(_NotSet(), data_dir, durable=durable) as servers:
        yield servers
