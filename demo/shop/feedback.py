"""What customers say elsewhere: reviews, remarks at fairs and in service records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from demo.shop.calendar import Calendar, at_opening_hours
from demo.shop.customers import Customer, pick
from demo.shop.orders import Order

KINDS = {"review": 60, "social": 20, "service record": 15, "meeting": 5}
CHANNELS = {
    "review": "shop site",
    "social": "social media",
    "service record": "phone",
    "meeting": "in person",
}
TOPICS = {"product quality": 45, "price": 25, "packaging": 15, "advice": 15}  # of what is not about delivery
CHANCE = 0.04


@dataclass(frozen=True)
class Voice:
    """One row of feedback.csv; `stars` is None for what gives none."""

    feedback_id: str
    kind: str
    channel: str
    customer: Customer | None
    order_id: str
    product: str
    topic: str
    sentiment: str
    stars: int | None
    received_at: datetime


def make_feedback(orders: list[Order], calendar: Calendar, random: Random) -> list[Voice]:
    """A few words about one parcel in 25, by the time they were heard; late ones are about the delivery."""
    voices = []
    for order in orders:
        if order.delivered_at is None or random.random() >= CHANCE:
            continue
        heard_at = at_opening_hours(order.delivered_at.date() + timedelta(days=random.randint(1, 20)), random)
        if calendar.is_known(heard_at):
            voices.append(_voice(order, heard_at, random))
    return sorted(voices, key=lambda voice: (voice.received_at, voice.feedback_id))


def _voice(order: Order, heard_at: datetime, random: Random) -> Voice:
    kind = pick(KINDS, random)
    stars = max(1, min(5, round(random.gauss(2 if order.days_late else 4.2, 0.8))))
    return Voice(
        feedback_id=f"F{order.order_id[1:]}",
        kind=kind,
        channel=CHANNELS[kind],
        customer=None if kind == "social" else order.customer,  # nobody knows who that was
        order_id="" if kind == "social" else order.order_id,
        product=order.product,
        topic="delivery" if order.days_late else pick(TOPICS, random),
        sentiment="negative" if stars < 3 else "neutral" if stars == 3 else "positive",
        stars=stars if kind == "review" else None,
        received_at=heard_at,
    )
