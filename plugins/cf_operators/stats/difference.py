"""How far two independent numbers lie apart, row by row, with interval and p-value.

Everywhere it is the first less the second. The p-values are two-sided, of the hypothesis that both are the same; they
pool both sides, as that hypothesis does, and can therefore differ in verdict from the interval at its very edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from statsmodels.stats.rates import test_poisson_2indep as score_test_of_rates

from cf_operators.stats import mean as means
from cf_operators.stats.interval import CONFIDENCE, Floats, Interval, around, normal_quantile
from cf_operators.stats.nps import score_variance
from cf_operators.stats.proportion import proportion
from cf_operators.stats.rate import rate


@dataclass(frozen=True)
class Difference:
    """Differences with their bounds and p-values, one element per row; NaN where there is no such number."""

    value: Floats
    low: Floats
    high: Floats
    p_value: Floats


def mover(first: Interval, second: Interval) -> Interval:
    """Interval of a difference from the intervals of its two sides, each of which keeps its asymmetry.

    "Method of variance estimates recovery" (G. Y. Zou and A. Donner, Statistics in Medicine 27, 2008). NaN where a
    bound that is needed is missing.
    """
    value = first.value - second.value
    low = value - np.hypot(first.value - first.low, second.high - second.value)
    high = value + np.hypot(first.high - first.value, second.value - second.low)
    return around(value, low, high)


def proportion_difference(
    numerator: ArrayLike,
    denominator: ArrayLike,
    other_numerator: ArrayLike,
    other_denominator: ArrayLike,
    confidence: float = CONFIDENCE,
) -> Difference:
    """Difference of two shares, -1 to 1.

    The interval is Newcombe's hybrid of two Wilson intervals (R. G. Newcombe, Statistics in Medicine 17, 1998, method
    10); the p-value is of the score test with pooled share, whose square is Pearson's chi-square without correction.

    :param numerator, denominator, other_numerator, other_denominator: counts per row, as of ``proportion``.
    """
    top, bottom, other_top, other_bottom = (
        np.asarray(count, dtype=np.float64)
        for count in (numerator, denominator, other_numerator, other_denominator)
    )
    found = mover(proportion(top, bottom, confidence), proportion(other_top, other_bottom, confidence))
    pooled = _quotient(top + other_top, bottom + other_bottom)
    p_value = _pooled_p_value(found.value, pooled * (1 - pooled), bottom, other_bottom)
    return Difference(found.value, np.maximum(found.low, -1), np.minimum(found.high, 1), p_value)


def nps_difference(
    promoters: ArrayLike,
    passives: ArrayLike,
    detractors: ArrayLike,
    other_promoters: ArrayLike,
    other_passives: ArrayLike,
    other_detractors: ArrayLike,
    confidence: float = CONFIDENCE,
) -> Difference:
    """Difference of two Net Promoter Scores in points, -200 to 200.

    The interval is adjusted Wald: 0.75 promoters, 1.5 passives and 0.75 detractors are added to either side (B. Rocks,
    The American Statistician 70(4), 2016; for two scores J. R. Lewis and J. Sauro, "How to Statistically Compare Two
    Net Promoter Scores", MeasuringU 2021), cut at +-200, and moved out to the difference where it lies beyond. The
    p-value takes the scores as they are, since pseudo-answers would pull a small side away from a large one that is
    no different: a z test with the variance of all answers together.

    :param promoters, passives, detractors: counts per row of the one side; with ``other_`` of the other.
    """
    up, middle, down, other_up, other_middle, other_down = (
        np.asarray(count, dtype=np.float64)
        for count in (promoters, passives, detractors, other_promoters, other_passives, other_detractors)
    )
    n, other_n = up + middle + down, other_up + other_middle + other_down
    value = _quotient(up - down, n) - _quotient(other_up - other_down, other_n)
    centre, variance = _adjusted(up, down, n)
    other_centre, other_variance = _adjusted(other_up, other_down, other_n)
    middle_of_both = np.where(np.isnan(value), np.nan, centre - other_centre)
    reach = normal_quantile(confidence) * np.sqrt(variance + other_variance)
    found = around(
        100 * value,
        100 * np.maximum(middle_of_both - reach, -2),
        100 * np.minimum(middle_of_both + reach, 2),
    )
    pooled = score_variance(up + other_up, middle + other_middle, down + other_down)
    return Difference(found.value, found.low, found.high, _pooled_p_value(value, pooled, n, other_n))


def rate_difference(
    event_count: ArrayLike,
    exposure: ArrayLike,
    other_event_count: ArrayLike,
    other_exposure: ArrayLike,
    per: float = 1.0,
    confidence: float = CONFIDENCE,
) -> Difference:
    """Difference of two rates, per so many of the exposure.

    The interval is by ``mover`` from those of the two rates. The p-value is of the score test (K. Gu, H. K. T. Ng,
    M. L. Tang and W. R. Schucany, Biometrical Journal 50, 2008), by statsmodels; without any event it is 1.

    :param event_count, exposure, other_event_count, other_exposure: per row, as of ``rate``.
    """
    count, exposed, other_count, other_exposed = (
        np.asarray(number, dtype=np.float64)
        for number in (event_count, exposure, other_event_count, other_exposure)
    )
    found = mover(rate(count, exposed, per, confidence), rate(other_count, other_exposed, per, confidence))
    is_known = ~np.isnan(found.value)
    some, other_some = (np.where(is_known, side, np.nan) for side in (exposed, other_exposed))
    with np.errstate(invalid="ignore", divide="ignore"):
        tested = score_test_of_rates(count, some, other_count, other_some, method="score", compare="ratio")
    p_value = np.where(is_known & (count + other_count == 0), 1.0, tested.pvalue)
    return Difference(found.value, found.low, found.high, p_value)


def mean_difference(
    n: ArrayLike,
    total: ArrayLike,
    square_total: ArrayLike,
    other_n: ArrayLike,
    other_total: ArrayLike,
    other_square_total: ArrayLike,
    scale: means.Scale | None = None,
    confidence: float = CONFIDENCE,
) -> Difference:
    """Difference of two means of scores.

    Interval and p-value are Welch's, with the degrees of freedom of Satterthwaite (B. L. Welch, Biometrika 34, 1947).
    Where all scores of one side are the same, and all of the other, neither variance says anything: there the interval
    is by ``mover`` from those of the two means (none without a scale), and the p-value of a z test with the variance
    of all scores together. A side of one score has no interval and no p-value, as it has no variance.

    :param n, total, square_total: per row, as of ``mean``; with ``other_`` of the other side.
    :param scale: lowest and highest possible score; the bounds are cut at its width.
    """
    n, total, square_total, other_n, other_total, other_square_total = (
        np.asarray(number, dtype=np.float64)
        for number in (n, total, square_total, other_n, other_total, other_square_total)
    )
    error = means.standard_deviation(n, total, square_total) ** 2 / np.maximum(n, 1)
    other_error = means.standard_deviation(other_n, other_total, other_square_total) ** 2 / np.maximum(
        other_n, 1
    )
    found = mover(
        means.mean(n, total, square_total, scale, confidence),
        means.mean(other_n, other_total, other_square_total, scale, confidence),
    )
    variance = error + other_error
    with np.errstate(invalid="ignore", divide="ignore"):
        degrees = variance**2 / (error**2 / (n - 1) + other_error**2 / (other_n - 1))
        p_value = 2 * stats.t.sf(np.abs(found.value) / np.sqrt(variance), degrees)
    reach = stats.t.ppf((1 + confidence) / 2, degrees) * np.sqrt(variance)
    is_alike = variance == 0
    everyone = n + other_n
    pooled = _quotient(square_total + other_square_total, everyone)
    pooled = np.maximum(pooled - _quotient(total + other_total, everyone) ** 2, 0)
    pooled_p = _pooled_p_value(found.value, pooled, n, other_n)
    width = np.inf if scale is None else scale[1] - scale[0]
    low = np.maximum(np.where(is_alike, found.low, found.value - reach), -width)
    high = np.minimum(np.where(is_alike, found.high, found.value + reach), width)
    return Difference(found.value, low, high, np.where(is_alike, pooled_p, p_value))


def _adjusted(up: Floats, down: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Score, -1 to 1, and its variance after the pseudo-answers of Rocks 2016."""
    share_up, share_down = (up + 0.75) / (n + 3), (down + 0.75) / (n + 3)
    centre = share_up - share_down
    return centre, (share_up + share_down - centre**2) / (n + 3)


def _pooled_p_value(difference: Floats, variance: Floats, n: Floats, other_n: Floats) -> Floats:
    """Two-sided, of a z test with the variance of one element of both sides together; 1 where all are alike."""
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.abs(difference) / np.sqrt(variance * (1 / n + 1 / other_n))
    return np.where(difference == 0, 1.0, 2 * stats.norm.sf(z))


def _quotient(top: Floats, bottom: Floats) -> Floats:
    return np.asarray(top / np.where(bottom > 0, bottom, np.nan))
