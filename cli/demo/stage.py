"""The demo's own servers, database, API and worker, all on one data folder."""

import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from cli.processes import Program, Stop
from cli.servers.start import Servers
from cli.supervise import Supervisor
from glaze.errors import UnavailableError
from glaze.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
_READY_SECONDS = 40.0
_ANSWER_SECONDS = 15.0


def demo_settings(servers: Servers, data_dir: Path) -> Settings:
    """Settings of a demo: the feature on, GraphiQL and localhost origins allowed, artifacts inside its folder."""
    return Settings.model_validate(
        {
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
            "PROFILE_SIGNAL_GLAZE": True,
            "GLAZE_GRAPHIQL": True,
            "GLAZE_CORS_LOCALHOST": True,
            "GLAZE_STORAGE_DIR": data_dir / "storage",
            "GLAZE_LOG_LEVEL": "WARNING",
        }
    )


def api_program(settings: Settings, port: int, log: Path) -> Program:
    """The API as a process."""
    return _program("API", ["serve", "--port", str(port)], settings, log)


def worker_program(settings: Settings, log: Path) -> Program:
    """The worker as a process."""
    return _program("worker", ["worker"], settings, log)


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(programs: list[Program]) -> Supervisor:
    """The programs, kept running until the end of a `with` block; they load while others work."""
    return Supervisor(programs, say=lambda line: print(line, file=sys.stderr))


def wait_until_ready(supervisor: Supervisor, url: str, stop: Stop) -> None:
    """Until the API at `url` is ready; UnavailableError if it does not get there."""
    deadline = time.monotonic() + _READY_SECONDS
    while not _is_ready(url):
        stop.raise_if_asked()
        supervisor.look()
        if time.monotonic() > deadline:
            raise UnavailableError("The API did not become ready; its log in the data folder says why.")
        time.sleep(0.05)


def ask(url: str, query: str, variables: dict[str, Any] | None = None, token: str | None = None) -> dict[str, Any]:
    """The answer of the API to one operation, whatever its status: `{data, errors}`."""
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{url}/graphql",
        data=json.dumps({"query": query, "variables": variables or {}}).encode(),
        headers={"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {}),
    )
    try:
        with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as answer:  # noqa: S310
            content = answer.read()
    except urllib.error.HTTPError as error:
        content = error.read()
    answered = json.loads(content)
    return answered if isinstance(answered, dict) else {}


def _program(name: str, arguments: list[str], settings: Settings, log: Path) -> Program:
    told = {
        "DATABASE_URL": settings.database_url or "",
        "REDIS_URL": settings.redis_url or "",
        "PROFILE_SIGNAL_GLAZE": "1",
        "GLAZE_GRAPHIQL": "1",
        "GLAZE_CORS_LOCALHOST": "1",
        "GLAZE_STORAGE_DIR": str(settings.storage_dir),
        "GLAZE_LOG_LEVEL": "INFO",
        "GLAZE_LOG_FORMAT": "json",
        "PYTHONPATH": str(ROOT),
    }
    return Program(
        name=name, argv=[sys.executable, "-m", "cli.main", *arguments], env={**os.environ, **told}, cwd=ROOT, log=log
    )


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/ready", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
