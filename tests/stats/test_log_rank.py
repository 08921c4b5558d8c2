"""The log-rank test: a published example, lifelines, and what holds for any cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines.statistics import logrank_test

from cf_operators.stats.log_rank import log_rank
from tests.stats.published import KAPLAN_MEIER
from tests.stats.strategies import CASES, Case, one_by_one, split


def of(one: list[Case], other: list[Case]) -> float:
    times, ends, counts = split(one)
    other_times, other_ends, other_counts = split(other)
    return float(log_rank([times], [ends], [other_times], [other_ends], [counts], [other_counts])[0])


def test_published() -> None:
    """Freireich et al. 1963: chi-square of 16.79 (Klein and Moeschberger, and the manual of R survival)."""
    (_, times, ends, _), (_, other_times, other_ends, _) = KAPLAN_MEIER[1:]
    assert log_rank([times], [ends], [other_times], [other_ends])[0] == pytest.approx(4.17e-5, abs=1e-7)


@pytest.mark.filterwarnings("ignore:Starting with pandas")
@settings(deadline=None, max_examples=50)
@given(CASES, CASES)
def test_equals_lifelines_on_the_cases_one_by_one(one: list[Case], other: list[Case]) -> None:
    (times, ends), (other_times, other_ends) = one_by_one(one), one_by_one(other)
    found = of(one, other)
    assert found == pytest.approx(log_rank([times], [ends], [other_times], [other_ends])[0], rel=1e-9)
    with np.errstate(all="ignore"):
        wanted = logrank_test(times, other_times, ends, other_ends).p_value
    assert found == pytest.approx(1.0 if np.isnan(wanted) else wanted, rel=1e-6, abs=1e-12)


@given(CASES, CASES)
def test_the_sides_can_be_exchanged(one: list[Case], other: list[Case]) -> None:
    assert of(one, other) == pytest.approx(of(other, one), rel=1e-6, abs=1e-12)
    assert of(one, one) == pytest.approx(1)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(CASES, CASES), min_size=1, max_size=6))
def test_rows_do_not_touch_each_other(rows: list[tuple[list[Case], list[Case]]]) -> None:
    sides = [[split(row[side]) for row in rows] for side in (0, 1)]
    (times, ends, counts), (other_times, other_ends, other_counts) = (
        [list(column) for column in zip(*side, strict=True)] for side in sides
    )
    together = log_rank(times, ends, other_times, other_ends, counts, other_counts)
    np.testing.assert_array_equal(together, [of(one, other) for one, other in rows])


def test_nothing_and_nothing_ended() -> None:
    found = log_rank([[], [1], [5, 6]], [[], [1], [0, 0]], [[1], [], [7]], [[1], [], [0]])
    np.testing.assert_array_equal(found, [np.nan, np.nan, 1])


def test_all_at_once_on_both_sides_cannot_be_told_apart() -> None:
    assert log_rank([[2] * 9], [[1] * 9], [[2] * 4], [[1] * 4])[0] == 1


def test_sides_of_different_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="2 rows cannot be compared with 1"):
        log_rank([[1], [2]], [[1], [1]], [[1]], [[1]])
