"""JSON as other systems write it, read so that every row of it can be stored or refused by itself."""

from __future__ import annotations

import json
import math
from typing import Any, Final

MOST_DIGITS: Final = 300
DEEPEST: Final = 100


def parse_json(body: bytes) -> Any:
    """The document. Numbers that no database holds (NaN, 1e999, thousands of digits) are kept as texts.

    :raises ValueError: the body is not JSON, or nested so deep that nothing can read it.
    """
    try:
        text = body.decode("utf-8-sig")
        return json.loads(text, parse_float=_number, parse_int=_integer, parse_constant=str)
    except RecursionError:
        raise ValueError("it is nested too deep to be read") from None


def is_too_deep(document: Any) -> bool:
    """Whether a document is nested deeper than any record is; deeper ones break databases."""
    level = [document]
    for _ in range(DEEPEST):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return False
    return True


def _number(text: str) -> float | str:
    value = float(text)
    return text if math.isinf(value) else value


def _integer(text: str) -> int | str:
    return int(text) if len(text) <= MOST_DIGITS else text
