"""Charts as files: PNG for slides, SVG for print and the web."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import altair as alt

SCALE = 2
"""Pixels of the PNG per pixel of the chart: sharp on a projector."""


def write_chart(chart: alt.VConcatChart, folder: Path, name: str) -> list[Path]:
    """Draw a chart into ``<name>.png`` and ``<name>.svg`` of a folder, replacing what is there.

    :returns: the paths of both files.
    """
    import vl_convert

    spec = chart.to_json(validate=True)
    folder.mkdir(parents=True, exist_ok=True)
    png, svg = folder / f"{name}.png", folder / f"{name}.svg"
    png.write_bytes(vl_convert.vegalite_to_png(spec, scale=SCALE))
    svg.write_text(vl_convert.vegalite_to_svg(spec), encoding="utf-8")
    return [png, svg]
