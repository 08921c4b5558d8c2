"""Net Promoter Score with the adjusted Wald interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cf_operators.stats.interval import CONFIDENCE, Interval, around, normal_quantile

METHOD = "adjusted Wald (+0.75, +1.5, +0.75)"
SOURCE = "B. Rocks, The American Statistician 70(4), 2016"


def nps(
    promoters: ArrayLike, passives: ArrayLike, detractors: ArrayLike, confidence: float = CONFIDENCE
) -> Interval:
    """Score ``100 * (promoters - detractors) / n`` in points, -100 to 100, without rounding.

    The interval is the Wald interval after adding 0.75 promoters, 1.5 passives and 0.75 detractors, cut at +-100
    (B. Rocks, "Interval Estimation for the Net Promoter Score", The American Statistician 70(4), 2016). The
    pseudo-answers pull its centre towards 0, so that a handful of equal answers lies just outside; there the bound
    is moved out to the score. Of no answers at all the score and both bounds are NaN, never 0.

    :param promoters, passives, detractors: counts per row, all of one shape ``(rows,)``.
    """
    up, middle, down = (np.asarray(count, dtype=np.float64) for count in (promoters, passives, detractors))
    n = up + middle + down
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(n > 0, (up - down) / n, np.nan)
    share_up, share_down = (up + 0.75) / (n + 3), (down + 0.75) / (n + 3)
    centre = share_up - share_down
    reach = normal_quantile(confidence) * np.sqrt((share_up + share_down - centre**2) / (n + 3))
    low = np.where(n > 0, np.maximum(centre - reach, -1), np.nan)
    high = np.where(n > 0, np.minimum(centre + reach, 1), np.nan)
    return around(100 * value, 100 * low, 100 * high)


def score_variance(promoters: ArrayLike, passives: ArrayLike, detractors: ArrayLike) -> np.ndarray:
    """Variance of one answer coded -1, 0, 1: ``p + d - (p - d)**2``, the population form; NaN without answers.

    The standard error of the score in points is ``100 * sqrt(variance / n)`` (Rocks 2016, equation 2).
    """
    up, middle, down = (np.asarray(count, dtype=np.float64) for count in (promoters, passives, detractors))
    n = up + middle + down
    with np.errstate(invalid="ignore", divide="ignore"):
        share_up, share_down = up / n, down / n
    return np.asarray(share_up + share_down - (share_up - share_down) ** 2)
