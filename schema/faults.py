"""Errors outside a payload: their codes, and what a client may read of them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError

from glaze.errors import InvalidInputError

MOST_ERRORS = 5
"""An answer carries no more errors than these."""

_OURS = "Something went wrong on our side; it has been noted."


class Code(StrEnum):
    """Every `extensions.code` there is."""

    BAD_USER_INPUT = "BAD_USER_INPUT"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    RATE_LIMITED = "RATE_LIMITED"
    TIMEOUT = "TIMEOUT"
    QUERY_TOO_COMPLEX = "QUERY_TOO_COMPLEX"


class FaultError(GraphQLError):
    """An error whose sentence and code are meant for the client."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message, extensions={"code": code.value})


def fault_json(code: Code, message: str) -> dict[str, Any]:
    """An answer that is nothing but one error."""
    return {"errors": [{"message": message, "extensions": {"code": code.value}}]}


def coded(error: GraphQLError, code: Code) -> GraphQLError:
    """The same error, known to be of this code."""
    error.extensions = {"code": code.value}
    return error


def code_of(error: GraphQLError) -> Code:
    """What kind of error this is. Whatever we did not mean for the client is ours: INTERNAL_SERVER_ERROR."""
    original = error.original_error or error
    if isinstance(original, GraphQLError) and original.extensions:
        return Code(original.extensions.get("code", Code.INTERNAL_SERVER_ERROR))
    if isinstance(original, InvalidInputError):
        return Code.BAD_USER_INPUT
    if isinstance(original, GraphQLSyntaxError):
        return Code.GRAPHQL_PARSE_FAILED
    if error.path is None and isinstance(original, GraphQLError):
        return Code.BAD_USER_INPUT  # graphql-core's word on variables and operation names, before anything ran
    return Code.INTERNAL_SERVER_ERROR


def errors_json(errors: Sequence[GraphQLError]) -> list[dict[str, Any]]:
    """The errors as a client may read them, at most MOST_ERRORS.

    A message of ours stays with us: it may quote what it choked on.
    """
    return [_error_json(error, code_of(error)) for error in errors[:MOST_ERRORS]]


def _error_json(error: GraphQLError, code: Code) -> dict[str, Any]:
    shown = error.formatted
    answer: dict[str, Any] = {
        "message": _OURS if code is Code.INTERNAL_SERVER_ERROR else shown["message"],
        "extensions": {"code": code.value},
    }
    for place in ("locations", "path"):
        if shown.get(place):
            answer[place] = shown[place]
    return answer
