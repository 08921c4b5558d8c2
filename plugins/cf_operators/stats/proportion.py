"""Shares of a whole with the Wilson interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from statsmodels.stats.proportion import proportion_confint

from cf_operators.stats.interval import CONFIDENCE, Interval, around

METHOD = "Wilson score"
SOURCE = "E. B. Wilson, JASA 22, 1927"


def proportion(numerator: ArrayLike, denominator: ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Share ``numerator / denominator``, 0 to 1.

    The interval is Wilson's score interval without continuity correction (E. B. Wilson, JASA 22, 1927), by
    statsmodels. Of a denominator of 0 the share and both bounds are NaN.

    :param numerator, denominator: counts per row, both of shape ``(rows,)``; ``0 <= numerator <= denominator``.
    :raises ValueError: a numerator is negative or greater than its denominator.
    """
    top = np.asarray(numerator, dtype=np.float64)
    bottom = np.asarray(denominator, dtype=np.float64)
    wrong = np.flatnonzero((top < 0) | (top > bottom))
    if wrong.size:
        row = wrong[0]
        raise ValueError(
            f"row {row}: {top.flat[row]:g} of {bottom.flat[row]:g} is no share; a part cannot exceed its whole"
        )
    some = np.where(bottom > 0, bottom, np.nan)
    low, high = proportion_confint(top, some, alpha=1 - confidence, method="wilson")
    return around(top / some, np.maximum(low, 0), np.minimum(high, 1))
