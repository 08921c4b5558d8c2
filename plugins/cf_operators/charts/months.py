"""The axis of months, and what lies along it: gaps, and the number of cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from cf_operators.charts.style import FAINT, GREY, WIDTH, layered

MOST_LABELS = 26
"""Months that are labelled one by one; of more only every third is."""

NOTES = {True: "withheld", False: "no cases"}
"""What stands where a month has no value: whether it is withheld."""


def month_axis(months: pd.Series, *, labels: bool = True) -> alt.X:
    """Months from left to right; the year stands under each January and under the first month."""
    shown = sorted(pd.to_datetime(months).unique())
    step = 1 if len(shown) <= MOST_LABELS else 3
    ticks = [alt.DateTime(year=day.year, month=day.month, date=1) for day in map(pd.Timestamp, shown[::step])]
    first = pd.Timestamp(shown[0])
    is_first = f"month(datum.value) == {first.month - 1} && year(datum.value) == {first.year}"
    month, year = (f"timeFormat(datum.value, '{part}')" for part in ("%b", "%Y"))
    margin = pd.Timedelta(days=16)
    domain = [_moment(first - margin), _moment(pd.Timestamp(shown[-1]) + margin)]
    axis = alt.Axis(
        values=ticks,
        labelExpr=f"month(datum.value) == 0 || ({is_first}) ? [{month}, {year}] : {month}",
        labelOverlap=False,
        labelFlush=False,
        labels=labels,
        ticks=False,
        domain=labels,
        grid=False,
        title=None,
        labelPadding=6,
    )
    return alt.X("period_start:T", axis=axis, scale=alt.Scale(domain=domain, nice=False, padding=0))


def runs(values: pd.Series) -> pd.Series:
    """A number that is the same along values without a gap between them, so that a line does not cross gaps."""
    return values.isna().cumsum()


def gap_notes(rows: pd.DataFrame, x: alt.X, height: int, behind: str = "white") -> list[alt.Chart]:
    """A word on end at the bottom of each month that has no value.

    :param rows: ``period_start``, ``value`` and ``is_suppressed``.
    :param behind: colour of what the word stands on, which sets it off from lines.
    """
    empty = rows[rows.value.isna()].assign(note=lambda gaps: gaps.is_suppressed.eq(True).map(NOTES))
    if empty.empty:
        return []
    base = alt.Chart(empty[["period_start", "note"]]).encode(x=x, y=alt.value(height - 6), text="note:N")
    word: dict[str, Any] = {"angle": 270, "align": "left", "fontSize": 11, "fontStyle": "italic"}
    return [
        base.mark_text(**word, color=behind, stroke=behind, strokeWidth=5),
        base.mark_text(**word, color=GREY),
    ]


def case_counts(rows: pd.DataFrame, x: alt.X, width: int = WIDTH) -> alt.LayerChart:
    """A strip of bars: on how many cases each value rests.

    :param rows: ``period_start`` and ``n``; a missing n has no bar.
    """
    known = rows.dropna(subset=["n"])[["period_start", "n"]].assign(label=lambda found: found.n.map(_short))
    most = max(float(known.n.max()) if len(known) else 1.0, 1.0)
    axis = alt.Axis(labels=False, ticks=False, domain=False, grid=False, **_top_title("Cases per month (n)"))
    y = alt.Y("n:Q", axis=axis, scale=alt.Scale(domain=[0, most * 1.25], nice=False))
    base = alt.Chart(known).encode(x=x, y=y)
    bars = base.mark_bar(color=FAINT, size=max(4, min(18, int(width / max(len(rows), 1) * 0.55))))
    labels = base.mark_text(dy=-7, color=GREY, fontSize=10).encode(text="label:N")
    layers = [bars, labels] if len(rows) <= MOST_LABELS else [bars]
    return layered(layers, width, 52)


def value_axis(title: str, domain: tuple[float, float]) -> alt.Y:
    """The axis of values: horizontal lines, its unit in words at its top."""
    axis = alt.Axis(tickCount=6, domain=False, ticks=False, labelPadding=8, **_top_title(title))
    return alt.Y("value:Q", axis=axis, scale=alt.Scale(domain=list(domain), nice=False, zero=False))


def _top_title(title: str) -> Mapping[str, Any]:
    return {
        "title": title,
        "titleAngle": 0,
        "titleAlign": "left",
        "titleAnchor": "start",
        "titleX": 0,
        "titleY": -10,
    }


def _moment(day: pd.Timestamp) -> alt.DateTime:
    return alt.DateTime(year=day.year, month=day.month, date=day.day)


def _short(n: float) -> str:
    return f"{n:,.0f}" if n < 10_000 else f"{n / 1000:,.0f}k"
