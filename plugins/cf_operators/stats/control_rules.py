"""Rules that tell a signal from the ordinary variation of a control chart."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cf_operators.stats.interval import Floats

Directions = NDArray[np.int8]
"""Per point 1 for a signal upwards, -1 downwards, 0 for none; which of them is good is for the KPI to say."""

ON_CENTRE = 1e-12
"""A value this close to the centre, relative to it, lies on it: means of fractions carry rounding."""


@dataclass(frozen=True)
class Points:
    """Points that have a value and a centre, in the order of time; ``phase`` tells the phases of all charts apart."""

    value: Floats
    centre: Floats
    lower: Floats
    upper: Floats
    sigma: Floats
    phase: NDArray[np.int64]


def beyond_limits(points: Points) -> Directions:
    """A point outside its limits; on a limit it is inside (Western Electric, Statistical Quality Control Handbook,
    1956, rule 1)."""
    return _as_directions(points.value > points.upper, points.value < points.lower)


def eight_on_one_side(points: Points) -> Directions:
    """The eighth and each further consecutive point on one side of the centre (Western Electric, rule 4).

    A point on the centre ends the run. The seven points before are not marked, so that what was once said of a point
    does not change by what comes after it.
    """
    distance = points.value - points.centre
    off = np.abs(distance) > ON_CENTRE * np.abs(points.centre)
    up, down = (_last(off & side, points.phase, 8) == 8 for side in (distance > 0, distance < 0))
    return _as_directions(up, down)


def two_of_three_beyond_two_sigma(points: Points) -> Directions:
    """A point beyond two sigma, when one of the two before it is so on the same side (Western Electric, rule 2)."""
    above = points.value > points.centre + 2 * points.sigma
    below = points.value < points.centre - 2 * points.sigma
    up, down = (side & (_last(side, points.phase, 3) >= 2) for side in (above, below))
    return _as_directions(up, down)


Rule = Callable[[Points], Directions]

RULES: dict[str, Rule] = {
    "beyond_limits": beyond_limits,
    "eight_on_one_side": eight_on_one_side,
    "two_of_three_beyond_two_sigma": two_of_three_beyond_two_sigma,
}


def signals(
    chart: pd.DataFrame,
    rules: Collection[str] = tuple(RULES),
    series: Sequence[Any] | NDArray[Any] | None = None,
) -> pd.DataFrame:
    """What each rule says of each point.

    No rule looks across the beginning of a phase. A point without a value is passed over: it neither ends a run nor
    adds to it. Where there are no limits nothing lies beyond them; without a centre there are no signals.

    :param chart: a chart of :func:`~cf_operators.stats.control_chart.control_chart`, or several.
    :param rules: names of ``RULES``.
    :param series: to which chart each point belongs, if there are several; the points of a chart stand together.
    :returns: a frame of the same index with a column of ``Directions`` per rule.
    :raises ValueError: a rule is unknown.
    """
    unknown = [rule for rule in rules if rule not in RULES]
    if unknown:
        raise ValueError(f"control chart rule {unknown[0]!r} is unknown; known are {', '.join(RULES)}")
    found = {rule: np.zeros(len(chart), dtype=np.int8) for rule in rules}
    is_charted = (chart["value"].notna() & chart["centre"].notna()).to_numpy()
    number = np.zeros(len(chart), dtype=np.int64) if series is None else pd.factorize(np.asarray(series))[0]
    phase = chart["phase"].to_numpy(dtype=np.int64)
    alone = number * (phase.max(initial=0) + 1) + phase
    names = ("value", "centre", "lower", "upper", "sigma")
    columns = {name: chart[name].to_numpy(dtype=np.float64)[is_charted] for name in names}
    points = Points(**columns, phase=alone[is_charted])
    for rule in rules:
        found[rule][is_charted] = RULES[rule](points)
    return pd.DataFrame(found, index=chart.index)


def _last(holds: NDArray[np.bool_], phase: NDArray[np.int64], points: int) -> NDArray[np.int64]:
    """Of how many of the last so many points of its phase, this one included, it holds."""
    total = holds.astype(np.int64)
    for back in range(1, min(points, len(holds))):
        total[back:] += holds[:-back] & (phase[back:] == phase[:-back])
    return total


def _as_directions(is_up: NDArray[np.bool_], is_down: NDArray[np.bool_]) -> Directions:
    return is_up.astype(np.int8) - is_down.astype(np.int8)
