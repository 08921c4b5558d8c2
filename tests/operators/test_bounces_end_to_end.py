"""Mails that really bounce: sent through a postfix, refused by the server behind it, reported, and read back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cf_operators.operators.collect_bounces import CollectBouncesOperator
from tests.certificate import write_certificate
from tests.conftest import Warehouse
from tests.mail_servers import MailCatcher
from tests.operators.wave_to_send import WaveToSend
from tests.people import NOW
from tests.postfix import MAILBOX, Postfix, running_dovecot, running_postfix

Collect = Callable[..., dict[str, int]]

REFUSALS = {
    "gone": "550 5.1.1 <{}>: Recipient address rejected: User unknown in local recipient table",
    "unnamed": "550 no such user here",
    "full": "452 4.2.2 <{}>: Mailbox full",
    "policy": "554 5.7.1 message refused by policy",
}


def refuse(stage: str, recipient: str) -> str | None:
    """The server behind the postfix refuses some, at RCPT, and takes the others."""
    kind = recipient.partition("@")[0].rstrip("0123456789").lower()
    return REFUSALS[kind].format(recipient) if stage == "rcpt" and kind in REFUSALS else None


@pytest.fixture
def behind() -> Iterator[MailCatcher]:
    with MailCatcher(answer=refuse) as server:
        yield server


@pytest.fixture
def postfix(behind: MailCatcher) -> Iterator[Postfix]:
    with running_postfix(behind.port) as server:
        yield server


@pytest.fixture
def through_postfix(postfix: Postfix, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The connections ``cf_smtp`` and ``cf_bounces`` lead to the postfix and to the Maildir behind it."""

    def connect(**extra: Any) -> None:
        smtp = {
            "conn_type": "smtp", "host": "127.0.0.1", "port": postfix.port,
            "extra": {"disable_ssl": True, "disable_tls": True, "from_email": MAILBOX, **extra},
        }  # fmt: skip
        monkeypatch.setenv("AIRFLOW_CONN_CF_SMTP", json.dumps(smtp))
        maildir = {"conn_type": "fs", "extra": {"path": str(postfix.maildir)}}
        monkeypatch.setenv("AIRFLOW_CONN_CF_BOUNCES", json.dumps(maildir))

    return connect


@pytest.fixture
def collect(run_context: Callable[..., dict[str, Any]]) -> Collect:
    def run() -> dict[str, int]:
        summary = CollectBouncesOperator(task_id="collect").execute(run_context())  # type: ignore[arg-type]
        return {name: count for name, count in summary.items() if count}

    return run


def send_wave(wave: WaveToSend) -> dict[str, UUID]:
    """One ask to each of ten people; the mail server that they were handed to has taken them all."""
    names = ["gone1", "gone2", "unnamed", "full1", "full2", "full3", "policy", "fine1", "fine2", "Fine3"]
    asks = {name: wave.plan(wave.people.contact(f"{name}@customers.example")) for name in names}
    assert wave.send()["accepted"] == len(names)
    return asks


def check_ledger(wave: WaveToSend, warehouse: Warehouse, asks: dict[str, UUID]) -> None:
    rows = {name: wave.row(ask) for name, ask in asks.items()}
    assert {name: row["state_reason"] for name, row in rows.items() if row["state"] == "bounced"} == {
        "gone1": "hard bounce", "gone2": "hard bounce", "unnamed": "hard bounce", "full1": "soft bounce",
        "full2": "soft bounce", "full3": "soft bounce", "policy": "soft bounce",
    }  # fmt: skip
    assert {name for name, row in rows.items() if row["state"] == "accepted"} == {"fine1", "fine2", "Fine3"}
    given_up = warehouse.rows(
        "select c.email, s.reason from cf_ledger.suppression as s "
        "inner join cf_ledger.contact as c on s.address_hash = c.address_hash order by 1"
    )
    assert [(row["email"], row["reason"]) for row in given_up] == [
        (f"{name}@customers.example", "bounced") for name in ("gone1", "gone2", "unnamed")
    ]
    said = {str(row["last_reply"]) for row in rows.values() if row["state"] == "bounced"}
    assert not any("customers.example" in text for text in said)
    assert "4.2.2 452 4.2.2 <[address]>: Mailbox full" in said


