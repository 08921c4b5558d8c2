"""Who is one person, and by which clock, in which language and on whose word they are asked."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from tests.people import NOW, People

Plan = Callable[..., dict[str, Any]]
Programme = Callable[..., None]

SPELLINGS = [
    ("ana@customers.example", "ANA@Customers.Example"),
    ("josé@kunde.example", unicodedata.normalize("NFD", "josé@kunde.example")),
    ("JOSÉ@kunde.example", unicodedata.normalize("NFD", "josé@kunde.example")),
    ("info@bücher.example", "info@xn--bcher-kva.example"),
    ("info@BÜCHER.example", unicodedata.normalize("NFD", "info@bücher.example")),
    ("info@straße.example", "info@xn--strae-oqa.example"),
    ("ana@customers.example", " ana@customers.example. "),
    ("ana@customers.example", "ana\u200b@customers.example"),
]
"""Pairs of addresses that reach one mailbox: letter case, composed and decomposed letters, IDN, what a copy brings."""


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_one_address_in_two_spellings_is_one_person(people: People, plan: Plan, one: str, other: str) -> None:
    newest, older = people.contact(one), people.contact(other)
    people.order(newest, days_ago=4)
    people.order(older, days_ago=9)
    for _ in range(2):
        plan()
        assert set(people.invitations()) == {newest}
        assert people.exclusions() == {older: {"duplicate_address"}}


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_a_no_under_one_spelling_holds_under_the_other(
    people: People, plan: Plan, one: str, other: str
) -> None:
    people.suppress(one, "unsubscribed")
    people.order(people.contact(other))
    assert plan()["excluded"] == {"unsubscribed": 1}


@pytest.mark.parametrize("said", ["form_unsubscribe(%s)", """form_prefer(%s, '{"survey": false}')"""])
def test_a_no_by_link_outlives_the_erasure_of_the_contact(people: People, plan: Plan, said: str) -> None:
    """A source that names the person again makes a new contact of them; only the hash of the address is left."""
    contact = people.contact("Ana@customers.example")
    people.order(contact, days_ago=4)
    plan()
    asked = people.invitations()[contact]["invitation_id"]
    with psycopg.connect(people.warehouse.form_uri) as connection:
        assert connection.execute(f"select cf_ledger.{said}".encode(), (asked,)).fetchone() == (True,)
    for table in ("cf_core.fct_order", "cf_core.dim_contact", "cf_ledger.contact"):
        people.execute(f"delete from {table} where contact_key = %s", (contact,))
    assert people.warehouse.rows("select 1 from cf_ledger.consent") == []

    back = people.contact("ana@customers.example")
    people.order(back, days_ago=3)
    assert plan()["excluded"] == {"unsubscribed": 1}
    assert people.exclusions() == {back: {"unsubscribed"}}


@pytest.mark.parametrize(
    "other",
    ["ana+shop@customers.example", "ana@customer.example", "aná@customers.example", "an.a@customers.example"],
)
def test_addresses_that_may_reach_two_people_are_two(people: People, plan: Plan, other: str) -> None:
    for address in ("ana@customers.example", other):
        people.order(people.contact(address))
    assert plan()["planned"] == 2


def test_the_quiet_period_holds_for_all_contacts_with_one_address(people: People, plan: Plan) -> None:
    people.contact("josé@bücher.example")
    plan("ad_hoc", now=NOW - timedelta(days=3), title="Packaging")
    people.execute("update cf_ledger.invitation set state = 'accepted', accepted_at = send_not_before")
    people.order(people.contact(unicodedata.normalize("NFD", "JOSÉ@XN--BCHER-KVA.example")))
    assert plan()["excluded"] == {"duplicate_address": 1}


# --- consent by purpose -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "is_asked"),
    [
        ({}, True),
        ({"purchases": False}, False),
        ({"relationship": False}, True),  # a no to something else
        ({"survey": False}, False),
        ({"survey": False, "purchases": True}, False),  # a no to all is a no to each
        ({"survey": True, "purchases": False}, False),
        ({"survey": True, "purchases": True}, True),
    ],
)
def test_opt_out_asks_unless_one_of_the_words_that_count_is_no(
    people: People, plan: Plan, words: dict[str, bool], is_asked: bool
) -> None:
    contact = people.contact()
    for purpose, is_granted in words.items():
        people.consent(contact, is_granted, purpose=purpose)
    people.order(contact)
    assert plan()["excluded"] == ({} if is_asked else {"no_consent": 1})


@pytest.mark.parametrize(
    ("words", "is_asked"),
    [
        ({}, False),
        ({"purchases": True}, True),
        ({"survey": True}, True),
        ({"relationship": True}, False),
        ({"survey": False, "purchases": True}, False),
        ({"survey": True, "purchases": False}, False),
    ],
)
def test_opt_in_asks_only_after_a_yes_to_this_or_to_all(
    people: People, plan: Plan, programme: Programme, words: dict[str, bool], is_asked: bool
) -> None:
    programme(asking={"quiet_days": 30, "consent": "opt_in"})
    contact = people.contact()
    for purpose, is_granted in words.items():
        people.consent(contact, is_granted, purpose=purpose)
    people.order(contact)
    assert plan()["excluded"] == ({} if is_asked else {"no_consent": 1})


def test_the_newest_word_on_each_purpose_counts(people: People, plan: Plan) -> None:
    changed, back = people.contact(), people.contact()
    for contact, words in ((changed, (False, True)), (back, (True, False))):
        for days_ago, is_granted in zip((9, 1), words, strict=True):
            people.consent(contact, is_granted, NOW - timedelta(days=days_ago), "purchases")
        people.order(contact)
    assert plan()["excluded"] == {"no_consent": 1}
    assert set(people.invitations()) == {changed}


def test_a_no_of_one_contact_to_the_purpose_holds_for_the_others_with_the_address(
    people: People, plan: Plan
) -> None:
    people.consent(people.contact("one@customers.example"), False, purpose="purchases")
    people.order(people.contact("ONE@customers.example"))
    assert plan()["excluded"] == {"no_consent": 1}


def test_a_wave_keeps_the_purpose_it_was_opened_with(
    people: People, plan: Plan, programme: Programme
) -> None:
    people.order(people.contact())
    plan()
    programme(campaigns={"post_purchase": {"purpose": "service"}})
    contact = people.contact()
    people.consent(contact, False, purpose="purchases")
    people.order(contact)
    assert plan()["excluded"] == {"no_consent": 1}


def test_a_campaign_without_a_purpose_asks_on_the_word_on_surveys(
    people: People, plan: Plan, programme: Programme
) -> None:
    programme(campaigns={"post_purchase": {"purpose": None}})
    yes, no = people.contact(), people.contact(consent=False)
    people.consent(yes, False, purpose="purchases")
    for contact in (yes, no):
        people.order(contact)
    assert plan()["excluded"] == {"no_consent": 1}
    [wave] = people.warehouse.rows("select purpose from cf_ledger.wave")
    assert wave["purpose"] == "survey"


# --- clock and way ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("America/New_York", "America/New_York"),
        ("Asia/Kathmandu", "Asia/Kathmandu"),
        ("UTC", "UTC"),
        (None, "Europe/Berlin"),
        ("", "Europe/Berlin"),
        ("Mars/Olympus", "Europe/Berlin"),
        ("posix/America/New_York", "Europe/Berlin"),
        ("localtime", "Europe/Berlin"),
        ("CET-1CEST", "Europe/Berlin"),  # PostgreSQL reads such a rule, Python does not
        ("../etc/passwd", "Europe/Berlin"),
    ],
)
def test_who_lives_in_no_known_time_zone_is_asked_by_the_clock_of_the_organisation(
    people: People, plan: Plan, given: str | None, kept: str
) -> None:
    contact = people.contact(time_zone=given)
    people.order(contact)
    plan()
    assert people.invitations()[contact]["time_zone"] == kept


def test_a_person_who_has_moved_is_asked_by_the_new_clock_when_planned_again(
    people: People, plan: Plan
) -> None:
    contact = people.contact(time_zone="Europe/Lisbon")
    people.order(contact)
    plan()
    people.execute("update cf_ledger.invitation set state = 'cancelled', state_reason = 'open_complaint'")
    people.execute("update cf_ledger.contact set time_zone = 'Asia/Tokyo', language = 'de'")
    plan()
    row = people.invitations()[contact]
    assert (row["state"], row["time_zone"], row["language"]) == ("planned", "Asia/Tokyo", "de")


def test_a_campaign_by_telephone_plans_calls(people: People, plan: Plan, programme: Programme) -> None:
    programme(campaigns={"post_purchase": {"channel": "phone"}})
    contact = people.contact()
    order = people.order(contact)
    plan()
    row = people.invitations()[contact]
    assert (row["channel"], row["subject_source"], row["subject_id"]) == ("phone", "shop", order)
    [wave] = people.warehouse.rows("select channel from cf_ledger.wave")
    assert wave["channel"] == "phone"
