"""KPI numbers as people read them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

WITHHELD = "withheld"


def shown(value: float | None, unit: str, family: str = "") -> str:
    """A value in its unit: a share in percent, an NPS as a whole number with its sign, a mean score with two decimals.

    `–` for nothing measured, and `∞` for the end of an interval that has none.
    """
    if value is None:
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if unit == "share":
        return f"{_rounded(value, 1, percent=True)}%"
    if family == "mean":
        return f"{_rounded(value, 2):,}"
    if unit == "points":
        return f"{_rounded(value, 0):+}" if _rounded(value, 0) else "0"
    return f"{_rounded(value, 1):,}"


def value_of(row: Mapping[str, Any]) -> str:
    """The value of a KPI row; where it is withheld, it is said so."""
    return WITHHELD if row["is_suppressed"] else shown(row["value"], row["unit"], row["family"])


def count_of(row: Mapping[str, Any]) -> str:
    """The number of cases behind a KPI row; empty where it is withheld."""
    return "" if row["n"] is None else f"{row['n']:,}"


def interval(row: Mapping[str, Any]) -> str:
    """The 95% interval of a KPI row; empty when nothing was measured or the value is withheld."""
    if row["low"] is None and row["high"] is None:
        return ""
    low, high = (shown(row[bound], row["unit"], row["family"]) for bound in ("low", "high"))
    return f"{low} to {high}"


def wanted(row: Mapping[str, Any]) -> str:
    """The target of a KPI row: `at least 85.0%`; empty when there is none."""
    if row["target"] is None:
        return ""
    limit = "at least" if row["is_minimum"] else "at most"
    return f"{limit} {shown(row['target'], row['unit'], row['family'])}"


def _rounded(value: float, digits: int, *, percent: bool = False) -> Decimal:
    """Half away from zero, of the number as it is written: 0.8765 is 87.7%, whatever its binary digits say."""
    exact = Decimal(str(value)) * (100 if percent else 1)
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP) + 0  # no -0
