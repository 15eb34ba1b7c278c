"""The one GraphQL endpoint: POST only, JSON only, no batching, an error body for everything it refuses."""

from http import HTTPStatus
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from strawberry.http.ides import get_graphql_ide_html

from api.auth import InvalidTokenError, viewer_of
from api.negotiate import GRAPHQL, JSON, speaks_json, wanted_type
from api.read_request import RefusedError, read_request
from api.state import State
from glaze.log import get_logger
from glaze.members.visibility import Viewer
from schema.context import Context
from schema.execute import GraphQLAnswer, answer
from schema.faults import Code, fault_json

_log = get_logger("api")


async def graphql_endpoint(request: Request) -> Response:
    """Answer one request over HTTP. Whatever goes wrong is answered, and only what is our fault is logged."""
    state: State = request.state.glaze
    try:
        if request.method != "POST":
            return _not_post(request, state)
        return await _post(request, state)
    except RefusedError as refused:
        return _refusal(refused)
    except InvalidTokenError:
        return _refusal(
            RefusedError(
                HTTPStatus.UNAUTHORIZED,
                "This token is not good here.",
                Code.UNAUTHENTICATED,
                www_authenticate='Bearer error="invalid_token"',
            )
        )
    except Exception as error:
        _log.error("request.failed", exc_info=error)
        return _refusal(
            RefusedError(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "Something went wrong on our side; it has been noted.",
                Code.INTERNAL_SERVER_ERROR,
            )
        )


async def _post(request: Request, state: State) -> Response:
    media_type = wanted_type(request.headers)
    if media_type is None:
        raise RefusedError(HTTPStatus.NOT_ACCEPTABLE, f"Accept {GRAPHQL} or {JSON}.")
    if not speaks_json(request.headers):
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send {JSON} in UTF-8.")
    viewer = viewer_of(request.headers, state.settings)
    asked = await read_request(request)
    found = await answer(asked, _context(state, viewer))
    return _json(found.body, _status(found, media_type), media_type)


def _context(state: State, viewer: Viewer | None) -> Context:
    return Context(
        settings=state.settings,
        database=state.database,
        doorbell=state.doorbell,
        wanted=state.wanted,
        bearer=viewer,
    )


def _status(found: GraphQLAnswer, media_type: str) -> HTTPStatus:
    """Clients that speak only JSON read errors out of a 200; the newer type says by its status that nothing ran."""
    if found.late:
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.BAD_REQUEST if found.refused and media_type == GRAPHQL else HTTPStatus.OK


def _not_post(request: Request, state: State) -> Response:
    if request.method == "GET" and state.settings.graphiql and "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(get_graphql_ide_html(graphql_ide="graphiql"))
    raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "GraphQL is asked by POST.", allow="POST")


def _refusal(refused: RefusedError) -> Response:
    return _json(fault_json(refused.code, refused.message), refused.status, JSON, refused.headers)


def _json(body: dict[str, Any], status: HTTPStatus, media_type: str, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, f"{media_type}; charset=utf-8")
