"""What a period is compared with: the one before, and the same one a year ago."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, Literal

from cf_operators.domain.calendar import Grain, Period
from cf_operators.domain.period import add_months

Basis = Literal["previous", "year_ago"]
BASES: Final[tuple[Basis, ...]] = ("previous", "year_ago")

_MONTHS: Final[Mapping[Grain, int]] = {"month": 1, "quarter": 3, "year": 12, "fiscal_year": 12}

COMPARED_GRAINS: Final[tuple[Grain, ...]] = ("week", *_MONTHS)
"""Days are too few answers to compare, and rolling windows share most of theirs with the one before."""

WEEKS_OF_A_YEAR: Final = 52


def compared_with(period: Period, basis: Basis) -> Period:
    """The period that ``period`` is compared with. A week is compared with the week 52 weeks ago: it has the same days.

    For years the two bases are the same period.

    :raises ValueError: periods of this grain are not compared.
    """
    if period.grain not in COMPARED_GRAINS or period.start is None:
        raise ValueError(f"a period of grain {period.grain} is not compared; {COMPARED_GRAINS} are")
    if period.grain == "week":
        return _moved(period, timedelta(weeks=-1 if basis == "previous" else -WEEKS_OF_A_YEAR))
    back = -_MONTHS[period.grain] if basis == "previous" else -12
    return _of_months(period.grain, add_months(period.start, back))


def affected_by(periods: Iterable[Period]) -> list[Period]:
    """The periods whose comparisons change when these do: they themselves, and those compared with them, in order."""
    found: set[Period] = set()
    for period in periods:
        if period.grain not in COMPARED_GRAINS or period.start is None:
            continue
        found.add(period)
        if period.grain == "week":
            found |= {_moved(period, timedelta(weeks=1)), _moved(period, timedelta(weeks=WEEKS_OF_A_YEAR))}
        else:
            months = (_MONTHS[period.grain], 12)
            found |= {_of_months(period.grain, add_months(period.start, ahead)) for ahead in months}
    return sorted(found, key=lambda each: (each.grain, each.start or date.min))


def _of_months(grain: Grain, start: date) -> Period:
    return Period(grain, start, add_months(start, _MONTHS[grain]) - timedelta(days=1))


def _moved(period: Period, by: timedelta) -> Period:
    assert period.start
    assert period.end
    return replace(period, start=period.start + by, end=period.end + by)
