"""Complaints that come back, and how often the customer had to be in touch until one was resolved."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from demo.shop.calendar import Calendar, after_hours
from demo.shop.complaints import Complaint

REOPENED, REOPENED_WHEN_LATE = 0.06, 0.12  # of the closed complaints
CONTACTS = {1: 64, 2: 22, 3: 10, 4: 4}
CONTACTS_WHEN_LATE = {1: 45, 2: 30, 3: 17, 4: 8}  # where is my parcel?


def with_reopening(complaints: list[Complaint], calendar: Calendar, random: Random) -> list[Complaint]:
    """The same complaints with their contacts; some closed ones were opened again, and some of these closed again."""
    return [_with_contacts(_reopened(complaint, calendar, random), random) for complaint in complaints]


def _reopened(complaint: Complaint, calendar: Calendar, random: Random) -> Complaint:
    chance = REOPENED_WHEN_LATE if complaint.category == "late_delivery" else REOPENED
    is_back, after, again = random.random() < chance, random.uniform(12, 240), random.lognormvariate(3.9, 0.6)
    if complaint.closed_at is None or not is_back:
        return complaint
    reopened_at = after_hours(complaint.closed_at, after, random)
    if not calendar.is_known(reopened_at):
        return complaint
    closed_at = after_hours(reopened_at, again, random)
    return replace(
        complaint,
        reopened_at=reopened_at,
        reopen_count=1,
        closed_at=closed_at if calendar.is_known(closed_at) else None,
    )


def _with_contacts(complaint: Complaint, random: Random) -> Complaint:
    weights = CONTACTS_WHEN_LATE if complaint.category == "late_delivery" else CONTACTS
    return replace(complaint, contact_count=random.choices(list(weights), list(weights.values()))[0])
