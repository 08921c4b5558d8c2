"""Which of the sorted values enclose a quantile, whatever their distribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from cf_operators.stats.cases import Cases, Whole
from cf_operators.stats.interval import CONFIDENCE, Interval

METHOD = "order statistics"
ROUNDING = 1e-12
"""A binomial probability this little above the tail wanted is equal to it."""


@dataclass(frozen=True)
class Ranks:
    """Ranks from 1 of the two values that enclose the median, and the confidence that they do (0 to 1)."""

    low: int
    high: int
    coverage: float


def median_ranks(n: int, confidence: float = CONFIDENCE) -> Ranks | None:
    """The narrowest symmetric pair of ranks of ``n`` sorted values with at least ``confidence``; None if there is none.

    The number of values below the median is binomial with probability one half (W. J. Conover, Practical
    Nonparametric Statistics, 3rd ed., section 3.2). For 95% there is no such pair below six values.
    """
    low, high = (int(rank[0]) for rank in quantile_ranks([n], 0.5, confidence))
    if low < 1:
        return None
    return Ranks(low, high, float(1 - 2 * stats.binom.cdf(low - 1, n, 0.5)))


def quantile_ranks(
    n: ArrayLike, quantile: float = 0.5, confidence: float = CONFIDENCE
) -> tuple[Whole, Whole]:
    """Ranks from 1 of the values that enclose the quantile, each with at most half of the error; 0 if there is none.

    The number of values below the quantile is binomial with its probability (H. A. David and H. N. Nagaraja, Order
    Statistics, 3rd ed., section 7.1). Where few values lie beyond a quantile, as beyond the P90 of 20, only one of
    the two ranks exists.

    :param n: numbers of values, of shape ``(rows,)``.
    """
    size = np.asarray(n, dtype=np.int64)
    tail = (1 - confidence) / 2
    low = _ranks_below(size, quantile, tail)
    mirrored = _ranks_below(size, 1 - quantile, tail)
    return low, np.where(mirrored > 0, size + 1 - mirrored, 0)


def quantile_interval(
    values: Sequence[ArrayLike],
    counts: Sequence[ArrayLike] | None = None,
    quantile: float = 0.5,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Quantile per row, the smallest value that is not below that share of all, with the bounds by order statistics.

    For durations all of which have ended, and whatever else is not negative and has no open ends. A bound for which
    there are too few values is NaN, as are all three without values.

    :param values: per row its values, not negative; rows may differ in length.
    :param counts: per row and element, how many such values there are; one each without it.
    """
    cases = Cases.of(values, [np.ones(np.size(part)) for part in values], counts)
    n = cases.total(cases.count)
    low, high = quantile_ranks(n, quantile, confidence)
    middle = np.maximum(np.ceil(n * quantile - ROUNDING * n), 1).astype(np.int64)
    value, lower, upper = (_at_rank(cases, n, rank) for rank in (middle, low, high))
    return Interval(value, lower, upper)


def fewest_with_interval(confidence: float = CONFIDENCE) -> int:
    """The least number of values whose smallest and largest enclose the median with ``confidence``: 6 for 95%."""
    return max(2, fewest_below(0.5, confidence))


@cache
def fewest_below(quantile: float, confidence: float = CONFIDENCE) -> int:
    """The least number of values whose largest is an upper bound of the quantile: 6 for the median, 36 for the P90."""
    n, tail = 1, (1 - confidence) / 2
    while quantile**n > tail + ROUNDING:
        n += 1
    return n


def fewest_above(quantile: float, confidence: float = CONFIDENCE) -> int:
    """The least number of values whose smallest is a lower bound of the quantile: 6 for the median, 2 for the P90."""
    return fewest_below(1 - quantile, confidence)


def _ranks_below(n: Whole, quantile: float, tail: float) -> Whole:
    """The greatest rank whose value exceeds the quantile with at most the probability ``tail``; 0 if there is none."""
    guess = np.asarray(stats.binom.ppf(tail, n, quantile))
    guess = np.where(np.isnan(guess), 0, guess)
    is_tail = (
        stats.binom.cdf(guess, n, quantile) <= tail + ROUNDING
    )  # exactly the tail, as of two values at 50%
    return np.where(n > 0, guess + is_tail, 0).astype(np.int64)


def _at_rank(cases: Cases, n: Whole, rank: Whole) -> NDArray[np.float64]:
    """The value of that rank in each row; NaN for rank 0."""
    is_some = (rank > 0) & (n > 0)
    below = np.r_[0, np.cumsum(n)][:-1]
    reached = np.cumsum(cases.count)
    index = np.searchsorted(reached, np.where(is_some, below + rank, 0))
    return np.where(is_some, np.r_[cases.time, np.nan][np.minimum(index, len(cases.time))], np.nan)
