"""Hidden cells are attacked: all published cells are equations, and what they determine is solved for.

The unknowns are the cases of each day and each combination of members of all dimensions. A hidden number is told
exactly when its own row is a combination of the published rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, product
from math import prod

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cf_operators.domain.calendar import Calendar, Period
from cf_operators.domain.disclosure import GRAINS, withheld
from cf_operators.domain.disclosure_group import Slice
from tests.domain.kpi_table import count, random_cases

Hidden = Mapping[Slice, AbstractSet[int]]
SURE = 1e-7
"""What is left of a row beside the published ones: rounding is far below, and what is free far above."""


@dataclass(frozen=True)
class Table:
    """A table of counts, and who stands behind it."""

    members: Mapping[str, list[str]]
    periods: list[Period]
    counts: Mapping[Slice, list[int]]
    k: int

    def small(self) -> dict[Slice, set[int]]:
        """The cells that must not be told."""
        return {cell: {at for at, n in enumerate(row) if 0 < n < self.k} for cell, row in self.counts.items()}

    def rows(self, cells: Mapping[Slice, AbstractSet[int]]) -> np.ndarray:
        """The equations of cells: 1 for each unknown that counts in the cell."""
        days = [period.start for period in self.periods if period.grain == "day" and period.start]
        in_period = [[day in period for day in days] for period in self.periods]
        people = [set(zip(self.members, names, strict=True)) for names in product(*self.members.values())]
        found = [
            np.kron(in_period[at], [person.issuperset(cell) for person in people])
            for cell, places in cells.items()
            for at in sorted(places)
        ]
        return np.array(found, dtype=float).reshape(len(found), len(days) * len(people))

    def told(self, hidden: Hidden) -> list[tuple[Slice, Period, int, float]]:
        """The small cells that the others tell, with their number and the solution of the equations for it."""
        every = set(range(len(self.periods)))
        public = {cell: every - hidden.get(cell, set()) for cell in self.counts}
        known = self.rows(public)
        numbers = [self.counts[cell][at] for cell, places in public.items() for at in sorted(places)]
        weights, vectors = np.linalg.eigh(known.T @ known)
        free = vectors[:, weights < SURE * max(weights[-1], 1)]
        secret = [(cell, at) for cell, places in self.small().items() for at in sorted(places)]
        if not secret:
            return []
        rows = self.rows(self.small())
        sure = np.linalg.norm(rows @ free, axis=1) < SURE * np.linalg.norm(rows, axis=1)
        solution = (
            np.linalg.lstsq(known, np.array(numbers, dtype=float), rcond=None)[0] if sure.any() else None
        )
        return [
            (cell, self.periods[at], self.counts[cell][at], float(row @ solution))
            for (cell, at), row, is_sure in zip(secret, rows, sure, strict=True)
            if is_sure and solution is not None
        ]


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Thin data of few days: of the calendar, or of any periods at all."""
    sizes = draw(
        st.sampled_from([(2,), (3,), (1, 2), (2, 2), (3, 2), (3, 3), (2, 2, 2), (3, 2, 1), (3, 2, 2), (4, 3)])
    )
    days = draw(st.integers(20, 60 if prod(sizes) < 8 else 35))
    members = {f"d{at}": [f"m{one}" for one in range(size)] for at, size in enumerate(sizes)}
    pairs = list(combinations(members, 2))
    crossed = [pair for pair in pairs if draw(st.booleans())]
    first = date(2025, 12, 1) + timedelta(draw(st.integers(0, 150)))
    periods = list(Calendar(fiscal_month=4).between(first, first + timedelta(days - 1)))
    if draw(st.booleans()):
        for start, length in draw(
            st.lists(st.tuples(st.integers(0, days - 1), st.integers(0, 30)), max_size=30)
        ):
            end = min(start + length, days - 1)
            grain = draw(st.sampled_from([grain for grain in GRAINS if grain not in ("all", "day")]))
            periods.append(Period(grain, first + timedelta(start), first + timedelta(end)))
    seed, a_day = draw(st.integers(0, 2**32)), draw(st.sampled_from([0.3, 1, 3, 8, 20]))
    cases = random_cases(seed, first, days, a_day, members, draw(st.sampled_from([0.2, 0.6, 1])))
    return Table(members, periods, count(cases, members, crossed, periods), draw(st.integers(3, 5)))


def sample(a_day: float = 4) -> Table:
    """Six weeks of two segments and three products, crossed."""
    members = {"product": ["p", "q", "r"], "segment": ["home", "office"]}
    first = date(2026, 3, 2)
    periods = list(Calendar().between(first, first + timedelta(41)))
    cases = random_cases(5, first, 42, a_day, members)
    return Table(members, periods, count(cases, members, [("product", "segment")], periods), 5)


@given(table=tables())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_small_number_is_told(table: Table) -> None:
    hidden = withheld(table.periods, table.counts, table.k)
    for cell, places in table.small().items():
        assert places <= hidden.get(cell, set())
    assert table.told(hidden) == []


def test_the_attack_tells_numbers_that_only_they_themselves_hide() -> None:
    table = sample()
    told = table.told(table.small())
    assert len(told) > 10
    assert [found for _, _, _, found in told] == pytest.approx([n for _, _, n, _ in told], abs=1e-6)
    assert table.told(withheld(table.periods, table.counts, table.k)) == []


@pytest.mark.parametrize("dimensions", [0, 1, 2])
def test_the_attack_finds_a_gap_in_each_kind_of_slice(dimensions: int) -> None:
    """What is withheld for the sake of others is shown again, in the slices of one kind only."""
    table = sample(a_day=9)
    hidden, small = withheld(table.periods, table.counts, table.k), table.small()
    opened = {cell: small[cell] if len(cell) == dimensions else places for cell, places in hidden.items()}
    assert opened != hidden
    assert table.told(opened) != []


def test_the_attack_finds_a_single_cell_that_is_shown_again() -> None:
    members = {"segment": ["home", "office"]}
    day = Period("day", date(2026, 3, 2), date(2026, 3, 2))
    home, office = (("segment", "home"),), (("segment", "office"),)
    table = Table(members, [day], {(): [14], home: [4], office: [10]}, 5)
    assert table.told({home: {0}, office: {0}}) == []
    [(cell, _, n, found)] = table.told({home: {0}})
    assert (cell == home, n) == (True, 4)
    assert found == pytest.approx(4)
