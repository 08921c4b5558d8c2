"""The weeks in which a yearly campaign asks, over New Year and in leap years."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cf_operators.domain.campaign import AnnualCampaign
from cf_operators.domain.sending_period import sending_period


def campaign(starts_on: str, spread_days: int) -> AnnualCampaign:
    return AnnualCampaign(
        id="annual",
        kind="annual",
        survey="annual",
        audience=Path("annual.sql"),
        template="annual",
        starts_on=starts_on,
        spread_days=spread_days,
        active_days=365,
        answer_days=42,
        schedule="0 10 * * *",
    )


@pytest.mark.parametrize(
    ("starts_on", "spread_days", "today", "year"),
    [
        ("10-01", 28, date(2026, 9, 30), None),
        ("10-01", 28, date(2026, 10, 1), "2026"),
        ("10-01", 28, date(2026, 10, 28), "2026"),
        ("10-01", 28, date(2026, 11, 4), "2026"),  # the last day on which a mail may still go
        ("10-01", 28, date(2026, 11, 5), None),
        ("12-20", 28, date(2027, 1, 16), "2026"),  # over New Year it is still the wave of the year before
        ("12-20", 28, date(2027, 1, 24), None),
        ("10-01", 365, date(2026, 9, 30), "2025"),
        ("10-01", 365, date(2026, 10, 1), "2026"),
        ("02-28", 2, date(2028, 2, 29), "2028"),
        ("10-01", 1, date(2026, 10, 1), "2026"),
    ],
)
def test_at_most_one_period_is_planned_on_a_day(
    starts_on: str, spread_days: int, today: date, year: str | None
) -> None:
    period = sending_period(campaign(starts_on, spread_days), today)
    assert (period.wave_key if period else None) == year


@pytest.mark.parametrize(
    ("starts_on", "spread_days", "today", "year"),
    [
        ("10-01", 28, date(2026, 8, 31), None),
        ("10-01", 28, date(2026, 9, 1), "2026"),  # 30 days before the first day
        ("01-05", 28, date(2026, 12, 6), "2027"),  # over New Year
        ("01-05", 28, date(2026, 12, 5), None),
        ("10-01", 365, date(2026, 9, 15), "2025"),  # a period that still runs goes before the next one
        ("10-01", 365, date(2026, 10, 2), "2026"),
        ("10-01", 350, date(2026, 9, 20), "2025"),  # so does one of which a mail may still go out
        ("10-01", 350, date(2026, 9, 23), "2026"),
    ],
)
def test_a_period_is_planned_ahead(starts_on: str, spread_days: int, today: date, year: str | None) -> None:
    period = sending_period(campaign(starts_on, spread_days), today, ahead_days=30)
    assert (period.wave_key if period else None) == year


@pytest.mark.parametrize(
    ("today", "is_planned"),
    [
        (date(2026, 4, 24), False),
        (date(2026, 4, 25), True),
        (date(2026, 5, 5), True),
        (date(2026, 6, 8), True),
        (date(2026, 6, 9), False),
        (date(2026, 10, 1), False),
    ],
)
def test_a_chosen_start_takes_the_place_of_the_one_of_the_programme(today: date, is_planned: bool) -> None:
    period = sending_period(campaign("10-01", 28), today, start_on=date(2026, 5, 5), ahead_days=10)
    assert (period is not None) is is_planned
    if period:
        assert (period.wave_key, period.ends_on) == ("2026", date(2026, 6, 1))


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 5, 5), date(2026, 5, 5)),
        (date(2026, 6, 8), date(2026, 5, 5)),
        (date(2026, 10, 1), None),  # the year has had its wave
        (date(2027, 10, 1), date(2027, 10, 1)),
    ],
)
def test_a_wave_that_is_opened_keeps_its_period(today: date, first: date | None) -> None:
    period = sending_period(campaign("10-01", 28), today, ahead_days=10, opened={2026: date(2026, 5, 5)})
    assert (period.starts_on if period else None) == first
