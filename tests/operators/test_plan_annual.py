"""The yearly wave: whom it asks, and on which day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from cf_operators.errors import ConfigurationError, DataError
from tests.people import People

Plan = Callable[..., dict[str, Any]]
Programme = Callable[..., None]


def test_the_annual_wave_is_spread_evenly_over_its_period(people: People, plan: Plan) -> None:
    contacts = [people.contact() for _ in range(200)]
    for contact in contacts:
        people.order(contact, ordered_days_ago=100, days_ago=None, status="open")
    start = datetime(2026, 10, 1, 8, tzinfo=UTC)
    summary = plan("annual", now=start)
    assert (summary["planned"], summary["waves"], summary["in_period"]) == (200, ["annual/2026"], True)
    days: dict[date, int] = {}
    for row in people.invitations().values():
        assert row["occasion"] == "2026"
        moment = row["send_not_before"]
        # 10 o'clock in Berlin is 8:00 UTC in summer and, from 25 October on, 9:00 UTC.
        assert moment.hour == (8 if moment < datetime(2026, 10, 25, tzinfo=UTC) else 9)
        days[moment.date()] = days.get(moment.date(), 0) + 1
    assert min(days) >= date(2026, 10, 1)
    assert max(days) <= date(2026, 10, 28)
    assert len(days) >= 26
    assert max(days.values()) <= 20
    [wave] = people.warehouse.rows("select not_after from cf_ledger.wave")
    assert wave["not_after"] == datetime(2026, 11, 4, 23, tzinfo=UTC)  # the end of 28 October + 7 days


def test_planning_the_annual_wave_on_another_day_gives_the_same_plan(people: People, plan: Plan) -> None:
    for _ in range(20):
        people.order(people.contact(), ordered_days_ago=100, days_ago=None, status="open")
    start = datetime(2026, 10, 1, 8, tzinfo=UTC)
    plan("annual", now=start)
    first = {key: row["send_not_before"] for key, row in people.invitations().items()}
    people.execute("delete from cf_ledger.invitation")
    people.execute("delete from cf_ledger.wave")
    summary = plan("annual", now=start + timedelta(days=5))
    assert summary["planned"] == 20
    assert {key: row["send_not_before"] for key, row in people.invitations().items()} == first


def test_long_before_and_after_its_period_the_annual_campaign_rests(people: People, plan: Plan) -> None:
    people.order(people.contact(), ordered_days_ago=10)
    # It is planned from 1 September on, 30 quiet days before the period, until 4 November, 7 days after it.
    for day in (datetime(2026, 8, 31, 21, 59, tzinfo=UTC), datetime(2026, 11, 4, 23, 0, tzinfo=UTC)):
        summary = plan("annual", now=day)
        assert (summary["in_period"], summary["candidates"], summary["waves"]) == (False, 0, [])
    for day in (datetime(2026, 8, 31, 22, 0, tzinfo=UTC), datetime(2026, 11, 4, 22, 59, tzinfo=UTC)):
        assert plan("annual", now=day)["in_period"] is True


def test_only_customers_active_before_the_start_are_asked_once_a_year(people: People, plan: Plan) -> None:
    start = datetime(2026, 10, 1, 8, tzinfo=UTC)
    people.now = start
    active, lapsed, new, cancelled = (people.contact() for _ in range(4))
    people.order(active, ordered_days_ago=365, days_ago=None, status="open")
    people.order(active, ordered_days_ago=30, days_ago=20)
    people.order(lapsed, ordered_days_ago=366, days_ago=None, status="open")
    people.order(new, ordered_days_ago=0, days_ago=None, status="open")
    people.order(cancelled, ordered_days_ago=10, days_ago=None, status="cancelled")
    assert plan("annual", now=start)["planned"] == 1
    assert set(people.invitations()) == {active}


def test_whose_day_lies_after_the_end_of_the_wave_is_not_planned(people: People, plan: Plan) -> None:
    """A later start_on moves the days of the people, but not the end of a wave that is open."""
    opened = datetime(2026, 10, 1, 8, tzinfo=UTC)
    people.now = opened
    first = people.contact()
    people.order(first, ordered_days_ago=100, days_ago=None, status="open")
    plan("annual", now=opened)
    others = [people.contact() for _ in range(60)]
    for contact in others:
        people.order(contact, ordered_days_ago=100, days_ago=None, status="open")
    later = opened + timedelta(days=27)
    plan("annual", now=later, start_on=later.date().isoformat())
    [wave] = people.warehouse.rows("select not_after from cf_ledger.wave")
    planned = people.invitations()
    assert all(row["send_not_before"] < wave["not_after"] for row in planned.values())
    late = {contact for contact in others if contact not in planned}
    assert late
    assert {people.exclusions()[contact].pop() for contact in late} == {"not_fresh"}


def test_start_on_must_be_a_date(plan: Plan) -> None:
    with pytest.raises(ConfigurationError, match='start_on: "soon" is not a date; write it as 2026-10-01'):
        plan("annual", start_on="soon")


# --- by customer anniversary --------------------------------------------------------------------------------------


def first_ordered(people: People, *days: date) -> UUID:
    """A customer with orders on these days."""
    contact = people.contact()
    for day in days:
        people.order(contact, ordered_days_ago=(people.now.date() - day).days, days_ago=None, status="open")
    return contact


def asked_on(people: People) -> dict[UUID, date]:
    """The day of each ask in Berlin."""
    berlin = ZoneInfo("Europe/Berlin")
    return {
        key: row["send_not_before"].astimezone(berlin).date() for key, row in people.invitations().items()
    }


def test_by_anniversary_each_is_asked_on_the_day_of_the_year_of_the_first_order(
    people: People, plan: Plan, programme: Programme
) -> None:
    programme(campaigns={"annual": {"spread_by": "anniversary", "spread_days": 365}})
    people.now = datetime(2026, 10, 1, 8, tzinfo=UTC)
    lately = date(2026, 9, 1)
    expected = {
        first_ordered(people, date(2020, 10, 1), lately): date(2026, 10, 1),
        first_ordered(people, date(2023, 11, 7), date(2025, 3, 1), lately): date(2026, 11, 7),
        first_ordered(people, date(2024, 2, 29), lately): date(2027, 2, 28),  # no leap year
        first_ordered(people, date(2025, 9, 30), lately): date(2027, 9, 30),
        first_ordered(people, lately): date(2027, 9, 1),
    }
    assert plan("annual", now=people.now)["planned"] == 5
    assert asked_on(people) == expected


def test_a_year_of_anniversaries_has_a_day_for_everybody_also_in_a_leap_year(
    people: People, plan: Plan, programme: Programme
) -> None:
    programme(campaigns={"annual": {"spread_by": "anniversary", "spread_days": 365}})
    people.now = datetime(2027, 10, 1, 8, tzinfo=UTC)
    lately = date(2027, 9, 1)
    leap = first_ordered(people, date(2024, 2, 29), lately)
    last = first_ordered(
        people, date(2020, 9, 30), lately
    )  # the 366th day of the period from 1 October 2027 on
    before_last = first_ordered(people, date(2020, 9, 29), lately)
    assert plan("annual", now=people.now)["planned"] == 3
    assert asked_on(people) == {
        leap: date(2028, 2, 29),
        before_last: date(2028, 9, 29),
        last: date(2028, 9, 29),
    }


def test_whose_anniversary_lies_outside_of_a_shorter_period_is_not_in_the_audience(
    people: People, plan: Plan, programme: Programme
) -> None:
    programme(campaigns={"annual": {"spread_by": "anniversary"}})  # 28 days
    people.now = datetime(2026, 10, 1, 8, tzinfo=UTC)
    lately = date(2026, 9, 1)
    inside = first_ordered(people, date(2022, 10, 28), lately)
    first_ordered(people, date(2022, 10, 29), lately)
    first_ordered(people, date(2022, 9, 30), lately)
    assert plan("annual", now=people.now)["candidates"] == 1
    assert asked_on(people) == {inside: date(2026, 10, 28)}


def test_a_cancelled_first_order_is_no_anniversary(people: People, plan: Plan, programme: Programme) -> None:
    programme(campaigns={"annual": {"spread_by": "anniversary", "spread_days": 365}})
    people.now = datetime(2026, 10, 1, 8, tzinfo=UTC)
    contact = first_ordered(people, date(2026, 3, 1))
    people.order(contact, ordered_days_ago=400, days_ago=None, status="cancelled")
    plan("annual", now=people.now)
    assert asked_on(people) == {contact: date(2027, 3, 1)}


@pytest.mark.parametrize("spread_by", ["lot", "anniversary"])
def test_the_plan_ahead_and_the_plan_in_the_period_give_everybody_the_same_day(
    people: People, plan: Plan, programme: Programme, spread_by: str
) -> None:
    programme(campaigns={"annual": {"spread_by": spread_by, "spread_days": 300}})
    people.now = datetime(2026, 10, 1, 8, tzinfo=UTC)
    for number in range(17):
        first_ordered(people, date(2025, 10, 5) + timedelta(days=17 * number))
    ahead = plan("annual", now=people.now - timedelta(days=30))
    days = asked_on(people)
    within = plan("annual", now=people.now + timedelta(days=1))
    assert (ahead["planned"], within["already_planned"], within["planned"]) == (17, 17, 0)
    assert asked_on(people) == days


# --- the day on which a wave was opened -------------------------------------------------------------------------------


def test_who_is_deferred_in_a_wave_with_a_start_of_its_own_is_asked_later(people: People, plan: Plan) -> None:
    """The runs after the one that was triggered by hand know nothing of its start_on but what the wave keeps."""
    people.now = datetime(2026, 3, 16, 8, tzinfo=UTC)
    contacts = [people.contact() for _ in range(20)]
    for contact in contacts:
        people.order(contact, ordered_days_ago=60, days_ago=None, status="open")
    people.complaint(contacts[0])
    start = people.now.date().isoformat()
    opened = plan("annual", now=people.now, start_on=start)
    assert (opened["planned"], opened["excluded"]) == (19, {"open_complaint": 1})
    days = asked_on(people)

    people.execute("update cf_core.fct_complaint set closed_at = %s", (people.now,))
    again = plan("annual", now=people.now + timedelta(days=1))
    assert (again["in_period"], again["planned"], again["already_planned"]) == (True, 1, 19)
    assert asked_on(people).items() >= days.items()
    [wave] = people.warehouse.rows("select wave_id, not_after from cf_ledger.wave")
    assert wave == {"wave_id": "annual/2026", "not_after": datetime(2026, 4, 19, 22, tzinfo=UTC)}


def test_the_year_is_over_for_a_campaign_that_was_opened_on_another_day(people: People, plan: Plan) -> None:
    people.now = datetime(2026, 3, 16, 8, tzinfo=UTC)
    people.order(people.contact(), ordered_days_ago=60, days_ago=None, status="open")
    plan("annual", now=people.now, start_on="2026-03-16")
    assert plan("annual", now=datetime(2026, 10, 5, 8, tzinfo=UTC))["in_period"] is False
    assert plan("annual", now=datetime(2027, 10, 5, 8, tzinfo=UTC))["in_period"] is True


def test_an_open_wave_keeps_its_period_when_the_day_in_the_programme_is_changed(
    people: People, plan: Plan, programme: Programme
) -> None:
    people.now = datetime(2026, 10, 1, 8, tzinfo=UTC)
    for _ in range(5):
        people.order(people.contact(), ordered_days_ago=60, days_ago=None, status="open")
    plan("annual", now=people.now)
    days = asked_on(people)
    people.execute("update cf_ledger.invitation set state = 'cancelled', state_reason = 'open_complaint'")
    programme(campaigns={"annual": {"starts_on": "12-01"}})
    assert plan("annual", now=people.now)["planned"] == 5
    assert asked_on(people) == days


def test_a_period_that_cannot_be_read_is_named_with_the_remedy(people: People, plan: Plan) -> None:
    people.order(people.contact(), ordered_days_ago=60, days_ago=None, status="open")
    plan("annual", start_on=people.now.date().isoformat())
    people.execute("update cf_ledger.wave set request = '{}'")
    with pytest.raises(DataError, match=r'wave annual/2026: .* e.g. {"starts_on": "2026-10-01"}'):
        plan("annual")
