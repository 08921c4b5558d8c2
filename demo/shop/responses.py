"""The answers of earlier months, as an earlier survey tool left them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from demo.shop.calendar import Calendar, at_opening_hours
from demo.shop.customers import Customer
from demo.shop.orders import Order

ANSWERED = 0.40  # of the delivered orders
# Weights of the scores 1 to 5 and 0 to 10, after a parcel in time and after a late one.
CSAT_IN_TIME, CSAT_LATE = (2, 3, 9, 36, 50), (18, 24, 24, 22, 12)
NPS_IN_TIME, NPS_LATE = (1, 0, 1, 1, 1, 3, 4, 10, 21, 26, 32), (8, 4, 7, 9, 9, 13, 12, 13, 12, 7, 6)


@dataclass(frozen=True)
class Response:
    """One row of responses.csv; `attributes` are the scores of single attributes, which only the yearly survey asks."""

    response_id: str
    customer: Customer
    order_id: str
    submitted_at: datetime
    channel: str
    language: str
    nps: str
    csat: str
    survey: str = "post_purchase"
    attributes: Mapping[str, int] = field(default_factory=dict)


def make_responses(orders: list[Order], calendar: Calendar, random: Random) -> list[Response]:
    """Answers by time, one to ten days after delivery; orders that are asked live have none."""
    responses = []
    for order in orders:
        if order.delivered_at is None or random.random() >= ANSWERED:
            continue
        if order.delivered_at.date() >= calendar.asked_live_from:
            continue
        submitted_on = order.delivered_at.date() + timedelta(days=random.randint(1, 10))
        responses.append(_response(order, at_opening_hours(submitted_on, random), random))
    return sorted(responses, key=lambda response: (response.submitted_at, response.response_id))


def _response(order: Order, submitted_at: datetime, random: Random) -> Response:
    nps, csat = scores(order.days_late, random)
    return Response(
        response_id=f"R{order.order_id[1:]}",
        customer=order.customer,
        order_id=order.order_id,
        submitted_at=submitted_at,
        channel="email",
        language=order.customer.language,
        nps=str(nps) if random.random() < 0.95 else "",  # the earlier tool let people skip a question
        csat=str(csat) if random.random() < 0.98 else "",
    )


def scores(days_late: int, random: Random) -> tuple[int, int]:
    """Likelihood to recommend (0 to 10) and satisfaction (1 to 5); both lower after a late parcel."""
    nps = random.choices(range(11), NPS_LATE if days_late else NPS_IN_TIME)[0]
    csat = random.choices(range(1, 6), CSAT_LATE if days_late else CSAT_IN_TIME)[0]
    return nps, csat
