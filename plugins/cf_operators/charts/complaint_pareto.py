"""Which few kinds of complaints make up most of them?"""

from __future__ import annotations

from datetime import date
from typing import Any

import altair as alt
import pandas as pd

from cf_operators.charts.caption import Caption, captioned
from cf_operators.charts.driver_chart import in_words
from cf_operators.charts.rows import checked
from cf_operators.charts.style import BAND, BETTER, FAINT, GREY, INK, layered
from cf_operators.charts.subject import Origin
from cf_operators.stats.pareto import pareto

COLUMNS = ("category", "complaint_count")

MOST_BARS = 12
"""Categories with a bar of their own; the smallest share one."""

VITAL = 0.8
"""The few categories that together reach this share stand out."""

ROW = 34
BARS_WIDTH, CURVE_WIDTH = 470, 250


def complaint_pareto(counts: pd.DataFrame, period: str, origin: Origin) -> alt.VConcatChart:
    """Complaints by category, the largest first, with the share of each and of all up to it.

    :param counts: a row per category with ``COLUMNS``, of one period, as in ``cf_kpi.v_complaint_pareto``.
    :param period: the period in words: ``third quarter of 2026``.
    :raises NothingToDraw: there was no complaint.
    """
    rows = checked(counts, COLUMNS, "Pareto of complaints", value="complaint_count")
    found = pareto(_fewer(rows.set_index("category").complaint_count))
    found = found.rename(columns={"count": "cases"}).reset_index(names="category")
    found["name"] = found.category.map(in_words)
    before = found.cumulative_share - found.share
    found["is_vital"] = before < VITAL - 1e-9
    for column in ("share", "low", "high", "cumulative_share"):
        found[column] *= 100
    found["label"] = [
        f"{cases:,} ({share:.0f} percent)" for cases, share in zip(found.cases, found.share, strict=True)
    ]
    height = ROW * len(found)
    y = alt.Y("name:N", sort=list(found.name), title=None, axis=alt.Axis(
        domain=False, ticks=False, labelColor=INK, labelFontSize=13, labelLimit=240, labelPadding=8
    ))  # fmt: skip
    drawing = alt.hconcat(_bars(found, y, height), _curve(found, height), spacing=30)
    drawing = drawing.resolve_scale(color="independent")
    return captioned(drawing, _caption(found, period, origin), BARS_WIDTH + CURVE_WIDTH + 150)


def quarter_in_words(start: date) -> str:
    """``third quarter of 2026``."""
    return f"{('first', 'second', 'third', 'fourth')[(start.month - 1) // 3]} quarter of {start.year}"


def _fewer(counts: pd.Series) -> pd.Series:
    """The categories with complaints, the largest first; those beyond ``MOST_BARS`` added up."""
    ordered = counts[counts > 0].sort_values(ascending=False, kind="stable")
    if len(ordered) > MOST_BARS:
        rest = ordered.iloc[MOST_BARS - 1 :]
        ordered = pd.concat([ordered.iloc[: MOST_BARS - 1], pd.Series({f"{len(rest)} others": rest.sum()})])
    return pd.Series(ordered)


def _bars(found: pd.DataFrame, y: alt.Y, height: int) -> alt.LayerChart:
    """Shares as bars with Wilson's interval."""
    most = float(found.high.max()) * 1.42
    x = alt.X(
        "share:Q",
        axis=_axis("Share of all complaints, percent"),
        scale=alt.Scale(domain=[0, most], nice=False),
    )
    base = alt.Chart(found[["name", "share", "low", "high", "is_vital", "label"]]).encode(y=y)
    low = x.copy()
    low.shorthand = "low:Q"
    colors = alt.Scale(domain=[True, False], range=[BETTER, FAINT])
    return layered(
        [
            base.mark_bar(size=20).encode(x=x, color=alt.Color("is_vital:N", legend=None, scale=colors)),
            base.mark_rule(color=INK, strokeWidth=1.2).encode(x=low, x2="high:Q"),
            base.mark_text(align="left", dx=8, color=INK, fontSize=12).encode(
                x=alt.X("high:Q"), text="label:N"
            ),
        ],
        BARS_WIDTH,
        height,
    )


def _curve(found: pd.DataFrame, height: int) -> alt.LayerChart:
    """The share of each category and all larger ones."""
    x = alt.X(
        "cumulative_share:Q",
        axis=_axis("Together with all above, percent"),
        scale=alt.Scale(domain=[0, 112], nice=False),
    )
    plain = alt.Y(
        "name:N", sort=list(found.name), axis=alt.Axis(labels=False, ticks=False, domain=False), title=None
    )
    drawn = found[["name", "cumulative_share", "is_vital"]].assign(order=range(len(found)))
    drawn["label"] = [f"{share:.0f}" for share in drawn.cumulative_share]
    base = alt.Chart(drawn).encode(x=x, y=plain)
    colors = alt.Scale(domain=[True, False], range=[BETTER, GREY])
    word: dict[str, Any] = {"align": "left", "dx": 9, "fontSize": 12}
    return layered(
        [
            alt.Chart(pd.DataFrame({"cumulative_share": [100 * VITAL]}))
            .mark_rule(color=GREY, strokeDash=[5, 4])
            .encode(x=x),
            base.mark_line(color=FAINT, strokeWidth=2).encode(order="order:Q"),
            base.mark_point(filled=True, size=70, opacity=1).encode(
                color=alt.Color("is_vital:N", legend=None, scale=colors)
            ),
            base.mark_text(**word, color="white", stroke="white", strokeWidth=5).encode(text="label:N"),
            base.mark_text(**word, color=INK).encode(text="label:N"),
        ],
        CURVE_WIDTH,
        height,
    )


def _caption(found: pd.DataFrame, period: str, origin: Origin) -> Caption:
    vital, total = found[found.is_vital], int(found.cases.sum())
    noun = "category makes" if len(vital) == 1 else "categories make"
    share = vital.cumulative_share.iloc[-1]
    title = f"{found.name.iloc[0]}: {found.cases.iloc[0] / total:.0%} of all complaints".replace(
        "%", " percent"
    )
    lines = (
        f"What do customers complain about most? In the {period}: {total:,} complaints in {len(found)} categories.",
        f"{len(vital)} {noun} up {share:.0f} percent of all complaints.",
    )
    footnote = (
        f"{origin.sentence()} The line on each bar is the 95% interval of its share: where two overlap, their order "
        "may be chance."
    )
    return Caption(title, lines, footnote)


def _axis(title: str) -> alt.Axis:
    return alt.Axis(title=title, titlePadding=10, tickCount=5, domain=False, ticks=False, gridColor=BAND)
