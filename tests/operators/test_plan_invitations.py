"""Who is asked, who is not and why: planned on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cf_operators.domain.identity import invitation_id
from cf_operators.errors import ConfigurationError
from tests.conftest import ROOT
from tests.people import NOW, People

RunContext = Callable[..., dict[str, Any]]
Plan = Callable[..., dict[str, Any]]


def test_each_reason_is_given_to_exactly_those_it_applies_to(people: People, plan: Plan) -> None:
    asked = people.contact()
    expected = {
        people.contact(None): "no_address",
        people.contact("not an address"): "no_address",
        people.contact(consent=False): "no_consent",
        people.contact("left@customers.example"): "unsubscribed",
        people.contact("bounced@customers.example"): "bounced",
        people.contact("refused@customers.example"): "refused",
        people.contact("manual@customers.example"): "suppressed",
        people.contact("complained@customers.example"): "open_complaint",
    }
    for reason, address in (
        ("unsubscribed", "Left@Customers.example"),
        ("bounced", "bounced@customers.example"),
        ("refused", "refused@customers.example"),
        ("manual", "manual@customers.example"),
    ):
        people.suppress(address, reason)
    people.complaint(list(expected)[-1])
    for contact in (asked, *expected):
        people.order(contact)

    summary = plan()

    assert set(people.invitations()) == {asked}
    assert people.exclusions() == {contact: {reason} for contact, reason in expected.items()}
    assert summary["planned"] == 1
    assert summary["excluded"] == {
        "no_address": 2,
        "no_consent": 1,
        "unsubscribed": 1,
        "bounced": 1,
        "refused": 1,
        "suppressed": 1,
        "open_complaint": 1,
    }


def test_the_first_reason_counts(people: People, plan: Plan) -> None:
    contact = people.contact("all@customers.example", consent=False)
    people.suppress("all@customers.example", "bounced")
    people.suppress("all@customers.example", "unsubscribed")
    people.complaint(contact)
    people.order(contact)
    assert plan()["excluded"] == {"unsubscribed": 1}


def test_a_planned_invitation_says_all_that_sending_needs(people: People, plan: Plan) -> None:
    contact = people.contact(language="de-AT")
    order = people.order(contact, days_ago=5, product="Kitchen")
    summary = plan()
    row = people.invitations()[contact]
    assert row["invitation_id"] == invitation_id("post_purchase", "2026-03-11", contact, 0)
    assert row["message_id"] == f"<{row['invitation_id']}@meridian-home.example>"
    assert (row["order_source"], row["order_id"], row["product"], row["occasion"]) == (
        "shop",
        order,
        "Kitchen",
        "Kitchen",
    )
    assert (row["language"], row["state"], row["region"], row["segment"]) == (
        "de",
        "planned",
        "north",
        "home",
    )
    assert row["send_not_before"] == datetime(
        2026, 3, 13, 23, tzinfo=UTC
    )  # 14 March 0:00 in Berlin, winter time
    assert summary["waves"] == ["post_purchase/2026-03-11"]
    [wave] = people.warehouse.rows("select * from cf_ledger.wave")
    # The last fresh day is 1 April; its end in Berlin is 22:00 UTC, because summer time began on 29 March.
    assert wave["not_after"] == datetime(2026, 4, 1, 22, tzinfo=UTC)
    assert wave["answer_until"] == datetime(2026, 5, 1, 22, tzinfo=UTC)
    [survey] = people.warehouse.rows("select * from cf_ledger.survey")
    assert (survey["survey_id"], survey["version"]) == (wave["survey_id"], wave["survey_version"])
    constructs = people.warehouse.rows(
        "select construct, scale_max from cf_ledger.survey_question order by construct"
    )
    assert {"construct": "nps", "scale_max": 10} in constructs


@pytest.mark.parametrize(
    ("days_ago", "product", "is_asked"),
    [
        (2, "Kitchen", False),
        (3, "Kitchen", True),  # delay_days
        (6, "Furniture", False),
        (7, "Furniture", True),  # delay_days_by_product
        (21, "Kitchen", True),  # fresh_days
        (22, "Kitchen", False),
    ],
)
def test_an_order_is_asked_about_from_its_delay_to_the_end_of_its_freshness(
    people: People, plan: Plan, days_ago: int, product: str, is_asked: bool
) -> None:
    people.order(people.contact(), days_ago=days_ago, product=product)
    assert plan()["planned"] == (1 if is_asked else 0)


def test_open_and_cancelled_orders_are_not_asked_about(people: People, plan: Plan) -> None:
    people.order(people.contact(), days_ago=None, status="open")
    people.order(people.contact(), days_ago=None, status="cancelled")
    assert plan()["candidates"] == 0


def test_the_day_of_the_run_is_a_day_of_the_organisation(people: People, plan: Plan) -> None:
    people.order(people.contact(), days_ago=3)
    assert plan(now=datetime(2026, 3, 15, 22, 59, tzinfo=UTC))["planned"] == 0  # 23:59 on the 15th in Berlin
    assert plan(now=datetime(2026, 3, 15, 23, 0, tzinfo=UTC))["planned"] == 1


def test_planning_again_plans_nobody_twice(people: People, plan: Plan) -> None:
    for _ in range(3):
        people.order(people.contact())
    people.order(people.contact(None))
    first = plan()
    before = people.warehouse.rows("select * from cf_ledger.invitation order by 1")
    excluded = people.warehouse.rows("select * from cf_ledger.exclusion order by 1")
    second = plan(now=NOW + timedelta(hours=1))
    assert (first["planned"], second["planned"], second["already_planned"]) == (3, 0, 3)
    assert second["excluded"] == first["excluded"]
    assert second["waves"] == []
    assert people.warehouse.rows("select * from cf_ledger.invitation order by 1") == before
    assert people.warehouse.rows("select * from cf_ledger.exclusion order by 1") == excluded


def test_missed_runs_and_late_data_lose_nobody(people: People, plan: Plan) -> None:
    for days_ago in (3, 4, 5, 20):
        people.order(people.contact(), days_ago=days_ago)
    assert plan()["planned"] == 4
    late = people.contact()
    people.order(late, days_ago=15)  # delivered long ago, recorded now
    assert plan()["planned"] == 1
    assert late in people.invitations()


def test_one_person_with_several_orders_is_asked_once_about_the_newest(people: People, plan: Plan) -> None:
    contact = people.contact()
    older = people.order(contact, days_ago=9)
    newest = people.order(contact, days_ago=4)
    same_day = people.order(contact, days_ago=9)
    summary = plan()
    assert people.invitations()[contact]["order_id"] == newest
    assert summary["excluded"] == {"asked_recently": 2}
    rows = people.warehouse.rows("select subject_id from cf_ledger.exclusion order by 1")
    assert [row["subject_id"] for row in rows] == sorted([older, same_day])
    assert plan()["excluded"] == {"asked_recently": 2}


def test_two_contacts_with_one_address_are_one_person(people: People, plan: Plan) -> None:
    first, second = people.contact("One@customers.example"), people.contact("one@CUSTOMERS.example")
    people.order(first, days_ago=4)
    people.order(second, days_ago=9)
    for _ in range(2):  # the second plan tells the same reason
        assert plan()["excluded"] == {"duplicate_address": 1}
        assert set(people.invitations()) == {first}
        assert people.exclusions() == {second: {"duplicate_address"}}


def test_what_one_contact_said_or_suffered_holds_for_the_other_with_the_same_address(
    people: People, plan: Plan
) -> None:
    said_no = people.contact("one@customers.example", consent=False)
    complained = people.contact("two@customers.example")
    people.complaint(complained)
    for address in ("one@customers.example", "two@customers.example"):
        people.order(people.contact(address))
    assert plan()["excluded"] == {"no_consent": 1, "open_complaint": 1}
    assert said_no not in people.exclusions()  # no candidate: they bought nothing


def test_a_later_word_on_consent_takes_the_place_of_an_earlier_one(people: People, plan: Plan) -> None:
    contact = people.contact()
    people.consent(contact, False, NOW - timedelta(days=10))
    people.consent(contact, True, NOW - timedelta(days=1))
    people.order(contact)
    assert plan()["planned"] == 1


def test_a_closed_complaint_is_no_reason(people: People, plan: Plan) -> None:
    contact = people.contact()
    people.complaint(contact, closed=True)
    people.order(contact)
    assert plan()["planned"] == 1


def test_opt_in_asks_only_those_who_said_yes(
    people: People, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CF_PROGRAMME", str(programme_with(tmp_path, "consent: opt_out", "consent: opt_in")))
    yes, nothing, no = people.contact(consent=True), people.contact(), people.contact(consent=False)
    for contact in (yes, nothing, no):
        people.order(contact)
    assert plan()["excluded"] == {"no_consent": 2}
    assert set(people.invitations()) == {yes}


@pytest.mark.parametrize(
    ("state", "days_ago", "reason"),
    [
        ("accepted", 29, "asked_recently"),
        ("accepted", 30, None),  # quiet_days
        ("claimed", 1, "asked_recently"),
        ("unknown", 1, "asked_recently"),
        ("responded", 1, "asked_recently"),
        ("planned", 1, "reserved"),  # the ad hoc campaign has the higher priority
        ("refused", 1, None),
        ("bounced", 1, None),
        ("expired", 1, None),
        ("cancelled", 1, None),
    ],
)
def test_the_quiet_period_holds_over_all_campaigns(
    people: People, plan: Plan, state: str, days_ago: int, reason: str | None
) -> None:
    contact = people.contact()
    plan("ad_hoc", now=NOW - timedelta(days=days_ago), title="Packaging")
    people.execute(
        "update cf_ledger.invitation set state = %s, claimed_at = send_not_before, "
        "accepted_at = case when %s in ('accepted', 'responded') then send_not_before end",
        (state, state),
    )
    people.order(contact)
    assert plan()["excluded"] == ({reason: 1} if reason else {})


def test_a_planned_ask_keeps_its_place_before_one_that_would_come_just_before_it(
    people: People, plan: Plan
) -> None:
    contact = people.contact()
    people.order(contact, days_ago=None, status="open", ordered_days_ago=40)
    assert plan("annual", start_on=NOW.date().isoformat())["planned"] == 1
    later = NOW + timedelta(days=20)
    people.execute("update cf_ledger.invitation set send_not_before = %s", (later,))
    people.order(contact)
    assert plan()["excluded"] == {"reserved": 1}
    people.execute("update cf_ledger.invitation set send_not_before = %s", (NOW + timedelta(days=31),))
    assert plan()["planned"] == 1


def test_a_stopped_or_closed_wave_does_not_keep_others_from_asking(people: People, plan: Plan) -> None:
    plan_twice = [people.contact(), people.contact()]
    plan("ad_hoc", now=NOW - timedelta(days=1), title="Packaging")
    people.execute("update cf_ledger.wave set is_stopped = true")
    for contact in plan_twice:
        people.order(contact)
    assert plan()["planned"] == 2


def test_who_becomes_askable_while_the_occasion_is_fresh_is_asked_then(people: People, plan: Plan) -> None:
    contact = people.contact()
    people.complaint(contact)
    people.order(contact)
    assert plan()["excluded"] == {"open_complaint": 1}
    people.execute("update cf_core.fct_complaint set closed_at = %s", (NOW,))
    assert plan(now=NOW + timedelta(days=2))["planned"] == 1
    assert people.exclusions() == {}
    assert set(people.invitations()) == {contact}


def test_an_ask_cancelled_by_a_reason_that_is_gone_is_planned_again(people: People, plan: Plan) -> None:
    contact, forbidden = people.contact(), people.contact()
    for each in (contact, forbidden):
        people.order(each)
    plan()
    people.execute(
        "update cf_ledger.invitation set state = 'cancelled', state_reason = case when contact_key = %s "
        "then 'open_complaint' else 'cancelled by the quality manager' end",
        (contact,),
    )
    summary = plan()
    assert (summary["planned"], summary["already_planned"]) == (1, 1)
    states = {key: row["state"] for key, row in people.invitations().items()}
    assert states == {contact: "planned", forbidden: "cancelled"}


def test_an_order_whose_delivery_day_is_corrected_is_not_asked_about_twice(
    people: People, plan: Plan
) -> None:
    contact = people.contact()
    people.order(contact, days_ago=5)
    plan()
    people.execute("update cf_core.fct_order set delivered_on = delivered_on - 1")
    assert plan()["excluded"] == {"already_asked": 1}
    assert len(people.invitations()) == 1


def test_two_sources_may_call_two_orders_the_same(people: People, plan: Plan) -> None:
    contact = people.contact()
    order = people.order(contact, days_ago=8)
    plan()
    people.execute(
        "update cf_ledger.invitation set state = 'accepted', accepted_at = %s", (NOW - timedelta(days=40),)
    )
    people.execute("delete from cf_core.fct_order")
    people.order(contact, days_ago=5)
    people.execute("update cf_core.fct_order set source = 'other_shop', order_id = %s", (order,))
    assert plan()["planned"] == 1


def test_another_campaigns_plan_at_the_same_time_waits(
    people: People, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two plans at once would each find the person free; the lock makes the second see the first."""
    from concurrent.futures import ThreadPoolExecutor

    monkeypatch.setenv("CF_PROGRAMME", str(programme_with(tmp_path, "priority: 10 ", "priority: 50 ")))

    contacts = [people.contact() for _ in range(50)]
    for contact in contacts:
        people.order(contact)
    with ThreadPoolExecutor(4) as pool:
        runs = [
            pool.submit(plan, "post_purchase"),
            pool.submit(plan, "ad_hoc", title="Packaging"),
            pool.submit(plan, "post_purchase"),
            pool.submit(plan, "ad_hoc", title="Prices"),
        ]
        summaries = [run.result() for run in runs]
    assert sum(summary["planned"] for summary in summaries) == 50
    assert set(people.invitations()) == set(contacts)


