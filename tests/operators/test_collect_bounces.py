"""What comes back marks asks and gives addresses up: once, only when it is certain, and only for our own mails."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from cf_operators.domain.bounce_address import bounce_address
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.maildir_mailbox import MaildirMailbox
from cf_operators.operators.collect_bounces import CollectBouncesOperator
from cf_operators.operators.plan_reminders import PlanRemindersOperator
from tests.mail_servers import MailCatcher
from tests.operators.bounced import COMPLAINT, BounceMailbox, make_maildir
from tests.operators.wave_to_send import WaveToSend
from tests.people import NOW, People

KEY = "k" * 40
DAY = timedelta(days=1)
MAILS = Path(__file__).parents[1] / "domain" / "bounces"


@pytest.fixture
def mailbox(
    tmp_path: Path,
    wave: WaveToSend,
    run_context: Callable[..., dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> BounceMailbox:
    folder = make_maildir(tmp_path / "mail")
    connection = {"conn_type": "fs", "extra": {"path": str(folder)}}
    monkeypatch.setenv("AIRFLOW_CONN_CF_BOUNCES", json.dumps(connection))
    return BounceMailbox(folder, wave.people, run_context)


def sent(wave: WaveToSend, email: str = "", days_ago: int = 1, **columns: Any) -> UUID:
    """An ask that the mail server accepted some days ago, to a new contact with this address."""
    at = NOW - days_ago * DAY
    values = {"state": "accepted", "claimed_at": at, "accepted_at": at, **columns}
    return wave.plan(values.pop("contact", None) or wave.people.contact(email), **values)


def test_a_hard_bounce_gives_the_address_up_at_once(wave: WaveToSend, mailbox: BounceMailbox) -> None:
    gone, fine = sent(wave, "gone@customers.example"), sent(wave, "fine@customers.example")
    mailbox.report(gone, at=NOW - timedelta(hours=2))
    assert mailbox.collect() == {"read": 1, "hard": 1, "bounced": 1, "suppressed": 1}
    row = wave.row(gone)
    assert (row["state"], row["state_reason"]) == ("bounced", "hard bounce")
    assert row["last_reply"] == "5.1.1 550 5.1.1 <[address]> no"
    assert wave.row(fine)["state"] == "accepted"
    assert mailbox.suppressed() == [("gone@customers.example", "bounced")]
    [kept] = mailbox.rows()
    assert (kept["invitation_id"], kept["kind"], kept["status"]) == (gone, "hard", "5.1.1")
    assert (kept["received_at"], kept["recorded_at"]) == (NOW - timedelta(hours=2), NOW)
    assert mailbox.flags() == ["S"]
    assert mailbox.collect() == {}


def test_reading_a_mailbox_again_changes_nothing(wave: WaveToSend, mailbox: BounceMailbox) -> None:
    gone = sent(wave)
    mailbox.report(gone)
    mailbox.put((MAILS / "several_recipients.eml").read_bytes())
    mailbox.collect()
    # A person has had the mail sent again, and lifted the suppression.
    wave.people.execute("update cf_ledger.invitation set state = 'accepted'")
    wave.people.execute("delete from cf_ledger.suppression")
    mailbox.make_unread()
    assert mailbox.collect(NOW + DAY) == {"read": 2, "known": 4}
    assert (wave.row(gone)["state"], mailbox.suppressed(), len(mailbox.rows())) == ("accepted", [], 4)
    assert mailbox.flags() == ["S", "FS"]


@pytest.mark.parametrize("status", ["5.1.1", "4.2.2"])
@pytest.mark.parametrize(
    ("state", "after"),
    [
        ("accepted", "bounced"), ("unknown", "bounced"), ("claimed", "bounced"), ("responded", "responded"),
        ("expired", "expired"), ("planned", "planned"), ("cancelled", "cancelled"), ("refused", "refused"),
    ],
)  # fmt: skip
def test_what_was_under_way_is_bounced_and_what_is_settled_stays(
    wave: WaveToSend, mailbox: BounceMailbox, state: str, after: str, status: str
) -> None:
    ask = sent(wave, state=state)
    mailbox.report(ask, status)
    summary = mailbox.collect()
    assert wave.row(ask)["state"] == after
    assert summary.get("bounced", 0) == (after == "bounced")
    assert summary.get("suppressed", 0) == (status == "5.1.1")


def test_a_bounce_that_is_read_before_the_outcome_is_written_stands(
    wave: WaveToSend, mailbox: BounceMailbox, mail_catcher: MailCatcher
) -> None:
    ask = wave.plan()

    def bounce_at_once(stage: str, recipient: str) -> str | None:
        if stage == "dot":
            mailbox.report(ask)
            assert mailbox.collect()["bounced"] == 1
        return None

    mail_catcher.answer = bounce_at_once
    wave.send()
    row = wave.row(ask)
    assert (row["state"], row["state_reason"], row["lease_until"]) == ("bounced", "hard bounce", None)
    wave.send(NOW + timedelta(hours=1))
    assert (wave.row(ask)["state"], len(mail_catcher.caught)) == ("bounced", 1)


# --- soft bounces -------------------------------------------------------------------------------------------------


def soft_bounces(wave: WaveToSend, mailbox: BounceMailbox, days_ago: list[int], contact: UUID) -> None:
    """Different mails to one contact that came back so many days ago."""
    campaigns = ["post_purchase", "annual", "ad_hoc"]
    for campaign_id, days in zip(campaigns, days_ago, strict=False):
        ask = sent(wave, contact=contact, campaign_id=campaign_id, days_ago=days)
        mailbox.report(ask, "4.2.2", at=NOW - days * DAY)


def test_the_third_different_mail_that_comes_back_is_enough(wave: WaveToSend, mailbox: BounceMailbox) -> None:
    contact = wave.people.contact("full@customers.example")
    soft_bounces(wave, mailbox, [40, 20], contact)
    assert mailbox.collect() == {"read": 2, "soft": 2, "bounced": 2}
    assert mailbox.suppressed() == []
    ask = sent(wave, contact=contact, campaign_id="ad_hoc")
    mailbox.report(ask, "5.2.2")
    assert mailbox.collect() == {"read": 1, "soft": 1, "bounced": 1, "suppressed": 1}
    assert mailbox.suppressed() == [("full@customers.example", "bounced")]


def test_three_reports_on_one_mail_are_one_bounce(wave: WaveToSend, mailbox: BounceMailbox) -> None:
    ask = sent(wave)
    for _ in range(3):
        mailbox.report(ask, "4.2.2")
    assert mailbox.collect() == {"read": 3, "soft": 3, "bounced": 1}
    assert mailbox.suppressed() == []


def test_the_programme_says_how_many_are_enough(
    wave: WaveToSend, mailbox: BounceMailbox, programme: Callable[..., None]
) -> None:
    programme(asking={"quiet_days": 30, "consent": "opt_out", "soft_bounces": 2})
    soft_bounces(wave, mailbox, [3, 2], wave.people.contact())
    assert mailbox.collect()["suppressed"] == 1


@pytest.mark.parametrize(
    ("oldest", "suppressed"), [(179, True), (181, False)], ids=["within half a year", "forgotten"]
)
def test_soft_bounces_are_forgotten_after_half_a_year(
    wave: WaveToSend, mailbox: BounceMailbox, oldest: int, suppressed: bool
) -> None:
    soft_bounces(wave, mailbox, [oldest, 20, 1], wave.people.contact())
    assert bool(mailbox.collect().get("suppressed")) is suppressed


@pytest.mark.parametrize(
    ("proof", "suppressed"),
    [
        ({"state": "responded", "days_ago": 30, "responded_at": NOW - 10 * DAY}, False),
        ({"state": "responded", "days_ago": 80, "responded_at": NOW - 70 * DAY}, True),  # before all bounces
        ({"state": "accepted", "days_ago": 10}, False),  # a week without a report
        ({"state": "expired", "days_ago": 30}, False),
        ({"state": "accepted", "days_ago": 5}, True),  # a report may still come
        ({"state": "refused", "days_ago": 10}, True),
        ({"state": "responded", "days_ago": 30, "responded_at": NOW - 10 * DAY, "channel": "phone"}, True),
    ],
)
def test_what_proves_an_address_alive_wipes_out_the_bounces_before_it(
    wave: WaveToSend, mailbox: BounceMailbox, proof: dict[str, Any], suppressed: bool
) -> None:
    contact = wave.people.contact("ana@customers.example")
    # Another contact with the same address: the proof is about the address.
    other = wave.people.contact("Ana@customers.example")
    soft_bounces(wave, mailbox, [60, 40, 1], contact)
    sent(wave, contact=other, **proof)
    assert bool(mailbox.collect().get("suppressed")) is suppressed


def test_bounces_of_all_contacts_with_one_address_count(wave: WaveToSend, mailbox: BounceMailbox) -> None:
    for number in range(3):
        ask = sent(wave, ["ana@customers.example", "Ana@Customers.example", "ANA@customers.example"][number])
        mailbox.report(ask, "4.2.2")
    assert mailbox.collect() == {"read": 3, "soft": 3, "bounced": 3, "suppressed": 1}


def test_a_contact_who_has_another_address_by_now_keeps_it(wave: WaveToSend, mailbox: BounceMailbox) -> None:
    contact = wave.people.contact("old@customers.example")
    soft_bounces(wave, mailbox, [3, 2, 1], contact)
    mailbox.report(sent(wave, "gone@customers.example"))
    wave.people.execute(
        "update cf_ledger.contact set address_hash = sha256(convert_to(external_id, 'utf8')), email = 'new@x.example'"
    )
    since = wave.people.warehouse.rows("select address_since from cf_ledger.contact")
    assert all(row["address_since"] for row in since)
    wave.people.execute("update cf_ledger.contact set address_since = %s", [NOW])
    summary = mailbox.collect()
    assert (summary["hard"], summary["soft"], summary["bounced"]) == (1, 3, 4)
    assert mailbox.suppressed() == []


# --- not a bounce -------------------------------------------------------------------------------------------------


def test_warnings_and_automatic_answers_change_nothing(wave: WaveToSend, mailbox: BounceMailbox) -> None:
    ask = sent(wave)
    mailbox.report(ask, "4.4.1", action="delayed")
    mailbox.report(ask, "2.0.0", action="relayed")
    mailbox.put((MAILS / "out_of_office.eml").read_bytes())
    mailbox.put(
        f"Message-ID: {wave.row(ask)['message_id']}\nAuto-Submitted: auto-generated\n\nour own mail\n"
    )
    assert mailbox.collect() == {"read": 4, "delayed": 1, "delivered": 1, "auto_reply": 1, "loop": 1}
    assert wave.row(ask)["state"] == "accepted"
    assert (mailbox.flags(), mailbox.suppressed()) == (["S"] * 4, [])


def test_who_reports_a_mail_as_spam_has_unsubscribed(wave: WaveToSend, mailbox: BounceMailbox) -> None:
    ask = sent(wave, "ana@isp.example")
    mailbox.report(ask, form=COMPLAINT)
    assert mailbox.collect() == {"read": 1, "complaint": 1, "suppressed": 1}
    assert wave.row(ask)["state"] == "accepted"
    assert mailbox.suppressed() == [("ana@isp.example", "unsubscribed")]
    [word] = wave.people.warehouse.rows("select purpose, is_granted, source from cf_ledger.v_consent")
    assert word == {"purpose": "survey", "is_granted": False, "source": "spam complaint"}


def test_what_nobody_can_match_or_read_is_kept_and_flagged(wave: WaveToSend, mailbox: BounceMailbox) -> None:
    ask = sent(wave)
    mailbox.report(None)
    mailbox.put(b"\x00\xff no mail at all")
    mailbox.put((MAILS / "qmail_legacy.eml").read_bytes())
    mailbox.put(
        f"From: ana@customers.example\nIn-Reply-To: {wave.row(ask)['message_id']}\n\nPlease call me.\n"
    )
    assert mailbox.collect() == {"read": 4, "unmatched": 1, "unreadable": 3}
    assert mailbox.flags() == ["FS"] * 4
    assert [row["invitation_id"] for row in mailbox.rows()] == [None, None, None, ask]


# --- return addresses ---------------------------------------------------------------------------------------------


def test_a_return_address_leads_to_the_ask_whatever_else_the_report_says(
    wave: WaveToSend, mailbox: BounceMailbox
) -> None:
    ask, other = sent(wave, "gone@customers.example"), sent(wave)
    mailbox.report(None, to=bounce_address("bounces@meridian-home.example", ask, KEY))
    mailbox.report(
        other, to=bounce_address("bounces@meridian-home.example", ask, KEY).upper(), status="5.2.2"
    )
    assert mailbox.collect() == {"read": 2, "hard": 1, "soft": 1, "bounced": 1, "suppressed": 1}
    assert [row["invitation_id"] for row in mailbox.rows()] == [ask, ask]
    assert wave.row(ask)["state_reason"] == "hard bounce"


@pytest.mark.parametrize("key", ["j" * 40, KEY])
def test_a_forged_return_address_gives_nobody_up(wave: WaveToSend, mailbox: BounceMailbox, key: str) -> None:
    """Made without the key, or with it for an ask that there is not."""
    ask = sent(wave)
    named = ask if key != KEY else UUID(int=7)
    mailbox.report(None, to=bounce_address("bounces@meridian-home.example", named, key))
    assert mailbox.collect() == {"read": 1, "unmatched": 1}
    assert (wave.row(ask)["state"], mailbox.suppressed()) == ("accepted", [])


# --- chains -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "next_reminder"), [("5.1.1", "bounced"), ("4.2.2", None)])
def test_the_bounce_of_a_reminder_marks_the_reminder(
    wave: WaveToSend, mailbox: BounceMailbox, status: str, next_reminder: str | None,
    run_context: Callable[..., dict[str, Any]],
) -> None:  # fmt: skip
    first = sent(wave, "ana@customers.example", campaign_id="annual", days_ago=30)
    [row] = wave.people.warehouse.rows("select contact_key from cf_ledger.invitation")
    reminder = sent(wave, contact=row["contact_key"], campaign_id="annual", reminds_id=first, days_ago=20)
    mailbox.report(reminder, status)
    mailbox.collect()
    assert (wave.row(first)["state"], wave.row(reminder)["state"]) == ("accepted", "bounced")
    PlanRemindersOperator(task_id="remind", campaign_id="annual").execute(run_context(now=NOW))  # type: ignore[arg-type]
    second = wave.people.warehouse.rows(
        "select state_reason from cf_ledger.invitation where reminder_number = 2"
    )
    assert second == [{"state_reason": next_reminder}]


# --- the run ------------------------------------------------------------------------------------------------------


def test_killed_between_the_commit_and_the_mark_nothing_counts_twice(
    wave: WaveToSend, mailbox: BounceMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        mailbox.report(sent(wave))

    class Killed(BaseException):
        pass

    marked = MaildirMailbox.mark_read

    def killed_in_the_second_batch(self: MaildirMailbox, mails: dict[str, bool]) -> None:
        if mailbox.unread() < 4:
            raise Killed
        marked(self, mails)

    with monkeypatch.context() as patch:
        patch.setattr(MaildirMailbox, "mark_read", killed_in_the_second_batch)
        with pytest.raises(Killed):
            mailbox.collect(batch=2)
    assert (mailbox.unread(), len(mailbox.rows()), len(mailbox.suppressed())) == (2, 4, 4)
    assert mailbox.collect(batch=2) == {"read": 2, "known": 2}
    assert (mailbox.unread(), len(mailbox.rows())) == (0, 4)


def test_a_run_reads_so_many_mails_and_the_next_one_the_rest(
    wave: WaveToSend, mailbox: BounceMailbox
) -> None:
    for _ in range(5):
        mailbox.report(sent(wave))
    assert mailbox.collect(most=3, batch=2)["read"] == 3
    assert mailbox.collect(most=3, batch=2)["read"] == 2


def test_whatever_lies_in_the_mailbox_is_kept(wave: WaveToSend, mailbox: BounceMailbox) -> None:
    dice = random.Random(20260316)
    samples = [path.read_bytes() for path in sorted(MAILS.glob("*.eml"))]
    for _ in range(150):
        content = bytearray(dice.choice(samples))
        for _ in range(dice.randrange(1, 12)):
            start = dice.randrange(len(content))
            content[start : start + dice.randrange(8)] = dice.choice(
                [b"", b"\x00", b"\xff\xfe", b"\n\n", b"<@>"]
            )
        mailbox.put(bytes(content))
    assert mailbox.collect()["read"] == 150
    assert (mailbox.unread(), len(mailbox.flags())) == (0, 150)
    assert len({row["report_hash"] for row in mailbox.rows()}) == 150


def test_without_a_mailbox_the_task_is_skipped_and_says_what_to_do(
    people: People, run_context: Callable[..., dict[str, Any]]
) -> None:
    operator = CollectBouncesOperator(task_id="collect")
    with pytest.raises(AirflowSkipException, match='no connection "cf_bounces": create it'):
        operator.execute(run_context())  # type: ignore[arg-type]


def test_a_mailbox_that_is_not_there_is_named(
    mailbox: BounceMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = {"conn_type": "fs", "extra": {"path": "/nowhere"}}
    monkeypatch.setenv("AIRFLOW_CONN_CF_BOUNCES", json.dumps(connection))
    with pytest.raises(ConfigurationError, match="mailbox /nowhere"):
        mailbox.collect()
