"""The whole life of asks: planned, mailed through a real SMTP server, reminded, answered or not, closed, counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from cf_operators.domain.link import read_link
from cf_operators.operators.build_model import BuildModelOperator
from cf_operators.operators.collect_submissions import CollectSubmissionsOperator
from cf_operators.operators.measure_kpis import MeasureKpisOperator
from cf_operators.operators.plan_invitations import PlanInvitationsOperator
from cf_operators.operators.plan_reminders import PlanRemindersOperator
from cf_operators.operators.send_invitations import SendInvitationsOperator
from tests.conftest import Warehouse
from tests.mail_servers import Caught, MailCatcher
from tests.operators.reminded import asked, submit, wave
from tests.people import NOW, People

KEY = "a signing key for tests, long enough"
LAST = 21 + 1 + 30 - 3
"""The wave of a delivery on NOW - 3 days takes answers so many days: fresh_days to their end, and answer_days."""


@pytest.fixture
def people(warehouse: Warehouse) -> Iterator[People]:
    with People(warehouse) as made:
        yield made


@pytest.fixture
def catcher(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailCatcher]:
    connection = {"conn_type": "http", "schema": "https", "host": "feedback.example", "password": KEY}
    monkeypatch.setenv("AIRFLOW_CONN_CF_FORM", json.dumps(connection))
    with MailCatcher() as server:
        monkeypatch.setenv("AIRFLOW_CONN_CF_SMTP", server.uri)
        yield server


@pytest.fixture
def day(
    people: People, catcher: MailCatcher, run_context: Callable[..., dict[str, Any]]
) -> Callable[[int], list[str]]:
    """One day of the campaign: collect, plan, remind, send; gives the recipients of the mails of that day."""

    def run(number: int) -> list[str]:
        now, seen = NOW + timedelta(days=number), len(catcher.caught)
        context: Any = run_context(now=now)
        campaign = "post_purchase"
        CollectSubmissionsOperator(task_id="collect").execute(context)
        PlanInvitationsOperator(task_id="plan", campaign_id=campaign).execute(context)
        PlanRemindersOperator(task_id="remind", campaign_id=campaign).execute(context)
        SendInvitationsOperator(task_id="send", campaign_id=campaign, clock=lambda: now).execute(context)
        return sorted(mail.recipient for mail in catcher.caught[seen:])

    return run


def customer(people: People, name: str) -> UUID:
    contact = people.contact(f"{name}@customers.example")
    people.order(contact, days_ago=3)
    return contact


def first_ask(people: People, contact: UUID) -> UUID:
    [row] = people.warehouse.rows(
        "select invitation_id from cf_ledger.invitation where contact_key = %s and reminder_number = 0",
        [contact],
    )
    return UUID(str(row["invitation_id"]))


def states(people: People, contact: UUID) -> dict[int, str]:
    rows = people.warehouse.rows(
        "select reminder_number, state from cf_ledger.invitation where contact_key = %s", [contact]
    )
    return {row["reminder_number"]: row["state"] for row in rows}


def asked_by_link(mail: Caught, now: datetime) -> UUID:
    """The ask that the answer link of a mail stands for."""
    text = mail.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    links = (word for word in text.split() if word.startswith("https://feedback.example/s/"))
    [token] = {link.rpartition("/")[2].partition("?")[0] for link in links}
    return read_link(KEY, "answer", token, now)


def test_ask_reminder_answer_and_no_second_mail(
    people: People, day: Callable[[int], list[str]], catcher: MailCatcher
) -> None:
    quick, late, silent, gone = (customer(people, name) for name in ("quick", "late", "silent", "gone"))
    assert len(day(0)) == 4
    assert day(0) == [], "the same run again"
    submit(people, first_ask(people, quick), at=NOW + timedelta(days=2))
    people.suppress("gone@customers.example", "unsubscribed")
    assert [day(number) for number in range(1, 7)] == [[]] * 6

    assert day(7) == ["late@customers.example", "silent@customers.example"]
    [reminder] = [mail for mail in catcher.caught[4:] if mail.recipient == "late@customers.example"]
    assert asked_by_link(reminder, NOW) == first_ask(people, late)
    assert set(catcher.message_ids().values()) == {1}
    submit(people, first_ask(people, late), at=NOW + timedelta(days=8))
    assert [day(number) for number in (7, 8, 14, 21, 30, LAST - 1)] == [[]] * 6
    assert states(people, quick) == {0: "responded"}
    assert states(people, late) == {0: "responded", 1: "accepted"}
    assert states(people, silent) == {0: "accepted", 1: "accepted"}

    assert day(LAST) == []
    assert states(people, silent) == {0: "expired", 1: "expired"}
    assert states(people, gone) == {0: "expired", 1: "cancelled"}


def test_each_person_counts_once_in_the_response_rate_also_after_the_end(
    people: People, day: Callable[[int], list[str]], run_context: Callable[..., dict[str, Any]]
) -> None:
    answered, _ = customer(people, "answered"), customer(people, "silent")
    day(0)
    day(7)
    submit(people, first_ask(people, answered), at=NOW + timedelta(days=8))

    def response_rate(number: int) -> tuple[float, float, float]:
        context: Any = run_context(now=NOW + timedelta(days=number))
        BuildModelOperator(task_id="model", stream="responses").execute(context)
        MeasureKpisOperator(task_id="measure").execute(context)
        [row] = people.warehouse.rows(
            "select numerator, denominator, value from cf_kpi.v_kpi_latest "
            "where kpi = 'response_rate' and grain = 'all' and slice = 'all'"
        )
        return row["numerator"], row["denominator"], row["value"]

    def report() -> tuple[int, int, int, int, float]:
        [row] = people.warehouse.rows("select * from cf_kpi.v_wave_report")
        return row["accepted"], row["expired"], row["responded"], row["reminder_count"], row["response_rate"]

    day(9)
    assert response_rate(9) == (1, 2, 0.5)
    assert report() == (1, 0, 1, 2, 0.5)
    day(LAST)
    assert response_rate(LAST) == (1, 2, 0.5)
    assert report() == (0, 1, 1, 2, 0.5)
    reminders = people.warehouse.rows(
        "select channel, inclusion_probability from cf_core.fct_invitation where reminder_number = 1"
    )
    assert reminders == [{"channel": "mail", "inclusion_probability": 1.0}] * 2


def test_who_did_not_answer_in_time_was_asked_all_the_same(
    people: People, day: Callable[[int], list[str]]
) -> None:
    """The quiet period reaches beyond the end of the wave, and an order is asked about once."""
    contact = customer(people, "silent")
    day(0)
    people.execute("update cf_ledger.wave set answer_until = %s", [NOW + timedelta(days=8)])
    assert day(8) == []
    assert states(people, contact)[0] == "expired"
    people.now = NOW + timedelta(days=9)
    people.order(contact, days_ago=0)
    # The delivery of the first order is corrected, which puts it into the wave of another day.
    people.execute(
        "update cf_core.fct_order set delivered_on = delivered_on + 10 where delivered_on < %s", [NOW]
    )
    assert day(12) == []
    reasons = people.warehouse.rows("select wave_id, reason from cf_ledger.exclusion order by wave_id")
    assert reasons == [
        {"wave_id": "post_purchase/2026-03-23", "reason": "already_asked"},
        {"wave_id": "post_purchase/2026-03-25", "reason": "asked_recently"},
    ]


def test_ask_of_another_campaign_in_between_does_not_hold_a_reminder_back(
    people: People, day: Callable[[int], list[str]]
) -> None:
    contact = customer(people, "ana")
    assert day(0) == ["ana@customers.example"]
    people.execute("insert into cf_ledger.survey values ('annual', 'v', '{}', %s)", [NOW])
    wave(people, "ad_hoc/w")
    asked(people, contact, at=NOW + timedelta(days=5), wave_id="ad_hoc/w")
    assert day(7) == ["ana@customers.example"]
