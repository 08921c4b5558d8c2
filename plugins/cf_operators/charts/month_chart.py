"""Where does a KPI stand? Its months with their intervals against the target."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cf_operators.charts.caption import Caption, captioned
from cf_operators.charts.line_labels import LineLabel, line_labels
from cf_operators.charts.months import case_counts, gap_notes, month_axis, runs, value_axis
from cf_operators.charts.rows import checked
from cf_operators.charts.style import BETTER, FAINT, INK, TARGET, WIDTH, layered
from cf_operators.charts.subject import Origin, Subject
from cf_operators.charts.value_domain import value_domain

COLUMNS = ("period_start", "value", "low", "high", "n", "is_suppressed", "is_reliable")

HEIGHT = 280
LABELS_WIDTH = 110

RELIABLE, UNRELIABLE = "value with 95% interval", "few cases: not reliable"


def month_chart(values: pd.DataFrame, subject: Subject, origin: Origin) -> alt.VConcatChart:
    """The months of one KPI and slice.

    :param values: a row per month with ``COLUMNS``, in the unit of the KPI, as in ``cf_kpi.v_kpi_latest``.
    :raises NothingToDraw: no month has a value.
    """
    rows = checked(values, COLUMNS, f"chart of {subject.title} by month").sort_values("period_start")
    rows["period_start"] = pd.to_datetime(rows.period_start)
    unit = subject.shown
    for column in ("value", "low", "high"):
        rows[column] = rows[column].astype("float64") * unit.factor
    target = None if subject.target is None else subject.target * unit.factor
    drawn = [*rows.value, *rows.low, *rows.high, *([] if target is None else [target])]
    domain = value_domain(drawn, subject)
    x, y = month_axis(rows.period_start, labels=False), value_axis(unit.unit, domain)
    layers = [*gap_notes(rows, x, HEIGHT), *_values(rows, x, y)]
    if target is not None:
        line = alt.Chart(pd.DataFrame({"value": [target]}))
        layers.insert(0, line.mark_rule(color=TARGET, strokeWidth=2, strokeDash=[2, 3]).encode(y=y))
        label = LineLabel(target, f"Target {unit.number(subject.target or 0.0)}", TARGET)
        layers += line_labels([label], y, domain, (WIDTH, HEIGHT))
    chart = layered(layers, WIDTH, HEIGHT)
    drawing = alt.vconcat(chart, case_counts(rows, month_axis(rows.period_start)))
    return captioned(drawing, _caption(rows, subject, origin), WIDTH + LABELS_WIDTH)


def _values(rows: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Whiskers, the line between the values, and the values; hollow ones rest on few cases."""
    kinds = rows.is_reliable.eq(False).map({True: UNRELIABLE, False: RELIABLE})
    drawn = rows.assign(run=runs(rows.value), kind=kinds).dropna(subset=["value"])
    base = alt.Chart(drawn[["period_start", "value", "low", "high", "run", "kind"]]).encode(x=x)
    low = y.copy()
    low.shorthand = "low:Q"
    legend = alt.Legend(orient="top", direction="horizontal", columnPadding=26, offset=14)
    domain = [RELIABLE, UNRELIABLE]
    return [
        base.mark_rule(color=BETTER, opacity=0.35, strokeWidth=5, strokeCap="round").encode(
            y=low, y2="high:Q"
        ),
        base.mark_line(color=FAINT, strokeWidth=1.5).encode(y=y, detail="run:N"),
        base.mark_point(filled=True, opacity=1, size=64, strokeWidth=1.8).encode(
            y=y,
            fill=alt.Fill("kind:N", legend=legend, scale=alt.Scale(domain=domain, range=[BETTER, "white"])),
            stroke=alt.Stroke("kind:N", legend=legend, scale=alt.Scale(domain=domain, range=[BETTER, INK])),
        ),
    ]


def _caption(rows: pd.DataFrame, subject: Subject, origin: Origin) -> Caption:
    unit, newest = subject.shown, rows.dropna(subset=["value"]).to_dict("records")[-1]
    month, target = f"{newest['period_start']:%B %Y}", subject.target_in_words()
    title = f"{subject.headline}: {unit.text(newest['value'] / unit.factor)} in {month}"
    described = f"By month, {subject.scope}, {unit.phrase}."
    if pd.notna(newest["low"]) and pd.notna(newest["high"]):
        interval = unit.interval(newest["low"] / unit.factor, newest["high"] / unit.factor)
        described += f" 95% interval of {month}: {interval}."
    lines = (subject.question, described, f"Target: {target}." if target else "There is no target.")
    footnote = f"{origin.sentence()} The bar of each value is its 95% interval. Months that are not over are left out."
    return Caption(title, lines, footnote)
