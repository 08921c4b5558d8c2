"""How are we doing? One row per KPI: where it stands against its target, how sure that is, and how it moves."""

from __future__ import annotations

import textwrap

import altair as alt
import pandas as pd

from cf_operators.charts.caption import Caption, captioned
from cf_operators.charts.plane import Plane
from cf_operators.charts.rows import checked
from cf_operators.charts.score import Score, scores
from cf_operators.charts.signal_words import short_assurance
from cf_operators.charts.sparkline import sparkline
from cf_operators.charts.style import BAND, BETTER, GREY, INK, TARGET, WORSE
from cf_operators.charts.subject import Origin, scope

COLUMNS = (
    "kpi", "title", "question", "slice", "period_start", "value", "low", "high", "n", "unit", "direction", "target",
    "verdict", "is_suppressed", "is_reliable", "change_from_previous", "change_from_previous_q",
    "change_from_year_ago", "change_from_year_ago_q", "signal_direction", "assurance",
)  # fmt: skip
HISTORY_COLUMNS = ("kpi", "period_start", "value")

WIDTH = 1240
HEAD, ROW = 46, 80
NAME, SPARK, VALUE, DOT, VERDICT, PREVIOUS, YEAR_AGO = 0, 290, 450, 645, 875, 1035, 1150
SPARK_WIDTH, DOT_WIDTH = 135, 195

SURE = 0.05
"""A change counts when at most this share of such findings would be chance."""

VERDICTS = {
    "met": ("Target met", BETTER, "circle", False),
    "missed": ("Target missed", WORSE, "diamond", False),
    "unclear": ("Not clear yet", GREY, "circle", True),
    "too_few_answers": ("Too few cases", GREY, "circle", True),
}
"""In words, and the colour and shape of the mark; a hollow mark says nothing for sure."""


def scorecard(rows: pd.DataFrame, history: pd.DataFrame, origin: Origin) -> alt.VConcatChart:
    """The newest settled month of each KPI of one slice.

    :param rows: a row per KPI with ``COLUMNS``, in the wanted order: ``cf_kpi.v_scorecard`` with the question
        of the KPI.
    :param history: months of these KPIs with ``HISTORY_COLUMNS``, for the line of the newest 13.
    :raises NothingToDraw: there is no row, or none has a value.
    """
    shown = checked(rows, COLUMNS, "scorecard")
    if missing := [name for name in HISTORY_COLUMNS if name not in history.columns]:
        raise ValueError(f"scorecard: the history has no column {', '.join(missing)}")
    plane = Plane(WIDTH, HEAD + ROW * len(shown))
    _head(plane)
    for place, score in enumerate(scores(shown, history)):
        _row(plane, score, HEAD + ROW * place)
    return captioned(plane.chart(), _caption(shown, origin), WIDTH)


def _head(plane: Plane) -> None:
    names = {
        NAME: ("KPI", "and the question it answers"),
        SPARK: ("Last 13 months", "dotted: target"),
        VALUE: ("Newest month", "that is settled"),
        VERDICT: ("Target", ""),
        PREVIOUS: ("Change from", "the month before"),
        YEAR_AGO: ("Change from", "a year ago"),
    }
    for x, (first, second) in names.items():
        plane.words(x, 10, first, bold=True)
        plane.words(x, 26, second, size=11, color=GREY)
    middle = DOT + DOT_WIDTH / 2
    plane.words(middle, 10, "Against its target", bold=True, align="center")
    plane.words(middle - 10, 26, "worse", size=11, color=GREY, align="right")
    plane.words(middle + 10, 26, "better", size=11, color=GREY)
    plane.line([(0, HEAD - 6), (WIDTH, HEAD - 6)], color=GREY, width=1)


def _row(plane: Plane, score: Score, top: float) -> None:
    middle = top + ROW / 2 - 4
    plane.words(NAME, top + 14, score.title, size=14, bold=True)
    for place, line in enumerate(textwrap.wrap(score.question, 50)[:3]):
        plane.words(NAME, top + 31 + 13 * place, line, size=11, color=GREY)
    sparkline(plane, score, (SPARK, top + 10, SPARK_WIDTH, ROW - 28))
    _value(plane, score, top)
    _against_target(plane, score, middle)
    _verdict(plane, score, top)
    _change(plane, score, PREVIOUS, score.previous, score.previous_q, top)
    _change(plane, score, YEAR_AGO, score.year_ago, score.year_ago_q, top)
    plane.line([(0, top + ROW - 6), (WIDTH, top + ROW - 6)], color=BAND, width=1.2)


