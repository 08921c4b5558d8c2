"""The periods that every KPI is given for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from cf_operators.domain.period import add_months, month_start

Grain = Literal["day", "week", "month", "quarter", "year", "fiscal_year", "rolling_28", "rolling_90", "all"]

ROLLING: dict[Grain, int] = {"rolling_28": 28, "rolling_90": 90}
"""Windows of so many days. One ends on each Sunday: with a window for each day, a late answer would change 118 of them
(28 + 90) instead of 16 or 17, for numbers that hardly differ from one day to the next."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days, both ends included; without ends the whole history."""

    grain: Grain
    start: date | None
    end: date | None

    def __contains__(self, day: date) -> bool:
        return self.start is None or self.end is None or self.start <= day <= self.end


WHOLE = Period("all", None, None)


class Calendar:
    """The periods of an organisation.

    :param fiscal_month: month with which its fiscal year starts. When it is January, the fiscal year is the year and
        is not given a second time.
    """

    def __init__(self, fiscal_month: int = 1) -> None:
        self.fiscal_month = fiscal_month
        self._known: dict[date, tuple[Period, ...]] = {}
        self._single: dict[Grain, Callable[[date], Period]] = {
            "day": lambda day: Period("day", day, day),
            "week": _week,
            "month": lambda day: _months("month", month_start(day), 1),
            "quarter": lambda day: _months("quarter", date(day.year, (day.month - 1) // 3 * 3 + 1, 1), 3),
            "year": lambda day: _months("year", date(day.year, 1, 1), 12),
        }
        if fiscal_month != 1:
            self._single["fiscal_year"] = self._fiscal_year

    @property
    def grains(self) -> tuple[Grain, ...]:
        """Every kind of period that there is, from short to long."""
        return (*self._single, *ROLLING, "all")

    def containing(self, day: date) -> tuple[Period, ...]:
        """Every period that contains a day."""
        if day not in self._known:
            single = (find(day) for find in self._single.values())
            self._known[day] = (*single, *_rolling(day), WHOLE)
        return self._known[day]

    def touched(self, days: Iterable[date]) -> tuple[Period, ...]:
        """Every period that contains one of the days, each once, by grain and then by time."""
        order = {grain: number for number, grain in enumerate(self.grains)}
        found = {period for day in days for period in self.containing(day)}
        return tuple(sorted(found, key=lambda period: (order[period.grain], period.start or date.min)))

    def between(self, first: date, last: date) -> tuple[Period, ...]:
        """Every period that contains a day from ``first`` to ``last``; none when ``last`` is before ``first``."""
        return self.touched(first + ONE_DAY * number for number in range((last - first).days + 1))

    def ended_windows(self, before: date, until: date) -> tuple[Period, ...]:
        """The rolling windows that end after ``before`` and not after ``until``."""
        days = (before + ONE_DAY * number for number in range(1, (until - before).days + 1))
        sundays = [day for day in days if day.isoweekday() == 7]
        return tuple(
            Period(grain, sunday - ONE_DAY * (length - 1), sunday)
            for grain, length in ROLLING.items()
            for sunday in sundays
        )

    def _fiscal_year(self, day: date) -> Period:
        start_year = day.year if day.month >= self.fiscal_month else day.year - 1
        return _months("fiscal_year", date(start_year, self.fiscal_month, 1), 12)


def _week(day: date) -> Period:
    monday = day - ONE_DAY * day.weekday()
    return Period("week", monday, monday + ONE_DAY * 6)


def _months(grain: Grain, start: date, count: int) -> Period:
    return Period(grain, start, add_months(start, count) - ONE_DAY)


def _rolling(day: date) -> Iterator[Period]:
    sunday = day + ONE_DAY * (6 - day.weekday())
    for grain, length in ROLLING.items():
        end = sunday
        while (end - day).days < length:
            yield Period(grain, end - ONE_DAY * (length - 1), end)
            end += ONE_DAY * 7
