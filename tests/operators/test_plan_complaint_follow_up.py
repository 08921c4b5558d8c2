"""How a complaint was handled is asked once, some days after it was closed, and instead of other surveys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.people import NOW, People

Plan = Callable[..., dict[str, Any]]
Programme = Callable[..., None]

FOLLOW_UP = {
    "kind": "complaint_follow_up",
    "survey": "ad_hoc",
    "audience": str(ROOT / "include" / "sql" / "audience" / "complaint_follow_up.sql"),
    "template": "ad_hoc",
    "purpose": "service",
    "priority": 60,
    "remind_after_days": [],
    "delay_days": 3,
    "fresh_days": 14,
    "answer_days": 30,
    "schedule": "0 8 * * *",
}


@pytest.fixture(autouse=True)
def follow_up(programme: Programme) -> None:
    programme(campaigns={"complaint_follow_up": FOLLOW_UP})


def test_an_invitation_says_what_it_is_about(people: People, plan: Plan) -> None:
    contact = people.contact()
    complaint = people.complaint(contact, closed_at=datetime(2026, 3, 10, 22, 30, tzinfo=UTC))
    assert plan("complaint_follow_up")["waves"] == ["complaint_follow_up/2026-03-10"]
    row = people.invitations()[contact]
    assert (row["subject_source"], row["subject_id"], row["occasion"]) == ("crm", complaint, complaint)
    assert (row["order_source"], row["order_id"], row["product"], row["region"], row["segment"]) == (
        None,
        None,
        "Kitchen",
        "north",
        "home",
    )
    [wave] = people.warehouse.rows("select * from cf_ledger.wave")
    assert (wave["priority"], wave["purpose"]) == (60, "service")
    # 13 March 0:00 in Berlin in winter; the end of 24 March; the end of 23 April in summer.
    assert row["send_not_before"] == datetime(2026, 3, 12, 23, tzinfo=UTC)
    assert wave["not_after"] == datetime(2026, 3, 24, 23, tzinfo=UTC)
    assert wave["answer_until"] == datetime(2026, 4, 23, 22, tzinfo=UTC)


def test_the_day_of_closing_is_one_of_the_organisation(people: People, plan: Plan) -> None:
    people.complaint(people.contact(), closed_at=datetime(2026, 3, 10, 23, 30, tzinfo=UTC))
    assert plan("complaint_follow_up")["waves"] == ["complaint_follow_up/2026-03-11"]


@pytest.mark.parametrize(("days_ago", "is_planned"), [(0, True), (1, True), (14, True), (15, False)])
def test_a_complaint_is_planned_from_its_closing_to_the_end_of_its_freshness(
    people: People, plan: Plan, days_ago: int, is_planned: bool
) -> None:
    people.complaint(people.contact(), closed_at=NOW - timedelta(days=days_ago, hours=1))
    assert plan("complaint_follow_up")["planned"] == is_planned
    for row in people.invitations().values():
        assert row["send_not_before"] == datetime(2026, 3, 18 - days_ago, 23, tzinfo=UTC)


def test_open_complaints_and_those_of_nobody_are_not_followed_up(people: People, plan: Plan) -> None:
    people.complaint(people.contact())
    people.complaint(people.contact(), closed_at=NOW - timedelta(days=4))
    people.execute("update cf_core.fct_complaint set contact_key = null where closed_at is not null")
    assert plan("complaint_follow_up")["candidates"] == 0


def test_who_has_another_complaint_open_is_asked_when_that_is_closed_too(people: People, plan: Plan) -> None:
    contact = people.contact("one@customers.example")
    people.complaint(contact, closed_at=NOW - timedelta(days=4))
    other = people.complaint(people.contact("ONE@customers.example"))
    assert plan("complaint_follow_up")["excluded"] == {"open_complaint": 1}
    people.execute("update cf_core.fct_complaint set closed_at = %s where complaint_id = %s", (NOW, other))
    # Now there are two of them to ask about; one ask, about the newest.
    summary = plan("complaint_follow_up", now=NOW + timedelta(hours=1))
    assert (summary["planned"], summary["excluded"]) == (1, {"duplicate_address": 1})
    [row] = people.invitations().values()
    assert row["subject_id"] == other


def test_a_complaint_that_is_closed_again_is_asked_about_once(people: People, plan: Plan) -> None:
    people.complaint(people.contact(), closed_at=NOW - timedelta(days=6))
    plan("complaint_follow_up")
    people.execute("update cf_ledger.invitation set state = 'accepted', accepted_at = %s", (NOW,))
    people.execute("update cf_core.fct_complaint set closed_at = %s", (NOW + timedelta(days=2),))
    assert plan("complaint_follow_up", now=NOW + timedelta(days=3))["excluded"] == {"already_asked": 1}
    people.execute("update cf_ledger.invitation set state = 'expired'")
    assert plan("complaint_follow_up", now=NOW + timedelta(days=3))["excluded"] == {"already_asked": 1}


def test_the_follow_up_comes_instead_of_the_survey_on_the_order(people: People, plan: Plan) -> None:
    """Before the complaint is closed neither is asked; from then on the place belongs to the follow-up."""
    contact = people.contact()
    people.order(contact)
    complaint = people.complaint(contact)
    assert plan()["excluded"] == {"open_complaint": 1}
    people.execute(
        "update cf_core.fct_complaint set closed_at = %s where complaint_id = %s", (NOW, complaint)
    )
    assert plan("complaint_follow_up", now=NOW + timedelta(hours=1))["planned"] == 1
    assert plan(now=NOW + timedelta(hours=2))["excluded"] == {"reserved": 1}
