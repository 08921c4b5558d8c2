"""What a period is compared with, and whose comparisons a change touches."""

from __future__ import annotations

from datetime import date

import pytest

from cf_operators.domain.calendar import Grain, Period
from cf_operators.domain.comparison import affected_by, compared_with

FEBRUARY = Period("month", date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize(
    ("period", "previous", "year_ago"),
    [
        (
            FEBRUARY,
            Period("month", date(2024, 1, 1), date(2024, 1, 31)),
            Period("month", date(2023, 2, 1), date(2023, 2, 28)),
        ),
        (
            Period("quarter", date(2024, 1, 1), date(2024, 3, 31)),
            Period("quarter", date(2023, 10, 1), date(2023, 12, 31)),
            Period("quarter", date(2023, 1, 1), date(2023, 3, 31)),
        ),
        (
            Period("fiscal_year", date(2024, 4, 1), date(2025, 3, 31)),
            Period("fiscal_year", date(2023, 4, 1), date(2024, 3, 31)),
            Period("fiscal_year", date(2023, 4, 1), date(2024, 3, 31)),
        ),
        (
            Period("week", date(2024, 12, 30), date(2025, 1, 5)),
            Period("week", date(2024, 12, 23), date(2024, 12, 29)),
            Period("week", date(2024, 1, 1), date(2024, 1, 7)),
        ),
    ],
)
def test_what_it_is_compared_with(period: Period, previous: Period, year_ago: Period) -> None:
    assert compared_with(period, "previous") == previous
    assert compared_with(period, "year_ago") == year_ago


@pytest.mark.parametrize("grain", ["day", "rolling_28", "all"])
def test_what_is_not_compared(grain: Grain) -> None:
    with pytest.raises(ValueError, match=f"grain {grain} is not compared"):
        compared_with(Period(grain, date(2024, 1, 1), date(2024, 1, 1)), "previous")
    assert affected_by([Period(grain, date(2024, 1, 1), date(2024, 1, 1))]) == []


def test_every_comparison_with_a_changed_period_is_affected() -> None:
    changed = [
        FEBRUARY,
        Period("week", date(2024, 2, 5), date(2024, 2, 11)),
        Period("year", date(2024, 1, 1), date(2024, 12, 31)),
    ]
    affected = affected_by(changed)
    assert len(affected) == len(set(affected)) == 3 + 3 + 2
    for period in changed:
        assert period in affected
    for period in affected:
        compared = {compared_with(period, basis) for basis in ("previous", "year_ago")}
        assert period in changed or compared & set(changed)
