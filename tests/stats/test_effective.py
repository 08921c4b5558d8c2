"""Weighted estimates: equal weights change nothing, unequal ones cost exactness."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cf_operators.stats.effective import effective_n, weighted_mean, weighted_nps, weighted_proportion
from cf_operators.stats.interval import Interval
from cf_operators.stats.mean import mean
from cf_operators.stats.nps import nps
from cf_operators.stats.proportion import proportion
from tests.stats.strategies import HISTOGRAM, SCALE, SHARE, THREE_COUNTS, sums

WEIGHT = st.floats(0.05, 20)
ANSWERS = st.lists(st.tuples(st.integers(1, 5), WEIGHT), min_size=1, max_size=60)


def same(found: Interval, wanted: Interval) -> None:
    for one, other in ((found.value, wanted.value), (found.low, wanted.low), (found.high, wanted.high)):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


def test_published() -> None:
    """Kish: equal weights give n; weights of 1 and 3 in halves give a design effect of 1.25."""
    assert effective_n([4.0], [4.0]) == [4]
    assert effective_n([50 * 1 + 50 * 3], [50 * 1 + 50 * 9])[0] == pytest.approx(100 / 1.25)


@given(st.lists(WEIGHT, min_size=1, max_size=50))
def test_effective_n_is_between_one_and_n(weights: list[float]) -> None:
    array = np.array(weights)
    found = effective_n([array.sum()], [(array**2).sum()])[0]
    assert 1 - 1e-9 <= found <= len(weights) * (1 + 1e-9)


@given(SHARE, THREE_COUNTS.filter(any), HISTOGRAM.filter(any), WEIGHT)
def test_equal_weights_change_nothing(
    share: tuple[int, int], counts: tuple[int, int, int], histogram: list[int], weight: float
) -> None:
    top, bottom = share
    same(
        weighted_proportion([top * weight], [bottom * weight], [bottom * weight**2]),
        proportion([top], [bottom]),
    )
    up, middle, down = counts
    same(
        weighted_nps([up * weight], [middle * weight], [down * weight], [sum(counts) * weight**2]),
        nps([up], [middle], [down]),
    )
    n, total, squares = sums(histogram)
    assume(n[0] > 1)
    same(
        weighted_mean([n[0] * weight], [total[0] * weight], [squares[0] * weight], [n[0] * weight**2], SCALE),
        mean(n, total, squares, SCALE),
    )


@given(ANSWERS)
def test_the_value_is_the_weighted_one_and_the_interval_holds_it_on_the_scale(
    answers: list[tuple[int, float]],
) -> None:
    scores, weights = (np.array(column, dtype=float) for column in zip(*answers, strict=True))
    weight, squares = weights.sum(), (weights**2).sum()
    top, bottom = weights[scores >= 4].sum(), weights[scores == 1].sum()
    share = weighted_proportion([top], [weight], [squares])
    score = weighted_nps([top], [weight - top - bottom], [bottom], [squares])
    average = weighted_mean([weight], [weights @ scores], [weights @ scores**2], [squares], SCALE)
    wanted = (np.average(scores >= 4, weights=weights), 100 * (top - bottom) / weight)
    assert (share.value[0], score.value[0]) == pytest.approx(wanted, abs=1e-9)
    assert average.value[0] == pytest.approx(np.average(scores, weights=weights))
    slack = 1e-9
    assert 0 <= share.low[0] <= share.value[0] <= share.high[0] <= 1
    assert -100 - slack <= score.low[0] <= score.value[0] <= score.high[0] <= 100 + slack
    assert not average.low[0] > average.value[0]
    assert not average.high[0] < average.value[0]
    assert not average.low[0] < SCALE[0] - slack
    assert not average.high[0] > SCALE[1] + slack


@given(SHARE.filter(lambda share: share[1] > 3), st.floats(1.01, 5))
def test_unequal_weights_widen_the_interval(share: tuple[int, int], design_effect: float) -> None:
    top, bottom = share
    equal = weighted_proportion([top], [bottom], [bottom])
    unequal = weighted_proportion([top], [bottom], [bottom * design_effect])
    assert unequal.value[0] == equal.value[0]
    assert unequal.high[0] - unequal.low[0] > equal.high[0] - equal.low[0]


def test_of_nothing_there_is_nothing() -> None:
    for found in (
        weighted_proportion([0], [0], [0]),
        weighted_nps([0], [0], [0], [0]),
        weighted_mean([0], [0], [0], [0], SCALE),
    ):
        assert np.isnan([found.value, found.low, found.high]).all()


def test_one_heavy_answer_has_a_mean_and_no_interval() -> None:
    found = weighted_mean([3.5], [3.5 * 4], [3.5 * 16], [3.5**2], SCALE)
    assert found.value[0] == 4
    assert np.isnan([found.low[0], found.high[0]]).all()


def test_answers_that_are_all_the_same_are_so_whatever_the_rounding_of_their_weights() -> None:
    weights = np.array([0.1, 0.2, 0.3, 0.7])
    size = weights.sum()
    found = weighted_mean([size], [(weights * 3).sum()], [(weights * 9).sum()], [(weights**2).sum()], SCALE)
    assert found.high[0] - found.low[0] > 1, "the bounds are Wilson's on the scale, not a point"
    share = weighted_proportion([0.1 + 0.2 + 0.3], [0.3 + 0.2 + 0.1], [0.14])
    assert share.value[0] == 1, "a part that exceeds its whole by rounding is the whole"


@pytest.mark.parametrize(("weight", "squares"), [(-1, 1), (1, 0), (0, 1)])
def test_impossible_weights_are_refused(weight: int, squares: int) -> None:
    with pytest.raises(ValueError, match="row 1: weights cannot sum to"):
        effective_n([1, weight], [1, squares])