SUMMARY = {"read": 7, "bounced": 7, "suppressed": 3, "hard": 3, "soft": 4}


def test_return_addresses_lead_home_through_a_maildir(
    wave: WaveToSend, warehouse: Warehouse, postfix: Postfix, behind: MailCatcher,
    through_postfix: Callable[..., None], collect: Collect,
) -> None:  # fmt: skip
    through_postfix(verp=True)
    asks = send_wave(wave)
    postfix.wait_for(7)
    senders = {mail.sender for mail in behind.caught}
    assert len(senders) == len(behind.caught) == 3, "each mail has a return address of its own"
    # Nothing but the return address tells the ask.
    for path in postfix.mails():
        path.write_bytes(path.read_bytes().replace(b"Message-ID: <", b"Message-ID: <x-"))
    assert collect() == SUMMARY
    check_ledger(wave, warehouse, asks)
    before = warehouse.rows("select * from cf_ledger.invitation order by 1")
    assert collect() == {}
    assert {path.name.rpartition(":2,")[2] for path in postfix.mails()} == {"S"}
    for path in postfix.mails():
        path.rename(postfix.maildir / "new" / path.name.partition(":")[0])
    assert collect() == {"read": 7, "known": 7}
    assert warehouse.rows("select * from cf_ledger.invitation order by 1") == before
    assert len(warehouse.rows("select * from cf_ledger.bounce")) == 7


def test_without_them_the_message_id_of_the_mail_that_came_back_does(
    wave: WaveToSend, warehouse: Warehouse, postfix: Postfix, behind: MailCatcher,
    through_postfix: Callable[..., None], collect: Collect,
) -> None:  # fmt: skip
    through_postfix()
    asks = send_wave(wave)
    postfix.wait_for(7)
    assert {mail.sender for mail in behind.caught} == {MAILBOX}
    assert collect() == SUMMARY
    check_ledger(wave, warehouse, asks)


def test_by_imap_it_is_the_same_mailbox(
    wave: WaveToSend, warehouse: Warehouse, postfix: Postfix, tmp_path: Path,
    through_postfix: Callable[..., None], collect: Collect, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    through_postfix(verp=True)
    asks = send_wave(wave)
    postfix.wait_for(7)
    certificate = write_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with running_dovecot(postfix.maildir, certificate) as server:
        imap = {
            "conn_type": "imap", "host": "127.0.0.1", "port": server.tls_port, "login": server.login,
            "password": server.password,
        }  # fmt: skip
        monkeypatch.setenv("AIRFLOW_CONN_CF_BOUNCES", json.dumps(imap))
        assert collect() == SUMMARY
        check_ledger(wave, warehouse, asks)
        assert collect() == {}
    # The same mails from the Maildir, unread again: they are known, whatever way they are read.
    through_postfix()
    for path in postfix.mails():
        path.rename(postfix.maildir / "new" / path.name.partition(":")[0])
    assert collect() == {"read": 7, "known": 7}


def test_an_address_is_given_up_and_nobody_is_sent_to_it_again(
    wave: WaveToSend, postfix: Postfix, through_postfix: Callable[..., None], collect: Collect
) -> None:
    through_postfix(verp=True)
    contact = wave.people.contact("gone@customers.example")
    wave.plan(contact)
    wave.send()
    postfix.wait_for(1)
    collect()
    # Another campaign, long after.
    again = wave.plan(contact, campaign_id="annual", send_not_before=NOW)
    assert wave.send(campaign_id="annual")["cancelled"] == {"bounced": 1}
    assert wave.row(again)["state"] == "cancelled"
