"""The days of the shop: where its history begins and ends, and from when on the problem is there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

OPENING_HOUR, CLOSING_HOUR = (
    8,
    20,
)  # no time falls into the night, so none into the hour that a clock change repeats


@dataclass(frozen=True)
class Calendar:
    """The shop's time line, seen from `today`: its files know nothing of `today` itself or later."""

    today: date

    @property
    def opened_on(self) -> date:
        """The first day with orders: 18 months back."""
        return month_start(self.today, months_back=18)

    @property
    def last_day(self) -> date:
        """The last day that the files know of."""
        return self.today - timedelta(days=1)

    @property
    def trouble_on(self) -> date:
        """From this promised day on, parcels to the region in trouble come late."""
        return month_start(self.today, months_back=4)

    @property
    def yearly_survey_on(self) -> date:
        """The first day of last year's yearly survey, which was over within the month."""
        return month_start(self.today, months_back=12)

    @property
    def asked_live_from(self) -> date:
        """Orders delivered from this day on have no answers in the files: they are asked by mail."""
        return self.today - timedelta(days=25)

    def is_known(self, moment: datetime) -> bool:
        """Whether the files may hold something that happened at this local time."""
        return moment.date() <= self.last_day

    def random_order_day(self, random: Random) -> date:
        """A day of the history; the shop grows: the newest days have twice the orders of the oldest."""
        days = (self.last_day - self.opened_on).days + 1
        # The inverse of the cumulated density 1 + x on [0, 1), scaled to integrate to 1.
        share = math.sqrt(1 + 3 * random.random()) - 1
        return self.opened_on + timedelta(days=min(days - 1, int(share * days)))


def month_start(day: date, months_back: int) -> date:
    """The first day of the month that lies `months_back` months before the month of `day`."""
    months = day.year * 12 + day.month - 1 - months_back
    return date(months // 12, months % 12 + 1, 1)


def at_opening_hours(day: date, random: Random) -> datetime:
    """A local time of the day at which the shop works."""
    return datetime.combine(day, time(random.randrange(OPENING_HOUR, CLOSING_HOUR), random.randrange(60)))


def after_hours(start: datetime, hours: float, random: Random) -> datetime:
    """The local time so many hours later; what would fall into the night waits for the morning."""
    moment = (start + timedelta(hours=hours)).replace(second=0, microsecond=0)
    if moment.hour >= CLOSING_HOUR:
        moment += timedelta(days=1)
    if not OPENING_HOUR <= moment.hour < CLOSING_HOUR:
        moment = moment.replace(hour=OPENING_HOUR, minute=random.randrange(60))
    return moment
