"""Sending against real SMTP servers: what they say, and where they break off, decides the state of an invitation."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from cf_operators.domain.link import read_link
from cf_operators.errors import ConfigurationError, MailPutOff, MailServerUnavailable
from cf_operators.operators.plan_invitations import PlanInvitationsOperator
from cf_operators.operators.send_invitations import SendInvitationsOperator
from tests.conftest import ROOT, Warehouse, free_port
from tests.mail_servers import DROP, DROP_TAKEN, MailCatcher
from tests.people import NOW, People

RunContext = Callable[..., dict[str, Any]]
KEY = "a signing key for tests, long enough"


@pytest.fixture
def people(warehouse: Warehouse) -> Iterator[People]:
    with People(warehouse) as made:
        yield made


@pytest.fixture(autouse=True)
def form(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = {"conn_type": "http", "schema": "https", "host": "feedback.example", "password": KEY}
    monkeypatch.setenv("AIRFLOW_CONN_CF_FORM", json.dumps(connection))


@pytest.fixture
def catcher(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailCatcher]:
    with MailCatcher() as server:
        monkeypatch.setenv("AIRFLOW_CONN_CF_SMTP", server.uri)
        yield server


@pytest.fixture
def planned(people: People, run_context: RunContext) -> Callable[..., list[UUID]]:
    """Plans a wave for so many new people: ``planned(3)`` gives their keys."""

    def plan(count: int, now: datetime = NOW) -> list[UUID]:
        contacts = [people.contact() for _ in range(count)]
        for contact in contacts:
            people.order(contact)
        operator = PlanInvitationsOperator(task_id="plan", campaign_id="post_purchase")
        assert operator.execute(run_context(now=now))["planned"] == count  # type: ignore[arg-type]
        return contacts

    return plan


@pytest.fixture
def send(run_context: RunContext, warehouse: Warehouse) -> Callable[..., dict[str, Any]]:
    """Sends what is due: ``send(clock=..., batch=...)``."""

    def execute(clock: datetime = NOW, **settings: Any) -> dict[str, Any]:
        operator = SendInvitationsOperator(
            task_id="send", campaign_id="post_purchase", clock=lambda: clock, **settings
        )
        return operator.execute(run_context(now=NOW))  # type: ignore[arg-type]

    return execute


Planned = Callable[..., list[UUID]]
Send = Callable[..., dict[str, Any]]


def states(people: People) -> Counter[str]:
    return Counter(row["state"] for row in people.invitations().values())


def address_of(people: People, contact: UUID) -> str:
    [row] = people.warehouse.rows("select email from cf_ledger.contact where contact_key = %s", (contact,))
    return str(row["email"])


def another_campaign(people: People, contacts: list[UUID], state: str, moment: datetime) -> None:
    """The same people in a wave of the ad hoc campaign, as no plan would have it."""
    people.execute(
        "insert into cf_ledger.wave select 'ad_hoc/w', 'ad_hoc', 'w', survey_id, survey_version, not_after, "
        "answer_until, opened_at, 'test' from cf_ledger.wave limit 1"
    )
    for contact in contacts:
        people.execute(
            "insert into cf_ledger.invitation (invitation_id, wave_id, campaign_id, contact_key, occasion, language, "
            "message_id, state, send_not_before, claimed_at, accepted_at, planned_at) values (gen_random_uuid(), "
            "'ad_hoc/w', 'ad_hoc', %s, 'x', 'en', '<' || gen_random_uuid() || '@x>', %s, %s, %s, %s, %s)",
            (contact, state, moment, *([moment, moment] if state != "planned" else [None, None]), moment),
        )


def outcomes(summary: dict[str, Any]) -> dict[str, int]:
    names = ("accepted", "refused", "unknown", "put_off", "not_tried", "expired", "lapsed")
    return {name: summary[name] for name in names if summary[name]}


# --- what is sent -------------------------------------------------------------------------------------------------


def test_everybody_planned_gets_one_mail(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    contacts = planned(7)
    summary = send(batch=3)
    assert outcomes(summary) == {"accepted": 7}
    assert catcher.message_ids() == Counter(row["message_id"] for row in people.invitations().values())
    for contact in contacts:
        row = people.invitations()[contact]
        assert (row["state"], row["accepted_at"], row["attempt_count"]) == ("accepted", NOW, 1)
        assert row["last_reply"] == "250 2.0.0 taken"
        assert row["lease_until"] is None
    assert {mail.recipient for mail in catcher.caught} == {
        address_of(people, contact) for contact in contacts
    }
    assert {mail.sender for mail in catcher.caught} == {"care@meridian-home.example"}


def test_sending_again_sends_nothing(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    planned(3)
    send()
    before = people.warehouse.rows("select * from cf_ledger.invitation order by 1")
    assert outcomes(send(clock=NOW + timedelta(days=1))) == {}
    assert len(catcher.caught) == 3
    assert people.warehouse.rows("select * from cf_ledger.invitation order by 1") == before


def test_the_mail_carries_its_links_and_headers(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    [contact] = planned(1)
    send()
    row, [mail] = people.invitations()[contact], catcher.caught
    message = mail.message
    assert message["Subject"] == "How did we do with your Kitchen order?"
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    links = [line for line in text.splitlines() if line.startswith("https://feedback.example/")]
    answer, unsubscribe, preferences = (link.rpartition("/")[2] for link in links)
    assert read_link(KEY, "answer", answer, NOW) == row["invitation_id"]
    assert read_link(KEY, "unsubscribe", unsubscribe, NOW + timedelta(days=365)) == row["invitation_id"]
    assert message["List-Unsubscribe"] == f"<https://feedback.example/u/{unsubscribe}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert read_link(KEY, "preferences", preferences, NOW + timedelta(days=365)) == row["invitation_id"]
    assert (
        html.count(answer) == 3 + 5
    )  # the button, the plain link, its text; the first question in five points
    assert [f"{answer}?q=csat&amp;v={value}" in html for value in range(7)] == [False, *[True] * 5, False]
    assert f"5: https://feedback.example/s/{answer}?q=csat&v=5" in text.splitlines()
    assert "Person 1" in html


def test_what_is_not_due_waits(people: People, planned: Planned, send: Send, catcher: MailCatcher) -> None:
    planned(2)
    people.execute("update cf_ledger.invitation set send_not_before = %s", (NOW + timedelta(minutes=1),))
    assert outcomes(send()) == {}
    assert states(people) == {"planned": 2}
    assert outcomes(send(clock=NOW + timedelta(minutes=1))) == {"accepted": 2}


def test_another_campaigns_invitations_are_left_alone(
    people: People, planned: Planned, catcher: MailCatcher, run_context: RunContext
) -> None:
    planned(1)
    operator = SendInvitationsOperator(task_id="send", campaign_id="annual", clock=lambda: NOW)
    assert outcomes(operator.execute(run_context(now=NOW))) == {}  # type: ignore[arg-type]
    assert states(people) == {"planned": 1}


def test_a_dry_run_sends_nothing(
    people: People, planned: Planned, catcher: MailCatcher, run_context: RunContext
) -> None:
    planned(1)
    operator = SendInvitationsOperator(task_id="send", campaign_id="post_purchase", clock=lambda: NOW)
    summary = operator.execute(run_context(now=NOW, params={"dry_run": True}))  # type: ignore[arg-type]
    assert (summary["dry_run"], outcomes(summary), catcher.connections) == (True, {}, 0)
    assert states(people) == {"planned": 1}


def test_the_flow_is_limited(planned: Planned, send: Send, catcher: MailCatcher) -> None:
    planned(6)
    started = time.monotonic()
    send(per_second=10, lines=4)
    assert time.monotonic() - started >= 0.5  # five waits of a tenth of a second
    assert len(catcher.caught) == 6


# --- who may not be asked any more --------------------------------------------------------------------------------


def test_whoever_may_not_be_asked_any_more_is_not_sent_to(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    unsubscribed, said_no, complained, erased, asked, still = planned(6)
    people.suppress(address_of(people, unsubscribed), "unsubscribed")
    people.consent(said_no, False, NOW + timedelta(minutes=1))
    people.complaint(complained)
    people.execute("delete from cf_ledger.contact where contact_key = %s", (erased,))
    another_campaign(people, [asked], "accepted", NOW - timedelta(days=1))
    summary = send(clock=NOW + timedelta(hours=1))
    assert outcomes(summary) == {"accepted": 1}
    assert summary["cancelled"] == {
        "asked_recently": 1,
        "no_address": 1,
        "no_consent": 1,
        "open_complaint": 1,
        "unsubscribed": 1,
    }
    assert [mail.recipient for mail in catcher.caught] == [address_of(people, still)]


def test_nothing_is_sent_after_the_last_moment_of_a_wave(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    planned(2)
    [wave] = people.warehouse.rows("select not_after from cf_ledger.wave")
    assert outcomes(send(clock=wave["not_after"])) == {"expired": 2}
    assert (states(people), catcher.caught) == ({"expired": 2}, [])


def test_a_wave_is_sent_up_to_its_last_moment(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    planned(2)
    [wave] = people.warehouse.rows("select not_after from cf_ledger.wave")
    assert outcomes(send(clock=wave["not_after"] - timedelta(seconds=1))) == {"accepted": 2}


def test_a_stopped_wave_claims_nothing(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    planned(2)
    people.execute("update cf_ledger.wave set is_stopped = true")
    assert outcomes(send()) == {}
    assert states(people) == {"planned": 2}
    people.execute("update cf_ledger.wave set is_stopped = false")
    assert outcomes(send()) == {"accepted": 2}


# --- what the server says -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "reply", "outcome", "state"),
    [
        ("mail", "451 4.3.0 later", "put_off", "planned"),
        ("rcpt", "450 4.2.1 greylisted", "put_off", "planned"),
        ("data", "452 4.3.1 no space", "put_off", "planned"),
        ("dot", "451 4.3.0 later", "put_off", "planned"),
        ("mail", "550 5.7.1 not you", "put_off", "planned"),
        ("rcpt", "550 5.1.1 nobody here", "refused", "refused"),
        ("data", "554 5.5.1 no", "refused", "refused"),
        ("dot", "554 5.6.0 not this mail", "refused", "refused"),
        ("mail", DROP, "put_off", "planned"),
        ("rcpt", DROP, "put_off", "planned"),
        ("data", DROP, "put_off", "planned"),
        ("dot", DROP, "unknown", "unknown"),
        ("dot", DROP_TAKEN, "unknown", "unknown"),
    ],
)
def test_each_answer_has_its_outcome(
    people: People,
    planned: Planned,
    send: Send,
    catcher: MailCatcher,
    stage: str,
    reply: str,
    outcome: str,
    state: str,
) -> None:
    troubled, _ = planned(2)
    address = address_of(people, troubled)
    at_mail = iter([reply])
    catcher.answer = lambda at, to: (
        (next(at_mail, None) if stage == "mail" else reply)
        if at == stage and (stage == "mail" or to == address)
        else None
    )
    summary = send(lines=1)
    assert outcomes(summary) == {"accepted": 1, outcome: 1}
    assert states(people) == {"accepted": 1, state: 1}
    [row] = [row for row in people.invitations().values() if row["state"] != "accepted"]
    assert row["attempt_count"] == 1
    assert row["accepted_at"] is None
    if state == "planned":
        assert row["send_not_before"] == NOW + timedelta(minutes=5)
        assert row["claimed_by"] is None
    if reply not in {DROP, DROP_TAKEN}:
        assert row["last_reply"] == reply
    # Whatever happened: later, what was put off goes out, and nothing else does.
    catcher.answer = lambda at, to: None
    later = send(clock=NOW + timedelta(minutes=5))
    assert outcomes(later) == ({"accepted": 1} if state == "planned" else {})
    assert max(catcher.message_ids().values()) == 1


def test_a_connection_lost_after_the_go_ahead_is_settled_one_way(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    """Between the go-ahead and the dot a client cannot always tell what it lost; it must not send twice, ever."""
    planned(20)
    catcher.answer = lambda at, to: DROP if at == "body" else None
    summary = send(lines=2)
    assert summary["put_off"] + summary["unknown"] == 20
    catcher.answer = lambda at, to: None
    send(clock=NOW + timedelta(minutes=5))
    assert all(count == 1 for count in catcher.message_ids().values())
    assert states(people)["planned"] == 0


def test_what_is_put_off_waits_longer_each_time_until_its_wave_is_over(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    [contact] = planned(1)
    catcher.answer = lambda at, to: "450 4.2.1 greylisted" if at == "rcpt" else None
    clock, waits = NOW, []
    for _ in range(8):
        assert outcomes(send(clock=clock)) == {"put_off": 1}
        row = people.invitations()[contact]
        waits.append((row["send_not_before"] - clock) / timedelta(minutes=1))
        clock = row["send_not_before"]
    assert waits == [5, 10, 20, 40, 80, 160, 240, 240]
    assert people.invitations()[contact]["attempt_count"] == 8
    assert outcomes(send(clock=NOW + timedelta(days=30))) == {"expired": 1}


@pytest.mark.parametrize(
    ("reply", "is_suppressed"),
    [
        ("550 5.1.1 nobody here", True),
        ("550 no such user", True),
        ("550 relaying denied", False),
        ("550 5.2.1 mailbox closed", True),
        ("552 5.2.2 mailbox full", False),
        ("550 5.7.1 we do not like your server", False),
        ("554 5.7.1 blocked", False),
    ],
)
def test_an_address_that_does_not_exist_is_never_written_to_again(
    people: People, planned: Planned, send: Send, catcher: MailCatcher, reply: str, is_suppressed: bool
) -> None:
    planned(1)
    catcher.answer = lambda at, to: reply if at == "rcpt" else None
    send()
    reasons = [row["reason"] for row in people.warehouse.rows("select reason from cf_ledger.suppression")]
    assert reasons == (["refused"] if is_suppressed else [])


def test_neither_the_ledger_nor_the_log_repeats_an_address(
    people: People,
    planned: Planned,
    send: Send,
    catcher: MailCatcher,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    planned(30)
    catcher.answer = lambda at, to: f"550 5.1.1 <{to}>: no such user ({to})" if at == "rcpt" else None
    with caplog.at_level("DEBUG"), pytest.raises(ConfigurationError) as stopped:
        send()
    assert "customers.example" not in str(stopped.value)
    for row in people.invitations().values():
        assert row["last_reply"] == "550 5.1.1 <[address]>: no such user ([address])"
    ours = [
        record.getMessage() for record in caplog.records if record.name != "mail.log"
    ]  # that is the server's
    printed = capsys.readouterr()
    assert "customers.example" not in "\n".join([*ours, printed.out, printed.err])
    assert "stopped by the brake" in printed.out + "\n".join(ours)


def test_a_run_with_mails_that_have_to_wait_is_tried_again_when_the_first_is_due(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    planned(3)
    catcher.answer = lambda at, to: "450 4.2.1 greylisted" if at == "rcpt" else None
    with pytest.raises(MailPutOff, match="wants 3 mails later") as waiting:
        send(retries=3)
    assert waiting.value.retry_after == timedelta(minutes=5, seconds=5)
    assert states(people) == {"planned": 3}
    catcher.answer = lambda at, to: None
    later = NOW + waiting.value.retry_after
    assert outcomes(send(clock=later, retries=3)) == {"accepted": 3}


def test_a_sender_that_is_refused_gives_up_nobody(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    planned(2)
    catcher.answer = lambda at, to: "550 5.7.1 not you" if at == "mail" else None
    with pytest.raises(MailPutOff):
        send(retries=3)
    assert states(people) == {"planned": 2}
    assert people.warehouse.rows("select * from cf_ledger.suppression") == []


def test_a_wave_that_is_refused_too_often_is_stopped(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    planned(40)
    catcher.answer = lambda at, to: "554 5.7.1 blocked" if at == "dot" else None
    # The brake says nothing before 20 outcomes, and is looked at after each batch.
    with pytest.raises(ConfigurationError, match=r"the brake has stopped post_purchase/2026-03-11: too many"):
        send(batch=10)
    [wave] = people.warehouse.rows("select is_stopped, note from cf_ledger.wave")
    assert wave == {"is_stopped": True, "note": "stopped by the brake: 20 of the last 20 mails were refused"}
    assert states(people) == {"refused": 20, "planned": 20}
    assert outcomes(send()) == {}


def test_a_few_refusals_do_not_stop_a_wave(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    contacts = planned(40)
    bad = {address_of(people, contact) for contact in contacts[:8]}
    catcher.answer = lambda at, to: "550 5.1.1 nobody" if at == "rcpt" and to in bad else None
    summary = send(batch=40)
    assert (outcomes(summary), summary["stopped_waves"]) == ({"accepted": 32, "refused": 8}, [])


# --- when the server is not there ---------------------------------------------------------------------------------


def test_a_server_that_is_down_loses_nobody(
    people: People, planned: Planned, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(5)
    port = free_port()
    monkeypatch.setenv("AIRFLOW_CONN_CF_SMTP", f"smtp://127.0.0.1:{port}/?disable_ssl=true&disable_tls=true")
    with pytest.raises(MailServerUnavailable, match=f"127.0.0.1:{port}.*takes no mail for now"):
        send()
    for row in people.invitations().values():
        assert (row["state"], row["attempt_count"], row["claimed_by"]) == ("planned", 0, None)
    with MailCatcher(port=port) as catcher:
        assert outcomes(send()) == {"accepted": 5}
        assert len(catcher.caught) == 5


def test_a_server_that_goes_down_in_the_middle_loses_nobody(
    people: People, planned: Planned, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(30)
    with MailCatcher() as catcher:
        monkeypatch.setenv("AIRFLOW_CONN_CF_SMTP", catcher.uri)

        def answer(stage: str, recipient: str) -> str | None:
            if len(catcher.caught) >= 10 and stage == "mail":
                catcher.take_no_more()
                return DROP
            return None

        catcher.answer = answer
        with pytest.raises(MailServerUnavailable):
            send(lines=2)
        first = catcher.message_ids()
    assert states(people)["accepted"] == len(first)
    assert states(people)["planned"] == 30 - len(first)
    with MailCatcher() as again:
        monkeypatch.setenv("AIRFLOW_CONN_CF_SMTP", again.uri)
        send(clock=NOW + timedelta(minutes=5))
        assert not first & again.message_ids()
        assert len(first) + len(again.caught) == 30
    assert states(people) == {"accepted": 30}


def test_a_line_that_was_closed_while_idle_is_opened_again(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    planned(5)
    seen = Counter[str]()

    def answer(stage: str, recipient: str) -> str | None:
        seen[stage] += 1
        return "421 4.7.0 enough for one connection" if stage == "mail" and seen[stage] in {2, 4} else None

    catcher.answer = answer
    assert outcomes(send(lines=1)) == {"accepted": 5}
    assert catcher.connections == 3
    assert all(row["attempt_count"] == 1 for row in people.invitations().values())


def test_without_a_connection_to_the_form_server_nothing_is_claimed(
    people: People, planned: Planned, send: Send, catcher: MailCatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(1)
    monkeypatch.setenv("AIRFLOW_CONN_CF_FORM", "http://feedback.example")
    with pytest.raises(ConfigurationError, match="needs 32 at least"):
        send()
    assert states(people) == {"planned": 1}


# --- several at once, and the end of one --------------------------------------------------------------------------


def test_two_at_once_send_each_mail_once(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    planned(120)
    with ThreadPoolExecutor(3) as pool:
        summaries = [future.result() for future in [pool.submit(send, batch=7) for _ in range(3)]]
    assert sum(summary["accepted"] for summary in summaries) == 120
    assert set(catcher.message_ids().values()) == {1}
    assert len(catcher.caught) == 120
    assert states(people) == {"accepted": 120}


def test_two_campaigns_that_claim_one_person_at_once_ask_them_once(
    people: People, planned: Planned, catcher: MailCatcher, run_context: RunContext
) -> None:
    contacts = planned(30)
    another_campaign(people, contacts, "planned", NOW)

    def send_all(campaign_id: str) -> dict[str, Any]:
        operator = SendInvitationsOperator(
            task_id="send", campaign_id=campaign_id, batch=3, clock=lambda: NOW
        )
        return operator.execute(run_context(now=NOW))  # type: ignore[arg-type]

    with ThreadPoolExecutor(2) as pool:
        summaries = list(pool.map(send_all, ["post_purchase", "ad_hoc"]))
    assert sum(summary["accepted"] for summary in summaries) == 30
    # Whose place it is, the wave of higher priority says: the other one leaves it, before or after.
    refused = sum((Counter(summary["cancelled"]) for summary in summaries), Counter())
    assert (set(refused) <= {"asked_recently", "reserved"}, refused.total()) == (True, 30)
    assert Counter(mail.recipient for mail in catcher.caught) == Counter(
        address_of(people, contact) for contact in contacts
    )


def test_claims_of_a_dead_worker_become_unknown_after_their_lease(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    planned(2)
    people.execute(
        "update cf_ledger.invitation set state = 'claimed', claimed_by = 'dead', claimed_at = %s, lease_until = %s",
        (NOW, NOW + timedelta(minutes=15)),
    )
    assert outcomes(send(clock=NOW + timedelta(minutes=14))) == {}
    assert states(people) == {"claimed": 2}
    assert outcomes(send(clock=NOW + timedelta(minutes=15))) == {"lapsed": 2}
    assert outcomes(send(clock=NOW + timedelta(days=1))) == {}
    assert (states(people), catcher.caught) == ({"unknown": 2}, [])


def test_an_answer_that_comes_before_the_outcome_is_written_stands(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    planned(1)

    def answer(stage: str, recipient: str) -> str | None:
        if stage == "dot":
            people.execute("update cf_ledger.invitation set state = 'responded', responded_at = %s", (NOW,))
        return None

    catcher.answer = answer
    send()
    [row] = people.invitations().values()
    assert (row["state"], row["accepted_at"]) == ("responded", NOW)


@pytest.mark.parametrize(
    ("count", "batch", "done"),
    [(10, 4, {"accepted": 4}), (100, 60, {"accepted": 30, "not_tried": 30})],
    ids=["finishes its batch", "gives back what it had claimed ahead"],
)
def test_a_task_told_to_stop(
    people: People,
    planned: Planned,
    catcher: MailCatcher,
    run_context: RunContext,
    count: int,
    batch: int,
    done: dict[str, int],
) -> None:
    planned(count)
    operator = SendInvitationsOperator(
        task_id="send", campaign_id="post_purchase", batch=batch, clock=lambda: NOW
    )

    def answer(stage: str, recipient: str) -> str | None:
        if len(catcher.caught) == 2:
            while states(people).get("claimed") != batch:
                time.sleep(0.01)
            operator.on_kill()
        return None

    catcher.answer = answer
    assert outcomes(operator.execute(run_context(now=NOW))) == done  # type: ignore[arg-type]
    assert states(people) == {"accepted": done["accepted"], "planned": count - done["accepted"]}


SEND_IN_A_PROCESS = """
import sys
from datetime import datetime
from types import SimpleNamespace
from cf_operators.operators.send_invitations import SendInvitationsOperator

