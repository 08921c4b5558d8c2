"""Rules that tell a signal from the ordinary variation of a control chart."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Directions = NDArray[np.int8]
"""Per point 1 for a signal upwards, -1 downwards, 0 for none; which of them is good is for the KPI to say."""

ON_CENTRE = 1e-12
"""A value this close to the centre, relative to it, lies on it: means of fractions carry rounding."""


def beyond_limits(points: pd.DataFrame) -> Directions:
    """A point outside its limits; on a limit it is inside (Western Electric, Statistical Quality Control Handbook,
    1956, rule 1)."""
    return _as_directions(points.value > points.upper, points.value < points.lower)


def eight_on_one_side(points: pd.DataFrame) -> Directions:
    """The eighth and each further consecutive point on one side of the centre (Western Electric, rule 4).

    A point on the centre ends the run. The seven points before are not marked, so that what was once said of a point
    does not change by what comes after it.
    """
    distance = points.value - points.centre
    off = distance.abs() > ON_CENTRE * points.centre.abs()
    return _as_directions(_last(off & (distance > 0), 8) == 8, _last(off & (distance < 0), 8) == 8)


def two_of_three_beyond_two_sigma(points: pd.DataFrame) -> Directions:
    """A point beyond two sigma, when one of the two before it is so on the same side (Western Electric, rule 2)."""
    above = points.value > points.centre + 2 * points.sigma
    below = points.value < points.centre - 2 * points.sigma
    return _as_directions(above & (_last(above, 3) >= 2), below & (_last(below, 3) >= 2))


Rule = Callable[[pd.DataFrame], Directions]

RULES: dict[str, Rule] = {
    "beyond_limits": beyond_limits,
    "eight_on_one_side": eight_on_one_side,
    "two_of_three_beyond_two_sigma": two_of_three_beyond_two_sigma,
}


def signals(chart: pd.DataFrame, rules: Collection[str] = tuple(RULES)) -> pd.DataFrame:
    """What each rule says of each point.

    No rule looks across the beginning of a phase. A point without a value is passed over: it neither ends a run nor
    adds to it. Where there are no limits nothing lies beyond them; without a centre there are no signals.

    :param chart: a chart of :func:`~cf_operators.stats.control_chart.control_chart`.
    :param rules: names of ``RULES``.
    :returns: a frame of the same index with a column of ``Directions`` per rule.
    :raises ValueError: a rule is unknown.
    """
    unknown = [rule for rule in rules if rule not in RULES]
    if unknown:
        raise ValueError(f"control chart rule {unknown[0]!r} is unknown; known are {', '.join(RULES)}")
    found = {rule: np.zeros(len(chart), dtype=np.int8) for rule in rules}
    is_charted = (chart.value.notna() & chart.centre.notna()).to_numpy()
    for phase in chart.phase.unique():
        rows = np.flatnonzero(is_charted & (chart.phase == phase).to_numpy())
        for rule in rules:
            found[rule][rows] = RULES[rule](chart.iloc[rows])
    return pd.DataFrame(found, index=chart.index)


def _last(holds: pd.Series[bool], points: int) -> pd.Series[float]:
    """Of how many of the last so many points, this one included, it holds."""
    return holds.astype(np.float64).rolling(points, min_periods=1).sum()


def _as_directions(is_up: pd.Series[bool], is_down: pd.Series[bool]) -> Directions:
    return is_up.to_numpy(dtype=np.int8) - is_down.to_numpy(dtype=np.int8)
