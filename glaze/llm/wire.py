"""The plain shape an answer has on the wire: its schema as sent, and how words are read back into it."""

import copy
import json
import re
from collections.abc import Mapping
from typing import Any, Generic

from pydantic import BaseModel, ValidationError

from glaze.llm.types import FailureKind, T

_KEPT = frozenset({"type", "enum", "const", "description"})
_THINKING = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_MAX_TRIES = 32
_MAX_FAULTS = 12

Schema = dict[str, Any]


def wire_schema(wire: type[BaseModel]) -> Schema:
    """The strict JSON schema of a wire model: objects closed, every field required, references written out.

    Lengths, patterns, defaults and titles are left out, as some servers refuse or ignore them: limits are
    checked in a second, stricter model after the answer is here. Raises TypeError for a model that does not
    forbid extra fields or that contains itself: both are slips of the programmer.
    """
    schema = wire.model_json_schema()
    return _strict(schema, schema.get("$defs", {}), ())


def _strict(node: Schema, defs: Mapping[str, Schema], within: tuple[str, ...]) -> Schema:
    if "$ref" in node:
        name = str(node["$ref"]).removeprefix("#/$defs/")
        if name in within:
            raise TypeError(f"the wire model {name} contains itself; a wire model is a plain tree")
        return _strict({**defs[name], **{k: v for k, v in node.items() if k != "$ref"}}, defs, (*within, name))
    plain: Schema = {key: copy.deepcopy(node[key]) for key in node.keys() & _KEPT}
    if "anyOf" in node:
        plain["anyOf"] = [_strict(option, defs, within) for option in node["anyOf"]]
    if "items" in node:
        plain["items"] = _strict(node["items"], defs, within)
    if node.get("type") == "object":
        if node.get("additionalProperties") is not False:
            raise TypeError('a wire model forbids extra fields: set ConfigDict(extra="forbid")')
        properties = node.get("properties", {})
        plain["properties"] = {name: _strict(value, defs, within) for name, value in properties.items()}
        plain["required"] = list(properties)
        plain["additionalProperties"] = False
    return plain


class UnfitError(Exception, Generic[T]):
    """Words that do not fit the wire model: no JSON object, or one of another shape.

    `faults` are sentences for the model, so that it can mend them. They may quote its own field names and are
    for no log.
    """

    def __init__(self, kind: FailureKind, faults: tuple[str, ...]) -> None:
        super().__init__(kind.value)
        self.kind = kind
        self.faults = faults


def read_wire(words: str, wire: type[T]) -> T:
    """The wire model an answer holds, checked strictly (a number is no string). Raises UnfitError.

    A fence, prose or a thinking block around one JSON object is taken off, whatever was asked for: servers
    that ignore `response_format` do not say so.
    """
    try:
        return wire.model_validate_json(words, strict=True)
    except ValidationError as error:
        if not any(fault["type"] == "json_invalid" for fault in error.errors(include_url=False)):
            raise UnfitError(FailureKind.SCHEMA, _faults(error)) from None
    inner = _only_object(words)
    if inner is None:
        raise UnfitError(FailureKind.MALFORMED, ("It was not exactly one JSON object.",))
    try:
        return wire.model_validate_json(inner, strict=True)
    except ValidationError as error:
        raise UnfitError(FailureKind.SCHEMA, _faults(error)) from None


def _only_object(words: str) -> str | None:
    """The text of the one JSON object in some prose; None when there is none, or a second one beside it.

    The number of places tried is bounded: each try may read to the end, and an answer is not trusted to be
    short on braces.
    """
    words = _THINKING.sub("", words)
    decoder = json.JSONDecoder()
    found: list[str] = []
    start = words.find("{")
    for _ in range(_MAX_TRIES):
        if start < 0:
            return found[0] if len(found) == 1 else None
        try:
            _, end = decoder.raw_decode(words, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            found.append(words[start:end])
        start = words.find("{", end)
    return None


def _faults(error: ValidationError) -> tuple[str, ...]:
    shown = error.errors(include_url=False, include_context=False, include_input=False)[:_MAX_FAULTS]
    return tuple(f"{'.'.join(str(step) for step in fault['loc']) or 'the object'}: {fault['msg']}" for fault in shown)
