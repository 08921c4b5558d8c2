"""What a chart is about, in the words of the programme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cf_operators.charts.unit import Unit


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the numbers of a chart come from, and how new they are."""

    relation: str
    data_as_of: datetime

    def sentence(self) -> str:
        """For the footnote of a chart."""
        day = f"{self.data_as_of:%-d %B %Y, %H:%M}"
        return f"Source: {self.relation}. Data as of {day} {self.data_as_of.tzname() or ''}".rstrip() + "."


@dataclass(frozen=True, slots=True)
class Subject:
    """One KPI in one slice."""

    title: str
    question: str
    unit: str
    direction: Literal["up", "down"]
    target: float | None = None
    slice: str = "all"

    @property
    def shown(self) -> Unit:
        """How its values are shown."""
        return Unit.of(self.unit)

    @property
    def scope(self) -> str:
        """Whose cases count: ``all customers``, or ``region North``."""
        return scope(self.slice)

    @property
    def headline(self) -> str:
        """What is measured, and where: ``On-time delivery, region North``."""
        return self.title if self.slice == "all" else f"{self.title}, {self.scope}"

    def target_in_words(self) -> str | None:
        """``at least 20 points``; None without a target."""
        if self.target is None:
            return None
        return f"{'at least' if self.direction == 'up' else 'at most'} {self.shown.text(self.target)}"


def scope(slice_name: str) -> str:
    """Whose cases a slice holds: ``all customers``, or ``segment home and region North``."""
    if slice_name == "all":
        return "all customers"
    return " and ".join(part.replace("=", " ") for part in slice_name.split(" & "))
