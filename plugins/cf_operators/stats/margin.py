"""How exactly a share is known from a random sample of people who can be counted."""

from __future__ import annotations

import math

from cf_operators.stats.interval import CONFIDENCE, normal_quantile


def margin_of_error(
    answers: int, population: int, confidence: float = CONFIDENCE, share: float = 0.5
) -> float | None:
    """Half the width of the interval of a share, 0 to 1, of which so many answers are known.

    ``z * sqrt(p * (1 - p) / n * (N - n) / (N - 1))``: the normal approximation with the correction for a finite
    population (W. G. Cochran, Sampling Techniques, 3rd ed., section 3.5, and the tables of R. V. Krejcie and D. W.
    Morgan, Educational and Psychological Measurement 30, 1970). It says what chance does to a random sample, and
    nothing of how those who keep silent differ from those who answer.

    :param answers: people who answered.
    :param population: people that they stand for, those included.
    :param share: the share that is measured; one half is the worst case.
    :returns: None when nobody has answered; 0 when everybody has.
    :raises ValueError: there are more answers than people.
    """
    if not 0 <= answers <= population:
        raise ValueError(f"{answers} answers of {population} people: a part cannot exceed its whole")
    if answers == 0:
        return None
    if answers == population:
        return 0.0
    variance = share * (1 - share) / answers * (population - answers) / (population - 1)
    return normal_quantile(confidence) * math.sqrt(variance)
