"""Limits of sending hold for all workers of all campaigns together, and what must wait holds up nobody else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cf_operators.errors import MailServerUnavailable
from cf_operators.operators.send_invitations import SendInvitationsOperator
from tests.conftest import free_port
from tests.mail_servers import MailCatcher
from tests.operators.wave_to_send import CAMPAIGN, WaveToSend, start
from tests.people import NOW

Programme = Callable[..., None]


def usage(wave: WaveToSend) -> dict[str, int]:
    rows = wave.people.warehouse.rows("select scope, used_count from cf_ledger.sending_limit")
    return {row["scope"]: row["used_count"] for row in rows}


def domains(catcher: MailCatcher) -> list[str]:
    return sorted(mail.recipient.rpartition("@")[2] for mail in catcher.caught)


def test_a_day_has_so_many_mails(wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme) -> None:
    programme(sending={"per_day": 5})
    wave.plan_to(*["customers.example"] * 8)
    summary = wave.send(batch=3)
    assert (summary["accepted"], summary["waiting"]["limit"]) == (5, 3)
    assert wave.send(clock=NOW + timedelta(hours=8))["accepted"] == 0, "the same day"
    tomorrow = wave.send(clock=NOW + timedelta(days=1))
    assert (tomorrow["accepted"], tomorrow["waiting"]["limit"]) == (3, 0)
    assert len(mail_catcher.caught) == 8


def test_the_day_is_that_of_the_organisation(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme
) -> None:
    """Midnight in Berlin is 23:00 UTC in winter."""
    programme(sending={"per_day": 2})
    wave.plan_to(*["customers.example"] * 6)
    moments = ["2026-03-16T22:30Z", "2026-03-16T22:59Z", "2026-03-16T23:00Z", "2026-03-17T12:00Z"]
    sent = [wave.send(clock=datetime.fromisoformat(moment))["accepted"] for moment in moments]
    assert sent == [2, 0, 2, 0]


def test_a_campaign_has_its_own_day(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme
) -> None:
    programme(campaigns={CAMPAIGN: {"most_per_day": 2}}, sending={"per_day": 5})
    wave.plan_to(*["customers.example"] * 4)
    wave.plan_to(*["others.example"] * 4, campaign_id="ad_hoc")
    assert wave.send()["accepted"] == 2
    assert wave.send(campaign_id="ad_hoc")["accepted"] == 3, "what the day has left"
    assert domains(mail_catcher) == ["customers.example"] * 2 + ["others.example"] * 3


def test_a_domain_that_has_had_enough_does_not_hold_up_the_others(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme
) -> None:
    programme(sending={"per_domain": {"gmail.com": {"per_day": 2}}})
    wave.plan_to(*["gmail.com"] * 9)
    wave.plan_to("others.example", "mail.gmail.com", send_not_before=NOW)
    summary = wave.send(batch=2)
    assert (summary["accepted"], summary["waiting"]["limit"]) == (4, 7)
    assert domains(mail_catcher) == ["gmail.com", "gmail.com", "mail.gmail.com", "others.example"]


def test_a_limit_that_is_taken_away_limits_no_more(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme
) -> None:
    programme(sending={"per_domain": {"gmail.com": {"per_day": 1}}})
    wave.plan_to(*["gmail.com"] * 3)
    assert wave.send()["accepted"] == 1
    programme(sending={"per_domain": {"others.example": {"per_day": 1}}})
    assert wave.send()["accepted"] == 2


def test_what_was_not_handed_over_does_not_count(
    wave: WaveToSend, programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme(sending={"per_day": 4, "per_domain": {"gmail.com": {"per_day": 2}}})
    wave.plan_to("gmail.com", "gmail.com", "others.example")
    port = free_port()
    monkeypatch.setenv("AIRFLOW_CONN_CF_SMTP", f"smtp://127.0.0.1:{port}/?disable_ssl=true&disable_tls=true")
    with pytest.raises(MailServerUnavailable):
        wave.send()
    assert usage(wave) == {"all": 0, "domain:gmail.com": 0}
    with MailCatcher(port=port):
        assert wave.send()["accepted"] == 3
    assert usage(wave) == {"all": 3, "domain:gmail.com": 2}


def test_whoever_said_no_does_not_count(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme
) -> None:
    programme(sending={"per_day": 2})
    for number in range(4):
        contact = wave.people.contact()
        wave.plan(contact, send_not_before=NOW + timedelta(seconds=number))
        if number % 2 == 0:
            wave.people.consent(contact, False, NOW)
    summary = wave.send(clock=NOW + timedelta(minutes=1))
    assert (summary["accepted"], summary["cancelled"]) == (2, {"no_consent": 2})


# --- several processes ------------------------------------------------------------------------------------------------


def run_together(wave: WaveToSend, count: int, **settings: Any) -> None:
    workers = [wave.process(number, **settings) for number in range(count)]
    try:
        for worker in workers:
            start(worker)
        assert [worker.wait(60) for worker in workers] == [0] * count
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()


def test_two_processes_share_the_flow(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme
) -> None:
    programme(sending={"per_second": 20})
    wave.plan_to(*["customers.example"] * 60)
    times: list[float] = []

    def note(stage: str, recipient: str) -> None:
        if stage == "dot":
            times.append(time.monotonic())

    mail_catcher.answer = note
    run_together(wave, 2)
    assert set(mail_catcher.message_ids().values()) == {1}
    assert len(times) == 60
    # A burst of 2, then 20 a second: 58 / 20 seconds at least. A mail may arrive some time after it was claimed.
    late = 0.25
    assert times[-1] - times[0] >= 58 / 20 - late
    assert times[-1] - times[0] < 2 * 58 / 20, "and the flow is used"
    for first, began_at in enumerate(times):
        within = sum(1 for moment in times[first:] if moment < began_at + 1)
        assert within <= 2 + 20 * (1 + late)


def test_two_processes_share_the_days(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme
) -> None:
    programme(sending={"per_day": 30, "per_domain": {"gmail.com": {"per_day": 7}}})
    wave.plan_to(*["gmail.com", "customers.example"] * 40)
    run_together(wave, 2, batch=4)
    assert domains(mail_catcher) == ["customers.example"] * 23 + ["gmail.com"] * 7
    assert wave.states() == {"accepted": 30, "planned": 50}
    assert usage(wave) == {"all": 30, "domain:gmail.com": 7}


# --- sleeping ---------------------------------------------------------------------------------------------------------


def test_a_worker_that_sleeps_holds_nothing_and_hears_that_it_shall_stop(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme
) -> None:
    programme(sending={"per_second": 0.001})
    wave.plan_to(*["customers.example"] * 3)
    operator = SendInvitationsOperator(task_id="send", campaign_id=CAMPAIGN, clock=lambda: NOW)
    while_asleep: list[object] = []

    def look_then_stop() -> None:
        until = time.monotonic() + 120
        while wave.states() != {"accepted": 1, "planned": 2} and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.5)
        while_asleep.append(wave.states())
        operator.on_kill()

    watcher = threading.Thread(target=look_then_stop)
    watcher.start()
    started = time.monotonic()
    summary = operator.execute(wave.context(now=NOW))  # type: ignore[arg-type]
    assert time.monotonic() - started < 300, "the next mail could go after 1,000 seconds"
    watcher.join()
    assert while_asleep == [{"accepted": 1, "planned": 2}]
    assert (summary["accepted"], summary["waiting"]["limit"]) == (1, 2)


def test_a_worker_does_not_sleep_longer_than_until_the_next_run(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme
) -> None:
    programme(sending={"per_second": 0.001})
    wave.plan_to(*["customers.example"] * 3)
    started = time.monotonic()
    assert wave.send()["accepted"] == 1
    assert time.monotonic() - started < 300, "the next mail could go after 1,000 seconds"


def test_a_worker_sleeps_only_for_mails_that_are_due(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme
) -> None:
    programme(sending={"per_domain": {"gmail.com": {"per_second": 0.001}}})
    wave.plan_to("gmail.com", "others.example")
    wave.plan_to("gmail.com", send_not_before=NOW + timedelta(hours=1))
    started = time.monotonic()
    assert wave.send()["accepted"] == 2
    assert time.monotonic() - started < 300, "the next mail could go after 1,000 seconds"


def test_times_of_the_flow_are_those_of_the_database(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme
) -> None:
    """The clocks of the workers' machines may differ; the flow is one."""
    programme(sending={"per_second": 10})
    wave.plan_to("customers.example")
    wave.send()
    [row] = wave.people.warehouse.rows("select next_free_at from cf_ledger.sending_limit")
    assert abs(row["next_free_at"] - datetime.now(UTC)) < timedelta(seconds=30)
