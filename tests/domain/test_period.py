"""Months, their arithmetic, and when they are settled."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cf_operators.domain.period import add_months, local_day, month_start, settled_months

DAY = st.dates(date(1900, 1, 1), date(2200, 1, 1))


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(2025, 3, 31, 21, 59, tzinfo=UTC), "Europe/Berlin", date(2025, 3, 31)),
        (datetime(2025, 3, 31, 22, 0, tzinfo=UTC), "Europe/Berlin", date(2025, 4, 1)),
        (datetime(2025, 2, 28, 22, 59, tzinfo=UTC), "Europe/Berlin", date(2025, 2, 28)),
        (datetime(2025, 4, 1, 2, 59, tzinfo=UTC), "America/Sao_Paulo", date(2025, 3, 31)),
    ],
)
def test_local_day(moment: datetime, zone: str, day: date) -> None:
    assert local_day(moment, zone) == day


@pytest.mark.parametrize(
    ("case", "as_of", "months"),
    [
        ("the last day of a month", date(2025, 3, 31), [date(2025, 2, 1), date(2025, 1, 1)]),
        ("the first day of the next", date(2025, 4, 1), [date(2025, 3, 1), date(2025, 2, 1)]),
        ("over the turn of the year", date(2025, 2, 15), [date(2025, 1, 1), date(2024, 12, 1)]),
    ],
)
def test_settled_months(case: str, as_of: date, months: list[date]) -> None:
    assert list(settled_months(as_of, len(months))) == months, case


@given(DAY, st.integers(-500, 500))
def test_there_and_back(day: date, count: int) -> None:
    there = add_months(day, count)
    assert there.day == 1
    assert add_months(there, -count) == month_start(day)
    assert (there.year - day.year) * 12 + there.month - day.month == count
