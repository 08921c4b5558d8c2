"""Weights that let those who answered stand for those who were asked, and for all."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cf_operators.stats.effective import effective_n
from cf_operators.stats.interval import Floats

PER_UNIT = 1000
"""The warehouse keeps weights as whole thousandths, whose sums are exact in any order."""

Population = Mapping[Any, float]
"""People, or shares of them, per cell; only their proportions matter."""


@dataclass(frozen=True)
class Weighting:
    """Weights of mean 1, by respondent.

    :param weights: with the index of the respondents.
    :param merged: cells of the population of which nobody answered; all others stand for them in proportion.
    """

    weights: pd.Series[float]
    merged: tuple[Hashable, ...] = ()


def design_weights(inclusion_probability: ArrayLike) -> Floats:
    """One over the probability of having been asked (D. G. Horvitz and D. J. Thompson, JASA 47, 1952), not normalised.

    :raises ValueError: a probability is not above 0 and at most 1.
    """
    chance = np.asarray(inclusion_probability, dtype=np.float64)
    wrong = np.flatnonzero(~((chance > 0) & (chance <= 1)))
    if wrong.size:
        raise ValueError(
            f"row {wrong[0]}: an inclusion probability of {chance.flat[wrong[0]]:g} cannot be; "
            "who answered was asked with a probability above 0 and at most 1"
        )
    return np.asarray(1 / chance)


def normalised(weights: ArrayLike) -> Floats:
    """The weights times what makes their mean 1.

    :raises ValueError: a weight is not a number above 0.
    """
    given = np.asarray(weights, dtype=np.float64)
    wrong = np.flatnonzero(~((given > 0) & np.isfinite(given)))
    if wrong.size:
        raise ValueError(
            f"row {wrong[0]}: a weight of {given.flat[wrong[0]]:g} cannot be; it must be above 0"
        )
    return np.asarray(given / given.mean()) if given.size else given


def post_stratify(cell: pd.Series, population: Population, base: ArrayLike | None = None) -> Weighting:
    """Weights by which the cells stand in the proportions of the population.

    Within a cell the base weights keep their proportions (D. Holt and T. M. F. Smith, "Post Stratification", JRSS A
    142, 1979). A cell of the population without respondents cannot be represented: it is merged into the rest, that
    is, left out of the proportions, and reported.

    :param cell: the cell of each respondent.
    :param population: people per cell, by count or share.
    :param base: design weights; all the same when not given.
    :raises ValueError: a respondent's cell is unknown, or has nobody in the population.
    """
    people = people_by_cell(cell, population, "cell")
    start = base_weights(base, len(cell))
    answered = pd.Series(start).groupby(cell.to_numpy()).transform("sum").to_numpy(dtype=np.float64)
    target = cell.map(people).to_numpy(dtype=np.float64)
    weights = normalised(start * target / answered)
    return Weighting(pd.Series(weights, index=cell.index), unanswered(cell, people))


def trim(weights: ArrayLike, most: float = 5.0, of: Literal["median", "mean"] = "median") -> Floats:
    """Weights cut at ``most`` times their median or mean, then all scaled so that they keep their sum.

    A few people who each stand for very many make an estimate jump; cutting them trades some bias for that (F.
    Potter, "A Study of Procedures to Identify and Trim Extreme Sampling Weights", Proc. ASA Survey Research Methods,
    1990). It is done once: by the scaling the greatest weight may end a little above the cut, and the margins of a
    raking are no longer met exactly.

    :raises ValueError: ``most`` is below 1.
    """
    if not most >= 1:
        raise ValueError(f"weights cannot be cut at {most:g} times their {of}; at least 1 is needed, e.g. 5")
    given = np.asarray(weights, dtype=np.float64)
    if given.size == 0:
        return given
    cut = np.minimum(given, most * (np.median(given) if of == "median" else given.mean()))
    return np.asarray(cut * (given.sum() / cut.sum()))


def thousandths(weights: ArrayLike) -> NDArray[np.int64]:
    """Weights as whole thousandths, equal weights alike; a weight above 0 stays at least 1 of them."""
    given = np.asarray(weights, dtype=np.float64)
    return np.maximum(np.rint(given * PER_UNIT), given > 0).astype(np.int64)


def n_effective(weights: ArrayLike) -> float:
    """How many equally weighted answers tell as much as these, at most as many as there are; NaN without answers.

    See :func:`~cf_operators.stats.effective.effective_n`, which takes the sums.
    """
    given = np.asarray(weights, dtype=np.float64)
    return float(effective_n([given.sum()], [(given**2).sum()])[0])


def base_weights(base: ArrayLike | None, respondents: int) -> Floats:
    """Design weights of mean 1; all the same when there are none."""
    return np.ones(respondents) if base is None else normalised(base)


def people_by_cell(cell: pd.Series, population: Population, what: str) -> dict[Hashable, float]:
    """The cells in which there is anybody, after a check that every respondent's is among them."""
    negative = [name for name, people in population.items() if not people >= 0]
    if negative:
        raise ValueError(
            f"{what} {negative[0]!r} has a population of {population[negative[0]]}; it must be 0 or more"
        )
    known = {name: people for name, people in population.items() if people > 0}
    for name, answers in cell.value_counts(dropna=False).items():
        if name not in known:
            raise ValueError(
                f"{answers} respondents are in the {what} {name!r}, which has nobody in the population; "
                "correct the population figures, or put these respondents into another one"
            )
    return known


def unanswered(cell: pd.Series, population: Population) -> tuple[Hashable, ...]:
    """The cells of the population without respondents."""
    answered = set(cell)
    return tuple(name for name in population if name not in answered)
