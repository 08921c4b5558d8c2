"""Ranks that enclose a quantile."""

from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cf_operators.stats.duration import quantile_duration
from cf_operators.stats.order_statistic import (
    Ranks,
    fewest_above,
    fewest_below,
    fewest_with_interval,
    median_ranks,
    quantile_interval,
    quantile_ranks,
)

VALUES = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5)), min_size=1, max_size=30)
"""A value, and how many there are."""


@pytest.mark.parametrize(
    ("n", "low", "high", "coverage"),
    [(6, 1, 6, 0.96875), (9, 2, 8, 0.961), (10, 2, 9, 0.979), (20, 6, 15, 0.959)],
)
def test_published(n: int, low: int, high: int, coverage: float) -> None:
    """Tables of the binomial interval of the median (Conover, table A3)."""
    found = median_ranks(n)
    assert found is not None
    assert (found.low, found.high) == (low, high)
    assert found.coverage == pytest.approx(coverage, abs=1e-3)


@pytest.mark.parametrize("n", range(6))
def test_below_six_values_there_is_no_95_percent_interval(n: int) -> None:
    assert median_ranks(n) is None


def test_fewest() -> None:
    assert (fewest_with_interval(0.95), fewest_with_interval(0.99), fewest_with_interval(0.5)) == (6, 8, 2)


@pytest.mark.parametrize("n", range(6, 13))
def test_coverage_by_counting_every_outcome(n: int) -> None:
    """Each of n values is below the median or not: in how many of the 2**n outcomes do the ranks enclose it?"""
    found = median_ranks(n)
    assert isinstance(found, Ranks)
    below = [sum(outcome) for outcome in product((0, 1), repeat=n)]
    covered = sum(found.low <= count < found.high for count in below) / 2**n
    assert found.coverage == pytest.approx(covered)
    narrower = sum(found.low + 1 <= count < found.high - 1 for count in below) / 2**n
    assert narrower < 0.95 <= covered


@given(st.integers(0, 60), st.sampled_from([0.05, 0.1, 0.25, 0.5, 0.75, 0.9]))
def test_each_rank_is_the_tightest_that_errs_by_no_more_than_half(n: int, quantile: float) -> None:
    """The rank is a bound when at most, or at least, so many of n values lie below the quantile."""
    low, high = (int(rank[0]) for rank in quantile_ranks([n], quantile))
    below = [comb(n, k) * quantile**k * (1 - quantile) ** (n - k) for k in range(n + 1)]
    tail = 0.025 + 1e-12
    assert low == max((rank for rank in range(1, n + 1) if sum(below[:rank]) <= tail), default=0)
    assert high == min((rank for rank in range(1, n + 1) if sum(below[rank:]) <= tail), default=0)


def test_fewest_for_one_bound() -> None:
    """The rule behind "59 items without a failure show 95% reliability": 0.95**59 <= 5%."""
    assert fewest_below(0.95, 0.90) == 59
    assert (fewest_below(0.9), fewest_above(0.9)) == (36, 2)


@given(VALUES, st.sampled_from([0.1, 0.5, 0.9]))
def test_interval_is_of_the_sorted_values(buckets: list[tuple[int, int]], quantile: float) -> None:
    values, counts = (list(column) for column in zip(*buckets, strict=True))
    expanded = sorted(value for value, count in buckets for _ in range(count))
    found = quantile_interval([values, []], [counts, []], quantile)
    wanted = np.quantile(expanded, quantile, method="inverted_cdf")
    assert found.value[0] == wanted
    low, high = (int(rank[0]) for rank in quantile_ranks([len(expanded)], quantile))
    assert found.low[0] == expanded[low - 1] if low else np.isnan(found.low[0])
    assert found.high[0] == expanded[high - 1] if high else np.isnan(found.high[0])
    assert not found.low[0] > found.value[0]
    assert not found.high[0] < found.value[0]
    assert np.isnan([found.value[1], found.low[1], found.high[1]]).all()


@given(VALUES, st.sampled_from([0.1, 0.5, 0.9]))
def test_without_open_cases_it_is_the_quantile_of_kaplan_meier(
    buckets: list[tuple[int, int]], quantile: float
) -> None:
    values, counts = (list(column) for column in zip(*buckets, strict=True))
    curve = quantile_duration([values], [[True] * len(values)], [counts], quantile)
    assert curve.value[0] == quantile_interval([values], [counts], quantile).value[0]
