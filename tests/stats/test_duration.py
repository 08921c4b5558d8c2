"""Median durations: published examples, edges, and what holds for any cases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cf_operators.stats.duration import median_duration
from tests.sql.brute_force import kaplan_meier_quantile
from tests.stats.published import KAPLAN_MEIER

NAN = float("nan")
CASES = st.lists(st.tuples(st.integers(0, 50).map(float), st.booleans()), min_size=1, max_size=60)


def one(times: Sequence[float], ends: Sequence[int]) -> tuple[float, float, float]:
    found = median_duration([times], [ends])
    return float(found.value[0]), float(found.low[0]), float(found.high[0])


@pytest.mark.parametrize(("source", "times", "ends", "median"), KAPLAN_MEIER)
def test_published(source: str, times: list[float], ends: list[int], median: float) -> None:
    value, low, high = one(times, ends)
    assert value == median, source
    assert low <= value
    assert not high < value


def test_published_interval() -> None:
    """Freireich et al. 1963, placebo: 4 to 11 weeks by log-log (SAS PROC LIFETEST)."""
    _, times, ends, _ = KAPLAN_MEIER[2]
    assert one(times, ends) == (8, 4, 11)


def test_the_open_cases_count() -> None:
    """Of the closed ones alone the median would be 2.5."""
    assert one([3, 1, 2, 3, 2, 1, 5, 3], [0, 1, 1, 1, 0, 0, 1, 0])[0] == 5


@pytest.mark.parametrize(
    ("name", "times", "ends", "expected"),
    [
        ("no cases", [], [], (NAN, NAN, NAN)),
        ("one case: a value, and no interval", [4], [1], (4, NAN, NAN)),
        ("one open case", [4], [0], (NAN, NAN, NAN)),
        ("at once", [0] * 6, [1] * 6, (0, 0, 0)),
        ("five alike: no 95% interval exists", [2] * 5, [1] * 5, (2, NAN, NAN)),
        ("six alike: it is as good as certain", [2] * 6, [1] * 6, (2, 2, 2)),
        ("nine of ten alike", [2] * 90 + [3] * 10, [1] * 100, (2, 2, 2)),
        ("all open for long: beyond that", [500] * 100, [0] * 100, (NAN, 500, NAN)),
        ("all open, some for longer", [10, 20, 30, 40, 50, 60, 70, 80], [0] * 8, (NAN, 30, NAN)),
        ("hardly any ended", [1] * 5 + [500] * 95, [1] * 5 + [0] * 95, (NAN, 500, NAN)),
        ("half ended: the median is when the half is full", [1, 2, 3, 9], [1, 1, 0, 0], (2, 1, NAN)),
    ],
)
def test_edges(name: str, times: list[float], ends: list[int], expected: tuple[float, float, float]) -> None:
    assert one(times, ends) == pytest.approx(expected, nan_ok=True), name


def test_the_median_is_reached_when_exactly_half_has_ended_whatever_the_rounding() -> None:
    for n in range(2, 200, 2):
        assert one(list(range(1, n + 1)), [1] * n)[0] == n / 2


@given(st.lists(CASES, min_size=1, max_size=5))
def test_equals_the_product_by_hand(rows: list[list[tuple[float, bool]]]) -> None:
    found = median_duration(
        [[time for time, _ in row] for row in rows], [[end for _, end in row] for row in rows]
    )
    wanted = [kaplan_meier_quantile(row) for row in rows]
    np.testing.assert_array_equal(found.value, [NAN if median is None else median for median in wanted])


@given(CASES)
def test_interval_holds_the_median_and_an_unknown_bound_is_never_a_number(
    cases: list[tuple[float, bool]],
) -> None:
    times, ends = zip(*cases, strict=True)
    value, low, high = one(list(times), list(ends))
    assert not low > value
    assert not high < value
    assert all(np.isnan(bound) or 0 <= bound <= max(times) for bound in (low, high))


@given(CASES, st.floats(0.1, 100))
def test_in_another_unit_it_is_the_same(cases: list[tuple[float, bool]], unit: float) -> None:
    times, ends = zip(*cases, strict=True)
    there, scaled = one(list(times), list(ends)), one([time * unit for time in times], list(ends))
    assert scaled == pytest.approx([number * unit for number in there], nan_ok=True)


@given(CASES)
def test_without_open_cases_it_is_the_lower_middle_of_the_sorted_durations(
    cases: list[tuple[float, bool]],
) -> None:
    times = sorted(time for time, _ in cases)
    assert one(times, [1] * len(times))[0] == times[(len(times) - 1) // 2]
