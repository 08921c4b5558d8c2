"""Ranks that enclose the median."""

from __future__ import annotations

from itertools import product

import pytest

from cf_operators.stats.order_statistic import Ranks, fewest_with_interval, median_ranks


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
