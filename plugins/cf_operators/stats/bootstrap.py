"""Intervals by resampling, where nothing closed exists."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cf_operators.stats.interval import CONFIDENCE, Interval, around

METHOD = "bootstrap, percentile"
DRAWS = 2000
"""Resamples per row: enough for percentiles at 95% (Efron and Tibshirani, section 13.3: 1,000 and more)."""


def bootstrap_mean(
    counts: ArrayLike,
    scores: ArrayLike,
    *,
    seed: int,
    draws: int = DRAWS,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Mean score of each row of a histogram, with its percentile bootstrap interval.

    Drawing n answers with replacement is drawing the counts of the scores from a multinomial distribution with the
    shares seen, so that the answers themselves are not needed (B. Efron and R. J. Tibshirani, An Introduction to the
    Bootstrap, 1993, chapter 13). NaN below two answers, and no interval when all are the same: resampling can only
    repeat them.

    The draws of a row depend on the seed and on its counts alone, not on the rows beside it: the same histogram has
    the same interval in every run.

    :param counts: answers per row and score, of shape ``(rows, scores)``.
    :param scores: the scores, of shape ``(scores,)``.
    :param seed: not negative.
    """
    histogram = np.asarray(counts, dtype=np.int64)
    points = np.asarray(scores, dtype=np.float64)
    n = histogram.sum(axis=1)
    value = histogram @ points / np.where(n > 0, n, np.nan)
    bounds = np.full((2, len(histogram)), np.nan)
    edges = [(1 - confidence) / 2, (1 + confidence) / 2]
    for row in np.flatnonzero((histogram > 0).sum(axis=1) > 1):
        bounds[:, row] = np.quantile(_means(histogram[row], points, seed, draws), edges)
    return around(value, bounds[0], bounds[1])


def _means(
    counts: NDArray[np.int64], scores: NDArray[np.float64], seed: int, draws: int
) -> NDArray[np.float64]:
    n = int(counts.sum())
    generator = np.random.default_rng([seed, *counts.tolist()])
    return np.asarray(generator.multinomial(n, counts / n, size=draws) @ scores / n)
