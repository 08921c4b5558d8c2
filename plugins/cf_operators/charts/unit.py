"""Values in the units that people use."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

MINUS = "\u2212"

WHOLE = 1e-9
"""This close to a whole number is one: percents of fractions carry rounding."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit in words, and how often it goes into the unit of the table."""

    unit: str
    factor: float = 1.0

    @classmethod
    def of(cls, unit: str) -> Unit:
        """The unit of a KPI as people read it: shares as percent, all others as they are called."""
        return cls("percent", 100.0) if unit == "share" else cls(unit)

    @property
    def phrase(self) -> str:
        """The unit after a comma: ``in percent``, but ``per 1,000 orders``."""
        return self.unit if self.unit.startswith("per ") else f"in {self.unit}"

    def number(self, value: float, decimals: int | None = None) -> str:
        """A value of the table without its unit, with as many digits as say something, or with so many decimals."""
        return _number(value * self.factor, decimals)

    def interval(self, low: float, high: float) -> str:
        """Two bounds of the table with as many decimals as suit both: ``67.7 to 86.2``."""
        bounds = (low, high)
        is_whole = all(abs(bound * self.factor - round(bound * self.factor)) < WHOLE for bound in bounds)
        decimals = 0 if is_whole else self.decimals(bounds)
        return " to ".join(self.number(bound, decimals) for bound in bounds)

    def decimals(self, values: Iterable[float]) -> int:
        """Decimals that suit all these values when they stand side by side."""
        return min((_decimals(value * self.factor) for value in values if value == value), default=0)

    def text(self, value: float) -> str:
        """A value of the table with its unit: ``83.4 percent``."""
        return f"{self.number(value)} {self.unit}"

    def change_number(self, change: float, decimals: int | None = None) -> str:
        """A difference of two values with its sign: ``+2.1``."""
        number = _number(abs(change) * self.factor, decimals)
        if float(number.replace(",", "")) == 0:
            return f"±{number}"
        return f"{'+' if change > 0 else MINUS}{number}"


def _decimals(value: float) -> int:
    size = abs(value)
    return 0 if size >= 99.95 else 1 if size >= 9.995 or size == 0 else 2


def _number(value: float, decimals: int | None = None) -> str:
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be shown as a number; leave it out of the chart")
    text = f"{abs(value):,.{_decimals(value) if decimals is None else decimals}f}"
    if decimals is None and value == round(value):
        text = text.partition(".")[0]
    return f"{MINUS}{text}" if value < 0 and float(text.replace(",", "")) != 0 else text
