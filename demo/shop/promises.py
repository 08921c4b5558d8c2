"""What was promised at first, and what the customer had wished for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

from demo.shop.orders import Order

MOVED = 0.05  # of the promises; the carrier calls and names a later day
MOVED_BY_PRODUCT = {"Furniture": 0.12}
HAS_WISH = 0.6  # of the customers choose a day when they order
# Days between the wish and the first promise: most wish for what is offered, some are in a hurry, some are away.
DAYS_FROM_WISH = {0: 62, -1: 14, -2: 9, 1: 7, 2: 5, 5: 3}


def with_promises(orders: list[Order], random: Random) -> list[Order]:
    """The same orders with the first promised day, and with the requested one where the customer had a wish."""
    return [_with_promises(order, random) for order in orders]


def _with_promises(order: Order, random: Random) -> Order:
    earliest = order.ordered_at.date() + timedelta(days=1)
    is_moved = random.random() < MOVED_BY_PRODUCT.get(order.product, MOVED)
    moved_by = random.randint(1, 4) if is_moved else 0
    first = max(earliest, order.promised_on - timedelta(days=moved_by))
    shift = random.choices(list(DAYS_FROM_WISH), list(DAYS_FROM_WISH.values()))[0]
    wish = max(earliest, first + timedelta(days=shift)) if random.random() < HAS_WISH else None
    return replace(order, first_promised_on=first, requested_on=wish)
