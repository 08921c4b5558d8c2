"""A share of people whom no campaign asks in a calendar year: the same in all campaigns, others every year."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.people import NOW, People

Plan = Callable[..., dict[str, Any]]
Programme = Callable[..., None]


def hold_out(programme: Programme, share: float) -> None:
    programme(asking={"quiet_days": 0, "consent": "opt_out", "hold_out": share})


def held_out(people: People, plan: Plan, campaign_id: str, now: datetime = NOW, **params: Any) -> set[UUID]:
    plan(campaign_id, now=now, **params)
    found = {contact for contact, reasons in people.exclusions().items() if "held_out" in reasons}
    for table in ("decision", "exclusion", "invitation", "wave"):
        people.execute(f"delete from cf_ledger.{table}")
    return found


def test_the_same_people_are_held_out_of_all_campaigns_all_the_year(
    people: People, plan: Plan, programme: Programme
) -> None:
    hold_out(programme, 0.2)
    contacts = [people.contact() for _ in range(200)]
    for contact in contacts:
        people.order(contact)
    first = held_out(people, plan, "post_purchase")
    assert 20 <= len(first) <= 60  # 40 expected, with a standard deviation of 5.7
    assert held_out(people, plan, "ad_hoc", title="Prices") == first
    assert (
        held_out(people, plan, "ad_hoc", title="Prices", now=datetime(2026, 12, 31, 22, 59, tzinfo=UTC))
        == first
    )


def test_others_are_held_out_in_the_next_year_of_the_organisation(
    people: People, plan: Plan, programme: Programme
) -> None:
    hold_out(programme, 0.5)
    for _ in range(100):
        people.contact()
    old = held_out(people, plan, "ad_hoc", title="Prices", now=datetime(2026, 12, 31, 22, 59, tzinfo=UTC))
    new = held_out(people, plan, "ad_hoc", title="Prices", now=datetime(2026, 12, 31, 23, 0, tzinfo=UTC))
    assert 30 <= len(new) <= 70
    assert 10 <= len(old & new) <= 40, "two independent draws of one half share about a quarter"


def test_a_greater_share_holds_the_same_people_out_and_more(
    people: People, plan: Plan, programme: Programme
) -> None:
    for _ in range(100):
        people.contact()
    found = []
    for share in (0.0, 0.1, 0.4):
        hold_out(programme, share)
        found.append(held_out(people, plan, "ad_hoc", title="Prices"))
    assert not found[0]
    assert found[0] < found[1] < found[2]


def test_one_person_under_several_contacts_is_held_out_as_one(
    people: People, plan: Plan, programme: Programme
) -> None:
    hold_out(programme, 0.5)
    pairs = [
        (people.contact(f"p{n}@kunde.example"), people.contact(f"P{n}@Kunde.Example")) for n in range(40)
    ]
    found = held_out(people, plan, "ad_hoc", title="Prices")
    assert 0 < len(found) < 80
    assert all((one in found) == (other in found) for one, other in pairs)


def test_who_cannot_be_asked_anyway_is_not_counted_as_held_out(
    people: People, plan: Plan, programme: Programme
) -> None:
    hold_out(programme, 0.999)
    people.contact(None)
    people.contact(consent=False)
    assert plan("ad_hoc", title="Prices")["excluded"] == {"no_address": 1, "no_consent": 1}


def test_a_planned_ask_stays_when_the_share_is_raised(
    people: People, plan: Plan, programme: Programme
) -> None:
    people.order(people.contact())
    assert plan()["planned"] == 1
    hold_out(programme, 0.999)
    assert plan(now=NOW + timedelta(hours=1))["already_planned"] == 1
