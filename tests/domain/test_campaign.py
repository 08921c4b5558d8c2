"""Campaigns: delays, fresh periods, schedules and the start of the yearly wave."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from cf_operators.domain.campaign import AnnualCampaign, ComplaintFollowUpCampaign, PostPurchaseCampaign


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


def test_a_campaign_that_says_nothing_asks_all_by_mail_with_the_least_priority() -> None:
    campaign = annual()
    assert (campaign.priority, campaign.purpose, campaign.channel, campaign.sample) == (0, None, "mail", None)
    assert (campaign.remind_after_days, campaign.most_per_day, campaign.spread_by) == ((), None, "lot")


@pytest.mark.parametrize("days", [[7], [7, 14], [1, 41]])
def test_reminders_in_order_and_in_time(days: list[int]) -> None:
    assert annual(remind_after_days=days).remind_after_days == tuple(days)


@pytest.mark.parametrize(
    ("days", "message"),
    [
        ([14, 7], "not in ascending order"),
        ([7, 7], "not in ascending order"),
        ([7, 42], "42 is not less than answer_days"),
        ([0], "remind_after_days"),
    ],
)
def test_reminders_out_of_order_or_too_late_are_refused(days: list[int], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        annual(remind_after_days=days)


@pytest.mark.parametrize("priority", [-1, 1001, 1.5, "10"])
def test_a_priority_is_a_whole_number_up_to_a_thousand(priority: object) -> None:
    with pytest.raises(ValidationError, match="priority"):
        annual(priority=priority)
    assert annual(priority=1000).priority == 1000


@pytest.mark.parametrize(
    ("key", "value"), [("channel", "letter"), ("spread_by", "birthday"), ("most_per_day", 0), ("sample", {})]
)
def test_what_a_campaign_cannot_say(key: str, value: object) -> None:
    with pytest.raises(ValidationError, match=key):
        annual(**{key: value})


def test_a_follow_up_has_time_between_its_delay_and_the_end_of_its_freshness() -> None:
    entry = {
        "id": "follow_up",
        "kind": "complaint_follow_up",
        "survey": "follow_up",
        "audience": "complaint_follow_up.sql",
        "template": "follow_up",
        "delay_days": 3,
        "fresh_days": 14,
        "answer_days": 30,
        "schedule": "0 8 * * *",
    }
    assert ComplaintFollowUpCampaign.model_validate(entry).fresh_days == 14
    with pytest.raises(ValidationError, match=r"is not more than delay_days \(14\)"):
        ComplaintFollowUpCampaign.model_validate(entry | {"delay_days": 14})
