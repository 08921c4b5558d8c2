"""What an entry need not say of an object, because the kind of its source knows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def with_defaults(entry: object, defaults: Mapping[str, Any]) -> object:
    """The entry of an object, completed.

    Fields of ``map`` are completed one by one: what the entry says of a field counts, and a field that it sets to null
    is not mapped. A map to another shape stands for itself.

    :param entry: the raw mapping of the programme; whatever is none is returned as it is, and refused later.
    """
    if not isinstance(entry, Mapping):
        return entry
    completed = {**defaults, **entry}
    own, known = entry.get("map", {}), defaults["map"]
    if isinstance(own, Mapping) and own.get("shape", known["shape"]) == known["shape"]:
        fields = own.get("fields", {})
        if isinstance(fields, Mapping):
            merged = {**known["fields"], **fields}
            completed["map"] = {**known, **own, "fields": {n: f for n, f in merged.items() if f is not None}}
    return completed
