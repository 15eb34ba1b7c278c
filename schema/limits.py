"""How big a query may be: one memoised pass over a document, made before any validation rule sees it.

The rules of graphql-core and of Strawberry's limiters walk every path through fragments; 80 fragments that each
spread the next one twice are 2^80 paths. Here each fragment is measured once, so the same bomb costs its length.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    IntValueNode,
    ListValueNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    parse,
)

from schema.faults import Code, FaultError

_INTROSPECTION = ("__schema", "__type")


class Limits(msgspec.Struct, frozen=True):
    """What one document may ask for, fragments counted wherever they are spread."""

    tokens: int = 1000
    depth: int = 8
    introspection_depth: int = 20
    """Of `__schema` and `__type`, for those who may ask them: every tool's own query is 15 deep."""
    aliases: int = 15
    """Aliases, and fields named twice in one selection: both make many answers of one."""
    directives: int = 20
    root_fields: int = 10
    cost: int = 5000
    """An object counts 2, a scalar 1, each times the `first` (or the number of `ids`) above it."""
    page: int = 50
    """What a `first` counts at the most; asking for more is refused where it is read."""


LIMITS = Limits()


class _Measure(msgspec.Struct):
    depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0
    cost: int = 0

    def add(self, other: "_Measure") -> None:
        self.depth = max(self.depth, other.depth)
        self.aliases += other.aliases
        self.directives += other.directives
        self.fields += other.fields
        self.cost += other.cost


def read_document(
    query: str, variables: Mapping[str, Any] | None, *, may_introspect: bool, limits: Limits = LIMITS
) -> DocumentNode:
    """The parsed document. Raises FaultError beyond the limits, GraphQLSyntaxError where it does not parse."""
    try:
        document = parse(query, max_lexical_tokens=limits.tokens, max_comments=limits.tokens)
    except GraphQLSyntaxError as error:
        if error.message.endswith("Parsing aborted."):
            raise FaultError(Code.QUERY_TOO_COMPLEX, f"A query has at most {limits.tokens} words and signs.") from error
        raise
    try:
        _Pass(document, variables or {}, may_introspect=may_introspect, limits=limits).check()
    except RecursionError as error:
        raise FaultError(Code.QUERY_TOO_COMPLEX, f"A query has at most {limits.depth} levels.") from error
    return document


class _Pass:
    """One walk over one document; every fragment is measured once."""

    def __init__(
        self, document: DocumentNode, variables: Mapping[str, Any], *, may_introspect: bool, limits: Limits
    ) -> None:
        self._document = document
        self._variables = variables
        self._may_introspect = may_introspect
        self._limits = limits
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._measured: dict[str, _Measure] = {}
        self._open: set[str] = set()

    def check(self) -> None:
        """Raise FaultError for the first limit that the document breaks."""
        limits = self._limits
        for node in self._document.definitions:
            if isinstance(node, FragmentDefinitionNode):
                # Its depth counts where it is spread: under `__type` it may be deep.
                measure = msgspec.structs.replace(self._fragment(node.name.value), depth=0)
            elif isinstance(node, OperationDefinitionNode):
                self._refuse_nul(node.variable_definitions)
                measure = self._selection_set(node.selection_set)
                measure.directives += len(node.directives or ())
                _at_most(limits.root_fields, measure.fields, "fields at its root")
            else:
                continue  # a type definition; validation refuses it by name
            _at_most(limits.depth, measure.depth, "levels")
            _at_most(limits.aliases, measure.aliases, "aliases or repeated fields")
            _at_most(limits.directives, measure.directives, "directives")
            _at_most(limits.cost, measure.cost, "points of cost")

    def _selection_set(self, node: SelectionSetNode | None) -> _Measure:
        total = _Measure()
        named: set[str] = set()
        for selection in node.selections if node is not None else ():
            if isinstance(selection, FieldNode):
                answer_name = (selection.alias or selection.name).value
                total.aliases += selection.alias is not None or answer_name in named
                named.add(answer_name)
            total.add(self._selection(selection))
            total.directives += len(selection.directives or ())
        return total

    def _selection(self, node: SelectionNode) -> _Measure:
        if isinstance(node, FieldNode):
            return self._field(node)
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        return self._selection_set(getattr(node, "selection_set", None))

    def _field(self, node: FieldNode) -> _Measure:
        self._refuse_nul(node.arguments)
        below = self._selection_set(node.selection_set)
        measure = _Measure(
            depth=below.depth + 1,
            aliases=below.aliases,
            directives=below.directives,
            fields=1,
            cost=self._times(node) * ((2 if node.selection_set is not None else 1) + below.cost),
        )
        if node.name.value in _INTROSPECTION:
            if not self._may_introspect:
                raise FaultError(
                    Code.GRAPHQL_VALIDATION_FAILED, "Introspection is for admins; the schema is published."
                )
            _at_most(self._limits.introspection_depth, measure.depth, "levels of introspection")
            measure.depth = 1
        return measure

    def _fragment(self, name: str) -> _Measure:
        if name in self._open:
            raise FaultError(Code.GRAPHQL_VALIDATION_FAILED, "Fragments spread each other in a circle.")
        if name not in self._measured:
            node = self._fragments.get(name)
            if node is None:
                return _Measure()  # validation names the fragment that is missing
            self._open.add(name)
            self._measured[name] = self._selection_set(node.selection_set)
            self._measured[name].directives += len(node.directives or ())
            self._open.discard(name)
        return self._measured[name]

    def _times(self, node: FieldNode) -> int:
        """How many answers a field stands for: its `first`, or as many as its `ids`."""
        for argument in node.arguments or ():
            if argument.name.value == "first":
                return max(1, min(_whole(self._value(argument.value)), self._limits.page))
            if argument.name.value == "ids":
                ids = self._value(argument.value)
                return max(1, len(ids)) if isinstance(ids, (list, tuple)) else 1
        return 1

    def _value(self, node: ValueNode) -> object:
        if isinstance(node, VariableNode):
            # A default may stand in for a variable that was not sent; the dearest case is the whole page.
            return self._variables.get(node.name.value, self._limits.page)
        if isinstance(node, IntValueNode):
            return int(node.value) if len(node.value) < 10 else self._limits.page
        if isinstance(node, ListValueNode):
            return node.values
        return None

    def _refuse_nul(self, nodes: tuple[Node, ...] | None) -> None:
        """A NUL inside a literal passes JSON and the lexer, and PostgreSQL then refuses it with an error of ours."""
        for node in nodes or ():
            for name in ("value", "values", "fields", "default_value"):
                inner = getattr(node, name, None)
                if isinstance(node, StringValueNode):
                    if "\0" in node.value:
                        raise FaultError(Code.BAD_USER_INPUT, "A text may not hold the character NUL.")
                elif isinstance(inner, Node):
                    self._refuse_nul((inner,))
                elif isinstance(inner, tuple):
                    self._refuse_nul(inner)


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 1


def _at_most(limit: int, found: int, what: str) -> None:
    if found > limit:
        raise FaultError(Code.QUERY_TOO_COMPLEX, f"A query has at most {limit} {what}.")
