"""Waves, asks, reminders and answers as tests of reminders need them, written directly to the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from cf_operators.domain.identity import invitation_id
from tests.people import NOW, People

WAVE = "annual/2026"
END = NOW + timedelta(days=60)
"""When the wave takes no more answers. Its campaign reminds after 10 and 20 days."""


def wave(people: People, wave_id: str, answer_until: datetime = END, channel: str = "mail") -> None:
    campaign, key = wave_id.split("/")
    people.execute(
        "insert into cf_ledger.wave (wave_id, campaign_id, wave_key, survey_id, survey_version, not_after, "
        "answer_until, opened_at, opened_by_run, purpose, channel) "
        "values (%s, %s, %s, 'annual', 'v', %s, %s, %s, 'test', 'relationship', %s)",
        [wave_id, campaign, key, answer_until, answer_until, NOW, channel],
    )


def asked(
    people: People,
    contact: UUID | None = None,
    at: datetime = NOW,
    *,
    state: str = "accepted",
    wave_id: str = WAVE,
    time_zone: str = "Europe/Berlin",
    channel: str = "mail",
) -> UUID:
    """A first ask that went out ``at`` that moment; its id."""
    contact = contact or people.contact()
    campaign, key = wave_id.split("/")
    made = invitation_id(campaign, key, contact, 0)
    is_out = state not in {"planned", "cancelled"}
    people.execute(
        "insert into cf_ledger.invitation (occasion, product, region, segment, subject_source, subject_id, language, "
        "inclusion_probability, invitation_id, wave_id, campaign_id, contact_key, message_id, state, send_not_before, "
        "claimed_at, accepted_at, planned_at, time_zone, channel) "
        "values ('the year', 'Kitchen', 'north', 'home', 'shop', 'o7', 'de', 0.25, "
        "%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            *(made, wave_id, campaign, contact, f"<{made}@x>", state, at, at if is_out else None),
            *(at if state in {"accepted", "responded", "bounced"} else None, at, time_zone, channel),
        ],
    )
    return made


def reminders(people: People, first: UUID | None = None) -> list[dict[str, Any]]:
    """The reminders of one ask, or of all, in their order."""
    return people.warehouse.rows(
        "select * from cf_ledger.invitation where reminds_id is not null and reminds_id = coalesce(%s, reminds_id) "
        "order by reminder_number, invitation_id",
        [first],
    )


def sent(people: People, first: UUID, number: int, at: datetime) -> None:
    """The mail server accepts a reminder."""
    people.execute(
        "update cf_ledger.invitation set state = 'accepted', claimed_at = %s, accepted_at = %s "
        "where reminds_id = %s and reminder_number = %s and state = 'planned'",
        [at, at, first, number],
    )


def submit(people: People, first: UUID, at: datetime = NOW, is_complete: bool = True) -> None:
    people.execute(
        "insert into cf_landing.form_submission (invitation_id, is_complete, answers, language, received_at) "
        "values (%s, %s, %s, 'en', %s)",
        [first, is_complete, Jsonb({"nps": 9}), at],
    )
