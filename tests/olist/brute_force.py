"""Olist's months counted the plain way: the csv module, dictionaries, and no code of the package.

It states the same decisions as the example's README a second time, in another language, so that a slip in the SQL
cannot hide behind itself.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

SATISFIED = 4
RETURN = timedelta(days=90)


@dataclass
class Month:
    """What one month holds: answers by satisfaction, orders due by punctuality, and who came and came back."""

    n: int = 0
    satisfied: int = 0
    stars: int = 0
    due: int = 0
    on_time: int = 0
    newcomers: int = 0
    came_back: int = 0

    @property
    def csat(self) -> float | None:
        """Share of satisfied answers; None without answers."""
        return self.satisfied / self.n if self.n else None

    @property
    def mean_stars(self) -> float | None:
        """Mean of the answers; None without answers."""
        return self.stars / self.n if self.n else None

    @property
    def repeat_rate(self) -> float | None:
        """Share of new customers who ordered again within 90 days; None without new customers."""
        return self.came_back / self.newcomers if self.newcomers else None

    @property
    def on_time_rate(self) -> float | None:
        """Share of the orders due that came in time; None without orders due."""
        return self.on_time / self.due if self.due else None


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """All rows of one file."""
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def months(folder: Path) -> dict[date, Month]:
    """Each month with answers or orders due, by its first day.

    Answers count in the month in which they were given, one per pair of review and order. An order is due in the
    month of its promised day unless it was cancelled (a cancelled order that was delivered counts as delivered), or
    is called delivered without saying when. A person is new in the month of the first order.
    """
    found: dict[date, Month] = defaultdict(Month)
    answers = {
        (row["review_id"], row["order_id"]): row for row in rows(folder, "olist_order_reviews_dataset.csv")
    }
    for row in answers.values():
        month = found[_month(row["review_answer_timestamp"])]
        month.n += 1
        month.satisfied += int(row["review_score"]) >= SATISFIED
        month.stars += int(row["review_score"])
    for row in rows(folder, "olist_orders_dataset.csv"):
        delivered, promised = row["order_delivered_customer_date"], row["order_estimated_delivery_date"]
        if not delivered and row["order_status"] in {"canceled", "delivered"}:
            continue
        month = found[_month(promised)]
        month.due += 1
        month.on_time += bool(delivered) and delivered[:10] <= promised[:10]
    for days in _days_of_buyers(folder).values():
        month = found[days[0].replace(day=1)]
        month.newcomers += 1
        month.came_back += any(days[0] < day <= days[0] + RETURN for day in days)
    return dict(found)


def _days_of_buyers(folder: Path) -> dict[str, list[date]]:
    """The days on which each person has ordered what was not cancelled, in their order."""
    people = {
        row["customer_id"]: row["customer_unique_id"] for row in rows(folder, "olist_customers_dataset.csv")
    }
    found: dict[str, list[date]] = defaultdict(list)
    for row in rows(folder, "olist_orders_dataset.csv"):
        if row["order_delivered_customer_date"] or row["order_status"] != "canceled":
            day = date.fromisoformat(row["order_purchase_timestamp"][:10])
            found[people[row["customer_id"]]].append(day)
    return {person: sorted(days) for person, days in found.items()}


def _month(timestamp: str) -> date:
    return date.fromisoformat(timestamp[:10]).replace(day=1)
