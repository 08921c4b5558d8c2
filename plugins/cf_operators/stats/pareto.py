"""Which few categories make up most of the cases."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cf_operators.stats.interval import CONFIDENCE
from cf_operators.stats.proportion import proportion

PARETO_COLUMNS = ("count", "share", "low", "high", "cumulative_share")


def pareto(counts: pd.Series, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Categories by falling count, with their share of all cases and the share of them and all before them.

    J. M. Juran, "The Non-Pareto Principle; Mea Culpa", Quality Progress 8, 1975. The interval of each share is
    Wilson's, category by category; it says how far the order of two neighbours may be chance. Ties are in the order
    of the names. Shares without any case are NaN.

    :param counts: cases per category, whole and not negative; each category once.
    :returns: a row per category with ``PARETO_COLUMNS``.
    :raises ValueError: a count is negative or missing, or a category comes twice.
    """
    if not counts.index.is_unique:
        twice = counts.index[counts.index.duplicated()][0]
        raise ValueError(f"category {twice!r} comes twice; add its counts up first")
    wrong = counts[~(counts >= 0)]
    if not wrong.empty:
        raise ValueError(f"category {wrong.index[0]!r} has a count of {wrong.iloc[0]}; it must be 0 or more")
    order = sorted(counts.index, key=lambda name: (-counts[name], str(name)))
    ordered = counts.reindex(order).astype(np.int64)
    total = np.full(len(ordered), ordered.sum())
    found = proportion(ordered, total, confidence)
    cumulative = ordered.cumsum().to_numpy(dtype=np.float64) / np.where(total > 0, total, np.nan)
    columns = (ordered.to_numpy(), found.value, found.low, found.high, cumulative)
    return pd.DataFrame(dict(zip(PARETO_COLUMNS, columns, strict=True)), index=ordered.index)
