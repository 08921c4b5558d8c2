"""Aligned text tables for a terminal of 100 columns."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH = 100


def table(header: Sequence[str], rows: Sequence[Sequence[str]], right: str = "") -> list[str]:
    """Lines of a table. `right` has one letter per column: `r` aligns it to the right; a column too wide is cut."""
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    aligned = right.ljust(len(header), "l")
    lines = []
    for row in (header, *rows):
        cells = [
            cell.rjust(width) if side == "r" else cell.ljust(width)
            for cell, width, side in zip(row, widths, aligned, strict=False)
        ]
        lines.append(cut("  ".join(cells)).rstrip())
    return lines


def cut(line: str, width: int = WIDTH) -> str:
    """The line, or its beginning with an ellipsis."""
    return line if len(line) <= width else line[: width - 1] + "…"
