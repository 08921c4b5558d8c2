"""The weeks in which a yearly campaign asks, and the year it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cf_operators.domain.campaign import AnnualCampaign

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


def sending_period(
    campaign: AnnualCampaign, today: date, start_on: date | None = None
) -> SendingPeriod | None:
    """The sending period that holds today; None when today lies in none.

    :param start_on: another first day than the one of the programme, chosen for one run.
    """
    # A period that began last year may reach into this one; of two that overlap the younger one counts.
    starts = (start_on,) if start_on else (campaign.starts_in(today.year), campaign.starts_in(today.year - 1))
    periods = (SendingPeriod(start, campaign.spread_days) for start in starts)
    return next((period for period in periods if period.holds(today)), None)
