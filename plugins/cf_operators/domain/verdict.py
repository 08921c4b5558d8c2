"""Whether a target was met, with the courage to say that one does not know."""

from __future__ import annotations

import math
from typing import Literal, get_args

Verdict = Literal["met", "missed", "unclear", "too_few_answers"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def judge(
    *, n: int, low: float | None, high: float | None, target: float, is_minimum: bool, min_n: int
) -> Verdict:
    """The verdict on one KPI value.

    The interval is judged, not the value: only when the whole of it lies on one side of the target has the target
    been met or missed. A bound that equals the target is on the right side.

    :param n: cases behind the value.
    :param low, high: bounds of its interval. None beside a number means unbounded on that side, as for a median time
        of which so far only a lower bound is known; both None means that there is no interval.
    :param is_minimum: True: the value shall be at least ``target``; False: at most.
    :param min_n: fewest cases on which a verdict is given.
    """
    if n < min_n or (low is None and high is None):
        return "too_few_answers"
    lower = -math.inf if low is None else low
    upper = math.inf if high is None else high
    if is_minimum:
        lower, upper, target = -upper, -lower, -target
    if upper <= target:
        return "met"
    return "missed" if lower > target else "unclear"
