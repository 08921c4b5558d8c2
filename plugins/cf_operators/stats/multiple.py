"""P-values of many comparisons at once: the more are looked at, the more look striking by chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from statsmodels.stats.multitest import fdrcorrection

from cf_operators.stats.interval import Floats

METHOD = "Benjamini-Hochberg"


def benjamini_hochberg(p_values: ArrayLike, groups: ArrayLike | None = None) -> Floats:
    """Adjusted p-values: calling those below 5% different makes 5% of these calls false, on average.

    Y. Benjamini and Y. Hochberg (JRSS B 57, 1995), by statsmodels, within each group. A NaN was not compared: it stays
    NaN and does not count.

    :param p_values: 0 to 1 or NaN, of shape ``(rows,)``.
    :param groups: per row what it was looked at together with, e.g. a KPI and period; all rows together without it.
    :raises ValueError: a p-value is not between 0 and 1.
    """
    raw = np.asarray(p_values, dtype=np.float64)
    wrong = np.flatnonzero((raw < 0) | (raw > 1))
    if wrong.size:
        raise ValueError(f"row {wrong[0]}: {raw[wrong[0]]:g} is no p-value; it must lie between 0 and 1")
    labels = np.zeros(len(raw)) if groups is None else np.asarray(groups)
    codes = pd.factorize(labels, use_na_sentinel=False)[0]
    adjusted = np.full(len(raw), np.nan)
    is_known = ~np.isnan(raw)
    order = np.flatnonzero(is_known)[np.argsort(codes[is_known], kind="stable")]
    for rows in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1):
        if rows.size:
            adjusted[rows] = fdrcorrection(raw[rows])[1]
    return np.asarray(np.maximum(adjusted, raw))  # m * p / m may round to less than p
