"""A mail that a person has sent again may have arrived the first time: its answer counts, and stops the second mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from cf_operators.hooks.decisions import Decisions
from cf_operators.operators.collect_submissions import CollectSubmissionsOperator
from tests.mail_servers import MailCatcher
from tests.operators.wave_to_send import WaveToSend

Collect = Callable[[], Any]
NOW = datetime.now(UTC)
"""The form goes by the clock of the database."""
SOON = NOW + timedelta(minutes=1)


@pytest.fixture
def collect(run_context: Callable[..., Any]) -> Collect:
    operator = CollectSubmissionsOperator(task_id="collect_form")
    return lambda: operator.execute(run_context())


@pytest.fixture
def ask(wave: WaveToSend) -> UUID:
    """An ask that waits to be sent a second time."""
    wave.not_after, wave.answer_until = NOW + timedelta(days=9), NOW + timedelta(days=39)
    made = wave.plan(state="unknown", claimed_at=NOW - timedelta(hours=1), send_not_before=NOW)
    with wave.people.warehouse.connect() as connection:
        Decisions(connection, "quality", NOW).settle("send_again", invitation_ids=[made])
    assert wave.row(made)["state"] == "planned"
    return made


def submit(wave: WaveToSend, invitation: UUID) -> str:
    [version] = wave.people.warehouse.rows("select survey_version from cf_ledger.wave")
    with psycopg.connect(wave.people.warehouse.form_uri) as connection:
        row = connection.execute(
            "select cf_ledger.form_submit(%s, %s, true, %s, 'en', null)",
            [invitation, version["survey_version"], Jsonb({"csat": 5})],
        ).fetchone()
    assert row
    return str(row[0])


def state(wave: WaveToSend, invitation: UUID) -> tuple[str, str | None]:
    row = wave.row(invitation)
    return row["state"], row["state_reason"]


def test_the_answer_comes_before_the_second_mail(
    wave: WaveToSend, ask: UUID, mail_catcher: MailCatcher, collect: Collect
) -> None:
    assert submit(wave, ask) == "accepted"
    assert submit(wave, ask) == "answered"
    summary = wave.send(clock=SOON)
    assert (summary["accepted"], summary["cancelled"]) == (0, {"answered": 1})
    assert state(wave, ask) == ("cancelled", "answered")
    collect()
    assert state(wave, ask)[0] == "responded"
    assert mail_catcher.caught == []


def test_a_collected_answer_ends_the_wait(
    wave: WaveToSend, ask: UUID, mail_catcher: MailCatcher, collect: Collect
) -> None:
    assert submit(wave, ask) == "accepted"
    collect()
    assert state(wave, ask)[0] == "responded"
    assert (wave.send(clock=SOON)["accepted"], mail_catcher.caught) == (0, [])


def test_the_answer_comes_between_the_claim_and_the_mail(
    wave: WaveToSend, ask: UUID, mail_catcher: MailCatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cf_operators.hooks.ledger import Ledger

    recheck = Ledger.recheck

    def answered_first(self: Ledger, *args: Any) -> Any:
        assert submit(wave, ask) == "accepted"
        return recheck(self, *args)

    monkeypatch.setattr(Ledger, "recheck", answered_first)
    assert wave.send(clock=SOON)["cancelled"] == {"answered": 1}
    assert mail_catcher.caught == []


@pytest.mark.parametrize(
    ("became", "reason"),
    [("cancelled", "asked_recently"), ("expired", "not sent in time"), ("refused", None)],
)
def test_the_form_stays_open_whatever_became_of_the_second_mail(
    wave: WaveToSend, ask: UUID, collect: Collect, became: str, reason: str | None
) -> None:
    wave.people.execute("update cf_ledger.invitation set state = %s, state_reason = %s", (became, reason))
    assert submit(wave, ask) == "accepted"
    collect()
    assert state(wave, ask)[0] == "responded"


@pytest.mark.parametrize(
    ("became", "outcome"), [("planned", "closed"), ("cancelled", "closed"), ("expired", "expired")]
)
def test_what_was_never_sent_is_closed(wave: WaveToSend, became: str, outcome: str) -> None:
    assert submit(wave, wave.plan(state=became)) == outcome


def test_the_form_ends_when_the_wave_does(wave: WaveToSend, ask: UUID) -> None:
    wave.people.execute("update cf_ledger.wave set answer_until = %s", (NOW - timedelta(seconds=1),))
    assert submit(wave, ask) == "expired"
