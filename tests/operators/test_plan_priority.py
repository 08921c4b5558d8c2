"""Whose ask keeps its place: a rare survey before a frequent one, over the quiet period, over all ways of asking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.mail_servers import MailCatcher
from tests.operators.wave_to_send import WaveToSend
from tests.people import NOW, People

Plan = Callable[..., dict[str, Any]]
Programme = Callable[..., None]

START = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
"""The first moment of the annual sending period: 10 o'clock in Berlin, in summer."""


SOON = (NOW + timedelta(days=1)).date().isoformat()
"""A start of the 28 days of the annual wave from which each of them lies within the quiet period."""


def active_customer(people: People, **changes: Any) -> UUID:
    contact = people.contact(**changes)
    people.order(contact, days_ago=None, status="open", ordered_days_ago=100)
    return contact


def annual_ask_at(people: People, moment: datetime) -> None:
    people.execute(
        "update cf_ledger.invitation set send_not_before = %s where campaign_id = 'annual'", (moment,)
    )


def state_of(people: People, campaign_id: str) -> list[tuple[str, str | None]]:
    rows = people.warehouse.rows(
        "select state, state_reason from cf_ledger.invitation where campaign_id = %s", (campaign_id,)
    )
    return [(row["state"], row["state_reason"]) for row in rows]


def test_the_yearly_wave_is_opened_a_quiet_period_ahead_and_sends_nothing_before(
    people: People, plan: Plan
) -> None:
    people.now = START
    for _ in range(20):
        active_customer(people)
    assert plan("annual", now=START - timedelta(days=31))["in_period"] is False
    summary = plan("annual", now=START - timedelta(days=30))
    assert (summary["in_period"], summary["planned"]) == (True, 20)
    assert min(row["send_not_before"] for row in people.invitations().values()) >= START


@pytest.mark.parametrize(
    ("days_before", "excluded"),
    [(29, {"reserved": 1}), (1, {"reserved": 1}), (30, {}), (-1, {"reserved": 1})],
)
def test_a_frequent_ask_leaves_its_place_to_a_planned_rare_one(
    people: People, plan: Plan, days_before: int, excluded: dict[str, int]
) -> None:
    """Before it, and after its day while it still waits to be sent."""
    contact = active_customer(people)
    plan("annual", start_on=SOON)
    annual_ask_at(people, NOW + timedelta(days=days_before))
    people.order(contact)
    assert plan()["excluded"] == excluded


def test_a_planned_frequent_ask_does_not_push_the_rare_one_out_and_leaves_at_its_claim(
    wave: WaveToSend, plan: Plan, mail_catcher: MailCatcher
) -> None:
    contact = active_customer(wave.people)
    wave.people.order(contact)
    assert plan()["planned"] == 1
    assert plan("annual", start_on=SOON)["planned"] == 1

    summary = wave.send()
    assert (summary["accepted"], summary["cancelled"]) == (0, {"reserved": 1})

    # It is judged anew every day, and asked after all when the place becomes free while the order is fresh.
    assert plan()["excluded"] == {"reserved": 1}
    wave.people.execute("update cf_ledger.wave set is_stopped = true where campaign_id = 'annual'")
    assert plan(now=NOW + timedelta(days=1))["planned"] == 1
    assert wave.send(clock=NOW + timedelta(days=1))["accepted"] == 1
    assert wave.people.exclusions() == {}


def test_a_rare_ask_waits_for_the_end_of_the_quiet_period_after_a_frequent_one(
    wave: WaveToSend, plan: Plan, mail_catcher: MailCatcher, programme: Programme
) -> None:
    """The frequent one was sent before anything was reserved; the rare one is deferred, not dropped."""
    programme(campaigns={"annual": {"spread_days": 1}})
    contact = active_customer(wave.people)
    wave.people.order(contact)
    plan()
    assert wave.send()["accepted"] == 1
    start = NOW + timedelta(days=25)
    for day in (20, 25, 29):
        summary = plan("annual", now=NOW + timedelta(days=day), start_on=start.date().isoformat())
        assert summary["excluded"] == {"asked_recently": 1}
    summary = plan("annual", now=NOW + timedelta(days=30), start_on=start.date().isoformat())
    assert summary["planned"] == 1, "the week after the period is there for those who were held up"
    assert wave.people.exclusions() == {}


@pytest.mark.parametrize(("days_after", "excluded"), [(1, {"asked_recently": 1}), (30, {})])
def test_after_the_rare_ask_the_frequent_one_waits_for_the_quiet_period(
    people: People, plan: Plan, days_after: int, excluded: dict[str, int]
) -> None:
    contact = active_customer(people)
    plan("annual", start_on=NOW.date().isoformat())
    people.execute(
        "update cf_ledger.invitation set state = 'accepted', accepted_at = %s",
        (NOW - timedelta(days=days_after),),
    )
    people.order(contact)
    assert plan()["excluded"] == excluded


