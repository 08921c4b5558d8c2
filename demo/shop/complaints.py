"""The complaints about the orders, with the times of their handling."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from demo.shop.calendar import Calendar, after_hours, at_opening_hours
from demo.shop.customers import Customer, pick
from demo.shop.orders import Order

CATEGORIES = {
    "damaged": 30,
    "wrong_item": 20,
    "quality": 30,
    "invoice": 20,
}  # of complaints not about delivery
CHANNELS = {"email": 50, "phone": 35, "web": 15}
SEVERITIES = {"1": 5, "2": 35, "3": 60}  # 1 is the worst
CHANCE_WHEN_LATE, CHANCE_OTHERWISE = 0.35, 0.03


@dataclass(frozen=True)
class Complaint:
    """One row of complaints.csv; the later times are None until they have come."""

    complaint_id: str
    customer: Customer
    order_id: str
    category: str
    severity: int
    channel: str
    received_at: datetime
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    reopened_at: datetime | None = None
    reopen_count: int = 0
    contact_count: int = 1


def make_complaints(orders: list[Order], calendar: Calendar, random: Random) -> list[Complaint]:
    """Complaints by the time they were received: many about late parcels, a few about anything else."""
    complaints = []
    for order in orders:
        if order.delivered_at is None:
            continue
        if order.days_late and random.random() < CHANCE_WHEN_LATE:
            received_on = order.promised_on + timedelta(days=random.randint(1, order.days_late + 1))
            complaints.append(
                _complaint(order, "late_delivery", at_opening_hours(received_on, random), calendar, random)
            )
        if random.random() < CHANCE_OTHERWISE:
            received_on = order.delivered_at.date() + timedelta(days=random.randint(1, 14))
            category = pick(CATEGORIES, random)
            complaints.append(
                _complaint(order, category, at_opening_hours(received_on, random), calendar, random)
            )
    known = [complaint for complaint in complaints if calendar.is_known(complaint.received_at)]
    return sorted(known, key=lambda complaint: (complaint.received_at, complaint.complaint_id))


def _complaint(
    order: Order, category: str, received_at: datetime, calendar: Calendar, random: Random
) -> Complaint:
    hours_to_resolve = random.lognormvariate(3.6, 0.7)  # half of them within 37 hours
    acknowledged_at = after_hours(received_at, random.uniform(0.5, 8), random)
    resolved_at = after_hours(acknowledged_at, hours_to_resolve, random)
    closed_at = after_hours(resolved_at, random.uniform(24, 120), random)
    return Complaint(
        complaint_id=f"K{order.order_id[1:]}{category[0].upper()}",
        customer=order.customer,
        order_id=order.order_id if random.random() < 0.95 else "",
        category=category,
        severity=int(pick(SEVERITIES, random)),
        channel=pick(CHANNELS, random),
        received_at=received_at,
        acknowledged_at=acknowledged_at if calendar.is_known(acknowledged_at) else None,
        resolved_at=resolved_at if calendar.is_known(resolved_at) else None,
        closed_at=closed_at if calendar.is_known(closed_at) else None,
    )
