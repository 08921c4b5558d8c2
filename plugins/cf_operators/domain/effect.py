"""How it will be found out whether an improvement worked: fixed when the task opens, not chosen afterwards."""

from __future__ import annotations

from datetime import date
from typing import Any

from cf_operators.domain.kpi import Kpi
from cf_operators.domain.missed_target import JudgedValue, MissedTarget
from cf_operators.domain.period import add_months

CONFIDENCE = 0.95

DIFFERENCE_METHODS = {"nps": "adjusted_wald_difference", "proportion": "newcombe", "rate": "two_rates_score"}
"""How two periods of a family are compared from what stands in the KPI table. Durations need each single case."""


def effect_criterion(missed: MissedTarget, kpi: Kpi, due_on: date) -> dict[str, Any]:
    """The effect check of a task, as it is stored: what is compared with what, by which test, and when.

    The task was effective if any of its tests holds over ``window.months`` full months after it was closed: the whole
    interval on the right side of the target, or better than the baseline beyond chance.

    ``check_on`` is the day on which those months are over when the task is closed on its due date.
    """
    target, length = missed.target, len(missed.months)
    tests: list[dict[str, str]] = [{"test": "interval_meets_target"}]
    if method := DIFFERENCE_METHODS.get(kpi.family):
        side = "greater" if kpi.direction == "up" else "less"
        tests.append({"test": "difference_from_baseline", "method": method, "side": side})
    return {
        "kpi": target.kpi,
        "slice": missed.slice,
        "definition_version": missed.newest.definition_version,
        "unit": kpi.unit,
        "target": target.value,
        "is_minimum": target.is_minimum,
        "min_n": target.min_n,
        "baseline": {
            "first_month": missed.months[-1].period_start.isoformat(),
            "last_month": missed.newest.period_start.isoformat(),
            "values": [measured(value) for value in missed.months],
        },
        "window": {"months": length, "starts": "first full month after the task is closed"},
        "confidence": CONFIDENCE,
        "effective_if_any": tests,
        "check_on": add_months(due_on, length + 1).isoformat(),
    }


def measured(value: JudgedValue) -> dict[str, Any]:
    """A KPI row as it is kept in evidence: numbers, and the revision that they can be found by again."""
    return {
        "period_start": value.period_start.isoformat(),
        "slice": value.slice,
        "value": value.value,
        "low": value.low,
        "high": value.high,
        "n": value.n,
        "numerator": value.numerator,
        "denominator": value.denominator,
        "target": value.target,
        "verdict": value.verdict,
        "definition_version": value.definition_version,
        "revision": value.revision,
    }
