"""Sending invitations with the ledger on, against a bare smtplib loop into the same mail server.

The operator holds its usual four lines open, the loop one. The mail server is Python as well, and what it costs is in
both figures: against a faster one the ratio is lower, against a slower one higher.
"""

from __future__ import annotations

import json
import smtplib
import sys
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from bench.trial import peak_memory
from cf_operators.domain.identity import address_hash
from cf_operators.hooks.form_links import FormLinks
from cf_operators.hooks.invitation_mail import InvitationMail
from cf_operators.hooks.ledger import Claimed
from cf_operators.hooks.smtp_line import Parcel
from cf_operators.hooks.smtp_settings import SmtpSettings
from cf_operators.hooks.warehouse import WarehouseHook
from cf_operators.operators.plan_invitations import PlanInvitationsOperator
from cf_operators.operators.send_invitations import SendInvitationsOperator
from cf_operators.programme import load_programme

CAMPAIGN = "post_purchase"
NAME = "Ada Example"
NOW = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)


def measure(count: int) -> dict[str, Any]:
    """Plan and send so many invitations, and send as many ready-made mails.

    The bare loop runs half before and half after, so that a machine whose load drifts favours neither side.

    :returns: seconds of both, ``memory`` in bytes at the end of the operator, and ``accepted`` as the ledger has it.
    """
    _fill(count)
    _plan(count)
    parcel = _ready_made()
    bare_seconds = _bare(parcel, count // 2)
    operator = SendInvitationsOperator(task_id="send", campaign_id=CAMPAIGN, clock=lambda: NOW)
    started = time.perf_counter()
    operator.execute(_context())
    seconds, memory = time.perf_counter() - started, peak_memory()
    bare_seconds += _bare(parcel, count - count // 2)
    states = _states()
    if states != {"accepted": count}:
        raise SystemExit(f"sending: {count} invitations should be accepted, the ledger has {states}")
    return {
        "count": count,
        "seconds": seconds,
        "bare_seconds": bare_seconds,
        "memory": memory,
        "accepted": states["accepted"],
        "mail_bytes": len(parcel.content),
    }


def _fill(count: int) -> None:
    """Write so many customers, each with an order that was delivered five days ago."""
    keys = [uuid4() for _ in range(count)]
    emails = [f"person{number}@customers.example" for number in range(count)]
    ordered, delivered = NOW - timedelta(days=7), NOW - timedelta(days=5)
    with WarehouseHook().transaction() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into cf_ledger.contact (contact_key, source, external_id, email, address_hash, display_name, "
            "language, segment, region, updated_at) values (%s, 'shop', %s, %s, %s, %s, 'en', 'home', "
            "'north', %s)",
            [
                (key, email, email, address_hash(email), NAME, NOW)
                for key, email in zip(keys, emails, strict=True)
            ],
        )
        cursor.executemany(
            "insert into cf_core.dim_contact (contact_key, source, language, segment, region) "
            "values (%s, 'shop', 'en', 'home', 'north')",
            [(key,) for key in keys],
        )
        cursor.executemany(
            "insert into cf_core.fct_order (source, order_id, contact_key, segment, product, region, status, "
            "ordered_at, ordered_on, delivered_at, delivered_on) "
            "values ('shop', %s, %s, 'home', 'Kitchen', 'north', 'delivered', %s, %s, %s, %s)",
            [
                (f"o{number}", key, ordered, ordered.date(), delivered, delivered.date())
                for number, key in enumerate(keys)
            ],
        )
        # A warehouse that has run for a minute knows its customers: autovacuum has looked at them by then.
        cursor.execute("analyze cf_ledger.contact, cf_core.dim_contact, cf_core.fct_order")


def _plan(count: int) -> None:
    planned = PlanInvitationsOperator(task_id="plan", campaign_id=CAMPAIGN).execute(_context())["planned"]
    if planned != count:
        raise SystemExit(f"sending: {count} invitations should be planned, {planned} were")


def _ready_made() -> Parcel:
    """A mail as the operator writes it, so that both sides carry the same number of bytes."""
    programme = load_programme()
    mail = InvitationMail(programme.organisation, programme.campaign(CAMPAIGN).template, FormLinks("cf_form"))
    invitation_id = uuid4()
    claimed = Claimed(
        invitation_id=invitation_id,
        link_id=invitation_id,
        wave_id="bench",
        message_id=f"<{uuid4().hex}@{programme.organisation.sender.address.rpartition('@')[2]}>",
        language="en",
        occasion="Kitchen",
        attempt_count=1,
        reminder_number=0,
        answer_until=NOW + timedelta(days=30),
        survey_id="post_purchase",
        survey_version="bench",
        email="person0@customers.example",
        display_name=NAME,
    )
    parcel = mail.parcel(claimed, NOW)
    assert parcel is not None
    return parcel


def _bare(parcel: Parcel, count: int) -> float:
    """Seconds that smtplib takes for so many copies of a mail, one after the other on one open connection."""
    settings = SmtpSettings.of()
    with smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout) as server:
        server.ehlo()
        started = time.perf_counter()
        for _ in range(count):
            server.sendmail(parcel.sender, [parcel.recipient], parcel.content)
        return time.perf_counter() - started


def _states() -> dict[str, int]:
    with WarehouseHook().transaction() as connection:
        return dict(
            connection.execute("select state, count(*) from cf_ledger.invitation group by 1").fetchall()
        )


def _context() -> Any:
    """The little of a task's context that the operators use."""
    run = {"dag_id": "bench", "run_id": "bench"}
    dag_run = SimpleNamespace(**run, run_after=NOW, data_interval_start=None, data_interval_end=None, conf={})
    instance = SimpleNamespace(**run, task_id="bench", try_number=1)
    return {"dag_run": dag_run, "run_id": "bench", "params": {}, "ti": instance}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
