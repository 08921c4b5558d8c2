"""The last months of a KPI as a small line without axes."""

from __future__ import annotations

from itertools import groupby

from cf_operators.charts.plane import Plane
from cf_operators.charts.score import Score
from cf_operators.charts.style import BETTER, GREY, INK, TARGET, WORSE

SIGNALS = {"better": (BETTER, "square"), "worse": (WORSE, "diamond")}


def sparkline(plane: Plane, score: Score, box: tuple[float, float, float, float]) -> None:
    """Draw the line, its target dotted, and its newest value as a dot; a signal there has its colour and shape.

    :param box: left, top, width and height in pixels.
    """
    left, top, width, height = box
    known = [value for value in score.line if value is not None]
    if not known:
        return
    drawn = known + ([] if score.target is None else [score.target])
    low, high = min(drawn), max(drawn)
    span = (high - low) or 1.0
    step = width / max(len(score.line) - 1, 1)

    def place(month: int, value: float) -> tuple[float, float]:
        return left + month * step, top + height * (high - value) / span

    if score.target is not None:
        at = place(0, score.target)[1]
        plane.line([(left, at), (left + width, at)], color=TARGET, width=1.4, strokeDash=[2, 3])
    for has_value, group in groupby(enumerate(score.line), lambda month: month[1] is not None):
        run = [place(month, value) for month, value in group if value is not None]
        if has_value and len(run) > 1:
            plane.line(run, color=GREY, width=1.6)
        elif has_value:
            plane.point(*run[0], color=GREY, size=24)
    if score.line[-1] is not None:
        color, shape = SIGNALS.get(score.signal_direction or "", (INK, "circle"))
        plane.point(*place(len(score.line) - 1, score.line[-1]), color=color, shape=shape, size=80)
