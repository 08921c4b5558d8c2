"""How closely each attribute goes along with the overall score."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from cf_operators.stats.interval import CONFIDENCE, normal_quantile

FEWEST_ANSWERS = 30
"""Answers below which nothing is said of drivers: the interval of a correlation would span half of the scale."""


def correlations(
    overall: pd.Series,
    attributes: pd.DataFrame,
    method: Literal["pearson", "spearman"] = "pearson",
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Correlation of each attribute with the overall score, -1 to 1, over those who gave both.

    The interval is Fisher's: ``tanh(atanh(r) +- z / sqrt(n - 3))`` (R. A. Fisher, Metron 1, 1921); for Spearman's
    rank correlation the variance is ``(1 + r**2 / 2) / (n - 3)`` (D. G. Bonett and T. A. Wright, Psychometrika 65,
    2000).

    :param attributes: one row per respondent with the index of ``overall``, one column per attribute; NaN for none.
    :returns: a row per attribute with ``value``, ``low``, ``high`` and ``n``; NaN for an attribute or an overall score
        that is always the same, and below ``FEWEST_ANSWERS``.
    """
    rows = [_correlation(overall, attributes[name], method, confidence) for name in attributes]
    found = pd.DataFrame(rows, index=attributes.columns, columns=["value", "low", "high", "n"])
    return found.astype({"value": np.float64, "low": np.float64, "high": np.float64, "n": np.int64})


def _correlation(
    overall: pd.Series, attribute: pd.Series, method: str, confidence: float
) -> tuple[float, float, float, int]:
    both = pd.DataFrame({"x": attribute, "y": overall}, dtype=np.float64).dropna()
    n = len(both)
    if n < FEWEST_ANSWERS or both.x.nunique() < 2 or both.y.nunique() < 2:
        return np.nan, np.nan, np.nan, n
    measured = stats.pearsonr(both.x, both.y) if method == "pearson" else stats.spearmanr(both.x, both.y)
    value = min(max(float(measured.statistic), -1.0), 1.0)
    variance = (1.0 if method == "pearson" else 1 + value**2 / 2) / (n - 3)
    with np.errstate(divide="ignore"):  # a perfect correlation is its own interval
        centre, reach = np.arctanh(value), normal_quantile(confidence) * np.sqrt(variance)
    return value, float(np.tanh(centre - reach)), float(np.tanh(centre + reach)), n
