"""The chart of the page: how long each way to the numbers takes, against how many answers there are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import altair as alt
import pandas as pd
import vl_convert

from cf_operators.charts.caption import Caption, captioned
from cf_operators.charts.line_labels import LINE_HEIGHT, spread
from cf_operators.charts.style import BETTER, GREY, INK, WORSE, layered

WIDTH, HEIGHT, LABELS_WIDTH = 460, 380, 260
DASHES: Mapping[str, list[int]] = {"ours": [1, 0], "refresh": [6, 3], "other": [2, 3]}
COLORS: Mapping[str, str] = {"ours": BETTER, "refresh": WORSE, "other": GREY}

CAPTION = Caption(
    "What does a measurement cost, and what do late answers?",
    (
        "Seconds against the number of answers, both on logarithmic scales: full builds (blue), refreshes after 10,000 "
        "late answers (vermilion, dashed), and other ways to the same statistics (grey, dotted).",
    ),
    "Measured by the benchmark in one run, on one machine; every way has given the same statistics.",
)

Series = tuple[str, str, Mapping[int, float]]
"""Name, kind (a key of ``COLORS``), and seconds by number of answers."""


def write_time_chart(series: Sequence[Series], path: Path) -> None:
    """Draw the series into an SVG file."""
    chart = captioned(_drawing(series), CAPTION, WIDTH + LABELS_WIDTH)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(vl_convert.vegalite_to_svg(chart.to_json(validate=True)), encoding="utf-8")


def _drawing(series: Sequence[Series]) -> alt.LayerChart:
    sizes = sorted({size for _, _, seconds in series for size in seconds})
    lowest, highest = _decades([value for _, _, seconds in series for value in seconds.values()])
    rows = pd.DataFrame(
        [
            {"name": name, "kind": kind, "answers": size, "seconds": value}
            for name, kind, seconds in series
            for size, value in seconds.items()
        ]
    )
    x_scale = alt.Scale(type="log", domain=[sizes[0] * 0.8, sizes[-1] * 1.1], nice=False)
    x = alt.X(
        "answers:Q", title="answers", scale=x_scale, axis=alt.Axis(values=sizes, format=",", grid=False)
    )
    ticks = [10.0**power for power in range(round(math.log10(lowest)), round(math.log10(highest)) + 1)]
    y_scale = alt.Scale(type="log", domain=[lowest, highest], nice=False)
    y = alt.Y("seconds:Q", title="seconds", scale=y_scale, axis=alt.Axis(values=ticks, format="~g"))
    kinds = list(COLORS)
    color = alt.Color(
        "kind:N", legend=None, scale=alt.Scale(domain=kinds, range=[COLORS[kind] for kind in kinds])
    )
    dash = alt.StrokeDash(
        "kind:N", legend=None, scale=alt.Scale(domain=kinds, range=[DASHES[kind] for kind in kinds])
    )
    base = alt.Chart(rows).encode(x=x, y=y, color=color)
    lines = base.mark_line(strokeWidth=2).encode(detail="name:N", strokeDash=dash)
    points = base.mark_point(filled=True, opacity=1, size=50)
    return layered([lines, points, *_names(series, (lowest, highest))], WIDTH, HEIGHT)


def _names(series: Sequence[Series], domain: tuple[float, float]) -> list[alt.Chart]:
    """Each name with the seconds at the largest size, at the end of its line."""
    low, high = map(math.log10, domain)
    last = [seconds[max(seconds)] for _, _, seconds in series]
    heights = spread([HEIGHT * (high - math.log10(value)) / (high - low) for value in last], LINE_HEIGHT)
    return [
        alt.Chart(pd.DataFrame({"text": [f"{name}: {in_seconds(value)} s"]}))
        .mark_text(align="left", fontSize=12, color=INK if kind != "other" else GREY)
        .encode(x=alt.value(WIDTH + 8), y=alt.value(height), text="text:N")
        for (name, kind, _), value, height in zip(series, last, heights, strict=True)
    ]


def _decades(values: Sequence[float]) -> tuple[float, float]:
    """The powers of ten around the values."""
    return 10.0 ** math.floor(math.log10(min(values))), 10.0 ** math.ceil(math.log10(max(values)))


def in_seconds(value: float) -> str:
    """A time with two or three digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
