"""One answer of last month is corrected late: what was published before and after, on the warehouse of the demo."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
from psycopg.rows import dict_row

from cf_operators.domain.calendar import ROLLING, Calendar, Period
from cf_operators.domain.period import add_months
from cf_operators.domain.slice import slice_name
from cf_operators.operators.build_model import BuildModelOperator
from cf_operators.operators.collect_source import CollectSourceOperator
from cf_operators.operators.measure_kpis import MeasureKpisOperator
from cf_operators.programme import load_programme
from local.credentials import Credentials
from local.postgres import EmbeddedPostgres
from local.settings import DEFAULT_PACK, StackSettings

Row = dict[str, Any]
Cell = tuple[str, str, Any, str]
"""KPI, grain, first day and slice."""

CHOSEN = """
select a.* from cf_core.fct_answer as a
where a.source = 'shop' and a.construct = 'csat' and a.score = 5
    and a.submitted_on >= %(first)s and a.submitted_on < %(after)s
order by a.response_id limit 1
"""
REVISED = (
    "select kpi, grain, period_start, slice, revision from cf_kpi.v_kpi_history where run_id = %(run_id)s"
)
WITHHELD = """
select kpi, grain, period_start, slice from cf_kpi.v_kpi_latest where is_suppressed and kpi = any(%(kpis)s)
"""


@dataclass(frozen=True)
class LateAnswer:
    """The warehouse that a demo left behind, up again without its Airflow: the tasks run in this process."""

    uri: str
    responses: Path
    run_context: Callable[..., Any]

    def rows(self, statement: str, **values: Any) -> list[Row]:
        """The rows of one query, as the engine."""
        with psycopg.connect(self.uri, row_factory=dict_row, options="-c timezone=UTC") as connection:
            return connection.execute(statement.encode(), values).fetchall()

    def measure(self, run_id: str) -> None:
        """Measure, as if a second had gone by since it was measured last: nothing else can have happened."""
        (newest,) = self.rows("select max(measured_at) as at from cf_kpi.measurement")
        context = self.run_context(run_id=run_id, now=newest["at"].astimezone(UTC) + timedelta(seconds=1))
        MeasureKpisOperator(task_id="measure_kpis").execute(context)

    def choose(self) -> Row:
        """A satisfied answer of last month, with its day and dimensions."""
        (now,) = self.rows("select as_of_on as day from cf_kpi.v_freshness")
        after = add_months(now["day"], 0)
        (answer,) = self.rows(CHOSEN, first=add_months(after, -1), after=after)
        return answer

    def correct(self, response_id: str) -> None:
        """The earlier tool hands its file over once more, and one customer is not satisfied after all."""
        with self.responses.open(encoding="utf-8", newline="") as file:
            header, *lines = csv.reader(file)
        (line,) = (line for line in lines if line[0] == response_id)
        assert line[header.index("csat")] == "5"
        line[header.index("csat")] = "1"
        with self.responses.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *lines])
        now = datetime.now(UTC)
        CollectSourceOperator(task_id="collect", source_id="shop", stream="responses").execute(
            self.run_context(now=now, run_id="late")
        )
        for stream in ("responses", "answers"):
            BuildModelOperator(task_id=f"build_{stream}", stream=stream).execute(
                self.run_context(now=now, run_id="late")
            )

    def containing(self, answer: Row, kpis: list[str]) -> set[Cell]:
        """The cells of these KPIs that the answer lies in and that are not withheld, by the calendar alone."""
        measuring = load_programme().measuring
        combinations = ((), *measuring.slices)
        slices = [slice_name({name: answer[name] for name in each}) for each in combinations]
        (now,) = self.rows("select as_of_on as day from cf_kpi.v_freshness")
        periods = [
            period
            for period in Calendar(measuring.fiscal_month).containing(answer["submitted_on"])
            if _has_come(period, now["day"])
        ]
        assert len(periods) >= 16
        cells: set[Cell] = {
            (kpi, each.grain, each.start, name) for kpi in kpis for each in periods for name in slices
        }
        return cells - {tuple(row.values()) for row in self.rows(WITHHELD, kpis=kpis)}


def _has_come(period: Period, today: Any) -> bool:
    """A rolling window is given as soon as its last day has come; all others while they last."""
    return period.grain not in ROLLING or (period.end is not None and period.end <= today)


@contextmanager
def late_answer(environment: dict[str, str], run_context: Callable[..., Any]) -> Iterator[LateAnswer]:
    """Start the PostgreSQL of the demo's state, with the connections that its tasks use."""
    settings = StackSettings.load(DEFAULT_PACK, environment)
    credentials = Credentials.load(settings.state, environment)
    server = EmbeddedPostgres(settings.state / "postgres", settings.ports.postgres, credentials.postgres)
    server.start()
    try:
        uri = server.uri("cf_engine", credentials.cf_engine, "warehouse")
        connections = {
            "AIRFLOW_CONN_CF_WAREHOUSE": uri.replace("postgresql://", "postgres://", 1),
            "AIRFLOW_CONN_CF_SHOP": settings.connections["cf_shop"],
        }
        with patch.dict(os.environ, connections):
            yield LateAnswer(uri, settings.state / "input" / "responses.csv", run_context)
    finally:
        server.stop()


def revises_exactly_what_contains_it(late: LateAnswer) -> None:
    """Fails unless the corrected answer adds revisions to its own periods and slices, and to nothing else."""
    late.measure("before")
    answer = late.choose()
    late.correct(answer["response_id"])
    late.measure("late")
    revised = late.rows(REVISED, run_id="late")
    assert {
        (row["kpi"], row["grain"], row["period_start"], row["slice"]) for row in revised
    } == late.containing(answer, ["csat", "csat_mean"])
    assert len(revised) > 100
    assert all(row["revision"] > 1 for row in revised)
