"""How far the data reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cf_operators.domain.kpi import Kpi


@dataclass(frozen=True, slots=True)
class DataEnd:
    """The newest event of a feed.

    :param as_of: its time; open cases have been open until then.
    :param on: its day in the time zone of the organisation.
    """

    as_of: datetime
    on: date

    def counted_until(self, kpi: Kpi) -> date:
        """The last day of which the cases of a KPI are counted: what is known of later ones is not final yet."""
        return self.on - timedelta(days=kpi.lag_days)
