"""When a person may be written to, by the clock where they live.

A window is read off the clock on the wall, so on the day on which the clock is put forward or back it opens and
closes at the same times of day as ever. Worked example: 09:00 to 19:00 in Europe/Berlin is 08:00 to 18:00 UTC on
28 March 2026 and 07:00 to 17:00 UTC on the 29th.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from cf_operators.domain.sending import DAYS, Window

LOOK_AHEAD = 15
"""Days in which a window opens: each day of the week comes twice, even if the clock leaves out one of them."""


@dataclass(frozen=True, slots=True)
class Zones:
    """Where the window is open and where it is closed. A zone that nobody knows counts as that of the organisation."""

    open: tuple[str, ...]
    closed: tuple[str, ...]
    is_open_at_home: bool


def zones(window: Window, clock: datetime, home: str) -> Zones:
    """Where people may be written to at a time.

    :param home: zone of the organisation.
    """
    if window == Window():
        return Zones((), (), is_open_at_home=True)
    # A window opens and closes at full minutes, and no zone has been off by parts of one for long.
    return _zones(window, clock.astimezone(UTC).replace(second=0, microsecond=0), home)


@lru_cache(maxsize=2)
def _zones(window: Window, minute: datetime, home: str) -> Zones:
    known = sorted(available_timezones())
    is_open_in = {zone: is_open(window, minute, ZoneInfo(zone)) for zone in known}
    return Zones(
        tuple(zone for zone in known if is_open_in[zone]),
        tuple(zone for zone in known if not is_open_in[zone]),
        is_open(window, minute, ZoneInfo(home)),
    )


def is_open(window: Window, clock: datetime, zone: ZoneInfo) -> bool:
    """Whether somebody in this zone may be written to."""
    local = clock.astimezone(zone)
    if DAYS[local.weekday()] not in window.days or local.time() < window.opens_at:
        return False
    return window.closes_at is None or local.time() < window.closes_at


def next_opening(window: Window, clock: datetime, zone: ZoneInfo) -> datetime | None:
    """The first time from ``clock`` on at which somebody in this zone may be written to, in UTC.

    None when there is none in the next two weeks: a window that lies in an hour that the clock leaves out.
    """
    start = clock.astimezone(UTC)
    if is_open(window, start, zone):
        return start
    today = start.astimezone(zone).date()
    # From yesterday on, as the clock may be put back over midnight.
    for day in (today + timedelta(days=ahead) for ahead in range(-1, LOOK_AHEAD)):
        for moment in sorted(_turns(window.opens_at, day, zone)):
            if moment >= start and is_open(window, moment, zone):
                return moment
    return None


def first_opening(window: Window, clock: datetime, names: Iterable[str], home: str) -> datetime | None:
    """The first time at which somebody in one of these zones may be written to."""
    known = available_timezones()
    places = {name if name in known else home for name in names}
    openings = (next_opening(window, clock, ZoneInfo(name)) for name in places)
    return min((moment for moment in openings if moment), default=None)


def _turns(opens_at: time, day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """The times of a day at which a window may open: when the clock shows it, and when the clock is changed."""
    for fold in (0, 1):
        yield datetime.combine(day, opens_at, zone).replace(fold=fold).astimezone(UTC)
    first = datetime.combine(day, time(), zone).astimezone(UTC)
    last = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    offset = first.astimezone(zone).utcoffset()
    if last.astimezone(zone).utcoffset() != offset:
        while last - first > timedelta(minutes=1):
            middle = first + (last - first) // 2 // timedelta(minutes=1) * timedelta(minutes=1)
            if middle.astimezone(zone).utcoffset() == offset:
                first = middle
            else:
                last = middle
        yield last
