"""Means of scores: against scipy and published numbers, and what holds for any answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cf_operators.stats.mean import mean, standard_deviation
from tests.stats.strategies import HISTOGRAM, SCALE, SCORES, sums

SEVERAL = HISTOGRAM.filter(lambda counts: sum(count > 0 for count in counts) > 1)


def test_published() -> None:
    """NIST e-Handbook 7.2.2.1, particle counts: mean 53.7, deviation 6.567."""
    counts = np.array([50, 48, 44, 56, 61, 52, 53, 55, 67, 51])
    found = mean([10], [counts.sum()], [(counts**2).sum()])
    assert found.value[0] == pytest.approx(53.7)
    assert standard_deviation([10], [counts.sum()], [(counts**2).sum()]) == pytest.approx([6.567], abs=1e-3)


@given(SEVERAL)
def test_equals_scipy_on_the_answers_themselves(histogram: list[int]) -> None:
    answers = np.repeat(SCORES, histogram)
    wanted = stats.ttest_1samp(answers, 0).confidence_interval(0.95)
    found = mean(*sums(histogram))
    assert found.value[0] == pytest.approx(answers.mean())
    assert (found.low[0], found.high[0]) == pytest.approx((wanted.low, wanted.high), rel=1e-9)
    assert standard_deviation(*sums(histogram))[0] == pytest.approx(answers.std(ddof=1))


def test_of_nothing_there_is_no_mean_and_of_one_answer_no_interval() -> None:
    found = mean([0, 1], [0, 4], [0, 16], SCALE)
    assert np.isnan([found.value[0], *found.low, *found.high]).all()
    assert found.value[1] == 4
    assert np.isnan(standard_deviation([0, 1], [0, 4], [0, 16])).all()


def test_all_the_same_are_not_certain() -> None:
    """Two fives of 1 to 5: a share of 2 of 2, whose Wilson bound is 2 / (2 + 1.96**2)."""
    found = mean([2, 2], [10, 6], [50, 18], SCALE)
    assert (found.value[0], found.high[0]) == (5, 5)
    assert found.low[0] == pytest.approx(1 + 4 * 2 / (2 + 1.95996**2), abs=1e-5)
    assert found.low[1] < 3 < found.high[1]
    without = mean([2], [10], [50])
    assert without.value[0] == 5
    assert np.isnan([without.low[0], without.high[0]]).all()


@given(HISTOGRAM.filter(lambda counts: sum(counts) > 1))
def test_interval_holds_the_mean_and_stays_on_the_scale(histogram: list[int]) -> None:
    found = mean(*sums(histogram), SCALE)
    assert SCALE[0] <= found.low[0] <= found.value[0] <= found.high[0] <= SCALE[1]
    assert found.low[0] < found.high[0]


@given(HISTOGRAM.filter(lambda counts: sum(counts) > 1), st.integers(2, 20))
def test_more_of_the_same_narrows_the_interval(histogram: list[int], factor: int) -> None:
    few, many = mean(*sums(histogram), SCALE), mean(*sums([count * factor for count in histogram]), SCALE)
    assert many.value == pytest.approx(few.value)
    width = few.high[0] - few.low[0]
    assert many.high[0] - many.low[0] < width or width == SCALE[1] - SCALE[0]


@given(HISTOGRAM.filter(lambda counts: sum(counts) > 1))
def test_turning_the_scale_round_turns_the_interval_round(histogram: list[int]) -> None:
    there, back = mean(*sums(histogram), SCALE), mean(*sums(histogram[::-1]), SCALE)
    assert there.value[0] == pytest.approx(6 - back.value[0])
    assert there.low[0] == pytest.approx(6 - back.high[0])


@pytest.mark.parametrize("count", [2, 3, 7, 10, 12_345, 10_000_000])
def test_whole_scores_that_are_all_the_same_have_no_deviation_at_all(count: int) -> None:
    for score in range(11):
        assert standard_deviation([count], [score * count], [score**2 * count])[0] == 0


def test_one_answer_that_differs_is_seen_among_ten_million() -> None:
    n = 10_000_000
    assert standard_deviation([n], [10 * n - 1], [100 * n - 19])[0] == pytest.approx(n**-0.5, rel=1e-3)


@pytest.mark.parametrize(
    ("n", "total", "squares", "scale", "message"),
    [
        (2, 12, 72, SCALE, "row 1: a mean of 6 is not possible on the scale 1 to 5"),
        (2, 6, 10, SCALE, "row 1: 2 scores of sum 6 cannot have a sum of squares of 10"),
        (2, 6, 18, (5, 1), "the scale is 5 to 1; it must ascend"),
    ],
)
def test_impossible_sums_are_refused(
    n: int, total: int, squares: int, scale: tuple[int, int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        mean([1, n], [3, total], [9, squares], scale)