def test_campaigns_of_equal_priority_ask_in_the_order_of_their_plans(
    people: People, plan: Plan, programme: Programme
) -> None:
    programme(campaigns={"ad_hoc": {"priority": 10}})
    contact = people.contact()
    people.order(contact)
    assert plan("ad_hoc", title="Packaging")["planned"] == 1
    assert plan()["excluded"] == {"asked_recently": 1}


def test_an_open_wave_keeps_the_priority_it_was_opened_with(
    people: People, plan: Plan, programme: Programme
) -> None:
    contact = people.contact()
    plan("ad_hoc", title="Packaging")
    programme(campaigns={"ad_hoc": {"priority": 0}})
    people.order(contact)
    assert plan()["excluded"] == {"reserved": 1}
    [wave] = people.warehouse.rows(
        "select priority, purpose, channel from cf_ledger.wave where campaign_id = 'ad_hoc'"
    )
    assert wave == {"priority": 50, "purpose": "service", "channel": "mail"}


def test_a_place_reserved_under_another_contact_with_the_same_address_is_reserved(
    people: People, plan: Plan
) -> None:
    active_customer(people, email="one@customers.example")
    plan("annual", start_on=SOON)
    people.order(people.contact("ONE@customers.example"))
    assert plan()["excluded"] == {"reserved": 1}


@pytest.mark.parametrize(
    ("columns", "excluded"),
    [
        ({"state": "accepted", "channel": "phone"}, {"asked_recently": 1}),
        ({"state": "responded", "channel": "phone"}, {"asked_recently": 1}),
        ({"state": "expired"}, {"asked_recently": 1}),  # asked, and the time to answer is over
        ({"state": "expired", "accepted_at": None}, {}),  # never sent
        ({"state": "bounced"}, {}),
        ({"state": "planned", "channel": "phone", "accepted_at": None}, {"reserved": 1}),
        ({"state": "planned", "approval": "wanted", "accepted_at": None}, {"reserved": 1}),
    ],
)
def test_calls_and_asks_that_ended_count_like_mails(
    people: People, plan: Plan, columns: dict[str, Any], excluded: dict[str, int]
) -> None:
    contact = people.contact()
    plan("ad_hoc", now=NOW - timedelta(days=3), title="Packaging")
    settings = {"accepted_at": NOW - timedelta(days=3), "claimed_at": None, **columns}
    places = ", ".join(f"{name} = %s" for name in settings)
    people.execute(f"update cf_ledger.invitation set {places}", [*settings.values()])
    people.order(contact)
    assert plan()["excluded"] == excluded


def test_the_quiet_period_begins_anew_with_a_reminder(
    wave: WaveToSend, plan: Plan, mail_catcher: MailCatcher
) -> None:
    contact = wave.people.contact()
    first = wave.plan(contact, campaign_id="ad_hoc", state="accepted", accepted_at=NOW - timedelta(days=35))
    wave.plan(
        contact,
        campaign_id="ad_hoc",
        reminds_id=first,
        state="accepted",
        accepted_at=NOW - timedelta(days=20),
    )
    wave.people.order(contact)
    assert plan()["excluded"] == {"asked_recently": 1}
    assert plan(now=NOW + timedelta(days=10))["planned"] == 1


def test_a_reminder_of_a_frequent_survey_leaves_its_place_to_a_rare_one(
    wave: WaveToSend, mail_catcher: MailCatcher
) -> None:
    """Else the reminder would begin a quiet period that pushes the rare one out."""
    wave.open("post_purchase", priority=10)
    wave.open("annual", priority=100)
    contact = wave.people.contact()
    first = wave.plan(contact, state="accepted", accepted_at=NOW - timedelta(days=7))
    wave.plan(contact, reminds_id=first)
    wave.plan(contact, campaign_id="annual", send_not_before=NOW + timedelta(days=25))
    assert wave.send()["cancelled"] == {"reserved": 1}


def test_of_two_asks_of_equal_priority_that_wait_one_is_sent(
    wave: WaveToSend, mail_catcher: MailCatcher
) -> None:
    """Neither leaves its place to the other, or nobody would be asked."""
    wave.open("post_purchase", priority=10)
    wave.open("ad_hoc", priority=10)
    contact = wave.people.contact()
    wave.plan(contact)
    wave.plan(contact, campaign_id="ad_hoc")
    assert wave.send()["accepted"] == 1
    assert wave.send(campaign_id="ad_hoc")["cancelled"] == {"asked_recently": 1}


def test_who_joins_an_open_wave_is_judged_by_the_priority_of_the_wave(
    people: People, plan: Plan, programme: Programme
) -> None:
    people.order(people.contact())
    plan()
    programme(campaigns={"post_purchase": {"priority": 90}})
    late = people.contact()
    plan("ad_hoc", title="Packaging")
    people.order(late)
    assert plan()["excluded"] == {"reserved": 1}
