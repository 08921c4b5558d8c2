"""Workers killed at any moment: no invitation reaches the server twice, and each ends in exactly one state."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from tests.conftest import free_port
from tests.mail_servers import MailCatcher
from tests.operators.wave_to_send import WaveToSend, start
from tests.people import NOW

LEASE_OVER = NOW + timedelta(minutes=16)


def until(condition: Callable[[], bool], process: subprocess.Popen[str], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, "the worker ended before it could be killed"
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.01)


@contextmanager
def worker(wave: WaveToSend, **settings: object) -> Iterator[subprocess.Popen[str]]:
    process = wave.process(**settings)  # type: ignore[arg-type]
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("stage", "at_server_before"), [("mail", 0), ("rcpt", 0), ("data", 0), ("body", 0), ("dot", 1)]
)
def test_killed_in_the_middle_of_a_mail(
    wave: WaveToSend, mail_catcher: MailCatcher, stage: str, at_server_before: int
) -> None:
    """The server stands still at one stage of the second mail. After the dot it takes that mail all the same."""
    for _ in range(6):
        wave.plan()
    reached, go_on = threading.Event(), threading.Event()

    def answer(at: str, recipient: str) -> None:
        if at == stage and len(mail_catcher.caught) == 1 and not reached.is_set():
            reached.set()
            go_on.wait(30)

    mail_catcher.answer = answer
    with worker(wave, batch=3, lines=1) as process:
        start(process)
        until(reached.is_set, process)
    go_on.set()
    deadline = time.monotonic() + 30
    while len(mail_catcher.caught) < 1 + at_server_before and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.2)  # what the server had of it, it has now
    assert len(mail_catcher.caught) == 1 + at_server_before
    assert wave.states() == {"claimed": 3, "planned": 3}

    assert wave.send()["accepted"] == 3, "what nobody had claimed"
    assert wave.send(clock=LEASE_OVER)["lapsed"] == 3
    assert wave.states() == {"accepted": 3, "unknown": 3}
    assert set(mail_catcher.message_ids().values()) == {1}


def test_killed_after_the_claim_and_before_the_first_word(
    wave: WaveToSend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server takes the connection and says nothing."""
    for _ in range(5):
        wave.plan()
    port = free_port()
    monkeypatch.setenv("AIRFLOW_CONN_CF_SMTP", f"smtp://127.0.0.1:{port}/?disable_ssl=true&disable_tls=true")
    with socket.create_server(("127.0.0.1", port)), worker(wave, batch=3, lines=1) as process:
        start(process)
        until(lambda: wave.states()["claimed"] == 3, process)
    with MailCatcher(port=port) as catcher:
        assert wave.send()["accepted"] == 2
        assert wave.send(clock=LEASE_OVER)["lapsed"] == 3
        assert len(catcher.caught) == 2
    assert wave.states() == {"accepted": 2, "unknown": 3}, "nobody can know that nothing was sent"


def test_killed_before_the_claim_was_committed(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Callable[..., None]
) -> None:
    """The claim has written its rows and waits for the row of the limit, which somebody else holds."""
    programme(sending={"per_day": 100})
    for _ in range(5):
        wave.plan()
    wave.people.execute("insert into cf_ledger.sending_limit (scope) values ('all')")
    waits_for_the_row = (
        "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '-- limit_charge%'"
    )
    with wave.people.warehouse.connect() as holder:
        holder.execute("select 1 from cf_ledger.sending_limit where scope = 'all' for update")
        with worker(wave, batch=3) as process:
            start(process)
            until(lambda: bool(wave.people.warehouse.rows(waits_for_the_row)), process)
    assert wave.send()["accepted"] == 5
    assert wave.states() == {"accepted": 5}
    assert set(mail_catcher.message_ids().values()) == {1}
    [row] = wave.people.warehouse.rows("select used_count from cf_ledger.sending_limit")
    assert row["used_count"] == 5, "the limit was not charged either"


def test_killed_while_one_half_goes_out_and_the_next_is_claimed(
    wave: WaveToSend, mail_catcher: MailCatcher
) -> None:
    for _ in range(120):
        wave.plan()

    def slowly(at: str, recipient: str) -> None:
        time.sleep(0.004)

    mail_catcher.answer = slowly
    with worker(wave, batch=60, lines=2) as process:
        start(process)
        until(lambda: len(mail_catcher.caught) >= 35, process)
    in_doubt = wave.states()["claimed"]
    assert 30 <= in_doubt <= 60
    wave.send()
    assert wave.send(clock=LEASE_OVER)["lapsed"] == in_doubt
    assert wave.states() == {"accepted": 120 - in_doubt, "unknown": in_doubt}
    assert set(mail_catcher.message_ids().values()) == {1}


def test_killed_again_and_again(wave: WaveToSend, mail_catcher: MailCatcher) -> None:
    """Three workers at once, each killed after some mails more than the one before."""
    planned = {wave.plan() for _ in range(60)}

    def slowly(at: str, recipient: str) -> None:
        time.sleep(0.004)

    mail_catcher.answer = slowly
    for kill_after in (3, 8, 19):
        with worker(wave, batch=5, lines=2) as one, worker(wave, batch=4, lines=1) as other:
            before = len(mail_catcher.caught)
            start(one)
            start(other)
            until(lambda after=before + kill_after: len(mail_catcher.caught) >= after, one)  # type: ignore[misc]
    wave.send()
    assert wave.states()["planned"] == 0
    wave.send(clock=LEASE_OVER)
    states = wave.states()
    assert set(states) <= {"accepted", "unknown"}
    assert states.total() == len(planned)
    assert states["unknown"] <= 3 * (5 + 4), "a batch of each worker that was killed"
    seen = mail_catcher.message_ids()
    assert set(seen.values()) == {1}
    rows = wave.people.warehouse.rows("select message_id, state from cf_ledger.invitation")
    assert {row["message_id"] for row in rows if row["state"] == "accepted"} <= set(seen)
