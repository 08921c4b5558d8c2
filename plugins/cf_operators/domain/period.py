"""Months: the period that targets are judged by."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo


def local_day(moment: datetime, time_zone: str) -> date:
    """The day that a moment falls on in an IANA time zone. ``moment`` is aware."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def month_start(day: date) -> date:
    """First day of the month of a day."""
    return day.replace(day=1)


def add_months(day: date, count: int) -> date:
    """First day of the month that is ``count`` months after the month of ``day``; before it when negative."""
    months = day.year * 12 + day.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def settled_months(as_of: date, count: int) -> tuple[date, ...]:
    """First days of the ``count`` newest settled months, newest first.

    A month is settled when the data reach into the month after it: until then more of its own may come in.

    :param as_of: local day of the newest event in the data.
    """
    return tuple(add_months(as_of, -back) for back in range(1, count + 1))
