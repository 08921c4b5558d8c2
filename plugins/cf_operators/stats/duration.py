"""Median time to an event by Kaplan-Meier, with cases still open counted as censored."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from statsmodels.duration.survfunc import SurvfuncRight

from cf_operators.stats.interval import CONFIDENCE, Interval, around
from cf_operators.stats.order_statistic import fewest_with_interval

METHOD = "Kaplan-Meier median, log-log"
TIE = 1e-9
"""A survival this close to one half is one half: products of fractions carry rounding."""


def median_duration(
    durations: Sequence[ArrayLike], is_ended: Sequence[ArrayLike], confidence: float = CONFIDENCE
) -> Interval:
    """Median duration per row: the earliest time by which at least half of the cases have ended.

    Leaving the open cases out would show only the quick ones; each counts as lasting at least as long as it has been
    open (E. L. Kaplan and P. Meier, JASA 53, 1958). NaN where fewer than half have ended, and without cases.

    :param durations: per row the durations of its cases, in one unit, not negative; rows may differ in length.
    :param is_ended: per row and case, whether it ended (else it is open and was last seen at its duration).
    """
    rows = [
        _median_of_row(np.asarray(times, dtype=np.float64), np.asarray(ends, dtype=bool), confidence)
        for times, ends in zip(durations, is_ended, strict=True)
    ]
    value, low, high = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return around(value, low, high)


def _median_of_row(times: np.ndarray, ends: np.ndarray, confidence: float) -> tuple[float, float, float]:
    if times.size == 0:
        return np.nan, np.nan, np.nan
    curve = SurvfuncRight(times, ends.astype(np.int64))
    reached = np.flatnonzero(curve.surv_prob <= 0.5 + TIE)
    median = float(curve.surv_times[reached[0]]) if reached.size else np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = curve.quantile_ci(0.5, alpha=1 - confidence, method="cloglog")
    if np.isnan(low):
        low, high = _bounds_of_a_jump(times, median, confidence)
    return median, float(low), float(high) if np.isfinite(high) else np.nan


def _bounds_of_a_jump(times: np.ndarray, median: float, confidence: float) -> tuple[float, float]:
    """Bounds where no event time is compatible with the median, so that inverting the test at them gives nothing.

    Either the curve falls past one half at a single time, and that time is both bounds; or it stays above one half
    to the end, and the median lies beyond the time until which enough cases were watched, with no upper bound. Enough
    are as many as have an interval of the median at all, by order statistics: 6 for 95%.
    """
    enough = fewest_with_interval(confidence)
    if np.count_nonzero(times >= (0 if np.isnan(median) else median)) < enough:
        return np.nan, np.nan
    if np.isnan(median):
        return float(np.sort(times)[-enough]), np.nan
    return median, median
