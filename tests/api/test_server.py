"""The API as a process: it comes up, answers, and goes when it is told to."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from api.server import run_server
from cli.servers.start import Servers
from glaze.errors import UnavailableError
from tests.running_api import settings_for

_PROGRAM = """
import sys
from api.server import run_server
from glaze.log import setup_logging
from glaze.settings import Settings

setup_logging("json")
run_server(Settings(_env_file=None), "127.0.0.1", int(sys.argv[1]))
"""


@contextmanager
def server(servers: Servers, port: int) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(port)], env=environment, text=True, stderr=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def answers(url: str, process: subprocess.Popen[str]) -> bool:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            return httpx2.get(f"{url}/live").status_code == 200
        except httpx2.TransportError:
            time.sleep(0.05)
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_well_and_quietly_when_it_is_told_to(servers: Servers, number: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with server(servers, port) as process:
        assert answers(f"http://127.0.0.1:{port}", process)
        process.send_signal(number)
        _, said = process.communicate(timeout=15)
        assert (process.returncode, said) == (0, "")


def test_a_taken_port_is_said_and_ends_the_process(servers: Servers) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, server(servers, taken.getsockname()[1]) as process:
        _, said = process.communicate(timeout=30)
        assert process.returncode == 3
        assert "address already in use" in said


def test_without_servers_there_is_one_sentence() -> None:
    settings = settings_for("postgresql://x/y", "redis://z").model_copy(update={"redis_url": None})
    with pytest.raises(UnavailableError, match="REDIS_URL"):
        run_server(settings, "127.0.0.1", 0)