# --- ad hoc -------------------------------------------------------------------------------------------------------


def test_an_ad_hoc_wave_asks_those_whom_the_request_chooses(people: People, plan: Plan) -> None:
    chosen = people.contact(segment="office", region="south", language="pt")
    people.order(chosen, product="Desks")
    others = [
        people.contact(segment="home", region="south", language="pt"),
        people.contact(segment="office", region="north", language="pt"),
        people.contact(segment="office", region="south", language="de"),
    ]
    for other in others:
        people.order(other, product="Desks")
    people.order(people.contact(segment="office", region="south", language="pt"), product="Lamps")
    summary = plan(
        "ad_hoc",
        title="Neue Verpackung?",
        segments=["office"],
        regions=["south"],
        products=["Desks"],
        languages=["pt"],
        survey="annual",
        note="after the change of supplier",
    )
    assert summary["candidates"] == 1
    assert summary["waves"] == ["ad_hoc/neue-verpackung-20260316T080000Z"]
    assert people.invitations()[chosen]["occasion"] == "Neue Verpackung?"
    [wave] = people.warehouse.rows("select * from cf_ledger.wave")
    assert (wave["survey_id"], wave["note"]) == ("annual", "after the change of supplier")
    # 30 March and 29 April to their end, by the clock of Berlin in summer.
    assert wave["not_after"] == datetime(2026, 3, 30, 22, tzinfo=UTC)
    assert wave["answer_until"] == datetime(2026, 4, 29, 22, tzinfo=UTC)


