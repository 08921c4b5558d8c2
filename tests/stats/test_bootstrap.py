"""Bootstrap intervals of a mean from a histogram."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cf_operators.stats.bootstrap import bootstrap_mean
from cf_operators.stats.mean import mean
from tests.stats.strategies import HISTOGRAM, SCORES, sums

SEVERAL = HISTOGRAM.filter(lambda counts: sum(count > 0 for count in counts) > 1)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(100, 5000), min_size=5, max_size=5), st.integers(0, 2**32))
def test_of_many_answers_it_is_close_to_t(histogram: list[int], seed: int) -> None:
    found, wanted = bootstrap_mean([histogram], SCORES, seed=seed), mean(*sums(histogram))
    width = wanted.high[0] - wanted.low[0]
    assert found.value[0] == pytest.approx(wanted.value[0])
    assert found.low[0] == pytest.approx(wanted.low[0], abs=0.1 * width)
    assert found.high[0] == pytest.approx(wanted.high[0], abs=0.1 * width)


def test_is_close_to_scipy_on_the_answers_themselves() -> None:
    histogram = [3, 1, 4, 10, 22]
    wanted = stats.bootstrap(
        (np.repeat(SCORES, histogram),), np.mean, method="percentile", n_resamples=20_000, rng=1
    ).confidence_interval
    found = bootstrap_mean([histogram], SCORES, seed=1, draws=20_000)
    assert (found.low[0], found.high[0]) == pytest.approx((wanted.low, wanted.high), abs=0.026)  # an answer


@settings(deadline=None)
@given(SEVERAL, st.integers(0, 100))
def test_interval_holds_the_mean_within_the_scores_given(histogram: list[int], seed: int) -> None:
    found = bootstrap_mean([histogram], SCORES, seed=seed, draws=200)
    given_scores = SCORES[np.array(histogram) > 0]
    slack = 1e-9
    assert (
        given_scores[0] - slack <= found.low[0] <= found.value[0] <= found.high[0] <= given_scores[-1] + slack
    )


def test_nothing_one_answer_and_all_the_same_have_no_interval() -> None:
    found = bootstrap_mean([[0] * 5, [0, 0, 0, 1, 0], [0, 0, 0, 9, 0]], SCORES, seed=1)
    np.testing.assert_array_equal(found.value, [np.nan, 4, 4])
    assert np.isnan([found.low, found.high]).all()


def test_a_row_has_the_same_interval_in_every_run_and_beside_any_other_row() -> None:
    row, other = [1, 2, 3, 4, 5], [9, 9, 1, 1, 1]
    alone, beside = bootstrap_mean([row], SCORES, seed=7), bootstrap_mean([other, row], SCORES, seed=7)
    assert (alone.low[0], alone.high[0]) == (beside.low[1], beside.high[1])
    assert bootstrap_mean([row], SCORES, seed=8).low[0] != alone.low[0]
