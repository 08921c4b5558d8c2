"""Differences of two sides: published examples, libraries, and what holds for any counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from cf_operators.stats.difference import (
    Difference,
    mean_difference,
    nps_difference,
    proportion_difference,
    rate_difference,
)
from cf_operators.stats.nps import nps
from tests.stats.strategies import HISTOGRAM, SCALE, SCORES, SHARE, THREE_COUNTS, sums

RATE = st.tuples(st.integers(0, 500), st.integers(1, 5000))
SOME = THREE_COUNTS.filter(any)
SEVERAL = HISTOGRAM.filter(lambda counts: sum(counts) > 1)


def proportions(one: Sequence[int], other: Sequence[int]) -> Difference:
    return proportion_difference([one[0]], [one[1]], [other[0]], [other[1]])


def rates(one: Sequence[float], other: Sequence[float], per: float = 1000) -> Difference:
    return rate_difference([one[0]], [one[1]], [other[0]], [other[1]], per)


def scores(one: Sequence[int], other: Sequence[int]) -> Difference:
    return nps_difference(*([count] for count in one), *([count] for count in other))  # type: ignore[arg-type]


def means(one: Sequence[int], other: Sequence[int]) -> Difference:
    return mean_difference(*sums(one), *sums(other), SCALE)


def mirrored(there: Difference, back: Difference) -> None:
    np.testing.assert_allclose(there.value, -back.value, atol=1e-9)
    np.testing.assert_allclose(there.low, -back.high, atol=1e-9)
    np.testing.assert_allclose(there.p_value, back.p_value, rtol=1e-9)


def holds(found: Difference, width: float) -> None:
    assert -width <= found.low[0] <= found.value[0] <= found.high[0] <= width
    assert found.low[0] < found.high[0]
    assert 0 <= found.p_value[0] <= 1


@given(SHARE, SHARE)
def test_proportions(one: tuple[int, int], other: tuple[int, int]) -> None:
    found = proportions(one, other)
    holds(found, 1)
    mirrored(found, proportions(other, one))
    wanted = confint_proportions_2indep(*one, *other, compare="diff", method="newcomb")
    assert (found.low[0], found.high[0]) == pytest.approx(wanted, abs=1e-6)
    if 0 < one[0] + other[0] < one[1] + other[1]:
        table = [[one[0], one[1] - one[0]], [other[0], other[1] - other[0]]]
        assert found.p_value[0] == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue)
    else:
        assert (found.value[0], found.p_value[0]) == (0, 1)


@given(SOME, SOME)
def test_scores(one: tuple[int, int, int], other: tuple[int, int, int]) -> None:
    found = scores(one, other)
    holds(found, 200)
    mirrored(found, scores(other, one))
    parted = [nps(*([count] for count in side)).value[0] for side in (one, other)]  # type: ignore[arg-type]
    assert found.value[0] == pytest.approx(parted[0] - parted[1])


def test_score_interval_by_hand() -> None:
    """60/25/15 of 100 against 50/25/25: (60.75 - 15.75) / 103 and so on."""
    found = scores((60, 25, 15), (50, 25, 25))
    centre, other = 45 / 103, 25 / 103
    variance = (76.5 / 103 - centre**2) / 103 + (76.5 / 103 - other**2) / 103
    reach = 1.959964 * np.sqrt(variance)
    assert found.value[0] == pytest.approx(20)
    assert (found.low[0], found.high[0]) == pytest.approx(
        (100 * (centre - other - reach), 100 * (centre - other + reach)), abs=1e-4
    )
    pooled = (110 + 40) / 200 - (70 / 200) ** 2
    z = 0.2 / np.sqrt(pooled * 2 / 100)
    assert found.p_value[0] == pytest.approx(2 * stats.norm.sf(z))


def test_scores_that_are_no_different_are_called_so_however_few_the_answers() -> None:
    """Pseudo-answers alone would hold a single promoter to be different from a thousand of them."""
    found = scores((1, 0, 0), (1000, 0, 0))
    assert (found.value[0], found.p_value[0]) == (0, 1)
    assert found.low[0] <= 0 <= found.high[0]


@given(RATE, RATE)
def test_rates(one: tuple[int, int], other: tuple[int, int]) -> None:
    found = rates(one, other)
    mirrored(found, rates(other, one))
    holds(found, float("inf"))
    assert found.value[0] == pytest.approx(1000 * (one[0] / one[1] - other[0] / other[1]))
    if one[0] + other[0]:
        share = one[1] / (one[1] + other[1])
        z = (one[0] - (one[0] + other[0]) * share) / np.sqrt((one[0] + other[0]) * share * (1 - share))
        assert found.p_value[0] == pytest.approx(2 * stats.norm.sf(abs(z)))
    else:
        assert found.p_value[0] == 1


def test_published_rates() -> None:
    """Gu, Ng, Tang and Schucany 2008: 60 events in 51,477.5 person-years against 30 in 54,308.7."""
    found = rates((60, 51_477.5), (30, 54_308.7), 100_000)
    assert found.value[0] == pytest.approx(116.556 - 55.240, abs=1e-3)
    assert found.p_value[0] == pytest.approx(2 * 0.000316, abs=5e-6)
    assert found.low[0] > 0


@given(SEVERAL, SEVERAL)
def test_means(one: list[int], other: list[int]) -> None:
    found = means(one, other)
    holds(found, SCALE[1] - SCALE[0])
    mirrored(found, means(other, one))
    answers, others = np.repeat(SCORES, one), np.repeat(SCORES, other)
    assert found.value[0] == pytest.approx(answers.mean() - others.mean(), abs=1e-9)
    if answers.std() + others.std() > 0:
        wanted = stats.ttest_ind(answers, others, equal_var=False)
        bounds = np.clip(wanted.confidence_interval(0.95), -4, 4)
        assert found.p_value[0] == pytest.approx(wanted.pvalue, abs=1e-9)
        assert (found.low[0], found.high[0]) == pytest.approx(tuple(bounds), abs=1e-9)


def test_means_of_sides_that_are_all_the_same() -> None:
    equal, apart = means([0, 0, 0, 0, 9], [0, 0, 0, 0, 4]), means([0, 0, 0, 0, 9], [0, 0, 9, 0, 0])
    assert (equal.value[0], equal.p_value[0]) == (0, 1)
    assert equal.low[0] < 0 < equal.high[0]
    assert apart.value[0] == 2
    assert apart.p_value[0] < 0.001
    without = mean_difference([9], [45], [225], [9], [27], [81])
    assert np.isnan([without.low[0], without.high[0]]).all()
    assert without.p_value == apart.p_value


def test_a_single_score_has_a_difference_and_no_certainty() -> None:
    found = means([0, 0, 0, 0, 1], [1, 2, 3, 4, 5])
    assert found.value[0] > 0
    assert np.isnan([found.low[0], found.high[0], found.p_value[0]]).all()


@pytest.mark.parametrize(
    ("compare", "some", "nothing"),
    [
        (proportions, (3, 4), (0, 0)),
        (rates, (3, 4), (0, 0)),
        (scores, (3, 4, 5), (0, 0, 0)),
        (means, (1, 2, 3, 4, 5), (0,) * 5),
    ],
)
def test_with_nothing_there_is_no_difference(
    compare: Callable[..., Difference], some: tuple[int, ...], nothing: tuple[int, ...]
) -> None:
    for sides in ((some, nothing), (nothing, some), (nothing, nothing)):
        found = compare(*sides)
        assert np.isnan([found.value, found.low, found.high, found.p_value]).all()
    same = compare(some, some)
    assert (same.value[0], same.p_value[0]) == (0, pytest.approx(1))


@given(SHARE, SHARE, st.integers(2, 20))
def test_more_of_the_same_narrows_the_interval_and_lowers_the_p_value(
    one: tuple[int, int], other: tuple[int, int], factor: int
) -> None:
    assume(one[0] * other[1] != one[1] * other[0])
    for compare in (proportions, rates):
        few = compare(one, other)
        many = compare([count * factor for count in one], [count * factor for count in other])
        assert many.high[0] - many.low[0] < few.high[0] - few.low[0]
        assert many.p_value[0] <= few.p_value[0]


@given(SEVERAL, SEVERAL, st.integers(2, 20))
def test_more_of_the_same_narrows_the_interval_of_means(
    one: list[int], other: list[int], factor: int
) -> None:
    few = means(one, other)
    many = means([count * factor for count in one], [count * factor for count in other])
    width = few.high[0] - few.low[0]
    assert many.high[0] - many.low[0] < width or width == 2 * (SCALE[1] - SCALE[0])
