"""KPI numbers as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any


def shown(value: float | None, unit: str) -> str:
    """A value in its unit: a share in percent, points as a whole number with its sign; `–` for nothing measured."""
    if value is None:
        return "–"
    if unit == "share":
        return f"{_rounded(value, 1, percent=True)}%"
    if unit == "points":
        return f"{_rounded(value, 0):+}" if _rounded(value, 0) else "0"
    return f"{_rounded(value, 1):,}"


def interval(row: Mapping[str, Any]) -> str:
    """The 95% interval of a KPI row."""
    return f"{shown(row['low'], row['unit'])} to {shown(row['high'], row['unit'])}"


def wanted(row: Mapping[str, Any]) -> str:
    """The target of a KPI row: `at least 85.0%`; empty when there is none."""
    if row["target"] is None:
        return ""
    return f"{'at least' if row['is_minimum'] else 'at most'} {shown(row['target'], row['unit'])}"


def _rounded(value: float, digits: int, *, percent: bool = False) -> Decimal:
    """Half away from zero, of the number as it is written: 0.8765 is 87.7%, whatever its binary digits say."""
    exact = Decimal(str(value)) * (100 if percent else 1)
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP) + 0  # no -0
