"""The evidence of an improvement task in two lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demo.scoreboard.number import interval, shown


def evidence_lines(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """The missed months beside what they are compared with; then the complaints behind them and the worst slice."""
    unit = evidence["kpi"]["unit"]
    return _months(evidence, unit), _causes(evidence, unit)


def _months(evidence: Mapping[str, Any], unit: str) -> str:
    months = [
        f"{row['period_start'][:7]} {shown(row['value'], unit)} ({interval({**row, 'unit': unit})}, n {row['n']:,})"
        for row in evidence["months"]
    ]
    compared = evidence["compared_with"]
    other = [f"{compared['with']} {shown(compared['value'], unit)}"] if compared else []
    return "; ".join([", ".join(months), *other])


def _causes(evidence: Mapping[str, Any], unit: str) -> str:
    complaints = evidence["complaints"]
    categories = [
        f"{row['category'].replace('_', ' ')} {row['count']:,} of {complaints['count']:,}"
        for row in complaints["categories"][:2]
    ]
    worst = [
        f"worst besides: {row['slice']} {shown(row['value'], unit)}" for row in evidence["worst_slices"][:1]
    ]
    return "; ".join([f"complaints: {', '.join(categories) or 'none'}", *worst])
