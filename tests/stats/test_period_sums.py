"""Sums over periods from sums over days."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cf_operators.stats.period_sums import DayRows, range_sums

ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(-800_000, 60_000)), unique=True, max_size=60)


@given(
    ROWS,
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(-800_000, 60_000), st.integers(0, 900_000)), max_size=9
    ),
)
def test_equals_adding_up_one_by_one(rows: list[tuple[int, int]], spans: list[tuple[int, int, int]]) -> None:
    rows = sorted(rows)
    slices, days = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    values = np.arange(1, len(rows) + 1, dtype=np.int64) ** 2
    chosen, first, length = np.array(spans, dtype=np.int64).reshape(-1, 3).T
    found = range_sums(values, *DayRows(slices, days).ranges(chosen, first, first + length))
    expected = [
        sum(
            int(value)
            for (name, day), value in zip(rows, values, strict=True)
            if name == wanted and start <= day <= start + more
        )
        for wanted, start, more in spans
    ]
    assert found.tolist() == expected


def test_sums_are_right_although_the_running_total_is_too_large_to_hold() -> None:
    most = np.iinfo(np.int64).max
    values = np.array([most, 1, most, 41, 1], dtype=np.int64)
    low, high = np.array([0, 2, 3, 5]), np.array([1, 3, 5, 5])
    assert range_sums(values, low, high).tolist() == [most, most, 42, 0]
