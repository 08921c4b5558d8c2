"""Who is claimed: reminders, purposes, caps, reserved places, approvals, calls; and who is not, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from tests.mail_servers import MailCatcher
from tests.operators.wave_to_send import WaveToSend
from tests.people import NOW

Programme = Callable[..., None]
LATER = NOW + timedelta(days=10)


def first_ask(wave: WaveToSend, state: str = "accepted", **columns: Any) -> tuple[UUID, UUID]:
    """A first ask that went out now, and the contact."""
    contact = wave.people.contact()
    sent: dict[str, Any] = {
        "claimed_at": NOW,
        "accepted_at": NOW if state in {"accepted", "responded", "bounced"} else None,
    }
    return wave.plan(contact, state=state, **sent, **columns), contact


def remind(wave: WaveToSend, first: UUID, contact: UUID, **columns: Any) -> UUID:
    return wave.plan(contact, reminds_id=first, send_not_before=LATER, **columns)


# --- segments ---------------------------------------------------------------------------------------------------------


def test_the_segment_is_that_of_the_time_of_sending(wave: WaveToSend, mail_catcher: MailCatcher) -> None:
    """Between the plan and the mail the contact has moved; the reminder is the same ask, whatever comes after."""
    contact = wave.people.contact(segment="home")
    first = wave.plan(contact, segment="home")
    wave.people.execute(
        "update cf_ledger.contact set segment = 'business' where contact_key = %s", (contact,)
    )
    assert wave.send()["accepted"] == 1
    assert wave.row(first)["segment"] == "business"
    reminder = remind(wave, first, contact, segment="business")
    wave.people.execute("update cf_ledger.contact set segment = 'public' where contact_key = %s", (contact,))
    assert wave.send(clock=LATER)["accepted"] == 1
    assert wave.row(reminder)["segment"] == "business"


# --- reminders --------------------------------------------------------------------------------------------------------


def test_a_reminder_goes_though_its_first_mail_is_recent_and_the_wave_sends_no_first_asks(
    wave: WaveToSend, mail_catcher: MailCatcher
) -> None:
    wave.not_after = NOW + timedelta(days=5)
    reminder = remind(wave, *first_ask(wave))
    assert wave.send(clock=LATER)["accepted"] == 1
    assert mail_catcher.caught[0].message_id == wave.row(reminder)["message_id"]


def test_a_reminder_goes_while_a_day_is_left_to_answer(wave: WaveToSend, mail_catcher: MailCatcher) -> None:
    wave.answer_until = LATER + timedelta(days=3)
    asks = [remind(wave, *first_ask(wave)) for _ in range(2)]
    last = wave.answer_until - timedelta(days=1)
    wave.people.execute(
        "update cf_ledger.invitation set send_not_before = %s where invitation_id = %s", (last, asks[1])
    )
    assert wave.send(clock=last - timedelta(seconds=1))["accepted"] == 1
    summary = wave.send(clock=last)
    assert (summary["accepted"], summary["expired"]) == (0, 1)
    assert wave.row(asks[1])["state_reason"] == "not sent in time"


@pytest.mark.parametrize(
    ("state", "reason"), [("responded", "answered"), ("bounced", "bounced"), ("refused", "refused")]
)
def test_a_reminder_that_is_needed_no_more_is_cancelled(
    wave: WaveToSend, mail_catcher: MailCatcher, state: str, reason: str
) -> None:
    remind(wave, *first_ask(wave, state))
    assert wave.send(clock=LATER)["cancelled"] == {reason: 1}
    assert mail_catcher.caught == []


@pytest.mark.parametrize(("is_complete", "sent"), [(True, 0), (False, 1)])
def test_an_answer_counts_before_it_is_collected(
    wave: WaveToSend, mail_catcher: MailCatcher, is_complete: bool, sent: int
) -> None:
    first, contact = first_ask(wave)
    remind(wave, first, contact)
    wave.people.execute(
        "insert into cf_landing.form_submission (invitation_id, is_complete, answers, language, channel, received_at) "
        "values (%s, %s, %s, 'en', 'web', %s)",
        (first, is_complete, Jsonb({"nps": 9}), NOW),
    )
    assert wave.send(clock=LATER)["accepted"] == sent


# --- caps, priorities, purposes ---------------------------------------------------------------------------------------


def test_a_cap_counts_every_mail_also_those_of_the_same_ask(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme
) -> None:
    asking = {"quiet_days": 0, "consent": "opt_out", "caps": [{"within_days": 30, "most": 1}]}
    programme(asking=asking)
    remind(wave, *first_ask(wave))
    assert wave.send(clock=LATER)["cancelled"] == {"over_limit": 1}
    programme(asking=asking | {"caps": [{"within_days": 10, "most": 1}]})
    remind(wave, *first_ask(wave))
    assert wave.send(clock=LATER)["accepted"] == 1, "ten days ago is not within ten days"


def test_a_place_is_kept_for_a_wave_of_higher_priority(wave: WaveToSend, mail_catcher: MailCatcher) -> None:
    wave.open("annual", priority=100)
    reserved, free = wave.people.contact(), wave.people.contact()
    wave.plan(reserved, campaign_id="annual", send_not_before=NOW + timedelta(days=5))
    wave.plan(reserved)
    wave.plan(free)
    summary = wave.send()
    assert (summary["accepted"], summary["cancelled"]) == (1, {"reserved": 1})


@pytest.mark.parametrize(
    ("purpose", "cancelled"),
    [("purchases", {"no_consent": 1}), ("survey", {"no_consent": 1}), ("relationship", {})],
)
def test_a_no_to_the_purpose_of_the_campaign_is_a_no(
    wave: WaveToSend, mail_catcher: MailCatcher, purpose: str, cancelled: dict[str, int]
) -> None:
    contact = wave.people.contact()
    wave.plan(contact)
    wave.people.execute(
        "insert into cf_ledger.consent (contact_key, purpose, is_granted, source, recorded_at) "
        "values (%s, %s, false, 'test', %s)",
        (contact, purpose, NOW),
    )
    assert wave.send(clock=NOW + timedelta(minutes=1))["cancelled"] == cancelled


# --- approvals and calls ----------------------------------------------------------------------------------------------


def test_what_a_person_has_to_approve_waits_for_them(wave: WaveToSend, mail_catcher: MailCatcher) -> None:
    asked = wave.plan(approval="wanted")
    summary = wave.send()
    assert (summary["accepted"], summary["waiting"]["approval"]) == (0, 1)
    wave.people.execute(
        "update cf_ledger.invitation set approval = 'granted' where invitation_id = %s", (asked,)
    )
    assert wave.send()["accepted"] == 1


def test_who_is_called_gets_no_mail(wave: WaveToSend, mail_catcher: MailCatcher) -> None:
    wave.plan(channel="phone")
    summary = wave.send()
    assert (summary["accepted"], sum(summary["waiting"].values())) == (0, 0)
    assert wave.states() == {"planned": 1}


# --- what waits, and why ----------------------------------------------------------------------------------------------


def test_the_summary_says_what_waits_and_why(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme
) -> None:
    programme(
        sending={"window": {"from": "09:30", "until": "19:00"}, "per_domain": {"gmail.com": {"per_day": 1}}}
    )
    kolkata: dict[str, Any] = {"time_zone": "Asia/Kolkata"}
    wave.plan(approval="wanted", **kolkata)
    wave.plan(send_not_before=LATER, **kolkata)
    wave.plan(time_zone="Europe/Berlin")
    wave.plan_to("gmail.com", "gmail.com", "gmail.com", **kolkata)
    wave.plan_to("slow.example", **kolkata)
    mail_catcher.answer = lambda at, to: "450 4.2.1 later" if at == "rcpt" and "slow" in to else None
    summary = wave.send()
    assert summary["accepted"] == 1
    assert summary["waiting"] == {
        "window": 1,
        "limit": 2,
        "put_off": 1,
        "approval": 1,
        "later": 1,
        "token": 0,
    }


def test_a_repeated_task_leaves_what_is_put_off_to_the_next_run(
    wave: WaveToSend, mail_catcher: MailCatcher
) -> None:
    wave.plan()
    mail_catcher.answer = lambda at, to: "450 4.2.1 later" if at == "rcpt" else None
    summary = wave.send(retries=3, is_repeated=True)
    assert (summary["put_off"], summary["waiting"]["put_off"]) == (1, 1)
