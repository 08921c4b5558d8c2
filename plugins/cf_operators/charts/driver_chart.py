"""What should be improved first? Importance of each attribute against how well it is done."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import pandas as pd

from cf_operators.charts.caption import Caption, captioned
from cf_operators.charts.label_places import Box, places
from cf_operators.charts.quadrants import QUADRANTS
from cf_operators.charts.rows import checked
from cf_operators.charts.style import BETTER, FAINT, GREY, INK, WORSE, layered
from cf_operators.charts.subject import Origin

COLUMNS = (
    "attribute", "period_start", "n", "importance", "importance_low", "importance_high", "performance", "quadrant",
)  # fmt: skip

SIZE = (820, 460)

ADVICE = (
    "there are drivers when 30 people have answered the overall question and all attributes within a year"
)


def driver_chart(drivers: pd.DataFrame, overall: str, origin: Origin) -> alt.VConcatChart:
    """The attributes of one overall score and year.

    :param drivers: a row per attribute with ``COLUMNS``, as in ``cf_kpi.kpi_driver``. Attributes without importance
        or performance are not drawn.
    :param overall: name of the overall score for people.
    :raises NothingToDraw: no attribute has an importance.
    """
    rows = checked(drivers, COLUMNS, f"driver chart of {overall}", value="importance", advice=ADVICE)
    rows = rows.dropna(subset=["importance", "performance"]).sort_values("importance", ascending=False)
    for column in ("importance", "importance_low", "importance_high", "performance"):
        rows[column] = rows[column].astype("float64") * 100
    rows["name"] = rows.attribute.map(in_words)
    x_domain = _around(rows.performance.tolist(), 0.22)
    most = float(max(rows.importance_high.max(), rows.importance.max()))
    y_domain = (-0.07 * most, 1.12 * most)  # room for the names of the quadrants
    cuts = float(rows.performance.mean()), float(rows.importance.mean())
    x = alt.X("performance:Q", scale=alt.Scale(domain=list(x_domain), nice=False), axis=_axis(
        "How well it is done: mean score, percent of the scale \u2192"
    ))  # fmt: skip
    y = alt.Y("importance:Q", scale=alt.Scale(domain=list(y_domain), nice=False), axis=_axis(
        "\u2191 How much it matters: percent of the differences in the overall score that go with it",
        titleAngle=0, titleAlign="left", titleAnchor="start", titleX=0, titleY=-12,
    ))  # fmt: skip
    layers = [*_quadrants(cuts, x_domain, y_domain, x, y), *_points(rows, x, y)]
    layers += _names(rows, cuts, x_domain, y_domain)
    chart = layered(layers, *SIZE)
    return captioned(chart, _caption(rows, overall, origin), SIZE[0] + 60)


def in_words(attribute: str) -> str:
    """``product_quality`` as ``Product quality``."""
    words = attribute.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _quadrants(
    cuts: tuple[float, float],
    x_domain: tuple[float, float],
    y_domain: tuple[float, float],
    x: alt.X,
    y: alt.Y,
) -> list[alt.Chart]:
    """The lines at the means, the quadrant that asks for action shaded, and the names in the corners."""
    shade = pd.DataFrame([{"x": x_domain[0], "x2": cuts[0], "y": cuts[1], "y2": y_domain[1]}])
    corners: list[tuple[str, int, int, Literal["left", "right"], str]] = [
        ("improve_first", 10, 12, "left", WORSE),
        ("keep_up", SIZE[0] - 10, 12, "right", INK),
        ("low_priority", 10, SIZE[1] - 12, "left", GREY),
        ("possible_overkill", SIZE[0] - 10, SIZE[1] - 12, "right", GREY),
    ]
    one = alt.Chart(pd.DataFrame({"corner": [0]}))
    lines = pd.DataFrame([{"performance": cuts[0], "importance": cuts[1]}])
    return [
        alt.Chart(shade).mark_rect(color="#fdf1e7").encode(
            x=_on(x, "x"), x2="x2:Q", y=_on(y, "y"), y2="y2:Q"
        ),
        alt.Chart(lines).mark_rule(color=GREY, strokeDash=[5, 4]).encode(x=x),
        alt.Chart(lines).mark_rule(color=GREY, strokeDash=[5, 4]).encode(y=y),
        *[
            one.mark_text(align=align, fontSize=15, fontWeight="bold", color=color).encode(
                x=alt.value(left), y=alt.value(top), text=alt.value(QUADRANTS[name])
            )
            for name, left, top, align, color in corners
        ],
    ]  # fmt: skip


def _points(rows: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    urgent = rows.quadrant.eq("improve_first").map({True: WORSE, False: BETTER})
    shapes = rows.quadrant.eq("improve_first").map({True: "diamond", False: "circle"})
    drawn = rows[["name", "importance", "importance_low", "importance_high", "performance"]]
    base = alt.Chart(drawn.assign(color=urgent, shape=shapes)).encode(
        x=x, color=alt.Color("color:N", scale=None)
    )
    return [
        base.mark_rule(strokeWidth=5, opacity=0.35, strokeCap="round").encode(
            y=_on(y, "importance_low"), y2="importance_high:Q"
        ),
        base.mark_point(filled=True, size=170, opacity=1, stroke="white", strokeWidth=1).encode(
            y=y, shape=alt.Shape("shape:N", scale=None)
        ),
    ]


def _names(
    rows: pd.DataFrame,
    cuts: tuple[float, float],
    x_domain: tuple[float, float],
    y_domain: tuple[float, float],
) -> list[alt.Chart]:
    """The names of the attributes, clear of points, intervals, and the lines between the quadrants."""
    width, height = SIZE

    def across(performance: float) -> float:
        return width * (performance - x_domain[0]) / (x_domain[1] - x_domain[0])

    def down(importance: float) -> float:
        return height * (y_domain[1] - importance) / (y_domain[1] - y_domain[0])

    points = list(zip(rows.performance.map(across), rows.importance.map(down), strict=True))
    bars: list[Box] = [
        (x - 4, down(high), x + 4, down(low))
        for (x, _), low, high in zip(points, rows.importance_low, rows.importance_high, strict=True)
    ]
    lines: list[Box] = [
        (across(cuts[0]) - 1, 0, across(cuts[0]) + 1, height),
        (0, down(cuts[1]) - 1, width, down(cuts[1]) + 1),
    ]
    placed = places(points, list(rows.name), SIZE, [*bars, *lines])
    return [
        alt.Chart(pd.DataFrame([{"name": name}]))
        .mark_text(align="left", fontSize=13, fontWeight="bold", color=INK)
        .encode(x=alt.value(place.x), y=alt.value(place.y), text="name:N")
        for name, place in zip(rows.name, placed, strict=True)
    ]


def _caption(rows: pd.DataFrame, overall: str, origin: Origin) -> Caption:
    year, n = pd.Timestamp(rows.period_start.iloc[0]).year, int(rows.n.iloc[0])
    first = rows[rows.quadrant == "improve_first"].name.tolist()
    if first:
        title = (
            f"{_joined(first)} {'matters' if len(first) == 1 else 'matter'} most among what is done less well"
        )
    else:
        title = "Nothing that matters more than the mean is done worse than the mean"
    lines = (
        f"What should be improved first? What goes with \u201c{overall}\u201d, {year}: {n:,} complete responses.",
        f"Together the attributes go with {rows.importance.sum():.0f} percent of the differences in it.",
    )
    footnote = (
        f"{origin.sentence()} Importance: mean share of explained variance over all orders of the attributes (LMG) "
        "with its 95% bootstrap interval. It says what goes along with the overall score, not what causes it. "
        "Lines: means."
    )
    return Caption(title, lines, footnote)


def _around(values: list[float], share: float) -> tuple[float, float]:
    low, high = min(values), max(values)
    air = max((high - low) * share, 2.0)
    return max(low - air, 0.0), min(high + air, 100.0)


def _axis(title: str, **look: Any) -> alt.Axis:
    return alt.Axis(title=title, titlePadding=12, grid=False, tickCount=6, domainColor=FAINT, **look)


def _joined(names: list[str]) -> str:
    lower = [names[0], *(name[:1].lower() + name[1:] for name in names[1:])]
    return lower[0] if len(lower) == 1 else f"{', '.join(lower[:-1])} and {lower[-1]}"


def _on(axis: alt.X | alt.Y, column: str) -> alt.X | alt.Y:
    other = axis.copy()
    other.shorthand = f"{column}:Q"
    return other