def test_the_limit_draws_the_same_people_every_time(people: People, plan: Plan) -> None:
    for _ in range(30):
        people.contact()
    first = plan("ad_hoc", title="Prices", max_recipients=10)
    asked = set(people.invitations())
    assert (first["planned"], first["excluded"]) == (10, {"sampled_out": 20})
    again = plan("ad_hoc", title="Prices", max_recipients=10)
    assert (again["planned"], again["already_planned"], again["excluded"]) == (0, 10, {"sampled_out": 20})
    people.execute("delete from cf_ledger.invitation")
    plan("ad_hoc", title="Prices", max_recipients=10)
    assert set(people.invitations()) == asked


def test_a_dry_run_counts_and_writes_nothing(people: People, plan: Plan) -> None:
    people.contact()
    people.contact(None)
    summary = plan("ad_hoc", title="Prices", dry_run=True)
    assert (summary["dry_run"], summary["planned"], summary["excluded"]) == (True, 1, {"no_address": 1})
    for table in ("invitation", "exclusion", "wave", "survey"):
        assert people.warehouse.rows(f"select * from cf_ledger.{table}") == []


# --- an audience of one's own -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("select 1 as nothing", "has to give the columns wave_key, contact_key"),
        ("selekt", "syntax error"),
        ("{same} union all {same}", "no subject of a contact twice"),
    ],
)
def test_an_audience_that_cannot_be_used_is_named(
    people: People,
    plan: Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    statement: str,
    message: str,
) -> None:
    monkeypatch.setenv("CF_PROGRAMME", str(programme_with_audience(tmp_path, statement, people.contact())))
    with pytest.raises(ConfigurationError, match=message) as caught:
        plan("ad_hoc", title="Prices")
    assert "own.sql" in str(caught.value)


