"""Is a KPI moving, or is it what it always was? Its months with control limits and signals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import altair as alt
import pandas as pd

from cf_operators.charts.caption import Caption, captioned
from cf_operators.charts.line_labels import LineLabel, line_labels
from cf_operators.charts.months import case_counts, gap_notes, month_axis, runs, value_axis
from cf_operators.charts.rows import checked
from cf_operators.charts.signal_words import CHARTS, assurance_sentence, reasons
from cf_operators.charts.style import BAND, BETTER, FAINT, GREY, INK, TARGET, WIDTH, WORSE, layered
from cf_operators.charts.subject import Origin, Subject
from cf_operators.charts.value_domain import value_domain

COLUMNS = (
    "period_start", "chart", "value", "centre", "lower_limit", "upper_limit", "phase", "signals", "direction",
    "assurance", "n", "is_suppressed",
)  # fmt: skip

HEIGHT = 300
LABELS_WIDTH = 150

STATES = ["ordinary variation", "signal: better", "signal: worse"]


def control_chart(
    points: pd.DataFrame, subject: Subject, origin: Origin, causes: Mapping[date, str] | None = None
) -> alt.VConcatChart:
    """The control chart of one KPI and slice.

    :param points: a row per month with ``COLUMNS``: those of ``cf_kpi.control_point``, and the n of the month; in the
        unit of the KPI. A phase begins where ``phase`` grows.
    :param causes: day to what has changed the process on it; named where a phase begins.
    :raises NothingToDraw: no month has a value.
    """
    rows = checked(points, COLUMNS, f"control chart of {subject.title}").sort_values("period_start")
    rows["period_start"] = pd.to_datetime(rows.period_start)
    unit = subject.shown
    for column in ("value", "centre", "lower_limit", "upper_limit"):
        rows[column] = rows[column].astype("float64") * unit.factor
    target = None if subject.target is None else subject.target * unit.factor
    drawn = [*rows.value, *rows.lower_limit, *rows.upper_limit, *([] if target is None else [target])]
    domain = value_domain(drawn, subject)
    x, y = month_axis(rows.period_start, labels=False), value_axis(unit.unit, domain)
    layers = [*_limits(rows, x, y), *_phases(rows, x, causes or {})]
    if target is not None:
        layers.append(alt.Chart(pd.DataFrame({"value": [target]})).mark_rule(
            color=TARGET, strokeWidth=2, strokeDash=[2, 3]
        ).encode(y=y))  # fmt: skip
    layers += [*gap_notes(rows, x, HEIGHT, BAND), *_values(rows, x, y)]
    layers += line_labels(_labels(rows, subject), y, domain, (WIDTH, HEIGHT))
    chart = layered(layers, WIDTH, HEIGHT)
    strip = case_counts(rows, month_axis(rows.period_start))
    return captioned(alt.vconcat(chart, strip), _caption(rows, subject, origin), WIDTH + LABELS_WIDTH)


def _limits(rows: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """The band between the limits, its edges, and the centre, each phase by itself."""
    known = rows.dropna(subset=["centre"])
    band = known.dropna(subset=["lower_limit", "upper_limit"])
    base = alt.Chart(known[["period_start", "phase", "centre"]]).encode(x=x, detail="phase:N")
    limits = alt.Chart(band[["period_start", "phase", "lower_limit", "upper_limit"]]).encode(
        x=x, detail="phase:N"
    )
    edge: dict[str, Any] = {"interpolate": "step", "color": GREY, "strokeWidth": 1, "strokeDash": [5, 4]}
    return [
        limits.mark_area(interpolate="step", color=BAND, opacity=1).encode(
            y=_on(y, "lower_limit"), y2="upper_limit:Q"
        ),
        limits.mark_line(**edge).encode(y=_on(y, "lower_limit")),
        limits.mark_line(**edge).encode(y=_on(y, "upper_limit")),
        base.mark_line(interpolate="step", color=GREY, strokeWidth=1.5).encode(y=_on(y, "centre")),
    ]


def _phases(rows: pd.DataFrame, x: alt.X, causes: Mapping[date, str]) -> list[alt.Chart]:
    """A line where a new phase begins, with its cause: the newest one up to the end of its first month."""
    starts = rows[rows.phase.diff() > 0].period_start
    if starts.empty:
        return []
    words = []
    for start in starts:
        until = (start + pd.offsets.MonthEnd(0)).date()
        known = [causes[day] for day in sorted(causes) if day <= until]
        words.append(f"New limits: {known[-1]}" if known else "New limits")
    base = alt.Chart(pd.DataFrame({"period_start": starts - pd.Timedelta(days=15), "text": words})).encode(
        x=x
    )
    cause: dict[str, Any] = {"align": "left", "baseline": "top", "dx": 6, "color": GREY, "fontSize": 12}
    return [
        base.mark_rule(color=FAINT, strokeWidth=1.5),
        base.mark_text(**cause, fontStyle="italic").encode(y=alt.value(2), text="text:N"),
    ]


def _values(rows: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """The values, joined where no gap lies between; signals stand out by shape and colour."""
    drawn = rows.assign(run=runs(rows.value), state=_states(rows)).dropna(subset=["value"])
    base = alt.Chart(drawn[["period_start", "value", "run", "state"]]).encode(x=x, y=y)
    legend = alt.Legend(orient="top", direction="horizontal", columnPadding=26, offset=14)
    return [
        base.mark_line(color=INK, strokeWidth=1.8).encode(detail="run:N"),
        base.mark_point(filled=True, opacity=1, stroke="white", strokeWidth=1).encode(
            color=alt.Color(
                "state:N", legend=legend, scale=alt.Scale(domain=STATES, range=[INK, BETTER, WORSE])
            ),
            shape=alt.Shape(
                "state:N",
                legend=legend,
                scale=alt.Scale(domain=STATES, range=["circle", "square", "diamond"]),
            ),
            size=alt.Size("state:N", legend=None, scale=alt.Scale(domain=STATES, range=[52, 150, 190])),
        ),
    ]


def _states(rows: pd.DataFrame) -> pd.Series:
    return rows.direction.map({"better": STATES[1], "worse": STATES[2]}).fillna(STATES[0])


def _labels(rows: pd.DataFrame, subject: Subject) -> list[LineLabel]:
    """The names of the lines with their values at the newest month that has them."""
    unit = subject.shown
    labels: list[LineLabel] = []
    names = {"upper_limit": "Upper limit", "centre": "Mean", "lower_limit": "Lower limit"}
    newest = rows[rows.phase == rows.phase.max()]
    last = {
        name: float(newest[column].dropna().iloc[-1]) / unit.factor
        for column, name in names.items()
        if newest[column].notna().any()
    }
    decimals = unit.decimals(last.values())
    for name, value in last.items():
        labels.append(LineLabel(value * unit.factor, f"{name} {unit.number(value, decimals)}", GREY))
    if subject.target is not None:
        text = f"Target {unit.number(subject.target)}"
        labels.append(LineLabel(subject.target * unit.factor, text, TARGET))
    return labels


def _caption(rows: pd.DataFrame, subject: Subject, origin: Origin) -> Caption:
    unit, newest = subject.shown, rows.dropna(subset=["value"]).to_dict("records")[-1]
    month, direction = f"{newest['period_start']:%B %Y}", newest["direction"]
    is_signal = direction in ("better", "worse")
    if is_signal:
        finding = f"{direction} than usual"
    elif pd.isna(newest["centre"]):
        finding = "too few months yet to tell what is usual"
    elif pd.isna(newest["lower_limit"]) or pd.isna(newest["upper_limit"]):
        finding = "without limits: its first months do not vary"
    else:
        finding = "within what is usual"
    assurance = newest["assurance"] if isinstance(newest["assurance"], str) else None
    meaning = assurance_sentence(assurance, subject.target_in_words(), is_signal=is_signal)
    limits = ", with the limits between which it varies by itself" if rows.upper_limit.notna().any() else ""
    lines = (
        subject.question,
        f"By month, {subject.scope}, {unit.phrase}{limits}.",
        *([f"{month} is a signal: {reasons(newest['signals'])}."] if is_signal else []),
        *([meaning] if meaning else []),
    )
    kind = CHARTS.get(str(newest["chart"]), str(newest["chart"]))
    footnote = (
        f"{origin.sentence()} Limits at three sigma for {kind}, fixed on the first months of each phase. "
        "Months that are not over are left out."
    )
    value = unit.text(newest["value"] / unit.factor)
    return Caption(f"{subject.headline}: {value} in {month}, {finding}", lines, footnote)


def _on(y: alt.Y, column: str) -> alt.Y:
    """The axis of values for another column."""
    other = y.copy()
    other.shorthand = f"{column}:Q"
    return other
