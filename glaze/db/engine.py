"""How we reach PostgreSQL: one engine a process, short sessions, and errors that tell nothing of the data."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson
from sqlalchemy import URL, event, make_url
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from glaze.errors import InvalidInputError

_SCHEMES = {"postgres", "postgresql", "postgresql+asyncpg"}


def database_url(url: str) -> URL:
    """The URL as SQLAlchemy's asyncpg dialect wants it; accepts `postgres://` and `postgresql://`.

    Raises InvalidInputError for any other scheme, without repeating the URL: it may hold a password.
    """
    try:
        parsed = make_url(url)
    except Exception as error:
        raise InvalidInputError("DATABASE_URL is not a URL; it should look like postgresql://user@host/name") from error
    if parsed.drivername not in _SCHEMES:
        raise InvalidInputError("DATABASE_URL must start with postgresql://; only PostgreSQL is supported")
    return parsed.set(drivername="postgresql+asyncpg")


class Database:
    """One engine and its sessions. Make it once a process, `dispose()` it at the end."""

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        application: str = "glaze",
        server_settings: Mapping[str, str] | None = None,
    ) -> None:
        """`server_settings` are PostgreSQL's, for each connection, such as `statement_timeout`."""
        self.url = database_url(url)
        self.engine: AsyncEngine = create_async_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            hide_parameters=True,
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
            connect_args={
                "server_settings": {"application_name": application, "timezone": "UTC", **(server_settings or {})}
            },
        )
        event.listen(self.engine.sync_engine, "handle_error", _drop_detail)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A short session for one batch of reads; never hold it across an external call."""
        async with self._sessions() as session:
            yield session

    @asynccontextmanager
    async def reading_evidence(self) -> AsyncIterator[AsyncSession]:
        """A read-only session that sees one moment of the database: version and evidence agree in it (R13)."""
        async with self._sessions() as session:
            await session.connection(
                execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            )
            yield session

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, undone when it raises."""
        async with self._sessions() as session, session.begin():
            yield session

    async def dispose(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


async def driver_connection(session: AsyncSession) -> Any:
    """The asyncpg connection under a session, inside its transaction: COPY has no word in SQLAlchemy."""
    connection: AsyncConnection = await session.connection()
    raw = await connection.get_raw_connection()
    return raw.driver_connection


def _drop_detail(context: ExceptionContext) -> None:
    """Cut what the server quotes of the data out of an error before anybody can log it (R24).

    PostgreSQL puts values into DETAIL (`Key (value)=(…) already exists`) and, for bad input, into the message
    itself; both are private. What stays is the SQLSTATE, the constraint and the kind of error.
    """
    driver_error = context.original_exception
    cause = driver_error.__cause__ or driver_error
    state = getattr(cause, "sqlstate", None)
    constraint = getattr(cause, "constraint_name", None)
    words = f"{type(cause).__name__} (SQLSTATE {state}{f', constraint {constraint}' if constraint else ''})"
    for error in (cause, driver_error):
        error.args = (words,)
        for field in ("detail", "message", "hint", "query", "internal_query", "context", "where"):
            if isinstance(getattr(error, field, None), str):
                setattr(error, field, None)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (words,)
