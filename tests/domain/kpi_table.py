"""A table of counts as KPIs have it: cases of random customers, counted by slice and calendar period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from cf_operators.domain.calendar import ONE_DAY, Period
from cf_operators.domain.disclosure_group import Slice

Case = tuple[date, Mapping[str, str]]
"""When somebody answered, and the member they are of in each dimension."""


def count(
    cases: Iterable[Case],
    members: Mapping[str, Sequence[str]],
    crossed: Iterable[tuple[str, str]],
    periods: Sequence[Period],
) -> dict[Slice, list[int]]:
    """n of each slice in each period."""
    first = min(period.start for period in periods if period.start)
    last = max(period.end for period in periods if period.end) + ONE_DAY
    slices: list[Slice] = [(), *(((one, member),) for one in members for member in members[one])]
    slices += [((one, a), (two, b)) for one, two in crossed for a in members[one] for b in members[two]]
    by_day = {cell: np.zeros((last - first).days + 1, dtype=int) for cell in slices}
    for day, of in cases:
        at = (day - first).days + 1
        for cell in [(), *(((one, of[one]),) for one in members)]:
            by_day[cell][at] += 1
        for one, two in crossed:
            by_day[(one, of[one]), (two, of[two])][at] += 1
    starts = [((period.start or first) - first).days for period in periods]
    ends = [((period.end + ONE_DAY if period.end else last) - first).days for period in periods]
    sums = {cell: row.cumsum() for cell, row in by_day.items()}
    return {cell: (row[ends] - row[starts]).tolist() for cell, row in sums.items()}


def random_cases(
    seed: int,
    first: date,
    days: int,
    a_day: float,
    members: Mapping[str, Sequence[str]],
    decline: float = 0.6,
) -> list[Case]:
    """Cases of a shop: Poisson by day, and each member ``decline`` times as often as the one before it."""
    random = np.random.default_rng(seed)
    numbers = random.poisson(a_day, days)
    total = int(numbers.sum())
    drawn = {}
    for dimension, names in members.items():
        chances = decline ** np.arange(len(names))
        drawn[dimension] = random.choice(names, total, p=chances / chances.sum())
    when = np.repeat(np.arange(days), numbers).tolist()
    return [
        (first + timedelta(day), {dimension: str(drawn[dimension][at]) for dimension in members})
        for at, day in enumerate(when)
    ]
