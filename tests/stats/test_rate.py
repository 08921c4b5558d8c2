"""Rates: published examples, and what holds for any counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cf_operators.stats.rate import poisson_bounds, rate
from tests.stats.published import POISSON


@pytest.mark.parametrize(("source", "count", "low", "high"), POISSON)
def test_published_bounds_of_a_count(source: str, count: int, low: float, high: float) -> None:
    lower, upper = poisson_bounds([count])
    assert (lower[0], upper[0]) == pytest.approx((low, high), abs=1e-6), source


def test_published_rate_per_100000() -> None:
    """UKHSA: 10 in 200."""
    found = rate([10], [200], per=100_000)
    assert (found.value[0], found.low[0], found.high[0]) == pytest.approx(
        (5000, 2393.72496, 9195.72930), abs=1e-4
    )


def test_of_no_exposure_there_is_no_rate_whatever_came_in() -> None:
    found = rate([0, 3, 3], [0, 0, 2])
    assert np.isnan([found.value[:2], found.low[:2], found.high[:2]]).all()
    assert found.value[2] == 1.5, "an order can bring more than one complaint"


def test_no_events_are_a_rate_of_0_with_an_upper_bound() -> None:
    found = rate([0], [100], per=1000)
    assert (found.value[0], found.low[0]) == (0, 0)
    assert found.high[0] == pytest.approx(36.888795, abs=1e-5)


@given(st.integers(0, 9))
def test_few_events_have_the_exact_coverage(count: int) -> None:
    """At each bound, what was seen or something further out has a probability of 2.5%."""
    low, high = poisson_bounds([count])
    assert stats.poisson.cdf(count, high[0]) == pytest.approx(0.025)
    if count:
        assert stats.poisson.sf(count - 1, low[0]) == pytest.approx(0.025)


@given(st.integers(10, 100_000))
def test_byar_is_close_to_exact(count: int) -> None:
    low, high = poisson_bounds([count])
    assert low[0] == pytest.approx(stats.chi2.ppf(0.025, 2 * count) / 2, rel=2e-3)
    assert high[0] == pytest.approx(stats.chi2.ppf(0.975, 2 * count + 2) / 2, rel=2e-3)


@given(st.integers(0, 10_000), st.integers(1, 10_000), st.integers(2, 50))
def test_interval_holds_the_rate_and_narrows_with_more_of_the_same(
    count: int, exposure: int, factor: int
) -> None:
    few, many = rate([count], [exposure], 1000), rate([count * factor], [exposure * factor], 1000)
    assert 0 <= few.low[0] <= few.value[0] <= few.high[0]
    assert many.high[0] - many.low[0] < few.high[0] - few.low[0]
