"""Paths, parameters and bodies of requests, with {names} in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from cf_operators.domain.rest_source import PLACEHOLDER

_LEFT_OUT: Final = object()


def filled(template: Any, values: Mapping[str, str | None]) -> Any:
    """A template with its names replaced by values. ``{{`` and ``}}`` are braces.

    What holds a name whose value is None is left out: the key of a mapping, the item of a list.
    """
    found = _filled(template, values)
    return None if found is _LEFT_OUT else found


def filled_path(template: str, values: Mapping[str, str | None]) -> str:
    """A path of an address; a value never adds a step of its own."""
    return PLACEHOLDER.sub(lambda name: quote(values.get(name[1]) or "", safe=""), template)


def _filled(node: Any, values: Mapping[str, str | None]) -> Any:
    if isinstance(node, str):
        names = PLACEHOLDER.findall(node)
        if any(values.get(name) is None for name in names):
            return _LEFT_OUT
        text = PLACEHOLDER.sub(lambda name: values[name[1]] or "", node)
        return text.replace("{{", "{").replace("}}", "}")
    if isinstance(node, Mapping):
        items = ((key, _filled(value, values)) for key, value in node.items())
        return {key: value for key, value in items if value is not _LEFT_OUT}
    if isinstance(node, list | tuple):
        return [value for item in node if (value := _filled(item, values)) is not _LEFT_OUT]
    return node
