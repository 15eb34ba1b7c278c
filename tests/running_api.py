"""The API as clients meet it: a real server on a free port of this machine, and a client for it."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import uvicorn
from starlette.applications import Starlette

from api.app import create_app
from api.server import server_config
from api.tokens import issue_token
from glaze.db.engine import Database
from glaze.settings import Settings
from tests.query_recorder import QueryRecorder, recording

_START_SECONDS = 20.0


class Bell:
    """A doorbell that writes down who rang."""

    def __init__(self) -> None:
        self.rings: list[int] = []

    async def ring(self, job_id: int, ring: int) -> None:  # noqa: ARG002 - the doorbell's signature
        self.rings.append(job_id)


@dataclass
class RunningApi:
    """A server that runs, what it runs on, and the ways to ask it."""

    url: str
    settings: Settings
    database: Database
    bell: Bell
    client: httpx2.Client = field(repr=False)

    def token(self, user_id: str, *, admin: bool = False) -> str:
        return issue_token(self.settings, user_id, admin=admin)

    def post(self, content: bytes, **headers: str) -> httpx2.Response:
        """Bytes as they are; header names with `_` for `-`."""
        sent = {"content-type": "application/json"} | {name.replace("_", "-"): text for name, text in headers.items()}
        return self.client.post("/graphql", content=content, headers={k: v for k, v in sent.items() if v})

    def send(
        self, query: str, variables: dict[str, Any] | None = None, token: str | None = None, **headers: str
    ) -> httpx2.Response:
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        return self.client.post("/graphql", json={"query": query, "variables": variables}, headers=sent)

    def ask(
        self, query: str, variables: dict[str, Any] | None = None, *, by: str | None = None, admin: bool = False
    ) -> Any:
        """The answer's JSON; `by` is the asker's user id, nobody without."""
        token = None if by is None else self.token(by, admin=admin)
        response = self.send(query, variables, token)
        assert response.status_code == 200, response.text
        return response.json()

    def data(self, query: str, variables: dict[str, Any] | None = None, *, by: str, admin: bool = False) -> Any:
        """What was asked for, which must come without errors."""
        answer = self.ask(query, variables, by=by, admin=admin)
        assert "errors" not in answer, answer
        return answer["data"]

    @contextmanager
    def recording(self) -> Iterator[QueryRecorder]:
        with recording(self.database) as recorder:
            yield recorder


def settings_for(database_url: str, redis_url: str, **more: Any) -> Settings:
    """Settings of a test: nothing of this machine's environment or `.env`, the flag on."""
    given = {"PROFILE_SIGNAL_GLAZE": True, "DATABASE_URL": database_url, "REDIS_URL": redis_url, **more}
    return Settings.model_validate(given)


@contextmanager
def running_api(settings: Settings) -> Iterator[RunningApi]:
    """A server with these settings; it has stopped when the block ends."""
    assert settings.database_url is not None
    database, bell = Database(settings.database_url, application="glaze-tests"), Bell()
    with (
        serving(create_app(settings, database, bell), database) as url,
        httpx2.Client(base_url=url, timeout=20) as client,
    ):
        yield RunningApi(url, settings, database, bell, client)


@contextmanager
def serving(app: Starlette, database: Database) -> Iterator[str]:
    """uvicorn in a thread, as `./wb serve` configures it; its URL. Closes the database at the end."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(server_config(app, "127.0.0.1", 0))
    started = threading.Event()

    async def serve() -> None:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event to wait for
            await asyncio.sleep(0.005)
        started.set()
        await serving
        await database.dispose()

    thread = threading.Thread(target=asyncio.run, args=[serve()])
    thread.start()
    try:
        assert started.wait(_START_SECONDS)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(_START_SECONDS)
        listening.close()
