"""Which of the sorted values enclose the median, whatever their distribution."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from scipy import stats

from cf_operators.stats.interval import CONFIDENCE


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
    tail = (1 - confidence) / 2
    low = int(stats.binom.ppf(tail, n, 0.5))
    if stats.binom.cdf(low, n, 0.5) <= tail:  # exactly the tail wanted, as of two values at 50%
        low += 1
    if low < 1:
        return None
    return Ranks(low, n + 1 - low, float(1 - 2 * stats.binom.cdf(low - 1, n, 0.5)))


@cache
def fewest_with_interval(confidence: float = CONFIDENCE) -> int:
    """The least number of values whose smallest and largest enclose the median with ``confidence``: 6 for 95%."""
    n = 2
    while median_ranks(n, confidence) is None:
        n += 1
    return n
