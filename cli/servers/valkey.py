"""How an embedded Valkey is started and stopped: a real Redis-compatible server, on a private unix socket only."""

import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

from cli.processes import Child, Program, start
from cli.servers.folders import Home
from cli.servers.programs import valkey_program
from cli.servers.ready import wait_until

SECONDS_TO_START = 30.0


@contextlib.contextmanager
def valkey(home: Home, sockets: Path) -> Iterator[str]:
    """A running server; yields its URL. It keeps nothing: the jobs are PostgreSQL's, Redis only rings them."""
    path = sockets / "valkey.sock"
    settings = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "dir": str(home.valkey),
        "maxmemory": "256mb",
        # Never silently drop what was queued; a full memory is an error one sees.
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
        "logfile": "",
    }
    program = Program(
        "Valkey",
        [valkey_program(home.account), *(word for name, value in settings.items() for word in (f"--{name}", value))],
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": str(home.folder)},
        cwd=home.folder,
        log=home.valkey_log,
    )
    os.truncate(home.valkey_log, 0)  # what it said in earlier runs helps nobody
    server: Child | None = None
    try:
        server = start(program, at_our_death=signal.SIGKILL, account=home.account, umask=0o077)
        wait_until(lambda: _answers(path), server, SECONDS_TO_START)
        yield f"unix://{path}?db=0"
    finally:
        if server is not None:
            server.stop((signal.SIGTERM, 5.0))


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(1.0)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(7) == b"+PONG\r\n"
        except OSError:
            return False
