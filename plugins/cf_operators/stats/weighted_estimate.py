"""The weighted value of each row of sufficient statistics, by the family of the KPI."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cf_operators.stats.effective import weighted_mean, weighted_nps, weighted_proportion
from cf_operators.stats.interval import CONFIDENCE, Interval

WEIGHTED_COLUMNS = ("weighted_value", "weighted_low", "weighted_high", "effective_n")


def weighted_estimate(
    family: str,
    sums: pd.DataFrame,
    *,
    scale: tuple[int, int] | None = None,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Weighted value and interval, and the effective n that the interval rests on.

    NaN everywhere for families that are not made of answers (rates, durations), and for rows without cases. The unit
    of the weights does not matter: it cancels out.

    :param sums: columns ``weighted_*`` and ``square_weight`` of the family, one row per period and slice.
    :param scale: lowest and highest score of a mean.
    :returns: a frame of the same index with ``WEIGHTED_COLUMNS``.
    """
    nothing = np.full(len(sums), np.nan)
    if family == "nps":
        weight = sums.weighted_promoters + sums.weighted_passives + sums.weighted_detractors
        found = weighted_nps(
            sums.weighted_promoters,
            sums.weighted_passives,
            sums.weighted_detractors,
            sums.square_weight,
            confidence,
        )
    elif family == "proportion":
        weight = sums.weighted_denominator
        found = weighted_proportion(
            sums.weighted_numerator, sums.weighted_denominator, sums.square_weight, confidence
        )
    elif family == "mean":
        weight = sums.weighted_count
        found = weighted_mean(
            sums.weighted_count,
            sums.weighted_total,
            sums.weighted_square_total,
            sums.square_weight,
            scale,
            confidence,
        )
    else:
        found, weight = Interval(nothing, nothing, nothing), None
    effective = nothing
    if weight is not None:
        squares = sums.square_weight.to_numpy(dtype=np.float64)
        effective = np.where(
            squares > 0, weight.to_numpy(dtype=np.float64) ** 2 / np.where(squares > 0, squares, 1), np.nan
        )
    columns = (found.value, found.low, found.high, effective)
    return pd.DataFrame(dict(zip(WEIGHTED_COLUMNS, columns, strict=True)), index=sums.index)
