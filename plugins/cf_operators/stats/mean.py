"""Means of scores, from their number, sum and sum of squares."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from cf_operators.stats.interval import CONFIDENCE, Floats, Interval, around
from cf_operators.stats.proportion import proportion

METHOD = "t; Wilson of the scale when all are the same"
SOURCE = (
    "G. W. Snedecor and W. G. Cochran, Statistical Methods, 8th ed., section 4.9; "
    "R. Bhatia and C. Davis, American Mathematical Monthly 107, 2000"
)
ROUNDING = 1e-12
"""A variance that is this small beside the mean square is 0: sums of weighted squares carry rounding."""

Scale = tuple[float, float]
"""Lowest and highest score that can be given."""


def mean(
    n: ArrayLike,
    total: ArrayLike,
    square_total: ArrayLike,
    scale: Scale | None = None,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Mean score ``total / n``, on the scale of the answers.

    The interval is Student's (G. W. Snedecor and W. G. Cochran, Statistical Methods, 8th ed., section 4.9), cut at the
    ends of the scale. One answer has no interval; nothing has no mean.

    When all are the same, their variance of 0 says nothing about how far the next answer may lie, and Student's
    interval would be a point: as good as certain, of two answers. Instead, the variance is taken for the greatest that
    any scores with this mean can have, that of scores at both ends of the scale only (R. Bhatia and C. Davis, American
    Mathematical Monthly 107, 2000), which makes the mean a share of the scale, and its interval Wilson's. Without a
    scale there is none.

    :param n, total, square_total: number, sum and sum of squares of the scores, all of one shape ``(rows,)``.
    :param scale: lowest and highest possible score.
    :raises ValueError: a mean lies off the scale, or a sum of squares is smaller than its sum allows.
    """
    count, top = np.asarray(n, dtype=np.float64), np.asarray(total, dtype=np.float64)
    value = top / np.where(count > 0, count, np.nan)
    deviation = standard_deviation(count, top, square_total)
    degrees = np.where(count > 1, count - 1, np.nan)
    reach = stats.t.ppf((1 + confidence) / 2, degrees) * deviation / np.sqrt(np.maximum(count, 1))
    low, high = value - reach, value + reach
    is_alike = deviation == 0
    if scale is None:
        bounds = [np.where(is_alike, np.nan, bound) for bound in (low, high)]
        return around(value, *bounds)
    _refuse_off_scale(value, scale)
    lowest, highest = scale
    part = np.clip((value - lowest) / (highest - lowest), 0, 1)
    widest = proportion(part * count, count, confidence)
    low = np.where(is_alike, lowest + widest.low * (highest - lowest), np.maximum(low, lowest))
    high = np.where(is_alike, lowest + widest.high * (highest - lowest), np.minimum(high, highest))
    return around(value, np.maximum(low, lowest), np.minimum(high, highest))


def standard_deviation(n: ArrayLike, total: ArrayLike, square_total: ArrayLike) -> Floats:
    """Sample standard deviation of the scores (divisor n - 1); 0 when all are the same, NaN below two.

    :raises ValueError: a sum of squares is smaller than the square of the sum allows.
    """
    count, top, squares = (np.asarray(number, dtype=np.float64) for number in (n, total, square_total))
    # times n on both sides: of whole scores that are all the same the difference is then exactly 0
    spread = count * squares - top**2
    noise = ROUNDING * count * squares
    wrong = np.flatnonzero(spread < -noise)
    if wrong.size:
        row = wrong[0]
        raise ValueError(
            f"row {row}: {count.flat[row]:g} scores of sum {top.flat[row]:g} cannot have a sum of squares of "
            f"{squares.flat[row]:g}"
        )
    divisor = np.where(count > 1, count * (count - 1), np.nan)
    return np.asarray(np.sqrt(np.where(spread <= noise, 0, spread) / divisor))


def _refuse_off_scale(value: Floats, scale: Scale) -> None:
    lowest, highest = scale
    if not lowest < highest:
        raise ValueError(f"the scale is {lowest:g} to {highest:g}; it must ascend, e.g. 1 to 5")
    slack = 1e-9 * (highest - lowest)
    wrong = np.flatnonzero((value < lowest - slack) | (value > highest + slack))
    if wrong.size:
        row = wrong[0]
        raise ValueError(
            f"row {row}: a mean of {value.flat[row]:g} is not possible on the scale {lowest:g} to {highest:g}"
        )
