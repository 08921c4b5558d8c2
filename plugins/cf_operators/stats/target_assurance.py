"""What a target means for a process that stays as it is."""

from __future__ import annotations

from typing import Literal

import pandas as pd

Assurance = Literal["will pass", "will fail", "hit or miss"]


def target_assurance(
    chart: pd.DataFrame, target: float, direction: Literal["up", "down"]
) -> Assurance | None:
    """Whether the limits of the newest phase lie on the good side of the target, on the bad one, or around it.

    A process within its limits will pass when even its worse limit meets the target, and will fail when even its
    better one does not; between, it is chance which points meet it (NHS England, Making Data Count: the assurance
    icons; as in the R package NHSRplotthedots). A value equal to the target meets it.

    Where sizes vary the limits of the newest point that has any are taken.

    :param chart: a chart of :func:`~cf_operators.stats.control_chart.control_chart`.
    :param direction: ``up`` when more is better.
    :returns: None when the newest phase has no limits yet.
    """
    newest = chart[chart.phase == chart.phase.max()].dropna(subset=["lower", "upper"])
    if newest.empty:
        return None
    return assurance_of(float(newest.lower.iloc[-1]), float(newest.upper.iloc[-1]), target, direction)


def assurance_of(lower: float, upper: float, target: float, direction: Literal["up", "down"]) -> Assurance:
    """The same of one pair of limits."""
    sign = 1 if direction == "up" else -1
    worse, better = (lower, upper) if direction == "up" else (upper, lower)
    if sign * (worse - target) >= 0:
        return "will pass"
    if sign * (better - target) < 0:
        return "will fail"
    return "hit or miss"
