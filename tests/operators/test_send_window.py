"""Mails go out by the clock where the person lives, and none after its last moment, however late a run comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cf_operators.operators.send_invitations import SendInvitationsOperator
from tests.mail_servers import MailCatcher
from tests.operators.wave_to_send import WaveToSend
from tests.people import NOW

Programme = Callable[..., None]
OFFICE = {"window": {"from": "09:30", "until": "19:00"}}
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
SECOND = timedelta(seconds=1)


def edges(days: list[date], zone: str) -> Iterator[tuple[datetime, bool]]:
    """The last and first second outside and inside the window of each day, and whether it is inside."""
    for day in days:
        opens = datetime.combine(day, time(9, 30), ZoneInfo(zone))
        closes = datetime.combine(day, time(19), ZoneInfo(zone))
        yield opens - SECOND, False
        yield opens, True
        yield closes - SECOND, True
        yield closes, False


@pytest.mark.parametrize(
    ("zone", "changes_on"),
    [
        (BERLIN, date(2026, 3, 29)),
        (BERLIN, date(2026, 10, 25)),
        (NEW_YORK, date(2026, 3, 8)),
        (NEW_YORK, date(2026, 11, 1)),
        ("Asia/Kathmandu", date(2026, 3, 29)),
    ],
)
def test_on_the_days_the_clock_is_changed_mails_go_inside_the_window(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme, zone: str, changes_on: date
) -> None:
    programme(sending=OFFICE)
    days = [changes_on + timedelta(days=ahead) for ahead in (-1, 0, 1)]
    long_ago = datetime(2026, 1, 1, tzinfo=NOW.tzinfo)
    wave.not_after, wave.answer_until = long_ago + timedelta(days=365), long_ago + timedelta(days=400)
    for moment, is_inside in edges(days, zone):
        wave.plan(time_zone=zone, send_not_before=long_ago)
        before = wave.states()["planned"]
        summary = wave.send(clock=moment.astimezone(NOW.tzinfo))
        assert summary["accepted"] == (before if is_inside else 0), moment
        assert summary["waiting"]["window"] == (0 if is_inside else before)


def test_where_it_is_night_mails_wait_and_the_others_go(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme
) -> None:
    """08:00 UTC is 09:00 in Berlin, 13:30 in Kolkata, 04:00 in New York, 17:00 in Tokyo."""
    programme(sending={**OFFICE, "per_day": 100})
    for zone in [NEW_YORK] * 5 + [BERLIN, "Asia/Kolkata", "Asia/Tokyo"]:
        wave.plan(time_zone=zone)
    summary = wave.send(batch=2)
    assert (summary["accepted"], summary["waiting"]["window"]) == (2, 6)
    assert summary["next_window_at"] == "2026-03-16T08:30:00+00:00", "in Berlin"
    assert wave.send(clock=NOW + timedelta(minutes=30))["accepted"] == 1
    summary = wave.send(clock=NOW + timedelta(hours=5))
    assert (summary["accepted"], summary["next_window_at"]) == (0, "2026-03-16T13:30:00+00:00")
    assert wave.send(clock=NOW + timedelta(hours=6))["accepted"] == 5


def test_a_zone_that_nobody_knows_counts_as_that_of_the_organisation(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme
) -> None:
    programme(sending=OFFICE)
    wave.plan(time_zone="Middle/Earth")
    summary = wave.send()
    assert (summary["accepted"], summary["next_window_at"]) == (0, "2026-03-16T08:30:00+00:00")
    assert wave.send(clock=NOW + timedelta(minutes=30))["accepted"] == 1


def test_days_of_the_week_are_those_of_the_person(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme
) -> None:
    """On Monday at 08:00 UTC it is still Sunday in Pago Pago, and Monday night in Kiritimati."""
    programme(sending={"window": {"days": ["sun"]}})
    wave.plan(time_zone="Pacific/Pago_Pago")
    wave.plan(time_zone="Pacific/Kiritimati")
    summary = wave.send()
    assert (summary["accepted"], summary["waiting"]["window"]) == (1, 1)
    assert summary["next_window_at"] == "2026-03-21T10:00:00+00:00"


# --- the last moment --------------------------------------------------------------------------------------------------


def test_a_run_five_hours_late_sends_nothing_stale(wave: WaveToSend, mail_catcher: MailCatcher) -> None:
    wave.not_after = NOW + timedelta(hours=4)
    planned = wave.plan()
    summary = wave.send(clock=NOW + timedelta(hours=5))
    assert (summary["accepted"], summary["expired"], mail_catcher.caught) == (0, 1, [])
    row = wave.row(planned)
    assert (row["state"], row["state_reason"]) == ("expired", "not sent in time")


def test_a_window_that_opens_after_the_last_moment_is_too_late(
    wave: WaveToSend, mail_catcher: MailCatcher, programme: Programme
) -> None:
    programme(sending=OFFICE)
    wave.not_after = NOW + timedelta(hours=3)
    wave.plan(time_zone=NEW_YORK)
    assert wave.send()["waiting"]["window"] == 1
    assert wave.send(clock=NOW + timedelta(hours=6))["expired"] == 1
    assert mail_catcher.caught == []


def test_a_last_moment_that_passes_while_mails_are_sent_holds(
    wave: WaveToSend, mail_catcher: MailCatcher
) -> None:
    """The clock is read for each batch, not once for the run."""
    wave.not_after = NOW + timedelta(minutes=10)
    for _ in range(6):
        wave.plan()

    def clock() -> datetime:
        return NOW + timedelta(minutes=4) * len(mail_catcher.caught)

    operator = SendInvitationsOperator(task_id="send", campaign_id="post_purchase", clock=clock, batch=1)
    assert operator.execute(wave.context(now=NOW))["accepted"] == 3  # type: ignore[arg-type]
    assert wave.states() == {"accepted": 3, "planned": 3}
    assert wave.send(clock=clock())["expired"] == 3