now = datetime.fromisoformat(sys.argv[1])
run = SimpleNamespace(run_id="r", conf={}, run_after=now, data_interval_end=None)
task = SimpleNamespace(dag_id="d", task_id="t", run_id="r")
operator = SendInvitationsOperator(task_id="send", campaign_id="post_purchase", batch=20, lines=2, clock=lambda: now)
operator.execute({"dag_run": run, "run_id": "r", "params": {}, "ti": task})
"""


def test_killed_in_the_middle_nothing_is_sent_twice_and_nothing_is_lost_from_sight(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    planned(60)

    def slowly(stage: str, recipient: str) -> str | None:
        time.sleep(0.01)
        return None

    catcher.answer = slowly
    process = subprocess.Popen(
        [sys.executable, "-c", SEND_IN_A_PROCESS, NOW.isoformat()],
        env={**os.environ, "PYTHONPATH": str(ROOT / "plugins")},
    )
    try:
        deadline = time.monotonic() + 90
        while len(catcher.caught) < 25 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    finally:
        process.wait()
    assert process.returncode == -signal.SIGKILL, "the process ended before it could be killed"

    before = states(people)
    assert before["accepted"] == 20  # the first batch was written down
    assert before["claimed"] == 20  # the second one was in hand
    send(batch=20)
    assert states(people) == {"accepted": 40, "claimed": 20}
    assert outcomes(send(clock=NOW + timedelta(minutes=16))) == {"lapsed": 20}
    assert states(people) == {"accepted": 40, "unknown": 20}
    seen = catcher.message_ids()
    assert set(seen.values()) == {1}
    accepted = {row["message_id"] for row in people.invitations().values() if row["state"] == "accepted"}
    assert accepted <= set(seen)


def test_a_task_that_runs_out_of_time_writes_down_what_it_knows(
    people: People, planned: Planned, send: Send, catcher: MailCatcher
) -> None:
    """Airflow ends a task by raising in the middle of whatever runs, here while a mail is between dot and reply."""
    planned(5)

    class OutOfTime(BaseException):
        pass

    def ring(*_: object) -> None:
        raise OutOfTime

    def answer(stage: str, recipient: str) -> str | None:
        if stage == "dot" and len(catcher.caught) == 2:
            # Until the dot is written: asyncio takes what is raised in a write for a broken line.
            time.sleep(0.1)
            os.kill(os.getpid(), signal.SIGALRM)
            time.sleep(0.5)
        return None

    catcher.answer = answer
    before = signal.signal(signal.SIGALRM, ring)
    try:
        with pytest.raises(BaseException) as caught:  # noqa: PT011 - it may come wrapped in a group
            send(lines=1)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert "OutOfTime" in repr(caught.value)
    assert states(people) == {"accepted": 2, "unknown": 1, "planned": 2}
    catcher.answer = lambda at, to: None
    assert outcomes(send()) == {"accepted": 2}
    assert set(catcher.message_ids().values()) == {1}
    assert states(people) == {"accepted": 4, "unknown": 1}
