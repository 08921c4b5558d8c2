"""Non-response weights that meet several margins of the population at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from ipfn import ipfn
from numpy.typing import ArrayLike

from cf_operators.stats.interval import Floats
from cf_operators.stats.weighting import (
    Population,
    Weighting,
    base_weights,
    normalised,
    people_by_cell,
    unanswered,
)

TOLERANCE = 1e-6
"""Relative distance from a margin within which it counts as met."""

MOST_ROUNDS = 1000


def rake(
    answers: pd.DataFrame, margins: Mapping[str, Population], base: ArrayLike | None = None
) -> Weighting:
    """Weights by which each margin stands in the proportions of the population, by iterative proportional fitting.

    W. E. Deming and F. F. Stephan, Annals of Mathematical Statistics 11, 1940; by the library ipfn. For where only
    the margins of the population are known, or the cells of their crossing would be too small to post-stratify. A
    level without respondents is merged into the rest of its margin and reported as ``(margin, level)``.

    :param answers: one row per respondent, a column for each margin.
    :param margins: per column, people by level, by count or share.
    :param base: design weights; all the same when not given.
    :raises ValueError: no margin is given, a respondent's level is unknown or empty in the population, or no weights
        can meet all margins because of crossings in which nobody answered.
    """
    if not margins:
        raise ValueError("raking needs at least one margin of the population")
    people = {
        name: people_by_cell(answers[name], population, f"level of {name}")
        for name, population in margins.items()
    }
    start = base_weights(base, len(answers))
    merged = tuple((name, level) for name in margins for level in unanswered(answers[name], people[name]))
    if answers.empty:
        return Weighting(pd.Series(start, index=answers.index), merged)
    coded = [pd.factorize(answers[name]) for name in margins]
    at = tuple(codes for codes, _ in coded)
    table = np.zeros([len(levels) for _, levels in coded])
    np.add.at(table, at, start)
    targets = [
        _to_sum(np.array([people[name][level] for level in levels]), start.sum())
        for name, (_, levels) in zip(margins, coded, strict=True)
    ]
    fitted = _fit(table, targets)
    _check(fitted, targets, list(margins))
    return Weighting(pd.Series(normalised(start * fitted[at] / table[at]), index=answers.index), merged)


def _fit(table: Floats, targets: list[Floats]) -> Floats:
    axes = [[axis] for axis in range(table.ndim)]
    fit = ipfn.ipfn(
        table.copy(), list(targets), axes,
        convergence_rate=TOLERANCE / 1000, rate_tolerance=0.0, max_iteration=MOST_ROUNDS,
    )  # fmt: skip
    return np.asarray(fit.iteration(), dtype=np.float64)


def _to_sum(people: Floats, total: float) -> Floats:
    return np.asarray(people * (total / people.sum()), dtype=np.float64)


def _check(fitted: Floats, targets: list[Floats], names: list[str]) -> None:
    """The library returns its last round whether or not it met the margins."""
    for axis, (target, name) in enumerate(zip(targets, names, strict=True)):
        others = tuple(other for other in range(fitted.ndim) if other != axis)
        distance = np.abs(fitted.sum(axis=others) / target - 1).max()
        if not distance <= TOLERANCE:
            raise ValueError(
                f"no weights meet all margins: {name} stays {distance:.1%} away; nobody answered in some crossings of "
                "the margins, so merge small levels or leave a margin out"
            )
