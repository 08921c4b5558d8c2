"""Which values the axis of a chart over months spans."""

from __future__ import annotations

from collections.abc import Iterable

from cf_operators.charts.subject import Subject

AIR = 0.08


def value_domain(values: Iterable[float], subject: Subject) -> tuple[float, float]:
    """Lowest and highest value of the axis: all that is drawn with some air around it.

    Shares stay within 0 and 100 percent; what is never below 0 has no room below 0.

    :param values: everything that is drawn, as it is shown (shares in percent); NaN counts for nothing.
    """
    drawn = [value for value in values if value == value]
    low, high = min(drawn), max(drawn)
    air = (high - low) * AIR or max(abs(high) * 0.1, 1.0)
    if subject.unit == "share":
        return max(low - air, -2.0), min(high + air, 102.0)  # the dot of 0 or 100 percent is seen whole
    return (max(low - air, 0.0) if low >= 0 else low - air), high + air
