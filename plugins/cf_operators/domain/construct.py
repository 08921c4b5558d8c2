"""Constructs: what a question can measure, each on one scale, so that answers of several surveys can be added up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cf_operators.domain.value import SLUG

Scale = tuple[int, int]
"""Lowest and highest score."""

KNOWN: Mapping[str, Scale] = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
"""Constructs that everybody measures alike: recommendation (Reichheld 2003), satisfaction in five boxes, and effort
in seven (CES 2.0, CEB 2013)."""

_FIXED = ("nps",)  # defined by its scale: promoters are 9 and 10 of 0 to 10


def read_constructs(data: object) -> tuple[dict[str, Scale], list[str]]:
    """The constructs that a file declares, and what is wrong with it, one sentence each.

    :param data: ``{"delivery": {"scale": [1, 5], "meaning": "..."}}``.
    """
    if not isinstance(data, Mapping):
        return {}, ["holds no mapping from a construct to its scale; write delivery: {scale: [1, 5]}"]
    found: dict[str, Scale] = {}
    problems: list[str] = []
    for name, entry in data.items():
        scale = _scale(entry)
        if not isinstance(name, str) or not re.fullmatch(SLUG, name):
            problems.append(
                f"{name!r} is not an id: lower-case letters, digits and _, starting with a letter"
            )
        elif scale is None:
            problems.append(
                f"{name} has no scale; write {name}: {{scale: [1, 5]}} with the lowest and highest score"
            )
        elif name in _FIXED and scale != KNOWN[name]:
            low, high = KNOWN[name]
            problems.append(f"{name} is defined on {low}..{high} only, not on {scale[0]}..{scale[1]}")
        else:
            found[name] = scale
    return found, problems


def _scale(entry: Any) -> Scale | None:
    match entry:
        case {"scale": [int(low), int(high)]} if low < high and not isinstance(low, bool):
            return low, high
    return None
