"""Names of horizontal lines at their right end, moved apart where they would cover each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd

LINE_HEIGHT = 15.0
"""Pixels between the middles of two labels."""


@dataclass(frozen=True, slots=True)
class LineLabel:
    """A name at the height of a value."""

    value: float
    text: str
    color: str


def line_labels(
    labels: Sequence[LineLabel], y: alt.Y, domain: tuple[float, float], size: tuple[int, int]
) -> list[alt.Chart]:
    """The labels right of a drawing, one layer each.

    :param y: the axis of the drawing, whose values have this domain.
    :param size: width and height of the drawing in pixels.
    """
    (low, high), (width, height) = domain, size
    wanted = [height * (high - label.value) / (high - low) for label in labels]
    heights = [high - pixels / height * (high - low) for pixels in spread(wanted, LINE_HEIGHT)]
    return [
        alt.Chart(pd.DataFrame({"value": [value], "text": [label.text]}))
        .mark_text(align="left", fontSize=12, color=label.color)
        .encode(x=alt.value(width + 10), y=y, text="text:N")
        for label, value in zip(labels, heights, strict=True)
    ]


def spread(wanted: Sequence[float], least: float) -> list[float]:
    """Positions as near as can be to the wanted ones, in their order, and at least so far apart.

    Neighbours that come too close form a block around their mean (pool adjacent violators).
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    blocks: list[tuple[float, list[int]]] = []
    for i in order:
        block = (wanted[i], [i])
        while blocks and block[0] - blocks[-1][0] < least * (len(block[1]) + len(blocks[-1][1])) / 2:
            middle, members = blocks.pop()
            together = [*members, *block[1]]
            block = ((middle * len(members) + block[0] * len(block[1])) / len(together), together)
        blocks.append(block)
    placed = [0.0] * len(wanted)
    for middle, members in blocks:
        for place, i in enumerate(members):
            placed[i] = middle + least * (place - (len(members) - 1) / 2)
    return placed
