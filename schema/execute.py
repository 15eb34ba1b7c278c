"""Answering one GraphQL request: the schema's answer, as JSON, in time."""

import asyncio
from typing import Any

import msgspec
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from schema.context import Context
from schema.contract import contract
from schema.faults import Code, errors_json, fault_json

EXECUTION_SECONDS = 10.0


class GraphQLRequest(msgspec.Struct, frozen=True):
    """What a client asks."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None


class GraphQLAnswer(msgspec.Struct, frozen=True):
    """What it gets. `refused`: nothing was run, and there is no `data`; `late`: it took too long."""

    body: dict[str, Any]
    refused: bool = False
    late: bool = False


async def answer(request: GraphQLRequest, context: Context) -> GraphQLAnswer:
    """The answer to a request, whatever happens on the way: this never raises but when it is cancelled."""
    try:
        async with asyncio.timeout(EXECUTION_SECONDS):
            result = await contract.execute(
                request.query,
                variable_values=request.variables,
                context_value=context,
                operation_name=request.operation_name,
                allowed_operation_types=(OperationType.QUERY, OperationType.MUTATION),
            )
    except TimeoutError:
        return GraphQLAnswer(fault_json(Code.TIMEOUT, "This took too long; ask for less."), late=True)
    except (CannotGetOperationTypeError, InvalidOperationTypeError):
        message = "The document holds no such operation; `operationName` names one of its queries or mutations."
        return GraphQLAnswer(fault_json(Code.BAD_USER_INPUT, message), refused=True)
    errors = result.errors or []
    if result.data is None and all(error.path is None for error in errors):
        return GraphQLAnswer({"errors": errors_json(errors)}, refused=True)
    return GraphQLAnswer({"data": result.data, **({"errors": errors_json(errors)} if errors else {})})
