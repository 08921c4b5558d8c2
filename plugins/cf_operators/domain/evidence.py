"""What an improvement task is opened with: the numbers, where they are worst, what customers complain about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cf_operators.domain.effect import measured
from cf_operators.domain.kpi import Kpi
from cf_operators.domain.missed_target import JudgedValue, MissedTarget
from cf_operators.domain.period import add_months
from cf_operators.domain.slice import slice_parts

FEWEST_OF_WORST = 5
"""A slice with fewer cases is not named as one of the worst: it would be chance, and might point at a person."""

NAMED = 5
"""How many worst slices and complaint categories are named."""


@dataclass(frozen=True)
class ComplaintWindow:
    """Which complaints stand behind a task, and which they are compared with; ends are exclusive.

    The complaints of a slice are compared with all others of the same months, those of the whole with the same number
    of months before.
    """

    dimension: str
    member: str
    first: date
    until: date
    rest_first: date
    rest_until: date
    is_rest_same_slice: bool

    @classmethod
    def of(cls, missed: MissedTarget) -> ComplaintWindow:
        """The window of the months that were missed."""
        dimension, member = slice_parts(missed.slice)
        first = missed.months[-1].period_start
        until = add_months(missed.newest.period_start, 1)
        if dimension != "all":
            return cls(dimension, member, first, until, first, until, is_rest_same_slice=False)
        before = add_months(first, -len(missed.months))
        return cls(dimension, member, first, until, before, first, is_rest_same_slice=True)


@dataclass(frozen=True)
class CategoryCount:
    """How many complaints of a category there are in the slice and months of a task, and in the rest."""

    category: str
    count: int
    rest_count: int


def evidence(
    missed: MissedTarget,
    kpi: Kpi,
    values: Sequence[JudgedValue],
    categories: Sequence[CategoryCount],
    as_of: str,
) -> dict[str, Any]:
    """Everything that a task shows about why it was opened, as it is stored.

    :param values: all monthly values that may be compared with, of any KPI.
    :param categories: complaints by category in the :class:`ComplaintWindow` of the task.
    :param as_of: time of the newest event in the data, ISO 8601.
    """
    of_kpi = [value for value in values if value.kpi == kpi.id]
    return {
        "kpi": {name: getattr(kpi, name) for name in ("id", "title", "question", "unit", "direction")},
        "target": {
            "value": missed.target.value,
            "is_minimum": missed.target.is_minimum,
            "min_n": missed.target.min_n,
            "months": missed.target.months,
        },
        "months": [measured(value) for value in missed.months],
        "compared_with": _compared(
            missed, kpi, {(value.period_start, value.slice): value for value in of_kpi}
        ),
        "worst_slices": worst_slices(missed, of_kpi),
        "complaints": complaints(missed, categories),
        "data_as_of": as_of,
    }


def worst_slices(missed: MissedTarget, values: Iterable[JudgedValue]) -> list[dict[str, Any]]:
    """The slices of the other dimensions that lie furthest beyond the target in the newest month, worst first."""
    sign = 1 if missed.target.is_minimum else -1
    own = slice_parts(missed.slice)[0]
    found = []
    for value in values:
        dimension = slice_parts(value.slice)[0]
        is_other = dimension not in {"all", own} and value.period_start == missed.newest.period_start
        if is_other and value.n >= FEWEST_OF_WORST and value.value is not None:
            distance = sign * (missed.target.value - value.value)
            if distance > 0:
                found.append(measured(value) | {"distance": distance})
    return sorted(found, key=lambda row: (-row["distance"], row["slice"]))[:NAMED]


def complaints(missed: MissedTarget, categories: Iterable[CategoryCount]) -> dict[str, Any]:
    """The most frequent complaint categories in the slice and months, beside their share in the rest."""
    rows = list(categories)
    count, rest_count = sum(row.count for row in rows), sum(row.rest_count for row in rows)
    top = sorted((row for row in rows if row.count), key=lambda row: (-row.count, row.category))[:NAMED]
    return {
        "count": count,
        "rest": "the months before" if missed.slice == "all" else "all others in the same months",
        "rest_count": rest_count,
        "categories": [
            {
                "category": row.category,
                "count": row.count,
                "share": row.count / count,
                "rest_share": row.rest_count / rest_count if rest_count else None,
            }
            for row in top
        ],
    }


def _compared(
    missed: MissedTarget, kpi: Kpi, values: Mapping[tuple[date, str], JudgedValue]
) -> dict[str, Any] | None:
    """What the newest value is held against: the rest of its month, or the month before it all began."""
    if missed.slice == "all":
        before = values.get((add_months(missed.months[-1].period_start, -1), "all"))
        return {"with": "the month before", **measured(before)} if before else None
    total = values.get((missed.newest.period_start, "all"))
    if total is None:
        return None
    scale = {"nps": 100.0, "proportion": 1.0, "rate": float(kpi.per or 1)}.get(kpi.family)
    if scale is None:
        return {"with": "all together", **measured(total)}
    numerator = total.numerator - missed.newest.numerator
    denominator = total.denominator - missed.newest.denominator
    return {
        "with": "all others",
        "period_start": total.period_start.isoformat(),
        "value": scale * numerator / denominator if denominator else None,
        "numerator": numerator,
        "denominator": denominator,
        "n": total.n - missed.newest.n,
    }
