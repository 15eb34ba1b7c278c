"""The application: its routes, what stands around them, and what it holds for all requests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from api.graphql import graphql_endpoint
from api.headers import PrivateAnswers
from api.health import live, ready
from api.state import Lifespan, State
from glaze.db.engine import Database
from glaze.highlights.wanted import making_of
from glaze.jobs.ring import Doorbell
from glaze.settings import Settings

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
"""Those the endpoint answers itself, most of them with 405 and an error body; OPTIONS belongs to CORS."""

_LOCALHOST = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?"


def create_app(settings: Settings, database: Database, doorbell: Doorbell) -> Starlette:
    """The app over servers that stand already; whoever made them closes them after it."""
    state = State(settings, database, doorbell, making_of(settings).wanted)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[Lifespan]:
        yield {"glaze": state}

    return Starlette(
        routes=[
            Route("/graphql", graphql_endpoint, methods=_METHODS),
            Route("/live", live),
            Route("/ready", ready),
        ],
        middleware=[
            Middleware(PrivateAnswers),
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_origin_regex=_LOCALHOST if settings.cors_localhost else None,
                allow_methods=["POST"],
                allow_headers=["authorization", "content-type"],
                max_age=600,
            ),
        ],
        lifespan=lifespan,
    )
