"""Random samples: who is drawn, with which chance, and that nobody draws twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.people import NOW, People

Plan = Callable[..., dict[str, Any]]
Programme = Callable[..., None]

START = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)


def wave_of(people: People) -> dict[str, Any]:
    [wave] = people.warehouse.rows(
        "select frame_count, sample_count, inclusion_probability, lot_limit from cf_ledger.wave"
    )
    return wave


def customers(people: People, count: int) -> list[UUID]:
    made = [people.contact() for _ in range(count)]
    for contact in made:
        people.order(contact, ordered_days_ago=100, days_ago=None, status="open")
    return made


def test_a_margin_of_error_asks_as_many_as_it_needs(people: People, plan: Plan, programme: Programme) -> None:
    """Of 300 people 169 answers give 5 points; when 80% answer, 212 have to be asked."""
    people.now = START
    programme(campaigns={"annual": {"sample": {"margin": 0.05, "response_rate": 0.8}}})
    customers(people, 300)
    people.suppress("person1@customers.example", "unsubscribed")  # not in the frame: nobody may ask them
    summary = plan("annual", now=START)
    assert (summary["planned"], summary["excluded"]) == (212, {"unsubscribed": 1, "sampled_out": 87})
    wave = wave_of(people)
    assert (wave["frame_count"], wave["sample_count"]) == (299, 212)
    assert wave["inclusion_probability"] == pytest.approx(212 / 299)
    assert {row["inclusion_probability"] for row in people.invitations().values()} == {
        wave["inclusion_probability"]
    }


def test_a_share_is_drawn_person_by_person(people: People, plan: Plan, programme: Programme) -> None:
    programme(campaigns={"post_purchase": {"sample": {"share": 0.25}}})
    for _ in range(200):
        people.order(people.contact())
    summary = plan()
    assert 30 <= summary["planned"] <= 70  # 50 expected, with a standard deviation of 6.1
    assert summary["excluded"] == {"sampled_out": 200 - summary["planned"]}
    wave = wave_of(people)
    assert (wave["frame_count"], wave["sample_count"]) == (200, summary["planned"])
    assert (wave["inclusion_probability"], wave["lot_limit"]) == (0.25, 0.25)
    assert {row["inclusion_probability"] for row in people.invitations().values()} == {0.25}


def test_two_waves_draw_independently(people: People, plan: Plan, programme: Programme) -> None:
    programme(
        campaigns={"ad_hoc": {"sample": {"share": 0.5}}}, asking={"quiet_days": 0, "consent": "opt_out"}
    )
    for _ in range(100):
        people.contact()
    drawn = []
    for title in ("Prices", "Packaging"):
        plan("ad_hoc", title=title)
        drawn.append(set(people.invitations()))
        people.execute("delete from cf_ledger.invitation")
    assert 10 <= len(drawn[0] & drawn[1]) <= 40


def test_without_a_sample_all_are_asked_and_nothing_was_drawn(people: People, plan: Plan) -> None:
    people.order(people.contact())
    plan()
    assert wave_of(people) == {
        "frame_count": None,
        "sample_count": None,
        "inclusion_probability": 1,
        "lot_limit": 1,
    }


def test_a_number_counts_for_each_wave(people: People, plan: Plan, programme: Programme) -> None:
    programme(campaigns={"post_purchase": {"sample": {"most": 5}}})
    for days_ago in (4, 5):
        for _ in range(12):
            people.order(people.contact(), days_ago=days_ago)
    for _ in range(3):
        people.order(people.contact(), days_ago=6)
    assert plan()["excluded"] == {"sampled_out": 14}
    counts = people.warehouse.rows(
        "select w.wave_key, w.frame_count, w.sample_count, w.inclusion_probability as chance, count(*) as asked "
        "from cf_ledger.wave as w inner join cf_ledger.invitation as i using (wave_id) group by w.wave_id order by 1"
    )
    assert [tuple(row.values()) for row in counts] == [
        ("2026-03-10", 3, 3, 1, 3),
        ("2026-03-11", 12, 5, 5 / 12, 5),
        ("2026-03-12", 12, 5, 5 / 12, 5),
    ]


@pytest.mark.parametrize(
    ("sample", "most", "planned", "chance"),
    [
        ({"most": 20}, 10, 10, 0.1),
        ({"most": 10}, 20, 10, 0.1),
        ({"margin": 0.1, "response_rate": 1.0}, 10, 10, 0.1),
    ],
)
def test_of_two_limits_the_smaller_one_binds(
    people: People,
    plan: Plan,
    programme: Programme,
    sample: dict[str, Any],
    most: int,
    planned: int,
    chance: float,
) -> None:
    programme(campaigns={"ad_hoc": {"sample": sample}})
    for _ in range(100):
        people.contact()
    assert plan("ad_hoc", title="Prices", max_recipients=most)["planned"] == planned
    assert wave_of(people)["inclusion_probability"] == pytest.approx(chance)


def test_a_share_and_a_limit(people: People, plan: Plan, programme: Programme) -> None:
    programme(campaigns={"ad_hoc": {"sample": {"share": 0.2}}})
    for _ in range(100):
        people.contact()
    everybody = plan("ad_hoc", title="Prices", dry_run=True)["planned"]
    assert 8 <= everybody <= 35
    summary = plan("ad_hoc", title="Prices", max_recipients=90)
    assert (summary["planned"], wave_of(people)["inclusion_probability"]) == (everybody, 0.2)


def test_who_becomes_askable_later_keeps_their_lot_and_nobody_draws_twice(
    people: People, plan: Plan, programme: Programme
) -> None:
    programme(campaigns={"post_purchase": {"sample": {"share": 0.5}}})
    contacts = [people.contact() for _ in range(60)]
    for contact in contacts:
        people.order(contact)
        people.complaint(contact)
    assert plan()["excluded"] == {"open_complaint": 60}
    assert wave_of(people)["frame_count"] == 0
    programme(campaigns={"post_purchase": {"sample": {"share": 0.9}}})  # the wave is drawn already
    people.execute("update cf_core.fct_complaint set closed_at = %s", (NOW,))
    later = plan(now=NOW + timedelta(days=1))
    assert later["planned"] + later["excluded"]["sampled_out"] == 60
    assert 15 <= later["planned"] <= 45
    drawn = set(people.invitations())
    people.execute("delete from cf_ledger.invitation")
    people.execute("delete from cf_ledger.exclusion")
    people.execute("delete from cf_ledger.wave")
    programme(campaigns={"post_purchase": {"sample": {"share": 0.5}}})
    plan(now=NOW + timedelta(days=1))
    assert set(people.invitations()) == drawn, "the same lots, whenever they are looked at"


def test_who_comes_later_has_the_chance_of_the_others(
    people: People, plan: Plan, programme: Programme
) -> None:
    """The limit is fixed when the wave is opened: the size of the sample then grows with its frame."""
    people.now = START
    programme(campaigns={"annual": {"sample": {"margin": 0.2, "response_rate": 1.0}}})
    customers(people, 100)
    first = plan("annual", now=START)
    before, wave = set(people.invitations()), wave_of(people)
    assert first["planned"] == wave["sample_count"] == 20
    late = customers(people, 100)
    second = plan("annual", now=START + timedelta(days=1))
    assert wave_of(people) == wave
    assert second["already_planned"] == 20
    assert 8 <= second["planned"] <= 35
    assert set(people.invitations()) - before <= set(late)


def test_a_number_is_never_exceeded_also_not_by_those_who_come_later(
    people: People, plan: Plan, programme: Programme
) -> None:
    people.now = START
    programme(campaigns={"annual": {"sample": {"most": 20}}})
    customers(people, 100)
    assert plan("annual", now=START)["planned"] == 20
    customers(people, 100)
    second = plan("annual", now=START + timedelta(days=1))
    assert (second["planned"], second["already_planned"], second["excluded"]) == (0, 20, {"sampled_out": 180})
    # A place becomes free when somebody is taken out for good, and goes to one of those who had won.
    people.execute(
        "update cf_ledger.invitation set state = 'cancelled', state_reason = 'unsubscribed' where invitation_id = "
        "(select invitation_id from cf_ledger.invitation order by 1 limit 1)"
    )
    people.execute(
        "insert into cf_ledger.suppression select c.address_hash, 'unsubscribed', 'test', now() "
        "from cf_ledger.contact as c inner join cf_ledger.invitation as i using (contact_key) "
        "where i.state = 'cancelled'"
    )
    third = plan("annual", now=START + timedelta(days=2))
    assert (third["planned"], third["already_planned"]) == (1, 19)
    assert third["excluded"] == {"unsubscribed": 1, "sampled_out": 179}


def test_two_contacts_with_one_address_draw_one_lot(people: People, plan: Plan, programme: Programme) -> None:
    programme(campaigns={"ad_hoc": {"sample": {"most": 20}}})
    for number in range(40):
        people.contact(f"p{number}@customers.example")
        people.contact(f"P{number}@Customers.example")
    summary = plan("ad_hoc", title="Prices")
    assert (summary["planned"], summary["excluded"]) == (20, {"sampled_out": 40, "duplicate_address": 20})
    assert wave_of(people)["frame_count"] == 40


def test_who_is_not_drawn_for_one_order_may_be_for_another(
    people: People, plan: Plan, programme: Programme
) -> None:
    """Who draws a blank for the newest order was not asked recently; each wave has a lottery of its own."""
    programme(campaigns={"post_purchase": {"sample": {"share": 0.5}}})
    contacts = [people.contact() for _ in range(60)]
    for contact in contacts:
        people.order(contact, days_ago=4)
        people.order(contact, days_ago=5)
    summary = plan()
    assert 30 <= summary["planned"] <= 57  # three quarters win at least once
    assert summary["excluded"].keys() == {"sampled_out", "asked_recently"}
    asked = people.invitations()
    for contact, reasons in people.exclusions().items():
        assert ("asked_recently" in reasons) <= (contact in asked)
