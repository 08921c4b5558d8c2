"""A sheet of pixels on which words and marks are put where they belong: for charts that read like a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import altair as alt
import pandas as pd

from cf_operators.charts.style import INK, layered

Align = Literal["left", "center", "right"]


@dataclass
class Plane:
    """Words, lines and points by their pixels from the left and from the top; drawn in the order they were put."""

    width: int
    height: int
    _layers: list[alt.Chart] = field(default_factory=list)

    def words(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 12,
        color: str = INK,
        bold: bool = False,
        align: Align = "left",
    ) -> None:
        """A line of text, centred vertically on y."""
        mark = self._rows([(x, y)], text=text).mark_text(
            align=align,
            baseline="middle",
            fontSize=size,
            color=color,
            fontWeight="bold" if bold else "normal",
        )
        self._layers.append(self._placed(mark).encode(text="text:N"))

    def line(self, points: Sequence[tuple[float, float]], *, color: str, width: float, **look: Any) -> None:
        """A line through points, in their order."""
        mark = self._rows(points).mark_line(color=color, strokeWidth=width, **look)
        self._layers.append(self._placed(mark).encode(order="place:Q"))

    def point(
        self, x: float, y: float, *, color: str, shape: str = "circle", size: float = 90, hollow: bool = False
    ) -> None:
        """A mark; a hollow one is white inside."""
        mark = self._rows([(x, y)]).mark_point(
            shape=shape,
            size=size,
            fill="white" if hollow else color,
            stroke=color if hollow else "white",
            strokeWidth=1.8 if hollow else 1,
            opacity=1,
        )
        self._layers.append(self._placed(mark))

    def box(self, left: float, top: float, right: float, bottom: float, *, color: str) -> None:
        """A filled rectangle."""
        mark = self._rows([(left, top)], right=right, bottom=bottom).mark_rect(color=color)
        self._layers.append(self._placed(mark).encode(x2="right:Q", y2="bottom:Q"))

    def chart(self) -> alt.LayerChart:
        """All that was put on the sheet."""
        return layered(self._layers, self.width, self.height)

    @staticmethod
    def _rows(points: Sequence[tuple[float, float]], **more: Any) -> alt.Chart:
        rows = pd.DataFrame(points, columns=["x", "y"]).assign(place=range(len(points)), **more)
        return alt.Chart(rows)

    def _placed(self, mark: alt.Chart) -> alt.Chart:
        return mark.encode(
            x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, self.width], nice=False, zero=False)),
            y=alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[self.height, 0], nice=False, zero=False)),
        )
