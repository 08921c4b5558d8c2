"""Which slices moved a total from one period to the next."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cf_operators.stats.interval import Floats

CONTRIBUTION_COLUMNS = (
    "value_before", "value_after", "weight_before", "weight_after", "within", "mix", "contribution",
)  # fmt: skip


def contribution(before: pd.DataFrame, after: pd.DataFrame, per: float = 1.0) -> pd.DataFrame:
    """The change of a total, told apart by slice into the change within it and the change of its weight.

    The total is ``per * sum(numerator) / sum(denominator)``; of a slice with value r and weight w (its part of the
    denominators) the change within is ``mean(w) * (r1 - r0)``, and the change of the mix ``(mean(r) - R) * (w1 - w0)``,
    where R is the mean of both totals (E. M. Kitagawa, "Components of a Difference Between Two Rates", JASA 50, 1955).
    The sum over all slices is the change of the total, with no remainder: a slice that grew adds to it when it lies
    above the total. A slice that is there in one period only has no change within; all of it is mix. Events of a slice
    without exposure, as complaints where nothing was ordered, make no rate of it: by them alone the sum falls short.

    For NPS the numerator is promoters less detractors and ``per`` is 100; for a mean it is the sum of the scores.

    :param before, after: ``numerator`` and ``denominator`` per slice; the slices share no case and leave none out.
    :returns: a row per slice of either period, the greatest contribution in absolute terms first, with
        ``CONTRIBUTION_COLUMNS``. All effects are NaN when one of the periods has no cases at all.
    :raises ValueError: a slice comes twice, or a denominator is negative.
    """
    slices = before.index.union(after.index, sort=False)
    top0, bottom0 = _sums(before, slices)
    top1, bottom1 = _sums(after, slices)
    found = contributions(top0, bottom0, top1, bottom1, np.zeros(len(slices), dtype=np.int64), per)
    found.index = slices
    return found.iloc[np.argsort(-found.contribution.abs().to_numpy(), kind="stable")]


def contributions(
    numerator_before: Floats,
    denominator_before: Floats,
    numerator: Floats,
    denominator: Floats,
    totals: NDArray[np.int64],
    per: float = 1.0,
) -> pd.DataFrame:
    """Many totals at once; everything as of :func:`contribution`, in the order given.

    :param totals: number of the total, from 0, that each slice is a part of.
    :returns: a frame with ``CONTRIBUTION_COLUMNS``.
    """
    top0, bottom0, top1, bottom1 = numerator_before, denominator_before, numerator, denominator

    def whole(column: Floats) -> Floats:
        return np.bincount(totals, weights=column).astype(np.float64)[totals] if totals.size else column

    with np.errstate(invalid="ignore", divide="ignore"):
        value0 = np.where(bottom0 > 0, per * top0 / bottom0, np.nan)
        value1 = np.where(bottom1 > 0, per * top1 / bottom1, np.nan)
        weight0, weight1 = bottom0 / whole(bottom0), bottom1 / whole(bottom1)
        total = per * (whole(top0) / whole(bottom0) + whole(top1) / whole(bottom1)) / 2
    # A slice that is missing on one side is taken to have had the value of the other; without either it adds nothing.
    held0 = np.nan_to_num(np.where(bottom0 > 0, value0, value1))
    held1 = np.nan_to_num(np.where(bottom1 > 0, value1, value0))
    within = (weight0 + weight1) / 2 * (held1 - held0)
    mix = ((held0 + held1) / 2 - total) * (weight1 - weight0)
    columns = (value0, value1, weight0, weight1, within, mix, within + mix)
    return pd.DataFrame(dict(zip(CONTRIBUTION_COLUMNS, columns, strict=True)))


def _sums(period: pd.DataFrame, slices: pd.Index) -> tuple[Floats, Floats]:
    """Numerators and denominators by slice, 0 for a slice that the period does not have."""
    if not period.index.is_unique:
        raise ValueError(
            f"slice {period.index[period.index.duplicated()][0]!r} comes twice; add its sums up first"
        )
    whole = period[["numerator", "denominator"]].reindex(slices, fill_value=0).astype(np.float64)
    negative = whole.index[~(whole.denominator >= 0)]
    if len(negative):
        raise ValueError(
            f"slice {negative[0]!r} has a denominator of {whole.denominator[negative[0]]}; it must be 0 or more"
        )
    return whole.numerator.to_numpy(), whole.denominator.to_numpy()
