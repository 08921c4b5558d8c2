"""Places for the names of points in a drawing, so that they cover neither each other nor a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

CHARACTER = 7.2
"""Mean width in pixels of a character of 13 pixels, bold."""

LINE = 15.0
NEAR = 11.0
"""Pixels between the middle of a point and its name."""


Box = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a name stands: its left middle in pixels from the left and from the top."""

    x: float
    y: float


def places(
    points: Sequence[tuple[float, float]],
    names: Sequence[str],
    size: tuple[float, float],
    taken: Sequence[Box] = (),
) -> list[Place]:
    """A place beside each point: right or left of it, higher or lower until it is free and within the drawing.

    :param taken: what else stands in the drawing, such as bars and lines.
    """
    boxes: list[Box] = [*taken, *((x - 7, y - 7, x + 7, y + 7) for x, y in points)]
    found = []
    for (x, y), name in zip(points, names, strict=True):
        wide = len(name) * CHARACTER
        candidates = [
            (left, y + drop)
            for drop, left in product(
                (0.0, -LINE, LINE, -2 * LINE, 2 * LINE, -3 * LINE, 3 * LINE), (x + NEAR, x - NEAR - wide)
            )
        ]
        free = [
            (left, middle)
            for left, middle in candidates
            if 0 <= left <= size[0] - wide
            and LINE / 2 <= middle <= size[1] - LINE / 2
            and not any(
                _overlap((left, middle - LINE / 2, left + wide, middle + LINE / 2), box) for box in boxes
            )
        ]
        left, middle = (free or candidates)[0]
        boxes.append((left, middle - LINE / 2, left + wide, middle + LINE / 2))
        found.append(Place(left, middle))
    return found


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
