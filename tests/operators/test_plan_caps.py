"""How often a person is asked within so many days: mails, reminders and calls, sent and planned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.operators.wave_to_send import WaveToSend
from tests.people import NOW

Plan = Callable[..., dict[str, Any]]
Programme = Callable[..., None]

TWO_IN_THIRTY = [{"within_days": 30, "most": 2}]


@pytest.fixture(autouse=True)
def caps(programme: Programme) -> Callable[..., None]:
    def change(*caps: dict[str, int], **campaigns: dict[str, Any]) -> None:
        programme(
            asking={"quiet_days": 0, "consent": "opt_out", "caps": [*caps]},
            campaigns={"ad_hoc": {"priority": 10}, **campaigns},
        )

    change(*TWO_IN_THIRTY)
    return change


def asked(wave: WaveToSend, contact: UUID, *days_ago: float, **columns: Any) -> None:
    """Asks of the past, each in a campaign of its own."""
    for number, days in enumerate(days_ago):
        at = NOW - timedelta(days=days)
        settings = {"state": "accepted", "accepted_at": at, "send_not_before": at, **columns}
        wave.plan(contact, campaign_id=("ad_hoc", "annual")[number], **settings)


@pytest.mark.parametrize(
    ("days_ago", "excluded"),
    [
        ((1,), {}),
        ((1, 29), {"over_limit": 1}),
        ((1, 30), {}),  # thirty days ago is not within thirty days
        ((29.9, 29.8), {"over_limit": 1}),
    ],
)
def test_no_more_than_so_many_asks_within_so_many_days(
    wave: WaveToSend, plan: Plan, days_ago: tuple[float, ...], excluded: dict[str, int]
) -> None:
    contact = wave.people.contact()
    asked(wave, contact, *days_ago)
    wave.people.order(contact)
    assert plan()["excluded"] == excluded


@pytest.mark.parametrize(
    ("columns", "excluded"),
    [
        ({"state": "responded"}, {"over_limit": 1}),
        ({"state": "expired"}, {"over_limit": 1}),  # asked, and the time to answer is over
        ({"channel": "phone"}, {"over_limit": 1}),
        ({"state": "unknown", "accepted_at": None, "claimed_at": NOW}, {"over_limit": 1}),
        ({"state": "claimed", "accepted_at": None, "claimed_at": NOW}, {"over_limit": 1}),
        ({"state": "planned", "accepted_at": None}, {"over_limit": 1}),
        ({"state": "bounced"}, {}),
        ({"state": "refused"}, {}),
        ({"state": "cancelled", "accepted_at": None}, {}),
        ({"state": "expired", "accepted_at": None}, {}),
    ],
)
def test_what_reached_the_person_or_will_counts(
    wave: WaveToSend, plan: Plan, columns: dict[str, Any], excluded: dict[str, int]
) -> None:
    contact = wave.people.contact()
    wave.open("ad_hoc", priority=10)
    wave.open("annual", priority=10)
    asked(wave, contact, 5, 4, **columns)
    wave.people.order(contact)
    assert plan()["excluded"] == excluded


def test_reminders_count(wave: WaveToSend, plan: Plan) -> None:
    contact = wave.people.contact()
    first = wave.plan(contact, campaign_id="ad_hoc", state="accepted", accepted_at=NOW - timedelta(days=9))
    wave.plan(
        contact, campaign_id="ad_hoc", reminds_id=first, state="accepted", accepted_at=NOW - timedelta(days=2)
    )
    wave.people.order(contact)
    assert plan()["excluded"] == {"over_limit": 1}


def test_what_is_planned_for_later_is_not_made_one_too_many(
    wave: WaveToSend, plan: Plan, caps: Callable[..., None]
) -> None:
    """One was asked 20 days ago and one is planned for in 5 days: a third in between would be one too many then."""
    contact = wave.people.contact()
    wave.open("annual", priority=10)
    wave.plan(contact, campaign_id="ad_hoc", state="accepted", accepted_at=NOW - timedelta(days=20))
    wave.plan(contact, campaign_id="annual", send_not_before=NOW + timedelta(days=5))
    wave.people.order(contact)
    assert plan()["excluded"] == {"over_limit": 1}
    # In 15 days the first of them is out of the window that the third one looks at.
    wave.people.execute(
        "update cf_ledger.invitation set send_not_before = %s where campaign_id = 'annual'",
        (NOW + timedelta(days=15),),
    )
    assert plan()["planned"] == 1


def test_what_waits_in_a_stopped_wave_does_not_count(wave: WaveToSend, plan: Plan) -> None:
    contact = wave.people.contact()
    asked(wave, contact, 5)
    wave.open("annual", priority=10)
    wave.plan(contact, campaign_id="annual")
    wave.people.execute("update cf_ledger.wave set is_stopped = true where campaign_id = 'annual'")
    wave.people.order(contact)
    assert plan()["planned"] == 1


@pytest.mark.parametrize(
    ("priority", "excluded"), [(9, {}), (10, {"over_limit": 1}), (11, {"over_limit": 1})]
)
def test_a_planned_ask_of_lower_priority_takes_no_place(
    wave: WaveToSend, plan: Plan, priority: int, excluded: dict[str, int], caps: Callable[..., None]
) -> None:
    caps({"within_days": 30, "most": 1})
    contact = wave.people.contact()
    wave.open("annual", priority=priority)
    wave.plan(contact, campaign_id="annual", send_not_before=NOW + timedelta(days=2))
    wave.people.order(contact)
    assert plan()["excluded"] == excluded


def test_several_caps_hold_together(wave: WaveToSend, plan: Plan, caps: Callable[..., None]) -> None:
    caps({"within_days": 7, "most": 1}, {"within_days": 365, "most": 2})
    often, lately, free = (wave.people.contact() for _ in range(3))
    asked(wave, often, 100, 300)
    asked(wave, lately, 6)
    asked(wave, free, 7)
    for contact in (often, lately, free):
        wave.people.order(contact)
    assert plan()["excluded"] == {"over_limit": 2}
    assert {key for key, reasons in wave.people.exclusions().items() if reasons == {"over_limit"}} == {
        often,
        lately,
    }


def test_a_person_is_all_contacts_with_one_address(wave: WaveToSend, plan: Plan) -> None:
    asked(wave, wave.people.contact("one@customers.example"), 1)
    asked(wave, wave.people.contact("One@customers.example"), 2)
    third = wave.people.contact("ONE@CUSTOMERS.example")
    wave.people.order(third)
    assert plan()["excluded"] == {"over_limit": 1}


def test_who_was_asked_too_often_is_asked_later_while_the_order_is_fresh(
    wave: WaveToSend, plan: Plan
) -> None:
    contact = wave.people.contact()
    asked(wave, contact, 1, 25)
    wave.people.order(contact)
    assert plan()["excluded"] == {"over_limit": 1}
    assert plan(now=NOW + timedelta(days=4))["excluded"] == {"over_limit": 1}
    assert plan(now=NOW + timedelta(days=5))["planned"] == 1
    assert wave.people.exclusions() == {}
