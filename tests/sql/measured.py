"""Runs the rollup of a KPI in a test warehouse and gives its sums as a dictionary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import numpy as np
from psycopg import IsolationLevel

from cf_operators.domain.data_end import DataEnd
from cf_operators.domain.definition import Definition
from cf_operators.domain.kpi import Kpi
from cf_operators.domain.measuring import Measuring
from cf_operators.hooks.day_sums import STATISTICS
from cf_operators.hooks.kpi_sql import definition_of
from cf_operators.hooks.rollup import Rollup, Touched
from tests.conftest import Warehouse
from tests.sql.brute_force import Key
from tests.sql.facts import local

MEASURING = Measuring(fiscal_year_starts="04-01")

Sums = dict[Key, dict[str, Any]]


def end_at(as_of: datetime) -> DataEnd:
    """The data end at a moment, on its day in Berlin."""
    return DataEnd(as_of, local(as_of))


@contextmanager
def rollup_run(
    warehouse: Warehouse, kpis: list[Kpi], measuring: Measuring = MEASURING
) -> Iterator[tuple[Rollup, list[Definition]]]:
    """One run: the rollup with the changes taken, and the definitions of the KPIs; committed at the end."""
    definitions = [definition_of(kpi) for kpi in kpis]
    with warehouse.connect() as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        rollup = Rollup(connection, measuring)
        rollup.keep_only(definitions)
        rollup.take_changes()
        yield rollup, definitions


def measure(
    warehouse: Warehouse, kpis: list[Kpi], as_of: datetime, measuring: Measuring = MEASURING
) -> dict[str, tuple[Sums, Touched | None]]:
    """One whole run: by KPI what was to be computed, and its sums. The KPIs end together."""
    found = {}
    with rollup_run(warehouse, kpis, measuring) as (rollup, definitions):
        for definition in definitions:
            touched = rollup.update(definition, end_at(as_of))
            found[definition.kpi.id] = sums_of(rollup, definition, as_of, touched), touched
            rollup.settle(definition, end_at(as_of))
    return found


def sums_of(rollup: Rollup, definition: Definition, as_of: datetime, touched: Touched | None) -> Sums:
    """The sums by period and slice; those that are empty have sums of 0, or no cases."""
    found: Sums = {}
    for frame in rollup.sums(definition, end_at(as_of), touched):
        for row in frame.to_dict("records"):
            key = (row["grain"], row["period_start"], row["period_end"], row["slice"])
            assert key not in found, f"{key} is given twice"
            values = {name: row[name] for name in STATISTICS[definition.kpi.family]}
            found[key] = {"cases": cases_of(values)} if "durations" in values else values
            assert row["is_empty"] == (not any(found[key].values())), key
    return found


def cases_of(values: dict[str, Any]) -> list[tuple[int, bool]]:
    """The single cases of a duration, sorted."""
    counts = values["counts"]
    times, is_ended = np.repeat(values["durations"], counts), np.repeat(values["is_ended"], counts)
    return sorted(zip(times.tolist(), is_ended.tolist(), strict=True))


def day_tables(warehouse: Warehouse) -> dict[str, list[dict[str, Any]]]:
    """All rows of the daily sums, in one order."""
    found = {}
    for family in STATISTICS:
        rows = warehouse.rows(f"select * from cf_core.day_{family}")
        found[family] = sorted(rows, key=lambda row: [str(value) for value in row.values()])
    return found


def contains(period: tuple[date | None, date | None], day: date) -> bool:
    """Whether a period has a day."""
    first, last = period
    return first is None or last is None or first <= day <= last
