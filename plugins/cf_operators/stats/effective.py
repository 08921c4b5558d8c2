"""Estimates from weighted answers, as exact as the number of equally weighted answers they are worth.

Each is the estimate of its kind with the weighted shares kept and the number of answers replaced by the effective one:
so the interval is that of the unweighted formula whenever all weights are equal, and wider the more they differ (E. L.
Korn and B. I. Graubard, Analysis of Health Surveys, 1999, section 5.2, use it for shares; L. Kish, Survey Sampling,
1965, sections 11.2 and 11.7). It takes the weights as given, and is a little too wide where they follow the answers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cf_operators.stats.interval import CONFIDENCE, Floats, Interval, around
from cf_operators.stats.mean import Scale, mean
from cf_operators.stats.nps import nps
from cf_operators.stats.proportion import proportion


def effective_n(weight: ArrayLike, square_weight: ArrayLike) -> Floats:
    """Kish's effective number of answers ``(sum of w)**2 / sum of w**2``; NaN without answers.

    :param weight, square_weight: sums of the weights and of their squares per row, of shape ``(rows,)``.
    :raises ValueError: a sum is negative, or the one is 0 and the other is not.
    """
    total, squares = np.asarray(weight, dtype=np.float64), np.asarray(square_weight, dtype=np.float64)
    wrong = np.flatnonzero((total < 0) | (squares < 0) | ((total > 0) != (squares > 0)))
    if wrong.size:
        row = wrong[0]
        raise ValueError(
            f"row {row}: weights cannot sum to {total.flat[row]:g} and their squares to {squares.flat[row]:g}; "
            "a weight must be positive"
        )
    return np.asarray(total**2 / np.where(squares > 0, squares, np.nan))


def weighted_proportion(
    weighted_numerator: ArrayLike,
    weighted_denominator: ArrayLike,
    square_weight: ArrayLike,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Share ``weighted_numerator / weighted_denominator``, 0 to 1, with Wilson's interval on the effective n.

    :param weighted_numerator, weighted_denominator: sums of weights per row.
    :param square_weight: sums of the squared weights of the denominator.
    :raises ValueError: as of ``proportion`` and ``effective_n``.
    """
    top, bottom = (np.asarray(sums, dtype=np.float64) for sums in (weighted_numerator, weighted_denominator))
    top = np.where((top > bottom) & np.isclose(top, bottom), bottom, top)  # sums of fractions carry rounding
    scale = _per_weight(bottom, square_weight)
    found = proportion(top * scale, bottom * scale, confidence)
    return around(top / np.where(bottom > 0, bottom, np.nan), found.low, found.high)


def weighted_nps(
    weighted_promoters: ArrayLike,
    weighted_passives: ArrayLike,
    weighted_detractors: ArrayLike,
    square_weight: ArrayLike,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Net Promoter Score of weighted answers in points, with the adjusted Wald interval on the effective n.

    :param weighted_promoters, weighted_passives, weighted_detractors: sums of weights per row.
    :param square_weight: sums of the squared weights of all three.
    """
    up, middle, down = (
        np.asarray(sums, dtype=np.float64)
        for sums in (weighted_promoters, weighted_passives, weighted_detractors)
    )
    scale = _per_weight(up + middle + down, square_weight)
    found = nps(up * scale, middle * scale, down * scale, confidence)
    return around(nps(up, middle, down).value, found.low, found.high)


def weighted_mean(
    weight: ArrayLike,
    weighted_total: ArrayLike,
    weighted_square_total: ArrayLike,
    square_weight: ArrayLike,
    scale: Scale | None = None,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Mean of weighted scores, with Student's interval on the effective n; none where that is not above 1.

    :param weight, weighted_total, weighted_square_total: sums of w, of w * score and of w * score**2 per row.
    :param square_weight: sums of w**2.
    :param scale: lowest and highest possible score.
    """
    size, total, squares = (
        np.asarray(part, dtype=np.float64) for part in (weight, weighted_total, weighted_square_total)
    )
    per_weight = _per_weight(size, square_weight)
    found = mean(size * per_weight, total * per_weight, squares * per_weight, scale, confidence)
    return around(total / np.where(size > 0, size, np.nan), found.low, found.high)


def _per_weight(weight: Floats, square_weight: ArrayLike) -> Floats:
    """Effective answers per unit of weight; 0 without answers."""
    n = np.nan_to_num(effective_n(weight, square_weight))
    return np.asarray(n / np.where(weight > 0, weight, 1))
