"""Key accounts are asked after a person has approved it, and never after a person has said no."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.mail_servers import MailCatcher
from tests.operators.wave_to_send import WaveToSend
from tests.people import NOW, People
from tests.sql.landed import CUSTOMER, build, land

Plan = Callable[..., dict[str, Any]]
Programme = Callable[..., None]


def approvals(people: People) -> dict[UUID, str]:
    return {contact: row["approval"] for contact, row in people.invitations().items()}


def refuse(people: People) -> None:
    people.execute("update cf_ledger.invitation set state = 'cancelled', state_reason = 'not_approved'")


def test_an_ask_of_a_key_account_waits_for_approval(people: People, plan: Plan) -> None:
    key_account, other = people.contact(is_key_account=True), people.contact()
    for contact in (key_account, other):
        people.order(contact)
    summary = plan()
    assert (summary["planned"], summary["awaiting_approval"]) == (2, 1)
    assert approvals(people) == {key_account: "wanted", other: "not_needed"}
    assert plan()["awaiting_approval"] == 0, "counted when it is planned"


def test_a_person_is_a_key_account_when_one_of_their_contacts_is(people: People, plan: Plan) -> None:
    people.contact("boss@office.example", is_key_account=True)
    contact = people.contact("Boss@Office.example")
    people.order(contact)
    assert plan()["awaiting_approval"] == 1
    assert approvals(people) == {contact: "wanted"}


def test_contacts_without_address_are_not_one_key_account(people: People, plan: Plan) -> None:
    people.contact(None, is_key_account=True)
    people.order(people.contact(None))
    assert plan()["excluded"] == {"no_address": 1}


def test_an_organisation_may_do_without_approval(people: People, plan: Plan, programme: Programme) -> None:
    programme(asking={"quiet_days": 30, "consent": "opt_out", "approve_key_accounts": False})
    contact = people.contact(is_key_account=True)
    people.order(contact)
    assert plan()["awaiting_approval"] == 0
    assert approvals(people) == {contact: "not_needed"}


@pytest.mark.parametrize("approval", ["not_needed", "granted"])
def test_what_waits_is_held_back_when_the_person_becomes_a_key_account(
    people: People, plan: Plan, approval: str
) -> None:
    contact = people.contact()
    people.order(contact)
    plan()
    people.execute("update cf_ledger.invitation set approval = %s", (approval,))
    people.execute("update cf_ledger.contact set is_key_account = true")
    plan()
    assert approvals(people) == {contact: "wanted" if approval == "not_needed" else "granted"}


def test_who_is_not_approved_is_not_planned_again(people: People, plan: Plan) -> None:
    contact = people.contact(is_key_account=True)
    people.order(contact)
    plan()
    refuse(people)
    for hours in (1, 24):
        summary = plan(now=NOW + timedelta(hours=hours))
        assert (summary["planned"], summary["excluded"]) == (0, {"not_approved": 1})
    # Not in another wave either: the delivery day of the order is corrected.
    people.execute("update cf_core.fct_order set delivered_on = delivered_on - 1")
    assert plan()["excluded"] == {"not_approved": 1}
    assert [row["state"] for row in people.invitations().values()] == ["cancelled"]


def test_a_no_to_one_order_is_none_to_the_next(people: People, plan: Plan) -> None:
    contact = people.contact(is_key_account=True)
    people.order(contact, days_ago=8)
    plan()
    refuse(people)
    people.order(contact, days_ago=4)
    summary = plan()
    assert (summary["awaiting_approval"], summary["excluded"]) == (1, {"not_approved": 1})


def test_a_no_to_one_year_is_none_to_the_next(people: People, plan: Plan) -> None:
    contact = people.contact(is_key_account=True)
    people.order(contact, ordered_days_ago=10, days_ago=None, status="open")
    plan("annual", start_on=NOW.date().isoformat())
    refuse(people)
    assert plan("annual", start_on=NOW.date().isoformat())["excluded"] == {"not_approved": 1}
    year_later = NOW + timedelta(days=350)
    assert plan("annual", now=year_later, start_on=year_later.date().isoformat())["awaiting_approval"] == 1


@pytest.mark.parametrize(("is_same_order", "approval"), [(True, "granted"), (False, "wanted")])
def test_an_approved_ask_that_was_put_off_needs_no_second_approval_for_the_same_order(
    people: People, plan: Plan, is_same_order: bool, approval: str
) -> None:
    contact = people.contact(is_key_account=True)
    order = people.order(contact)
    plan()
    people.execute(
        "update cf_ledger.invitation set approval = 'granted', state = 'cancelled', state_reason = 'open_complaint'"
    )
    if not is_same_order:
        people.execute("delete from cf_core.fct_order where order_id = %s", (order,))
        people.order(contact)
    assert plan()["planned"] == 1
    assert approvals(people) == {contact: approval}


@pytest.mark.parametrize("has_to_be_approved", [True, False])
def test_what_is_planned_waits_as_soon_as_a_source_says_that_it_is_for_a_key_account(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme, has_to_be_approved: bool
) -> None:
    """Between two plans of a campaign its mails go out every quarter of an hour."""
    asking = {"quiet_days": 30, "consent": "opt_out", "approve_key_accounts": has_to_be_approved}
    programme(asking=asking)
    land("customers", CUSTOMER, CUSTOMER | {"customer_id": "C2", "email": "boss@office.example"})
    build()
    contacts = wave.people.warehouse.rows("select contact_key from cf_ledger.contact order by external_id")
    _, boss = [wave.plan(row["contact_key"]) for row in contacts]
    wave.plan(wave.people.contact("Boss@Office.example"), campaign_id="ad_hoc")

    land("customers", CUSTOMER | {"customer_id": "C2", "email": "boss@office.example", "key_account": "yes"})
    build()
    summary = wave.send()
    assert (summary["accepted"], summary["waiting"]["approval"]) == ((1, 1) if has_to_be_approved else (2, 0))
    assert wave.row(boss)["approval"] == ("wanted" if has_to_be_approved else "not_needed")
    assert wave.send(campaign_id="ad_hoc")["waiting"]["approval"] == int(has_to_be_approved)
