"""How many people a sample needs for a wanted margin of error."""

from __future__ import annotations

from math import ceil

WORST_SHARE = 0.5
"""The share whose margin of error is the widest: who is prepared for it is prepared for every result."""

ROUNDING = 9
"""Decimals that are kept before rounding up, so that the noise of floating point asks nobody for nothing."""


def answers_needed(population: int, margin: float, confidence: float = 0.95) -> int:
    """Answers from which a share can be told within plus or minus ``margin``.

    n0 = z² p (1 - p) / margin², with p = 0.5 (the widest interval there is); of a finite population of N people
    n = n0 / (1 + (n0 - 1) / N) are enough, rounded up. Source: W. G. Cochran, *Sampling Techniques*, 3rd edition, Wiley
    1977, sections 4.4 and 4.5 (normal approximation with finite population correction).

    *Worked:* margin 0.05 (5 points), confidence 0.95: z = 1.95996, n0 = 384.15. Of 1,000 people
    384.15 / (1 + 383.15 / 1000) = 277.7, so 278 answers; of a very large population 385.

    :param population: number of people, at least 0; of nobody, nobody is needed.
    :param margin: half the width of the confidence interval, a share above 0 and below 1.
    :param confidence: of that interval, above 0 and below 1.
    """
    from statsmodels.stats.proportion import (
        samplesize_confint_proportion,
    )  # slow to import; only here it is needed

    if population < 1:
        return 0
    of_many = float(samplesize_confint_proportion(WORST_SHARE, margin, alpha=1 - confidence))
    return min(_up(of_many / (1 + (of_many - 1) / population)), population)


def people_to_ask(population: int, margin: float, confidence: float, response_rate: float) -> int:
    """People to ask so that the expected answers give the margin of error; all when there are not enough.

    *Worked:* 278 answers of 1,000 people, of whom 40% answer: 278 / 0.4 = 695 people are asked. When 20% answer,
    1,390 would have to be asked, so all 1,000 are.

    :param population: number of people, at least 0.
    :param margin: as in :func:`answers_needed`, and so is ``confidence``.
    :param response_rate: share of the people asked that is expected to answer, above 0 and at most 1.
    """
    return min(_up(answers_needed(population, margin, confidence) / response_rate), population)


def _up(number: float) -> int:
    return ceil(round(number, ROUNDING))
