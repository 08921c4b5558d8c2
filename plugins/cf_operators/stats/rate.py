"""Events per exposure with Byar's interval, and the exact Poisson interval where events are few."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from cf_operators.stats.interval import CONFIDENCE, Floats, Interval, around, normal_quantile

METHOD = "Byar; exact Poisson below 10 events"
SOURCE = "N. E. Breslow and N. E. Day, Statistical Methods in Cancer Research II, IARC 1987, pp. 69-70"
EXACT_BELOW = 10


def rate(
    event_count: ArrayLike, exposure: ArrayLike, per: float = 1.0, confidence: float = CONFIDENCE
) -> Interval:
    """Rate ``per * event_count / exposure``; it may exceed ``per``, as one order can bring several complaints.

    The bounds are those of the Poisson count, divided by the exposure as the count is. Of an exposure of 0 the rate
    and both bounds are NaN, whatever the count.

    :param event_count, exposure: per row, both of shape ``(rows,)``, not negative.
    """
    count = np.asarray(event_count, dtype=np.float64)
    exposed = np.asarray(exposure, dtype=np.float64)
    low, high = poisson_bounds(count, confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.where(exposed > 0, per / exposed, np.nan)
    return around(count * scale, low * scale, high * scale)


def poisson_bounds(event_count: ArrayLike, confidence: float = CONFIDENCE) -> tuple[Floats, Floats]:
    """Bounds of the mean of a Poisson count, of the shape of ``event_count``.

    From 10 events on Byar's approximation, below the exact interval by chi-square quantiles (N. E. Breslow and
    N. E. Day, Statistical Methods in Cancer Research II, IARC 1987, pp. 69-70; as in the UKHSA technical guide on
    confidence intervals).
    """
    count = np.asarray(event_count, dtype=np.float64)
    z, tail = normal_quantile(confidence), (1 - confidence) / 2
    some = np.maximum(count, 1.0)  # keeps Byar's quotient finite where the exact interval is taken anyway
    byar_low = some * (1 - 1 / (9 * some) - z / (3 * np.sqrt(some))) ** 3
    byar_high = (some + 1) * (1 - 1 / (9 * (some + 1)) + z / (3 * np.sqrt(some + 1))) ** 3
    exact_low = np.where(count > 0, stats.chi2.ppf(tail, 2 * some) / 2, 0.0)
    exact_high = stats.chi2.ppf(1 - tail, 2 * count + 2) / 2
    is_few = count < EXACT_BELOW
    return np.where(is_few, exact_low, byar_low), np.where(is_few, exact_high, byar_high)
