"""The GraphQL schema itself, and what it does with a document before and after it runs."""

from collections.abc import Iterator
from typing import Any

import strawberry
from graphql import GraphQLError, OperationDefinitionNode, validate
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from glaze.log import get_logger
from schema.context import Context
from schema.faults import MOST_ERRORS, Code, FaultError, code_of, coded
from schema.limits import read_document
from schema.mutations import Mutation
from schema.queries import Query
from schema.user_errors import HANDLERS

_log = get_logger("api")


class CheckedDocument(SchemaExtension):
    """Parses within limits, then validates with few errors and no hints at names that were not asked for."""

    def on_parse(self) -> Iterator[None]:
        """Limits come first: a validation rule that sees a big document has already lost (measured: minutes)."""
        operation = self.execution_context
        asked_for = operation.operation_name  # what the request said; once there is a document, Strawberry guesses
        document = read_document(
            operation.query or "", operation.variables, may_introspect=_context_of(operation).may_introspect
        )
        if asked_for is None and sum(isinstance(node, OperationDefinitionNode) for node in document.definitions) > 1:
            raise FaultError(Code.BAD_USER_INPUT, "The document holds several operations: `operationName` says which.")
        operation.graphql_document = document
        yield

    def on_validate(self) -> Iterator[None]:
        """Takes the place of Strawberry's own call, which knows no such options."""
        operation = self.execution_context
        if operation.graphql_document is not None:
            errors = validate(
                operation.schema._schema,  # noqa: SLF001 - Strawberry has no public name for it
                operation.graphql_document,
                max_errors=MOST_ERRORS - 1,
                hide_suggestions=not _context_of(operation).may_introspect,
            )
            operation.pre_execution_errors = [coded(error, Code.GRAPHQL_VALIDATION_FAILED) for error in errors]
        yield


class Contract(strawberry.Schema):
    """The schema of this house."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:  # noqa: ARG002 - Strawberry's signature
        """Log what is our fault, and nothing else: never a document or variables, which hold private words (R24)."""
        for error in errors:
            if code_of(error) is Code.INTERNAL_SERVER_ERROR:
                _log.error("resolver.failed", path=error.path, exc_info=error.original_error or error)

    def _get_custom_context_kwargs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        # Private, and the only way to these two options of graphql-core; the versions of both are pinned.
        options = super()._get_custom_context_kwargs(*args, **kwargs)
        return {**options, "hide_suggestions": True, "max_coercion_errors": MOST_ERRORS - 1}


def _context_of(operation: ExecutionContext) -> Context:
    context: Context = operation.context
    return context


contract = Contract(
    query=Query,
    mutation=Mutation,
    extensions=[CheckedDocument],
    exception_handlers=HANDLERS,
    config=StrawberryConfig(),
)
"""The schema, built once a process."""
