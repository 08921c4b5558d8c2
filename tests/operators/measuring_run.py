"""Measuring in a test: a small programme that can be changed, one run of the operator, and what it left behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from cf_operators.domain.kpi import Kpi
from cf_operators.domain.programme import Programme
from cf_operators.operators.measure_kpis import MeasureKpisOperator
from cf_operators.programme import load_programme
from tests.conftest import ROOT, Warehouse
from tests.sql.brute_force import expected
from tests.sql.facts import Facts, local

NOW = datetime(2025, 4, 20, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHIPPED = ROOT / "include" / "config" / "programme.yml"
FEW = ("nps", "csat", "csat_mean", "complaint_rate", "on_time_delivery", "time_to_resolution")
"""One KPI of each family."""

Cell = tuple[str, date | None, str]

PUBLISHED = (
    "kpi_definition", "target", "kpi_value", "kpi_verdict", "kpi_change", "control_point", "kpi_contribution",
)  # fmt: skip


@dataclass
class MeasuringRun:
    """Runs the operator on a warehouse, by a programme of a few KPIs and slices that withholds nothing."""

    warehouse: Warehouse
    run_context: Callable[..., dict[str, Any]]
    folder: Path
    programme: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        text = SHIPPED.read_text().replace("../", f"{ROOT}/include/")
        self.programme = yaml.safe_load(text)
        self.programme["kpis"] = [each for each in self.programme["kpis"] if each["id"] in FEW]
        self.programme["targets"] = [each for each in self.programme["targets"] if each["kpi"] in FEW]
        self.programme["measuring"] |= {
            "slices": ["segment", "region", ["segment", "region"]],
            "privacy_min": 1,
        }

    def kpi(self, kpi_id: str) -> dict[str, Any]:
        """The entry of a KPI, to be changed."""
        return next(each for each in self.programme["kpis"] if each["id"] == kpi_id)

    def target(self, kpi_id: str) -> dict[str, Any]:
        """The target of a KPI, to be changed."""
        return next(each for each in self.programme["targets"] if each["kpi"] == kpi_id)

    @property
    def path(self) -> Path:
        """Where the programme lies."""
        return self.folder / "programme.yml"

    def __call__(self, hours: float = 0, run_id: str = "run_1", **params: Any) -> dict[str, Any]:
        """Measure, so many hours after :data:`NOW`; gives the summary."""
        self.path.write_text(yaml.safe_dump(self.programme, allow_unicode=True))
        context = self.run_context(now=NOW + hours * HOUR, run_id=run_id, params=params)
        return MeasureKpisOperator(task_id="measure_kpis").execute(context)  # type: ignore[arg-type]

    def write(self, facts: Facts) -> None:
        with self.warehouse.connect() as connection:
            facts.write(connection)

    def execute(self, statement: str, parameters: Any = None) -> None:
        with self.warehouse.connect() as connection:
            connection.execute(statement, parameters)

    def latest(self, kpi: str) -> dict[Cell, dict[str, Any]]:
        """The newest values of a KPI."""
        rows = self.warehouse.rows("select * from cf_kpi.v_kpi_latest where kpi = %s", [kpi])
        return {(row["grain"], row["period_start"], row["slice"]): row for row in rows}

    def revised(self, run_id: str) -> set[tuple[str, Cell]]:
        """The KPIs and cells that a run has added a revision of."""
        rows = self.warehouse.rows("select * from cf_kpi.kpi_value where run_id = %s", [run_id])
        return {(row["kpi"], (row["grain"], row["period_start"], row["slice"])) for row in rows}

    def snapshot(self) -> dict[str, list[Any]]:
        """Each row of the KPI tables with the transaction that wrote it: equal when nothing was touched."""
        return {
            table: sorted(
                str(row)
                for row in self.warehouse.rows(
                    f"select xmin::text as written_by, t.* from cf_kpi.{table} as t"
                )
            )
            for table in PUBLISHED
        }


def counted(programme: Programme, kpi: Kpi, facts: Facts, now: datetime = NOW) -> dict[Cell, dict[str, Any]]:
    """What a KPI is made of in each cell, counted in Python."""
    events = [order.ordered_at for order in facts.orders]
    events += [order.delivered_at for order in facts.orders if order.delivered_at]
    if kpi.feed == "all":
        events += [response.submitted_at for response in facts.responses]
        for each in facts.complaints:
            times = (
                each.received_at,
                each.acknowledged_at,
                each.first_resolved_at,
                each.reopened_at,
                each.closed_at,
            )
            events += [time for time in times if time]
        events += [each.accepted_at for each in facts.invitations if each.accepted_at]
    end = max(event for event in events if event <= now)
    measuring = programme.measuring
    found = expected(kpi, facts, end, local(end), measuring.slices, measuring.fiscal_month)
    return {(grain, start, name): values for (grain, start, _, name), values in found.items()}


def shipped(kpi_id: str) -> Kpi:
    """A KPI as it is shipped."""
    return load_programme().kpi(kpi_id)
