"""What drives the overall score: importance of each attribute against how well it is done."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from cf_operators.stats.correlation import correlations
from cf_operators.stats.interval import CONFIDENCE
from cf_operators.stats.relative_importance import RESAMPLES, relative_importance

Quadrant = Literal["concentrate here", "keep up the good work", "low priority", "possible overkill"]

ON_CUT = 1e-9
"""This close to a cut, relative to it, lies on it: means of fractions carry rounding."""


def drivers(
    overall: pd.Series,
    attributes: pd.DataFrame,
    *,
    seed: int,
    top_box: float | None = None,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """One row per attribute: its correlation with the overall score, its relative importance, its performance.

    The importance is given as a share of variance with its interval (see ``relative_importance``) and the quadrant
    by it (see ``importance_performance``).

    :param overall, attributes: as in ``relative_importance``.
    :param top_box: see ``performance``.
    :returns: columns ``correlation``, ``importance`` (each with ``_low``, ``_high`` and ``_n``), ``performance`` and
        ``quadrant``, in the order of the attributes.
    """
    along = correlations(overall, attributes, confidence=confidence)
    importance = relative_importance(
        overall, attributes, seed=seed, resamples=resamples, confidence=confidence
    )
    done = importance_performance(importance.value, performance(attributes, top_box))
    return pd.concat(
        [_named(along, "correlation"), _named(importance, "importance"), done[["performance", "quadrant"]]],
        axis=1,
    )


def performance(attributes: pd.DataFrame, top_box: float | None = None) -> pd.Series[float]:
    """Mean of the answers to each attribute, or the share of them that are ``top_box`` or more; NaN without answers."""
    answers = attributes.astype(np.float64)
    if top_box is None:
        return answers.mean()
    return (answers >= top_box).where(answers.notna()).astype(np.float64).mean()


def importance_performance(importance: pd.Series, performance: pd.Series) -> pd.DataFrame:
    """Importance and performance of each attribute, and the quadrant in which they lie.

    The lines are the means of both over the attributes that have both; on a line counts as above it (J. A. Martilla
    and J. C. James, "Importance-Performance Analysis", Journal of Marketing 41(1), 1977). An attribute without one of
    them has no quadrant.
    """
    found = pd.DataFrame({"importance": importance, "performance": performance}, dtype=np.float64)
    both = found.dropna()
    quadrant = pd.Series(None, index=found.index, dtype=object)
    is_important = _reaches_mean(both.importance)
    is_good = _reaches_mean(both.performance)
    for attribute in both.index:
        quadrant[attribute] = _quadrant(bool(is_important[attribute]), bool(is_good[attribute]))
    return found.assign(quadrant=quadrant)


def _quadrant(is_important: bool, is_good: bool) -> Quadrant:
    if is_important:
        return "keep up the good work" if is_good else "concentrate here"
    return "possible overkill" if is_good else "low priority"


def _reaches_mean(values: pd.Series) -> pd.Series[bool]:
    cut = float(values.mean())
    return values >= cut - ON_CUT * abs(cut)


def _named(found: pd.DataFrame, name: str) -> pd.DataFrame:
    return found.rename(
        columns={"value": name, "low": f"{name}_low", "high": f"{name}_high", "n": f"{name}_n"}
    )
