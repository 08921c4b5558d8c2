"""The barest sender: smtplib on one open connection with a mail that is ready made."""

from __future__ import annotations

import json
import smtplib
from datetime import datetime, timedelta
from time import perf_counter
from uuid import uuid4

from bench.wave import CAMPAIGN, NAME
from cf_operators.hooks.form_links import FormLinks
from cf_operators.hooks.invitation_mail import InvitationMail
from cf_operators.hooks.ledger import Claimed
from cf_operators.hooks.smtp_line import Parcel
from cf_operators.hooks.smtp_settings import SmtpSettings
from cf_operators.programme import load_programme


def ready_made(now: datetime) -> Parcel:
    """A mail as the operator writes it, so that both sides carry the same number of bytes."""
    programme = load_programme()
    campaign = programme.campaign(CAMPAIGN)
    definition = json.loads(programme.survey(campaign.survey).definition.read_text(encoding="utf-8"))
    mail = InvitationMail(
        programme.organisation,
        campaign.template,
        FormLinks("cf_form"),
        definition=lambda _survey, _version: definition,
    )
    invitation_id = uuid4()
    claimed = Claimed(
        invitation_id=invitation_id,
        link_id=invitation_id,
        wave_id="bench",
        message_id=f"<{invitation_id}@{programme.organisation.sender.address.rpartition('@')[2]}>",
        language="en",
        occasion="Kitchen",
        attempt_count=1,
        reminder_number=0,
        answer_until=now + timedelta(days=30),
        survey_id="post_purchase",
        survey_version="bench",
        email="person0@customers.example",
        display_name=NAME,
    )
    parcel = mail.parcel(claimed, now)
    assert parcel is not None
    return parcel


def send_bare(parcel: Parcel, count: int) -> float:
    """Seconds for so many copies of a mail, one after the other on one open connection."""
    settings = SmtpSettings.of()
    with smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout) as server:
        server.ehlo()
        started = perf_counter()
        for _ in range(count):
            server.sendmail(parcel.sender, [parcel.recipient], parcel.content)
        return perf_counter() - started
