"""How a computed field is declared: Strawberry's decorator, with the types it loses on the way."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry
from strawberry.extensions import FieldExtension

_Resolver = TypeVar("_Resolver", bound=Callable[..., Any])


def computed(description: str, *extensions: FieldExtension) -> Callable[[_Resolver], _Resolver]:
    """A field whose value the method finds; the description stands in the contract."""
    return cast(
        "Callable[[_Resolver], _Resolver]", strawberry.field(description=description, extensions=list(extensions))
    )


def root(description: str, *, to: FieldExtension) -> Callable[[_Resolver], _Resolver]:
    """A field of Query or Mutation, which cannot be declared without saying to whom it is open."""
    return computed(description, to)
