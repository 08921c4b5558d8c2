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
        ("10-01", 28, date(2026, 10, 29), None),
        ("12-20", 28, date(2027, 1, 16), "2026"),  # over New Year it is still the wave of the year before
        ("12-20", 28, date(2027, 1, 17), None),
        ("10-01", 365, date(2026, 9, 30), "2025"),
        ("10-01", 365, date(2026, 10, 1), "2026"),
        ("02-28", 2, date(2028, 2, 29), "2028"),
        ("10-01", 1, date(2026, 10, 1), "2026"),
    ],
)
def test_a_day_lies_in_at_most_one_period(
    starts_on: str, spread_days: int, today: date, year: str | None
) -> None:
    period = sending_period(campaign(starts_on, spread_days), today)
    assert (period.wave_key if period else None) == year


@pytest.mark.parametrize(
    ("today", "is_held"), [(date(2026, 5, 4), False), (date(2026, 5, 5), True), (date(2026, 6, 2), False)]
)
def test_a_chosen_start_takes_the_place_of_the_one_of_the_programme(today: date, is_held: bool) -> None:
    period = sending_period(campaign("10-01", 28), today, start_on=date(2026, 5, 5))
    assert (period is not None) is is_held
    if period:
        assert (period.wave_key, period.ends_on) == ("2026", date(2026, 6, 1))