def test_an_occasion_that_is_over_is_recorded_as_such(
    people: People, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact = people.contact()
    statement = "{same}".replace("interval '1 day'", "interval '-1 day'")
    path = programme_with_audience(tmp_path, statement, contact, last="-1 day")
    monkeypatch.setenv("CF_PROGRAMME", str(path))
    assert plan("ad_hoc", title="Prices")["excluded"] == {"not_fresh": 1}
    assert people.exclusions() == {contact: {"not_fresh"}}


def programme_with(folder: Path, old: str, new: str) -> Path:
    """The shipped programme with one line changed."""
    text = (ROOT / "include" / "config" / "programme.yml").read_text()
    assert old in text
    path = folder / "programme.yml"
    path.write_text(text.replace(old, new).replace("../", f"{ROOT}/include/"))
    return path


def programme_with_audience(folder: Path, statement: str, contact: UUID, last: str = "1 day") -> Path:
    """The shipped programme with another audience for the ad hoc campaign."""
    same = (
        f"select 'w' as wave_key, '{contact}'::uuid as contact_key, null as subject_source, '' as subject_id, "
        "null as order_source, null as order_id, null as product, null as region, null as segment, "
        "'Prices' as occasion, %(now)s as send_not_before, "
        f"%(now)s + interval '{last}' as not_after, %(now)s + interval '9 days' as answer_until"
    )
    (folder / "own.sql").write_text(statement.replace("{same}", same))
    return programme_with(folder, "../sql/audience/ad_hoc.sql", str(folder / "own.sql"))
