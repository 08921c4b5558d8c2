"""Campaigns: delays, fresh periods, schedules and the start of the yearly wave."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from cf_operators.domain.campaign import AnnualCampaign, PostPurchaseCampaign


def post_purchase(**changes: Any) -> PostPurchaseCampaign:
    entry = {
        "id": "post_purchase",
        "kind": "post_purchase",
        "survey": "post_purchase",
        "audience": "post_purchase.sql",
        "template": "post_purchase",
        "delay_days": 3,
        "delay_days_by_product": {"Furniture": 7},
        "fresh_days": 21,
        "answer_days": 30,
        "schedule": "0 9 * * *",
    }
    return PostPurchaseCampaign.model_validate(entry | changes)


def annual(**changes: Any) -> AnnualCampaign:
    entry = {
        "id": "annual",
        "kind": "annual",
        "survey": "annual",
        "audience": "annual.sql",
        "template": "annual",
        "starts_on": "10-01",
        "spread_days": 28,
        "active_days": 365,
        "answer_days": 42,
        "schedule": "0 10 * * *",
    }
    return AnnualCampaign.model_validate(entry | changes)


@pytest.mark.parametrize(
    "changes", [{"fresh_days": 8}, {"delay_days": 20}, {"delay_days_by_product": {"Lamps": 20}}]
)
def test_fresh_days_just_after_the_longest_delay(changes: dict[str, Any]) -> None:
    assert post_purchase(**changes).fresh_days > 7


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"fresh_days": 7}, "delay_days_by_product.Furniture (7)"),
        ({"fresh_days": 3, "delay_days_by_product": {}}, "delay_days (3)"),
        ({"delay_days": 21}, "delay_days (21)"),
        ({"delay_days_by_product": {"Lamps": 22}}, "delay_days_by_product.Lamps (22)"),
    ],
)
def test_fresh_days_that_end_with_the_delay_ask_nobody(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError) as refused:
        post_purchase(**changes)
    assert f"is not more than {named}" in str(refused.value)


def test_the_wave_starts_on_the_same_day_every_year() -> None:
    assert annual().starts_in(2026) == date(2026, 10, 1)
    assert annual(starts_on="12-31").starts_in(2028) == date(2028, 12, 31)


@pytest.mark.parametrize(
    "day", ["02-29", "13-01", "00-10", "1-1", "10-1", "2024-10-01", "October 1", "", "10-32"]
)
def test_a_start_that_some_year_lacks_is_refused(day: str) -> None:
    with pytest.raises(ValidationError, match="not a day that every year has"):
        annual(starts_on=day)


@pytest.mark.parametrize("schedule", ["0 9 * * *", "*/15 8-18 * * 1-5", "30 6 1 1,7 *"])
def test_cron_expressions(schedule: str) -> None:
    assert annual(schedule=schedule).schedule == schedule


@pytest.mark.parametrize(
    "schedule", ["", "0 9 * *", "0 0 9 * * *", "61 * * * *", "@daily", "daily", "0 25 * * *"]
)
def test_what_is_no_cron_expression(schedule: str) -> None:
    with pytest.raises(ValidationError, match="not a cron expression"):
        annual(schedule=schedule)


@pytest.mark.parametrize("days", [0, 366])
def test_the_spread_fits_into_a_year(days: int) -> None:
    with pytest.raises(ValidationError):
        annual(spread_days=days)
    assert annual(spread_days=365).spread_days == 365


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        annual(fresh_days=3)


def test_a_campaign_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        annual().spread_days = 3
