"""Runs that come twice: cleared, backfilled, triggered together, spread over processes. Each mail goes out once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from cf_operators.operators.plan_invitations import PlanInvitationsOperator
from cf_operators.operators.send_invitations import SendInvitationsOperator
from tests.conftest import Warehouse
from tests.mail_servers import MailCatcher
from tests.operators.wave_to_send import CAMPAIGN, WaveToSend, start
from tests.people import NOW, People

RunContext = Callable[..., dict[str, Any]]


def plan_and_send(context: dict[str, Any], clock: datetime = NOW) -> dict[str, Any]:
    """One run of the DAG."""
    PlanInvitationsOperator(task_id="plan", campaign_id=CAMPAIGN).execute(context)  # type: ignore[arg-type]
    send = SendInvitationsOperator(task_id="send", campaign_id=CAMPAIGN, batch=7, clock=lambda: clock)
    return send.execute(context)  # type: ignore[arg-type]


@pytest.fixture
def people(warehouse: Warehouse, form_address: None, mail_catcher: MailCatcher) -> Any:
    with People(warehouse) as made:
        for _ in range(40):
            made.order(made.contact(), days_ago=5)
        yield made


def ledger(people: People) -> list[dict[str, Any]]:
    return people.warehouse.rows("select * from cf_ledger.invitation order by invitation_id")


def test_a_run_that_is_cleared_and_run_again_changes_nothing(
    people: People, mail_catcher: MailCatcher, run_context: RunContext
) -> None:
    context = run_context(now=NOW, run_id="scheduled__1")
    assert plan_and_send(context)["accepted"] == 40
    before = ledger(people)
    again = plan_and_send(context, clock=NOW + timedelta(hours=2))
    assert (again["accepted"], again["cancelled"], again["expired"]) == (0, {}, 0)
    assert ledger(people) == before
    assert set(mail_catcher.message_ids().values()) == {1}


def test_a_backfill_of_two_days_asks_each_once(
    people: People, mail_catcher: MailCatcher, run_context: RunContext
) -> None:
    """Both runs look back over the same deliveries and run at the same time."""
    contexts = [run_context(now=NOW - timedelta(days=days), run_id=f"backfill__{days}") for days in (0, 1)]
    with ThreadPoolExecutor(2) as pool:
        summaries = list(pool.map(plan_and_send, contexts))
    assert sum(summary["accepted"] for summary in summaries) == 40
    assert mail_catcher.message_ids() == Counter(row["message_id"] for row in ledger(people))
    assert {row["state"] for row in ledger(people)} == {"accepted"}


def test_two_runs_at_once_ask_each_once(
    people: People, mail_catcher: MailCatcher, run_context: RunContext
) -> None:
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(plan_and_send, run_context(now=NOW, run_id=f"manual__{n}")) for n in (1, 2)]
        assert sum(run.result()["accepted"] for run in runs) == 40
    assert set(mail_catcher.message_ids().values()) == {1}
    assert len(mail_catcher.caught) == 40


def test_two_processes_share_one_wave(wave: WaveToSend, mail_catcher: MailCatcher) -> None:
    planned = [wave.plan() for _ in range(150)]
    workers = [wave.process(number, batch=5) for number in (1, 2)]
    try:
        for worker in workers:
            start(worker)
        assert [worker.wait(60) for worker in workers] == [0, 0]
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
    assert mail_catcher.message_ids() == Counter({wave.row(each)["message_id"]: 1 for each in planned})
    claimed = wave.people.warehouse.rows(
        "select distinct split_part(claimed_by, '/', 4) as worker from cf_ledger.invitation"
    )
    assert {row["worker"] for row in claimed} == {"1", "2"}, "both have done their share"
