"""The contract as a whole: printed, described, open to whom it says, and in step with the domain."""

from enum import Enum

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
)
from strawberry.types import get_object_definition

from glaze.highlights import served
from glaze.highlights import types as domain
from glaze.jobs.models import JobState as StoredJobState
from schema import queries, words
from schema.contract import contract
from schema.permissions import PERMISSIONS
from schema.print import PATH, sdl


@pytest.fixture
def printed() -> GraphQLSchema:
    return build_schema(sdl())


def test_the_committed_contract_is_the_one_that_is_served() -> None:
    assert PATH.read_text(encoding="utf-8") == sdl(), "run: python -m schema.print"


def test_everything_is_described(printed: GraphQLSchema) -> None:
    silent = []
    for name, kind in printed.type_map.items():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        if not kind.description:
            silent.append(name)
        if isinstance(kind, GraphQLEnumType):
            silent += [f"{name}.{value}" for value, entry in kind.values.items() if not entry.description]
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
            silent += [f"{name}.{field}" for field, entry in kind.fields.items() if not entry.description]
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)):
            silent += [
                f"{name}.{field}({argument})"
                for field, entry in kind.fields.items()
                for argument, given in entry.args.items()
                if not given.description
            ]
    assert silent == []


def test_every_root_field_says_to_whom_it_is_open() -> None:
    fields = [
        field
        for root in (contract.query, contract.mutation)
        for field in get_object_definition(root, strict=True).fields
    ]
    assert len(fields) > 8
    assert [field.name for field in fields if not any(isinstance(one, PERMISSIONS) for one in field.extensions)] == []


def test_every_root_field_may_be_null_so_that_one_failure_stays_one(printed: GraphQLSchema) -> None:
    assert printed.query_type is not None
    assert printed.mutation_type is not None
    fields = {**printed.query_type.fields, **printed.mutation_type.fields}
    assert [name for name, field in fields.items() if str(field.type).endswith("!")] == []


def test_a_mutation_has_one_input_and_a_union_to_branch_on(printed: GraphQLSchema) -> None:
    assert printed.mutation_type is not None
    for name, field in printed.mutation_type.fields.items():
        assert list(field.args) == ["input"], name
        members = printed.get_possible_types(printed.type_map[str(field.type)])  # type: ignore[arg-type]
        errors = {kind.name for kind in printed.get_possible_types(printed.type_map["UserError"])}  # type: ignore[arg-type]
        assert sum(kind.name not in errors for kind in members) == 1, name


def test_every_node_can_be_found_again(printed: GraphQLSchema) -> None:
    nodes = {kind.name for kind in printed.get_possible_types(printed.type_map["Node"])}  # type: ignore[arg-type]
    assert nodes == set(queries.FIND_BY_TYPE)


@pytest.mark.parametrize(
    ("contract_enum", "domain_enum"),
    [
        (words.Display, domain.Display),
        (words.StaleReason, domain.StaleReason),
        (words.ReceiptKind, domain.ReceiptKind),
        (words.FreshnessState, served.FreshnessState),
        (words.JobState, StoredJobState),
    ],
)
def test_the_contract_has_a_word_for_every_word_of_the_domain(
    contract_enum: type[Enum], domain_enum: type[Enum]
) -> None:
    assert [value.name for value in contract_enum] == [value.name for value in domain_enum]
