"""Problems of a programme: where each stands, and pydantic's errors said in plain English."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: its place in the programme, and what to do."""

    location: Location
    message: str

    @property
    def path(self) -> str:
        """The place as people write it, e.g. ``campaigns[1].survey``."""
        parts = (f"[{part}]" if isinstance(part, int) else f".{_key(part)}" for part in self.location)
        return "".join(parts).removeprefix(".")


def shown(value: object) -> str:
    """A value as it is shown in a message: like JSON, on one line, cut after 80 characters."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
        if not text.isprintable():
            text = json.dumps(value, default=str)
    except (TypeError, ValueError):  # keys that are no text, or a list that holds itself
        text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _key(key: str) -> str:
    return key if key and key.isprintable() else shown(key)


def problems_of(error: ValidationError, data: object, schema: Mapping[str, Any]) -> list[Problem]:
    """All problems behind a validation error.

    ``data`` is what was validated and ``schema`` the JSON Schema of the model: it knows which keys are allowed where.
    """
    found = []
    errors = error.errors(include_url=False)
    for details in errors:
        if details["type"] == "too_short" and any(
            _is_below(other["loc"], details["loc"]) for other in errors
        ):
            continue  # a list is not empty because its only item is wrong
        location = _location(details["loc"], data)
        found.append(Problem(location, _message(details, _allowed_keys(details["loc"][:-1], schema))))
    return found


def _location(raw: Sequence[str | int], data: object) -> Location:
    """Pydantic puts the kind of an entry into its location; people do not see it in the file."""
    location: list[str | int] = []
    node = data
    for part in raw:
        if part == "[key]" or (isinstance(node, Mapping) and part not in node and node.get("kind") == part):
            continue
        location.append(part)
        if isinstance(node, Mapping):
            node = node.get(part)
        elif isinstance(node, list) and isinstance(part, int):
            node = node[part] if part < len(node) else None  # an item may be what is missing
    return tuple(location)


def _is_below(location: Sequence[str | int], other: Sequence[str | int]) -> bool:
    return len(location) > len(other) and tuple(location[: len(other)]) == tuple(other)


def _allowed_keys(raw: Sequence[str | int], schema: Mapping[str, Any]) -> list[str]:
    node = schema
    for part in raw:
        node = _resolved(node, schema)
        if "discriminator" in node:
            node = {"$ref": node["discriminator"]["mapping"].get(part, "")}
        elif isinstance(part, int):
            node = node.get("items", {})
        else:
            entries = node.get("patternProperties") or {"": node.get("additionalProperties") or {}}
            node = node.get("properties", {}).get(part) or next(iter(entries.values()))
    return list(_resolved(node, schema).get("properties", ()))


def _resolved(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    for choice in node.get("anyOf", ()):  # an entry that may be left out: its own shape, or null
        if "$ref" in choice:
            node = choice
    reference = node.get("$ref")
    return schema["$defs"].get(reference.rpartition("/")[2], {}) if reference else node


def _message(details: ErrorDetails, allowed_keys: Sequence[str]) -> str:
    kind, value, context = details["type"], shown(details["input"]), details.get("ctx", {})
    match kind:
        case "missing":
            return "is missing; add it"
        case "extra_forbidden":
            near = get_close_matches(str(details["loc"][-1]), allowed_keys, n=1, cutoff=0.7)
            hint = f'did you mean "{near[0]}"?' if near else f"keys here are: {', '.join(allowed_keys)}"
            return f"is not a known key; {hint}"
        case "value_error" if details["input"] is None or isinstance(details["input"], Mapping):
            return str(context["error"])  # of a whole entry, which would only be repeated
        case "value_error":
            return f"{value} {context['error']}"
        case "literal_error" | "union_tag_invalid":
            expected = context.get("expected") or context.get("expected_tags")
            return f"{_tag(details)} is not allowed; allowed are: {_words(expected)}"
        case "union_tag_not_found":
            return "kind is missing; it says which keys belong here"
        case "string_type" if isinstance(details["input"], bool | int | float | date):
            return f"{value} is not text to YAML; put it in quotes"
        case "too_short":
            return f"is empty; give at least {context['min_length']}"
    return f"{value} {_WANTED.get(kind, details['msg'].lower()).format(**context)}"


_WANTED = {
    "string_type": "is not text",
    "int_type": "is not a whole number",
    "int_from_float": "is not a whole number",
    "float_type": "is not a number",
    "finite_number": "is not a finite number",
    "bool_type": "is neither true nor false",
    "greater_than_equal": "is too small; the least is {ge}",
    "less_than_equal": "is too great; the most is {le}",
    "greater_than": "is too small; it has to be more than {gt}",
    "less_than": "is too great; it has to be less than {lt}",
    "tuple_type": "is not a list; write [...] or one line with - for each",
    "too_long": "has too many items; the most is {max_length}",
    "dict_type": "is not a mapping; write key: value",
    "model_type": "is not a mapping; write key: value",
    "model_attributes_type": "is not a mapping; write key: value",
    "path_type": "is not the path of a file",
}


def _tag(details: ErrorDetails) -> str:
    entry = details["input"]
    return f"kind {shown(entry.get('kind'))}" if isinstance(entry, Mapping) else shown(entry)


def _words(expected: object) -> str:
    return str(expected).replace("'", "").replace(" or ", ", ")
