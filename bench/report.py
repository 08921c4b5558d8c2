"""The page of figures: ``docs/benchmarks.md``, in which each measurement replaces a section of its own.

A figure is written down by the run that measured it, with the machine it was measured on, so that nobody has to copy
one. Sections that a run does not measure stay as they are.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local.settings import ROOT

REPORT = ROOT / "docs" / "benchmarks.md"

OPENING = """# Benchmarks

Written by `make bench`. Each section is replaced by the run that measures it. What counts are the ratios: both sides of
a ratio are measured in the same run, one beside the other, on the same machine.
"""

_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)


def write_section(title: str, body: str, path: Path = REPORT) -> None:
    """Put a section in the place of the one with the same title, or at the end.

    :param title: without the leading ``##``.
    :param body: Markdown without headings of the first or second level; the machine is added to it.
    """
    text = path.read_text(encoding="utf-8") if path.is_file() else OPENING
    opening, *pieces = _SECTION.split(text)
    sections = dict(zip(pieces[::2], pieces[1::2], strict=True))
    sections[title] = f"{body.strip()}\n\n{machine()}."
    parts = [opening.strip(), *(f"## {name}\n\n{content.strip()}" for name, content in sections.items())]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that also reads well in a terminal: the first column is aligned left, the others right."""
    widths = [max(3, *map(len, column)) for column in zip(header, *rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(
        f"| {' | '.join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])])} |"
        for row in (header, rule, *rows)
    )


@dataclass(frozen=True)
class Aim:
    """A figure that should be so much at most, or at least."""

    name: str
    value: float
    at_most: float | None = None
    at_least: float | None = None

    def row(self) -> tuple[str, str, str, str]:
        """Its line of the table. The verdict is on the figure as it is printed."""
        shown = float(f"{self.value:.3g}")
        if self.at_least is None:
            aim, word = self.at_most or 0.0, "at most"
            is_met, times = shown <= aim, self.value / aim
        else:
            aim, word = self.at_least, "at least"
            is_met, times = shown >= aim, aim / self.value
        verdict = "met" if is_met else f"missed, {times:.2f} times"
        return self.name, f"{self.value:.3g}", f"{word} {aim:.3g}", verdict


def aims_table(aims: Sequence[Aim]) -> str:
    """Each aim beside what was measured."""
    return markdown_table(("aim", "measured", "wanted", ""), [aim.row() for aim in aims])


def machine() -> str:
    """Where the figures were measured: cores, Python, system."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
