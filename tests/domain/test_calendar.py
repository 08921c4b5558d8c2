"""Which periods a day belongs to."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cf_operators.domain.calendar import ROLLING, WHOLE, Calendar, Period

DAY = st.dates(date(1990, 1, 1), date(2100, 1, 1))
FISCAL_MONTH = st.integers(1, 12)


def spans(calendar: Calendar, day: date, grain: str) -> list[tuple[str, str]]:
    return [
        (str(period.start), str(period.end)) for period in calendar.containing(day) if period.grain == grain
    ]


@pytest.mark.parametrize(
    ("day", "grain", "start", "end"),
    [
        (date(2024, 2, 29), "day", "2024-02-29", "2024-02-29"),
        (date(2025, 1, 1), "week", "2024-12-30", "2025-01-05"),  # ISO week 1 of 2025 begins in 2024
        (date(2027, 1, 3), "week", "2026-12-28", "2027-01-03"),  # the Sunday of ISO week 53 of 2026
        (date(2024, 2, 29), "month", "2024-02-01", "2024-02-29"),
        (date(2025, 12, 31), "quarter", "2025-10-01", "2025-12-31"),
        (date(2025, 4, 1), "quarter", "2025-04-01", "2025-06-30"),
        (date(2025, 6, 15), "year", "2025-01-01", "2025-12-31"),
        (date(2025, 3, 31), "fiscal_year", "2024-04-01", "2025-03-31"),
        (date(2025, 4, 1), "fiscal_year", "2025-04-01", "2026-03-31"),
    ],
)
def test_a_day_lies_in_one_period_of_each_kind(day: date, grain: str, start: str, end: str) -> None:
    assert spans(Calendar(fiscal_month=4), day, grain) == [(start, end)]


def test_windows_end_on_each_sunday() -> None:
    sunday = date(2025, 3, 16)
    windows = spans(Calendar(), sunday, "rolling_28")
    assert windows == [
        ("2025-02-17", "2025-03-16"),
        ("2025-02-24", "2025-03-23"),
        ("2025-03-03", "2025-03-30"),
        ("2025-03-10", "2025-04-06"),
    ]
    monday = spans(Calendar(), sunday + timedelta(days=1), "rolling_28")
    assert monday[:3] == windows[1:]
    assert [len(spans(Calendar(), sunday - timedelta(days=back), "rolling_90")) for back in range(7)] == [
        *(13, 13, 13, 13, 13, 13, 12)
    ]


def test_a_fiscal_year_that_is_the_year_is_not_given_twice() -> None:
    assert "fiscal_year" not in Calendar(fiscal_month=1).grains
    assert Calendar(fiscal_month=7).grains == (
        *("day", "week", "month", "quarter", "year", "fiscal_year", "rolling_28", "rolling_90", "all"),
    )


@given(DAY, FISCAL_MONTH)
def test_periods_of_a_day_are_exactly_those_that_contain_it(day: date, fiscal_month: int) -> None:
    calendar = Calendar(fiscal_month)
    periods = set(calendar.containing(day))
    assert WHOLE in periods
    assert {period.grain for period in periods} == set(calendar.grains)
    around = calendar.between(day - timedelta(days=120), day + timedelta(days=120))
    assert {period for period in around if day in period} == periods
    for period in periods - {WHOLE}:
        assert period.start is not None
        assert period.end is not None
        assert period.start <= day <= period.end
        if period.grain in ROLLING:
            assert period.end.isoweekday() == 7
            assert (period.end - period.start).days + 1 == ROLLING[period.grain]


@given(DAY, st.integers(0, 60), FISCAL_MONTH)
def test_every_kind_that_is_not_rolling_divides_the_days(first: date, length: int, fiscal_month: int) -> None:
    last = first + timedelta(days=length)
    periods = Calendar(fiscal_month).between(first, last)
    for grain in ("day", "week", "month", "quarter", "year"):
        parts = [period for period in periods if period.grain == grain]
        assert parts[0].start is not None
        assert parts[0].start <= first
        for before, after in pairwise(parts):
            assert before.end is not None
            assert after.start == before.end + timedelta(days=1)
        assert parts[-1].end is not None
        assert parts[-1].end >= last


def test_between_nothing_there_is_no_period() -> None:
    assert Calendar().between(date(2025, 1, 2), date(2025, 1, 1)) == ()


def test_periods_come_by_grain_and_time() -> None:
    days = [date(2025, 3, 2), date(2025, 3, 1)]
    assert Calendar().touched(days)[:2] == (
        Period("day", date(2025, 3, 1), date(2025, 3, 1)),
        Period("day", date(2025, 3, 2), date(2025, 3, 2)),
    )


@given(DAY, st.integers(-3, 40))
def test_windows_that_have_ended_are_those_that_end_in_between(before: date, length: int) -> None:
    until = before + timedelta(days=length)
    found = Calendar().ended_windows(before, until)
    sundays = [before + timedelta(days=n) for n in range(1, length + 1)]
    assert {period.end for period in found} == {day for day in sundays if day.isoweekday() == 7}
    for period in found:
        assert period.end is not None
        assert period in Calendar().containing(period.end)
    assert len(found) == 2 * len({period.end for period in found})
