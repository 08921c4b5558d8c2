"""The interval that the estimators return, and the normal quantile they share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
"""Confidence level of every published interval."""


@dataclass(frozen=True)
class Interval:
    """Estimates with their bounds, one element per row; NaN where there is no such number.

    ``low <= value <= high`` holds wherever the three are numbers. A bound that is NaN beside one that is a number
    means unbounded on that side.
    """

    value: Floats
    low: Floats
    high: Floats


def normal_quantile(confidence: float) -> float:
    """Two-sided standard normal quantile: 1.96 for 0.95.

    :raises ValueError: ``confidence`` is not between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; it must lie between 0 and 1, e.g. 0.95")
    return float(stats.norm.ppf((1 + confidence) / 2))


def around(value: Floats, low: Floats, high: Floats) -> Interval:
    """An interval that holds its estimate: a bound that the estimate lies beyond is moved to the estimate.

    Rounding puts a Wilson bound an ulp inside an estimate of 0 or 1, and adjusted Wald shrinks so far towards the
    middle that a unanimous handful of answers lies outside; a published value outside its own interval is absurd.
    """
    return Interval(value, np.where(value < low, value, low), np.where(value > high, value, high))
