"""Where a value stands in a JSON document: names and positions joined by dots, such as ``properties.created``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_STEP = re.compile(r"(?:[^.\\]|\\.)+")


def steps(path: str) -> tuple[str, ...]:
    """The steps of a path. A dot that belongs to a name is written as ``\\.``.

    :raises ValueError: the path is empty, or a step of it is.
    """
    found = _STEP.findall(path)
    if ".".join(found) != path or not found:
        raise ValueError(f'"{path}" is not a path such as "properties.created"')
    return tuple(re.sub(r"\\(.)", r"\1", step) for step in found)


def value_at(document: Any, path: tuple[str, ...]) -> Any:
    """The value at the end of a path; None when a step leads nowhere.

    A step into a list is a position, from 0 on, or from -1 back: as PostgreSQL's ``#>`` reads it.
    """
    for step in path:
        if isinstance(document, Mapping):
            document = document.get(step)
        elif (
            isinstance(document, Sequence) and not isinstance(document, str) and re.fullmatch(r"-?\d+", step)
        ):
            position = int(step)
            document = document[position] if -len(document) <= position < len(document) else None
        else:
            return None
    return document
