"""How many workers are started: by what may go now, not by what waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from cf_operators.domain import waiting
from cf_operators.operators import count_due
from cf_operators.operators.count_due import CountDueOperator
from cf_operators.operators.sum_up_sending import SumUpSendingOperator
from tests.mail_servers import MailCatcher
from tests.operators.wave_to_send import CAMPAIGN, WaveToSend
from tests.people import NOW

Programme = Callable[..., None]


@pytest.fixture(autouse=True)
def _few_mails_make_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten instead of 2,000, so that a test needs no thousands of rows."""
    monkeypatch.setattr(waiting, "DUE_PER_WORKER", 10)
    monkeypatch.setattr(count_due, "DUE_PER_WORKER", 10)


def workers(
    wave: WaveToSend, clock: datetime = NOW, *campaign_ids: str, **context: Any
) -> list[tuple[str, int]]:
    operator = CountDueOperator(task_id="due", campaign_ids=campaign_ids or [CAMPAIGN], clock=lambda: clock)
    found = operator.execute(wave.context(now=NOW, **context))  # type: ignore[arg-type]
    return [(each["campaign_id"], each["worker"]) for each in found]


def test_nothing_due_starts_nobody(wave: WaveToSend) -> None:
    assert workers(wave) == []
    wave.plan(send_not_before=NOW + timedelta(seconds=1))
    wave.plan(approval="wanted")
    wave.plan(channel="phone")
    assert workers(wave) == []


@pytest.mark.parametrize(("due", "count"), [(1, 1), (10, 1), (11, 2), (45, 3)])
def test_more_mails_start_more_workers(wave: WaveToSend, programme: Programme, due: int, count: int) -> None:
    programme(sending={"workers": 3})
    wave.plan_to(*["customers.example"] * due)
    assert workers(wave) == [(CAMPAIGN, number) for number in range(1, count + 1)]


def test_each_campaign_has_its_own(wave: WaveToSend) -> None:
    wave.plan_to(*["customers.example"] * 12)
    wave.plan(campaign_id="ad_hoc")
    found = workers(wave, NOW, CAMPAIGN, "annual", "ad_hoc")
    assert found == [(CAMPAIGN, 1), (CAMPAIGN, 2), ("ad_hoc", 1)]


def test_what_must_wait_starts_nobody(
    wave: WaveToSend, programme: Programme, mail_catcher: MailCatcher
) -> None:
    window = {"window": {"from": "09:30", "until": "19:00"}}
    programme(sending={**window, "per_day": 40, "per_domain": {"gmail.com": {"per_day": 2}}})
    kolkata = {"time_zone": "Asia/Kolkata"}
    wave.plan_to(*["gmail.com"] * 30, **kolkata)
    wave.plan_to(*["customers.example"] * 30, time_zone="America/New_York")
    wave.send(batch=1)
    assert workers(wave) == [], "two to gmail.com are gone, the others sleep"
    evening = NOW + timedelta(hours=12)
    assert workers(wave, evening) == [(CAMPAIGN, 1), (CAMPAIGN, 2)]
    wave.send(clock=evening)
    tomorrow = NOW + timedelta(days=1)
    assert workers(wave, tomorrow) == [(CAMPAIGN, 1)], "two may go to gmail.com, of 28"


def test_what_has_to_be_closed_takes_one(wave: WaveToSend, mail_catcher: MailCatcher) -> None:
    wave.plan()
    assert workers(wave, wave.not_after) == [(CAMPAIGN, 1)]
    assert wave.send(clock=wave.not_after)["expired"] == 1
    assert workers(wave, wave.not_after) == []
    wave.plan(state="claimed", claimed_at=NOW, lease_until=NOW + timedelta(minutes=15))
    assert workers(wave, NOW + timedelta(minutes=14)) == []
    assert workers(wave, NOW + timedelta(minutes=15)) == [(CAMPAIGN, 1)]


def test_a_dry_run_starts_nobody(wave: WaveToSend) -> None:
    wave.plan()
    assert workers(wave, params={"dry_run": True}) == []


def test_the_workers_are_added_up(wave: WaveToSend, mail_catcher: MailCatcher) -> None:
    wave.plan_to(*["customers.example"] * 5)
    context = wave.context()
    summaries = [wave.send(batch=2), wave.send()]
    context["ti"].xcom_pull = lambda task_ids: summaries if task_ids == ["send"] else [None]
    total = SumUpSendingOperator(task_id="sent").execute(context)  # type: ignore[arg-type]
    assert (total["campaigns"], total["accepted"]) == ([CAMPAIGN], 5)
    context["ti"].xcom_pull = lambda task_ids: [None]
    assert SumUpSendingOperator(task_id="sent").execute(context)["accepted"] == 0  # type: ignore[arg-type]
