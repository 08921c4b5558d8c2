"""The evidence of an improvement task in two lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demo.scoreboard.number import interval, shown


def evidence_lines(evidence: Mapping[str, Any], family: str) -> tuple[str, str]:
    """The missed months beside what they are compared with; then the complaints behind them and the worst slice.

    `family` is that of the KPI.
    """
    kind = {"unit": evidence["kpi"]["unit"], "family": family}
    return _months(evidence, kind), _causes(evidence, kind)


def _months(evidence: Mapping[str, Any], kind: Mapping[str, str]) -> str:
    months = [
        f"{row['period_start'][:7]} {shown(row['value'], **kind)} ({interval(row | kind)}, n {row['n']:,})"
        for row in evidence["months"]
    ]
    compared = evidence["compared_with"]
    other = [f"{compared['with']} {shown(compared['value'], **kind)}"] if compared else []
    return "; ".join([", ".join(months), *other])


def _causes(evidence: Mapping[str, Any], kind: Mapping[str, str]) -> str:
    complaints = evidence["complaints"]
    categories = [
        f"{row['category'].replace('_', ' ')} {row['count']:,} of {complaints['count']:,}"
        for row in complaints["categories"][:2]
    ]
    worst = [
        f"worst besides: {row['slice']} {shown(row['value'], **kind)}" for row in evidence["worst_slices"][:1]
    ]
    return "; ".join([f"complaints: {', '.join(categories) or 'none'}", *worst])
