"""A reminder of an ask that has not been answered, and its derived identity."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from cf_operators.domain.identity import invitation_id, message_id


@dataclass(frozen=True, slots=True)
class DueReminder:
    """The next reminder of a first ask; the first reminder has the number 1."""

    first_id: UUID
    wave_key: str
    contact_key: UUID
    reminder_number: int


@dataclass(frozen=True, slots=True)
class ReminderIdentity:
    """What a reminder is known by, and the first ask that it belongs to."""

    first_id: UUID
    invitation_id: UUID
    message_id: str


def identify_reminder(due: DueReminder, campaign_id: str, domain: str) -> ReminderIdentity:
    """The identity of a reminder. The same reminder always gets the same one.

    :param domain: the mail domain of the sender, for the Message-ID.
    """
    made = invitation_id(campaign_id, due.wave_key, due.contact_key, due.reminder_number)
    return ReminderIdentity(due.first_id, made, message_id(made, domain))
