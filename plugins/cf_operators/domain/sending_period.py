"""The weeks in which a yearly campaign asks, the year it belongs to, and when it is planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from cf_operators.domain.campaign import AnnualCampaign
from cf_operators.domain.entry import Entry

GRACE_DAYS = 7
"""Days after the period in which a mail that was held up may still be sent."""


@dataclass(frozen=True, slots=True)
class SendingPeriod:
    """The days from ``starts_on`` on over which an audience is spread."""

    starts_on: date
    days: int

    @property
    def ends_on(self) -> date:
        """The last day of the period."""
        return self.starts_on + timedelta(days=self.days - 1)

    @property
    def wave_key(self) -> str:
        """The year of the first day: a period that crosses New Year is still one wave."""
        return f"{self.starts_on.year:04d}"

    def holds(self, day: date) -> bool:
        """Whether the day lies in the period."""
        return self.starts_on <= day <= self.ends_on

    def is_planned_on(self, day: date, ahead_days: int) -> bool:
        """Whether the period is planned on a day: from some days ahead until its last mail may go."""
        first = self.starts_on - timedelta(days=ahead_days)
        return first <= day <= self.ends_on + timedelta(days=GRACE_DAYS)


class OpenedPeriod(Entry):
    """What a yearly wave keeps of how it was opened, so that every later plan finds the same period."""

    starts_on: date


def sending_period(
    campaign: AnnualCampaign,
    today: date,
    start_on: date | None = None,
    ahead_days: int = 0,
    opened: Mapping[int, date] | None = None,
) -> SendingPeriod | None:
    """The sending period that is planned today; None when the campaign rests.

    A period that holds today goes before one that is only near.

    :param start_on: another first day than the one of the programme, chosen for one run.
    :param ahead_days: how long before its first day a period is planned, so that its places are kept.
    :param opened: first days of the waves that are opened already, by year; they go before those of the programme.
    """
    # A period may have begun last year, or be near before New Year; the older one is not cut short by the next.
    years = (today.year - 1, today.year, today.year + 1)
    known = {year: campaign.starts_in(year) for year in years} | {
        year: start for year, start in (opened or {}).items() if year in years
    }
    starts = (start_on,) if start_on else tuple(known.values())
    periods = [SendingPeriod(start, campaign.spread_days) for start in starts]
    near = [period for period in periods if period.is_planned_on(today, ahead_days)]
    return next((period for period in near if period.holds(today)), near[0] if near else None)
