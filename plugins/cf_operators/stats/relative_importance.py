"""How much of the variation of the overall score each attribute explains, when they go along with each other."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from cf_operators.stats.correlation import FEWEST_ANSWERS
from cf_operators.stats.interval import CONFIDENCE, Floats

MOST_ATTRIBUTES = 8
"""All subsets are fitted in every resample: 256 of them for eight attributes."""

RESAMPLES = 1000

COLLINEAR = 1e-10
"""Directions of the attributes with less than this part of the variance count as none."""

CONSTANT = 1e-7
"""A standard deviation below this part of what it was in all answers is none: only rounding is left."""


def relative_importance(
    overall: pd.Series,
    attributes: pd.DataFrame,
    *,
    seed: int,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """The share of the variance of the overall score that falls to each attribute; together they are R squared.

    What an attribute adds to R squared of the linear regression, averaged over all orders in which the attributes
    can enter it: LMG (R. H. Lindeman, P. F. Merenda and R. Z. Gold, Introduction to Bivariate and Multivariate
    Analysis, 1980), which is the Shapley value of R squared (U. Groemping, "Relative Importance for Linear Regression
    in R", Journal of Statistical Software 17(1), 2006). It says what goes along with satisfaction, not what causes it.

    Only complete rows count. The interval is the percentile interval of a bootstrap over respondents (B. Efron and R.
    J. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13); the seed makes it repeatable. As shares of
    variance cannot be negative, the bound of an attribute of no importance lies above 0, and its value may lie
    outside; then the bound is moved to the value.

    :param attributes: one row per respondent with the index of ``overall``, one column per attribute; NaN for none.
    :returns: a row per attribute with ``value``, ``low``, ``high`` and ``n``. An attribute that is always the same, or
        has fewer than ``FEWEST_ANSWERS`` beside the overall score, gets NaN and is left out of the others' rows;
        so do all when fewer rows are complete, or the overall score is always the same.
    :raises ValueError: more than ``MOST_ATTRIBUTES`` attributes, or no resamples.
    """
    if attributes.shape[1] > MOST_ATTRIBUTES:
        raise ValueError(
            f"{attributes.shape[1]} attributes are too many for exact relative importance; choose {MOST_ATTRIBUTES}"
        )
    if resamples < 1:
        raise ValueError(f"{resamples} resamples give no interval; use some hundred")
    names, answers = _complete(overall, attributes)
    found = pd.DataFrame(np.nan, index=attributes.columns, columns=["value", "low", "high"])
    found["n"] = len(answers)
    if len(answers) < FEWEST_ANSWERS or not names or answers[:, 0].min() == answers[:, 0].max():
        return found
    standardised = (answers - answers.mean(axis=0)) / answers.std(axis=0)
    with_ones = np.concatenate([np.ones((1, len(answers))), standardised.T])
    value = _lmg(_correlation_matrix(with_ones, np.full(len(answers), 1 / len(answers)))[None])[0]
    again = _lmg(_resampled_matrices(with_ones, seed, resamples))
    low, high = np.quantile(again, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    found.loc[names, "value"] = value
    found.loc[names, "low"] = np.minimum(low, value)
    found.loc[names, "high"] = np.maximum(high, value)
    return found


def _complete(overall: pd.Series, attributes: pd.DataFrame) -> tuple[list[Hashable], Floats]:
    """The attributes that can be judged, and overall score and attributes of the respondents who gave all of them."""
    asked = attributes[overall.notna()]
    names = [name for name in asked if asked[name].count() >= FEWEST_ANSWERS and asked[name].nunique() > 1]
    is_complete = overall.notna() & attributes[names].notna().all(axis=1)
    rows = attributes.loc[is_complete, names]
    varied = [name for name in names if rows[name].nunique() > 1]
    scores = overall[is_complete].to_numpy(dtype=np.float64)
    return varied, np.column_stack([scores, rows[varied].to_numpy(dtype=np.float64)])


def _resampled_matrices(with_ones: Floats, seed: int, resamples: int) -> Floats:
    """Correlation matrices of resamples of the respondents, of shape (resamples, columns, columns)."""
    random, n = np.random.default_rng(seed), with_ones.shape[1]
    draws = (np.bincount(random.integers(n, size=n), minlength=n) for _ in range(resamples))
    return np.array([_correlation_matrix(with_ones, times / n) for times in draws])


def _correlation_matrix(with_ones: Floats, weights: Floats) -> Floats:
    """Correlations of the rows below the first under weights of the respondents that sum to 1.

    A row that came out constant in a resample explains nothing there: its correlations are 0.
    """
    moments = (with_ones * weights) @ with_ones.T
    covariance = moments[1:, 1:] - np.outer(moments[0, 1:], moments[0, 1:])
    deviation = np.sqrt(np.maximum(np.diag(covariance), 0))
    varies = deviation > CONSTANT
    inverse = np.where(varies, 1 / np.where(varies, deviation, 1), 0)
    return np.asarray(covariance * np.outer(inverse, inverse))


def _lmg(correlation: Floats) -> Floats:
    """LMG of each matrix, whose first row is the overall score; of shape (matrices, attributes).

    Over orders, attribute k enters after the set S in ``|S|! (p - |S| - 1)! / p!`` of them.
    """
    attributes = range(1, correlation.shape[1])
    p = len(attributes)
    explained = {
        subset: _r_squared(correlation, subset)
        for size in range(p + 1)
        for subset in combinations(attributes, size)
    }
    importance = np.zeros((len(correlation), p))
    for subset, r_squared in explained.items():
        for k in subset:
            before = tuple(other for other in subset if other != k)
            share = 1 / (p * comb(p - 1, len(before)))
            importance[:, k - 1] += share * (r_squared - explained[before])
    return importance


def _r_squared(correlation: Floats, subset: tuple[int, ...]) -> Floats:
    """R squared of the overall score on a subset of attributes, which may be collinear."""
    if not subset:
        return np.zeros(len(correlation))
    chosen = list(subset)
    among = correlation[:, chosen][:, :, chosen]
    with_overall = correlation[:, chosen, 0]
    inverse = np.linalg.pinv(among, rcond=COLLINEAR, hermitian=True)
    return np.asarray(np.einsum("ia,iab,ib->i", with_overall, inverse, with_overall))
