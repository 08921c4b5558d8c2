"""Sending windows by the clock on the wall: days of the week, daylight-saving days, odd zones, the date line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cf_operators.domain.sending import DAYS, Window
from cf_operators.domain.sending_window import first_opening, is_open, next_opening, zones


def window(opens: str, closes: str, days: Sequence[str] = DAYS) -> Window:
    return Window.model_validate({"from": opens, "until": closes, "days": days})


OFFICE = window("09:00", "19:00")
WEEKDAYS = window("09:00", "19:00", DAYS[:5])


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("Europe/Berlin", "2026-03-28 08:00", "2026-03-28 18:00"),
        ("Europe/Berlin", "2026-03-29 07:00", "2026-03-29 17:00"),
        ("Europe/Berlin", "2026-10-24 07:00", "2026-10-24 17:00"),
        ("Europe/Berlin", "2026-10-25 08:00", "2026-10-25 18:00"),
        ("America/New_York", "2026-03-07 14:00", "2026-03-08 00:00"),
        ("America/New_York", "2026-03-08 13:00", "2026-03-08 23:00"),
        ("America/New_York", "2026-10-31 13:00", "2026-10-31 23:00"),
        ("America/New_York", "2026-11-01 14:00", "2026-11-02 00:00"),
        ("Asia/Kolkata", "2026-03-16 03:30", "2026-03-16 13:30"),
        ("Asia/Kathmandu", "2026-03-16 03:15", "2026-03-16 13:15"),
        ("Australia/Lord_Howe", "2026-04-05 22:30", "2026-04-06 08:30"),
        ("Pacific/Kiritimati", "2026-03-15 19:00", "2026-03-16 05:00"),
        ("Pacific/Pago_Pago", "2026-03-16 20:00", "2026-03-17 06:00"),
    ],
)
def test_a_window_opens_and_closes_by_the_clock_on_the_wall(zone: str, first: str, last: str) -> None:
    """Worked by hand; the daylight-saving days of 2026 are 29 March and 25 October, 8 March and 1 November."""
    place, opens, closes, second = ZoneInfo(zone), utc(first), utc(last), timedelta(seconds=1)
    assert [
        is_open(OFFICE, moment, place) for moment in (opens - second, opens, closes - second, closes)
    ] == [False, True, True, False]


def test_days_are_those_where_the_person_lives() -> None:
    friday_evening_utc = utc("2026-03-20 20:00")
    assert is_open(WEEKDAYS, friday_evening_utc, ZoneInfo("America/New_York"))
    assert not is_open(WEEKDAYS, friday_evening_utc, ZoneInfo("Pacific/Kiritimati")), "Saturday 10:00"
    sunday_evening_utc = utc("2026-03-22 20:00")
    assert is_open(WEEKDAYS, sunday_evening_utc, ZoneInfo("Pacific/Kiritimati")), "Monday 10:00"
    assert not is_open(WEEKDAYS, sunday_evening_utc, ZoneInfo("Pacific/Pago_Pago")), "Sunday 9:00"


def test_a_window_until_midnight_has_no_gap() -> None:
    always, berlin = Window(), ZoneInfo("Europe/Berlin")
    assert all(is_open(always, utc("2026-03-28 22:59") + timedelta(minutes=n), berlin) for n in range(3))


# --- when the next window opens ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allowed", "clock", "expected"),
    [
        (OFFICE, "2026-03-16 12:34:56", "2026-03-16 12:34:56"),
        (OFFICE, "2026-03-16 03:00", "2026-03-16 08:00"),
        (OFFICE, "2026-03-16 18:00", "2026-03-17 08:00"),
        (OFFICE, "2026-03-28 18:00", "2026-03-29 07:00"),
        (OFFICE, "2026-10-24 17:00", "2026-10-25 08:00"),
        (WEEKDAYS, "2026-03-20 18:00", "2026-03-23 08:00"),
        (window("02:30", "10:00"), "2026-03-28 12:00", "2026-03-29 01:00"),
        (window("02:15", "02:45"), "2026-03-28 12:00", "2026-03-30 00:15"),
        (window("02:15", "02:45", ["sun"]), "2026-03-28 12:00", "2026-04-05 00:15"),
        (window("02:15", "02:45"), "2026-10-25 00:50", "2026-10-25 01:15"),
        (window("00:00", "02:30"), "2026-10-25 00:40", "2026-10-25 01:00"),
    ],
    ids=[
        "open", "before", "after", "clock put forward in the night", "clock put back in the night", "over a weekend",
        "opens in the hour that is left out", "lies in the hour that is left out", "left out this week",
        "comes twice on the day the clock is put back", "open again when the clock is put back",
    ],
)  # fmt: skip
def test_when_the_window_opens_next(allowed: Window, clock: str, expected: str) -> None:
    assert next_opening(allowed, utc(clock), ZoneInfo("Europe/Berlin")) == utc(expected)


def test_a_day_that_a_zone_left_out() -> None:
    """Samoa went from Thursday 29 to Saturday 31 December 2011."""
    fridays = window("09:00", "19:00", ["fri"])
    opens_at = next_opening(fridays, utc("2011-12-30 08:00"), ZoneInfo("Pacific/Apia"))
    assert opens_at == utc("2012-01-05 19:00")


@given(
    zone=st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]
    ),
    minute=st.integers(0, 366 * 24 * 60),
    opens=st.integers(0, 24 * 60 - 1),
    length=st.integers(1, 24 * 60),
    days=st.lists(st.sampled_from(DAYS), min_size=1, unique=True),
)
def test_it_is_the_first_minute_that_is_open(
    zone: str, minute: int, opens: int, length: int, days: list[str]
) -> None:
    closes = min(opens + length, 24 * 60)
    allowed = window(f"{opens // 60:02}:{opens % 60:02}", f"{closes // 60:02}:{closes % 60:02}", days)
    place, clock = ZoneInfo(zone), utc("2026-01-01 00:00") + timedelta(minutes=minute)
    opening = next_opening(allowed, clock, place)
    assert opening is not None
    assert opening >= clock
    assert is_open(allowed, opening, place)
    # No earlier minute is; looked at in steps, as a window of a few minutes lies anywhere in a week.
    for step in range(0, int((opening - clock) / timedelta(minutes=1)), 7):
        assert not is_open(allowed, clock + timedelta(minutes=step), place)


# --- the zones of a claim ---------------------------------------------------------------------------------------------


def test_every_zone_is_open_or_closed() -> None:
    where = zones(OFFICE, utc("2026-03-16 10:00"), "Europe/Berlin")
    assert {*where.open, *where.closed} == available_timezones()
    assert not {*where.open} & {*where.closed}
    assert {"Europe/Berlin", "Europe/London", "Asia/Kolkata"} <= {*where.open}
    assert {"America/New_York", "Asia/Tokyo"} <= {*where.closed}
    assert where.is_open_at_home


def test_a_window_that_is_always_open_names_no_zone() -> None:
    where = zones(Window(), utc("2026-03-16 10:00"), "Europe/Berlin")
    assert (where.open, where.closed, where.is_open_at_home) == ((), (), True)


def test_the_first_window_of_several_zones_opens() -> None:
    clock = utc("2026-03-16 20:00")
    closed = ["Europe/Berlin", "Asia/Tokyo", "America/New_York", "Nowhere/At_All"]
    assert first_opening(OFFICE, clock, closed[:2], "Europe/Berlin") == utc("2026-03-17 00:00")
    assert first_opening(OFFICE, clock, closed[3:], "Europe/Berlin") == utc("2026-03-17 08:00")
    assert first_opening(OFFICE, clock, [], "Europe/Berlin") is None
