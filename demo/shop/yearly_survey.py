"""Last year's yearly survey, as the earlier tool left it: the overall scores, and five attributes beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from demo.shop.calendar import Calendar, at_opening_hours
from demo.shop.customers import Customer
from demo.shop.orders import Order
from demo.shop.responses import Response

RESPONDENTS = 220
ANSWERED = 0.97  # of the attributes: people leave out what does not apply to them
SPREAD_DAYS = 28


@dataclass(frozen=True)
class Attribute:
    """What is usually thought of it (1 to 5), and by how much one box of it moves the likelihood to recommend."""

    mean: float
    weight: float


ATTRIBUTES: Mapping[str, Attribute] = {
    "product_quality": Attribute(mean=4.3, weight=0.8),
    "ordering": Attribute(mean=4.2, weight=0.15),
    "delivery": Attribute(mean=4.2, weight=1.15),
    "service": Attribute(mean=4.1, weight=0.35),
    "value": Attribute(mean=4.1, weight=0.5),
}
# What customers hold against the delivery: more than a fifth did not get their parcel on the day they had asked for.
AFTER_LATE_PARCEL, AFTER_MISSED_WISH, WITHOUT_WISH = -1.8, -1.3, -0.3
USUAL_RECOMMENDATION, USUAL_SATISFACTION = 9.2, 4.5
MOOD, WHIM = 0.4, 0.75  # what moves all answers of a person together, and each one alone; standard deviations


def make_yearly_responses(orders: list[Order], calendar: Calendar, random: Random) -> list[Response]:
    """Answers of people who had bought before the month of the survey, by time, in one month a year ago."""
    first_day = calendar.yearly_survey_on
    delivered: dict[str, list[Order]] = defaultdict(list)
    for order in orders:
        if order.delivered_at is not None and order.delivered_at.date() < first_day:
            delivered[order.customer.customer_id].append(order)
    customers = random.sample(sorted(delivered), min(RESPONDENTS, len(delivered)))
    responses = [_response(delivered[key], first_day, random) for key in customers]
    return sorted(responses, key=lambda response: (response.submitted_at, response.response_id))


def _response(bought: list[Order], first_day: date, random: Random) -> Response:
    customer: Customer = bought[0].customer
    mood = random.gauss(0, MOOD)
    opinion = {
        name: _scored(attribute.mean + (delivery_felt(bought) if name == "delivery" else 0) + mood, random)
        for name, attribute in ATTRIBUTES.items()
    }
    pull = sum(each.weight * (opinion[name] - 4.2) for name, each in ATTRIBUTES.items())
    return Response(
        response_id=f"Y{customer.customer_id[1:]}",
        customer=customer,
        order_id="",
        submitted_at=at_opening_hours(first_day + timedelta(days=random.randrange(SPREAD_DAYS)), random),
        channel="email",
        language=customer.language,
        survey="annual",
        nps=str(_within(0, USUAL_RECOMMENDATION + pull + random.gauss(0, 1.2), 10)),
        csat=str(_within(1, USUAL_SATISFACTION + 0.3 * pull + random.gauss(0, 0.5), 5)),
        attributes={name: score for name, score in opinion.items() if random.random() < ANSWERED},
    )


def delivery_felt(bought: list[Order]) -> float:
    """How much less people think of the delivery for what they went through with their parcels."""
    if any(order.days_late for order in bought):
        return AFTER_LATE_PARCEL
    wishes = [order for order in bought if order.requested_on is not None]
    is_missed = any(_day_of(order) > order.requested_on for order in wishes if order.requested_on is not None)
    return AFTER_MISSED_WISH if is_missed else 0.0 if wishes else WITHOUT_WISH


def _day_of(order: Order) -> date:
    return order.delivered_at.date() if order.delivered_at is not None else date.max


def _scored(mean: float, random: Random) -> int:
    return _within(1, mean + random.gauss(0, WHIM), 5)


def _within(low: int, score: float, high: int) -> int:
    return max(low, min(high, round(score)))
