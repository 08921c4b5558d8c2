"""What the warehouse holds after the walk; read with the engine's role, nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import dict_row

from demo.shop.calendar import month_start

Row = dict[str, Any]

STATES = (
    "planned", "claimed", "accepted", "responded", "refused", "unknown", "bounced", "expired", "cancelled"
)  # fmt: skip
INVITATIONS = """
select campaign_id, state, count(*) as invitations, count(*) filter (where planned_at >= %(since)s) as new
from cf_ledger.invitation group by campaign_id, state order by campaign_id, state
"""
EXCLUSIONS = """
select reason, count(*) as people from cf_ledger.exclusion group by reason order by people desc, reason
"""
QUARANTINE = """
select source, object, reason, count(*) as broken
from cf_landing.quarantine group by source, object, reason order by source, object, reason
"""
RESPONSES = """
select source, count(*) as responses, count(*) filter (where is_complete) as complete
from cf_core.fct_response group by source order by source
"""
KPIS = """
select l.*, d.family, coalesce(t.is_minimum, d.direction = 'up') as is_minimum
from cf_kpi.v_kpi_latest as l
inner join cf_kpi.kpi_definition as d on l.kpi = d.kpi and l.definition_version = d.definition_version
left join cf_kpi.target as t on l.kpi = t.kpi
where l.slice = 'all' and l.grain in ('all', 'month')
order by l.kpi, l.grain, l.period_start
"""
TASKS = """
select
    t.task_id, t.kpi, t.slice, t.rule, t.period_start, t.title, t.owner_id, t.status, t.opened_at, t.due_on,
    t.evidence, t.closed_at, coalesce(d.family, '') as family
from cf_ledger.task as t
left join (
    select distinct on (kpi) kpi, family
    from cf_kpi.kpi_definition order by kpi, valid_from desc, definition_version
) as d on t.kpi = d.kpi
order by t.opened_at, t.kpi, t.slice
"""


@dataclass(frozen=True)
class Results:
    """Rows of the warehouse by topic; `since` is when the run began."""

    since: datetime
    time_zone: str
    invitations: list[Row]
    exclusions: list[Row]
    quarantine: list[Row]
    responses: list[Row]
    kpis: list[Row]
    tasks: list[Row]

    @classmethod
    def read(cls, uri: str, since: datetime, time_zone: str) -> Results:
        """Read all in one snapshot. `time_zone` is the organisation's: it decides which month is settled."""
        with psycopg.connect(uri, row_factory=dict_row, options="-c timezone=UTC") as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True

            def rows(statement: str) -> list[Row]:
                return connection.execute(statement.encode(), {"since": since}).fetchall()

            return cls(
                since, time_zone, rows(INVITATIONS), rows(EXCLUSIONS), rows(QUARANTINE), rows(RESPONSES),
                rows(KPIS), rows(TASKS),
            )  # fmt: skip

    @property
    def invitations_by_state(self) -> dict[str, int]:
        """How many invitations of all campaigns stand in each state, from planned to the last word."""
        states: dict[str, int] = {}
        for row in sorted(self.invitations, key=lambda row: STATES.index(row["state"])):
            states[row["state"]] = states.get(row["state"], 0) + row["invitations"]
        return states

    @property
    def settled_month(self) -> date | None:
        """The newest month that the data reach beyond; None before anything was measured."""
        newest = max((row["data_as_of"] for row in self.kpis), default=None)
        return newest and month_start(newest.astimezone(ZoneInfo(self.time_zone)).date(), months_back=1)

    @property
    def overall(self) -> list[Row]:
        """Each KPI over the whole history."""
        return [row for row in self.kpis if row["grain"] == "all"]

    @property
    def newest_settled(self) -> list[Row]:
        """Each KPI in the newest settled month, where it has a value then."""
        return [
            row for row in self.kpis if row["grain"] == "month" and row["period_start"] == self.settled_month
        ]

    @property
    def tasks_opened(self) -> list[Row]:
        """The tasks opened in this run."""
        return [task for task in self.tasks if task["opened_at"] >= self.since]

    @property
    def tasks_open(self) -> list[Row]:
        """The tasks not closed yet, of this run and earlier ones."""
        return [task for task in self.tasks if task["closed_at"] is None]
