"""The orders of the shop, and how late each parcel came."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import cycle
from random import Random

from demo.shop.calendar import Calendar, at_opening_hours
from demo.shop.customers import SHARED_ADDRESS, Customer, pick

COUNT = 3000
ESTABLISHED = 300  # customers known before the history begins
PRODUCTS = {"Furniture": 18, "Lighting": 22, "Kitchen": 25, "Textiles": 20, "Garden": 15}
DAYS_TO_PROMISE = {"Furniture": (9, 15)}  # big pieces take longer
USUAL_DAYS_TO_PROMISE = (4, 7)
TROUBLED_REGION = "North"
LATE_USUALLY, LATE_BY_BAD_CARRIER = 0.04, 0.95
CANCELLED = 0.015


@dataclass(frozen=True)
class Order:
    """One row of orders.csv; `delivered_at` is None while the parcel is under way.

    `promised_on` is the day promised last; `requested_on` is None when the customer had no wish.
    """

    order_id: str
    customer: Customer
    product: str
    status: str
    ordered_at: datetime
    promised_on: date
    delivered_at: datetime | None
    first_promised_on: date | None = None
    requested_on: date | None = None

    @property
    def days_late(self) -> int:
        """Days between the promised and the real delivery; 0 when it came in time or is not there yet."""
        if self.delivered_at is None:
            return 0
        return max(0, (self.delivered_at.date() - self.promised_on).days)


def make_orders(customers: list[Customer], calendar: Calendar, random: Random) -> list[Order]:
    """Orders by time: some from new customers, until all have come, the others from those known by then.

    Two carriers serve the troubled region in turn; from the day of trouble on, one of them is late nearly always.
    The two customers behind one address got a parcel on the same day ten days ago, so that only one is asked.
    """
    times = sorted(at_opening_hours(calendar.random_order_day(random), random) for _ in range(COUNT))
    household = [customer for customer in customers if customer.email in SHARED_ADDRESS]
    others = [customer for customer in customers if customer not in household]
    known, newcomers = others[:ESTABLISHED], others[: ESTABLISHED - 1 : -1]
    carriers_of_troubled_region = cycle(("bad", "good"))
    orders = []
    for index, ordered_at in enumerate(times):
        remaining = COUNT - index
        if random.random() < len(newcomers) / remaining:
            known.append(newcomers.pop())
            buyer = known[-1]
        else:
            buyer = random.choice(known)
        order = _promised(index + 1, buyer, ordered_at, random)
        in_trouble = buyer.region == TROUBLED_REGION and order.promised_on >= calendar.trouble_on
        is_bad = in_trouble and next(carriers_of_troubled_region) == "bad"
        orders.append(_carried(order, LATE_BY_BAD_CARRIER if is_bad else LATE_USUALLY, calendar, random))
    return orders + _orders_of_household(household, calendar, random)


def _promised(number: int, customer: Customer, ordered_at: datetime, random: Random) -> Order:
    product = pick(PRODUCTS, random)
    days = random.randint(*DAYS_TO_PROMISE.get(product, USUAL_DAYS_TO_PROMISE))
    promised_on = ordered_at.date() + timedelta(days=days)
    return Order(f"O{number:06d}", customer, product, "open", ordered_at, promised_on, None)


def _carried(order: Order, chance_to_be_late: float, calendar: Calendar, random: Random) -> Order:
    """The order as the files know it: delivered, cancelled, or still under way."""
    is_late = random.random() < chance_to_be_late
    delay = random.randint(1, 9) if is_late else -random.randint(0, 2)
    delivered_at = at_opening_hours(order.promised_on + timedelta(days=delay), random)
    if random.random() < CANCELLED:
        return replace(order, status="cancelled")
    if calendar.is_known(delivered_at):
        return replace(order, status="delivered", delivered_at=delivered_at)
    return order


def _orders_of_household(household: list[Customer], calendar: Calendar, random: Random) -> list[Order]:
    delivered_on = calendar.today - timedelta(days=10)
    return [
        Order(
            order_id=f"O{COUNT + number:06d}",
            customer=customer,
            product="Kitchen",
            status="delivered",
            ordered_at=at_opening_hours(delivered_on - timedelta(days=5), random),
            promised_on=delivered_on,
            delivered_at=at_opening_hours(delivered_on, random),
        )
        for number, customer in enumerate(household, start=1)
    ]
