"""How all charts look: one font, few colours, no decoration."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""The renderer brings the first along; a browser that shows the SVG and has it not takes the next."""

INK = "#1f2933"
GREY = "#616e7c"
FAINT = "#cbd2d9"
BAND = "#eef1f4"
BETTER = "#0072b2"
WORSE = "#d55e00"
TARGET = "#7b3f98"
"""Blue and vermilion are told apart by colour-blind people too (M. Okabe and K. Ito, Color Universal Design, 2008);
nothing is said by colour alone: shapes or words say it as well."""

WIDTH = 860
"""Pixels of the drawing of a chart over months, beside which its labels stand."""


def layered(layers: Sequence[alt.Chart], width: int, height: int) -> alt.LayerChart:
    """One drawing of layers, the later ones in front."""
    return alt.LayerChart(layer=list(layers), width=width, height=height)


def look() -> alt.Config:
    """The look of the house, for the outermost part of a chart."""
    return alt.Config(
        font=FONT,
        background="white",
        padding=24,
        view=alt.ViewConfig(stroke=None),
        concat=alt.CompositionConfig(spacing=14),
        legend=alt.LegendConfig(labelColor=INK, labelFontSize=12, symbolSize=90, title=None),
        axis=alt.AxisConfig(
            domainColor=FAINT,
            gridColor=BAND,
            labelColor=GREY,
            labelFontSize=12,
            tickColor=FAINT,
            titleColor=GREY,
            titleFontSize=12,
            titleFontWeight="normal",
        ),
    )