def _value(plane: Plane, score: Score, top: float) -> None:
    if score.value is None:
        plane.words(VALUE, top + 15, "withheld" if score.is_suppressed else "no cases", size=14, color=GREY)
        plane.words(VALUE, top + 35, score.month, size=11, color=GREY)
        return
    plane.words(VALUE, top + 15, score.unit.text(score.value), size=15, bold=True)
    if score.low is not None and score.high is not None:
        bounds = score.unit.interval(score.low, score.high)
        plane.words(VALUE, top + 34, f"95%: {bounds}", size=11, color=GREY)
    cases = "" if score.n is None else f", n {score.n:,}"
    plane.words(VALUE, top + 48, f"{score.month}{cases}", size=11, color=GREY)
    if not score.is_reliable:
        plane.words(VALUE, top + 62, "few cases: not reliable", size=11, bold=True, color=GREY)


def _against_target(plane: Plane, score: Score, middle: float) -> None:
    """The interval as a line and the value as a dot; the target is the vertical line, better is right of it."""
    if score.target is None:
        plane.words(DOT + DOT_WIDTH / 2, middle, "no target", size=11, color=GREY, align="center")
        return
    centre, reach = DOT + DOT_WIDTH / 2, DOT_WIDTH / 2
    plane.line([(DOT, middle), (DOT + DOT_WIDTH, middle)], color=BAND, width=1.2)
    plane.line([(centre, middle - 24), (centre, middle + 24)], color=TARGET, width=2, strokeDash=[2, 3])
    if score.value is None:
        return
    _, color, shape, hollow = VERDICTS.get(score.verdict or "unclear", VERDICTS["unclear"])
    if score.low is not None and score.high is not None:
        ends = [(centre + reach * score.beyond_target(bound), middle) for bound in (score.low, score.high)]
        plane.line(ends, color=color, width=5, opacity=0.4, strokeCap="round")
    size = 150 if shape == "diamond" else 120
    plane.point(
        centre + reach * score.beyond_target(score.value),
        middle,
        color=color,
        shape=shape,
        size=size,
        hollow=hollow,
    )


def _verdict(plane: Plane, score: Score, top: float) -> None:
    if score.target_in_words is None:
        return
    if score.verdict is not None:
        words, color, shape, hollow = VERDICTS[score.verdict]
        plane.point(VERDICT + 5, top + 15, color=color, shape=shape, size=80, hollow=hollow)
        plane.words(VERDICT + 17, top + 15, words, size=13, bold=True)
    plane.words(VERDICT, top + 34, score.target_in_words, size=11, color=GREY)
    if score.assurance is not None:
        words = short_assurance(score.assurance, is_signal=score.signal_direction is not None)
        plane.words(VERDICT, top + 48, words, size=11, color=GREY)


def _change(plane: Plane, score: Score, x: float, change: float | None, q: float | None, top: float) -> None:
    """An arrow in the direction of the value; coloured when it is sure, by whether it is for the better."""
    if change is None:
        plane.words(x, top + 15, "\u2013", color=GREY)
        return
    is_sure, number = q is not None and q <= SURE, score.unit.change_number(change)
    color = GREY if not is_sure else BETTER if score.is_better(change) else WORSE
    if not number.startswith("±"):
        shape = "triangle-up" if change > 0 else "triangle-down"
        plane.point(x + 5, top + 15, color=color, shape=shape, size=90, hollow=not is_sure)
    plane.words(x + 18, top + 15, number, size=13, bold=is_sure, color=INK if is_sure else GREY)
    better = "better" if score.is_better(change) else "worse"
    plane.words(x, top + 34, better if is_sure else "may be chance", size=11, color=color)
    if q is not None:
        plane.words(x, top + 48, f"q {q:.3f}" if q >= 0.001 else "q below 0.001", size=11, color=GREY)


def _caption(rows: pd.DataFrame, origin: Origin) -> Caption:
    judged = rows.verdict.dropna()
    counts = {name: int((judged == name).sum()) for name in VERDICTS}
    unclear = counts["unclear"] + counts["too_few_answers"]
    title = (
        f"{counts['met']} of {len(judged)} targets surely met, {counts['missed']} surely missed, "
        f"{unclear} not clear yet"
        if len(judged)
        else "No target was judged"
    )
    named = scope(str(rows.slice.iloc[0]))
    line = f"How are we doing? {len(rows)} KPIs of {named}, each in the newest month that is settled."
    footnote = (
        f"{origin.sentence()} Lines: 95% intervals; a target is surely met or missed when the whole interval is on one "
        "side of it. Each row has its own scale, that of its last 13 months, turned so that better is right. A "
        "coloured mark at the end of a line: a signal of its control chart, diamond for worse, square for better. "
        "Changes of shares in percentage points, all others in the unit of the KPI; q: false discovery rate, sure up "
        "to 0.05."
    )
    return Caption(title, (line,), footnote)
