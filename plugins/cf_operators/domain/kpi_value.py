"""One number of one KPI, for one period and slice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cf_operators.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class KpiValue:
    """A measured value with what it rests on, and the verdict where its KPI has a target.

    ``period_start`` is None for the grain ``all``; ``slice`` is ``all`` or ``dimension=value``; numbers that do not
    exist are None, never 0.
    """

    kpi: str
    definition_version: str
    grain: str
    period_start: date | None
    slice: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    numerator: float
    denominator: float
    method: str
    target: float | None = None
    verdict: Verdict | None = None


def slice_parts(slice_name: str) -> tuple[str, str]:
    """Dimension and member of a slice: ``region=North`` gives ``("region", "North")``, ``all`` ``("all", "all")``."""
    dimension, is_named, member = slice_name.partition("=")
    return (dimension, member) if is_named else ("all", "all")
