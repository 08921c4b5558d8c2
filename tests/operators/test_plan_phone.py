"""Campaigns by telephone ask people without a mail address too: each of them is one contact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from cf_operators.domain.organisation import Asking
from cf_operators.hooks.interviews import Call, Interviews
from tests.people import NOW, People

Plan = Callable[..., dict[str, Any]]
Programme = Callable[..., None]
ASKING = Asking(quiet_days=30, consent="opt_out")


@pytest.fixture(autouse=True)
def by_phone(programme: Programme) -> None:
    programme(campaigns={"post_purchase": {"channel": "phone"}})


def begin(people: People, invitation: UUID) -> Call:
    with people.warehouse.connect() as connection:
        return Interviews(connection, "ann", NOW + timedelta(hours=1)).begin(invitation, ASKING)


def test_contacts_without_address_are_people_of_their_own(people: People, plan: Plan) -> None:
    contacts = [people.contact(None) for _ in range(3)]
    for contact in contacts:
        people.order(contact)
    people.order(contacts[0], days_ago=9)
    summary = plan()
    assert (summary["planned"], summary["excluded"]) == (3, {"asked_recently": 1})
    assert {row["channel"] for row in people.invitations().values()} == {"phone"}
    again = plan()
    assert (again["planned"], again["already_planned"], again["excluded"]) == (0, 3, {"asked_recently": 1})
    assert [begin(people, row["invitation_id"]) for row in people.invitations().values()] == [
        Call("begun")
    ] * 3


@pytest.mark.parametrize("word", ["no_consent", "open_complaint", "asked_recently", "reserved"])
def test_what_stands_against_a_call_is_their_own(people: People, plan: Plan, word: str) -> None:
    contact, other = people.contact(None), people.contact(None)
    for each in (contact, other):
        people.order(each)
    plan()
    invitation, other_invitation = (people.invitations()[each]["invitation_id"] for each in (contact, other))
    match word:
        case "no_consent":
            people.consent(contact, False)
        case "open_complaint":
            people.complaint(contact)
        case "asked_recently" | "reserved":
            ask_by_another_campaign(people, contact, is_sent=word == "asked_recently")
    assert begin(people, invitation) == Call("not_allowed", word)
    assert begin(people, other_invitation) == Call("begun")


def ask_by_another_campaign(people: People, contact: UUID, is_sent: bool) -> None:
    people.execute(
        "insert into cf_ledger.wave (wave_id, campaign_id, wave_key, survey_id, survey_version, not_after, "
        "answer_until, opened_at, opened_by_run, priority) select 'annual/w', 'annual', 'w', survey_id, "
        "survey_version, not_after, answer_until, opened_at, 'run', 1000 from cf_ledger.wave limit 1"
    )
    people.execute(
        "insert into cf_ledger.invitation (invitation_id, wave_id, campaign_id, contact_key, occasion, language, "
        "channel, message_id, state, accepted_at, send_not_before, planned_at) values (gen_random_uuid(), "
        "'annual/w', 'annual', %s, '', 'en', 'phone', 'other', %s, %s, %s, %s)",
        (contact, *(("accepted", NOW) if is_sent else ("planned", None)), NOW, NOW),
    )


def test_who_was_called_is_not_called_again(people: People, plan: Plan) -> None:
    contact = people.contact(None)
    people.order(contact)
    plan()
    begin(people, people.invitations()[contact]["invitation_id"])
    people.order(contact, days_ago=3)
    summary = plan(now=NOW + timedelta(days=1))
    assert (summary["planned"], summary["excluded"]) == (0, {"asked_recently": 1})


def test_they_draw_lots_as_everybody_does(people: People, plan: Plan, programme: Programme) -> None:
    programme(campaigns={"post_purchase": {"channel": "phone", "sample": {"most": 4}}})
    for number in range(10):
        people.order(people.contact(None if number % 2 else ""))
    summary = plan()
    assert (summary["planned"], summary["excluded"]) == (4, {"sampled_out": 6})
    [wave] = people.warehouse.rows("select frame_count, sample_count from cf_ledger.wave")
    assert wave == {"frame_count": 10, "sample_count": 4}


def test_key_accounts_among_them_wait_for_approval(people: People, plan: Plan) -> None:
    contact, later = people.contact(None, is_key_account=True), people.contact(None)
    for each in (contact, later):
        people.order(each)
    assert plan()["awaiting_approval"] == 1
    people.execute("update cf_ledger.contact set is_key_account = true where contact_key = %s", (later,))
    plan()
    assert {row["approval"] for row in people.invitations().values()} == {"wanted"}


@pytest.mark.parametrize(
    ("reason", "planned"), [("bounced", 1), ("refused", 1), ("unsubscribed", 0), ("manual", 0)]
)
def test_a_dead_mailbox_is_no_dead_telephone(people: People, plan: Plan, reason: str, planned: int) -> None:
    people.order(people.contact("ann@customers.example"))
    people.suppress("ann@customers.example", reason)
    assert plan()["planned"] == planned


def test_a_person_with_an_address_is_all_contacts_with_it(people: People, plan: Plan) -> None:
    for _ in range(2):
        people.order(people.contact("ann@customers.example"))
    summary = plan()
    assert (summary["planned"], summary["excluded"]) == (1, {"duplicate_address": 1})
