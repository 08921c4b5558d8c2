"""One row of the scorecard, read from the tables and put on a scale of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cf_operators.charts.subject import Subject
from cf_operators.charts.unit import Unit

MONTHS = 13
"""The newest month, and the year up to the month it is compared with."""


@dataclass(frozen=True, slots=True)
class Score:
    """A KPI in its newest settled month. Values in the unit of the table; None for what there is not."""

    title: str
    question: str
    unit: Unit
    direction: str
    month: str
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    target: float | None
    target_in_words: str | None
    verdict: str | None
    is_suppressed: bool
    is_reliable: bool
    previous: float | None
    previous_q: float | None
    year_ago: float | None
    year_ago_q: float | None
    signal_direction: str | None
    assurance: str | None
    line: tuple[float | None, ...]
    """Values of the last months, the newest last; None for a month without one."""

    def is_better(self, change: float) -> bool:
        """Whether a change is in the direction of the KPI."""
        return change > 0 if self.direction == "up" else change < 0

    def beyond_target(self, value: float) -> float:
        """How far a value lies beyond the target, -1 to 1: 1 for the farthest of all values and bounds of the row."""
        if self.target is None:
            raise ValueError(f"{self.title} has no target to compare {value} with")
        drawn = [value for value in (*self.line, self.value, self.low, self.high) if value is not None]
        reach = max((abs(other - self.target) for other in drawn), default=0.0) or 1.0
        distance = (value - self.target) / (reach * 1.05)
        return distance if self.direction == "up" else -distance


def scores(rows: pd.DataFrame, history: pd.DataFrame) -> Iterator[Score]:
    """The rows of the scorecard with their last months.

    :param rows, history: see :func:`cf_operators.charts.scorecard.scorecard`.
    """
    for row in rows.to_dict("records"):
        subject = Subject(
            row["title"], row["question"], row["unit"], row["direction"], _number(row["target"]), row["slice"]
        )
        n = _number(row["n"])
        yield Score(
            title=subject.title,
            question=subject.question,
            unit=subject.shown,
            direction=subject.direction,
            month=f"{row['period_start']:%B %Y}",
            value=_number(row["value"]),
            low=_number(row["low"]),
            high=_number(row["high"]),
            n=None if n is None else int(n),
            target=subject.target,
            target_in_words=subject.target_in_words(),
            verdict=_word(row["verdict"]),
            is_suppressed=bool(row["is_suppressed"]),
            is_reliable=pd.isna(row["is_reliable"]) or bool(row["is_reliable"]),
            previous=_number(row["change_from_previous"]),
            previous_q=_number(row["change_from_previous_q"]),
            year_ago=_number(row["change_from_year_ago"]),
            year_ago_q=_number(row["change_from_year_ago_q"]),
            signal_direction=_word(row["signal_direction"]),
            assurance=_word(row["assurance"]),
            line=_line(history[history.kpi == row["kpi"]], row["period_start"]),
        )


def _line(months: pd.DataFrame, newest: Any) -> tuple[float | None, ...]:
    """The values of the months up to the newest one, of which one may lack a row."""
    wanted = pd.period_range(end=pd.Period(newest, "M"), periods=MONTHS, freq="M")
    values = pd.Series(
        months.value.to_numpy(dtype="float64"),
        index=pd.PeriodIndex(pd.to_datetime(months.period_start), freq="M"),
    )
    return tuple(_number(value) for value in values.reindex(wanted))


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None
