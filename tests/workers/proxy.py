"""A Redis that can go away and come back: a relay of bytes in front of the real one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit


class RedisProxy:
    """`url` leads to the real Redis while the proxy is up; down, connections are cut and new ones refused."""

    def __init__(self, redis_url: str) -> None:
        self._behind = urlsplit(redis_url)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._port = 0

    @property
    def url(self) -> str:
        number = parse_qs(self._behind.query).get("db", [self._behind.path.lstrip("/")])[0]
        return f"redis://127.0.0.1:{self._port}/{number if number.isdigit() else 0}"

    async def up(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._open:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._behind.scheme == "unix":
            there = await asyncio.open_unix_connection(self._behind.path)
        else:
            there = await asyncio.open_connection(self._behind.hostname, self._behind.port or 6379)
        self._open |= {writer, there[1]}
        await asyncio.gather(_pass_on(reader, there[1]), _pass_on(there[0], writer))
        self._open -= {writer, there[1]}


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while content := await reader.read(65_536):
            writer.write(content)
            await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def redis_proxy(redis_url: str) -> AsyncIterator[RedisProxy]:
    """A proxy that is up."""
    proxy = RedisProxy(redis_url)
    await proxy.up()
    try:
        yield proxy
    finally:
        await proxy.down()
