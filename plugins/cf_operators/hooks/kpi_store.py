"""The KPI tables: definitions, targets, append-only values, and verdicts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, fields
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg import IsolationLevel
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from cf_operators.domain.definition import Definition
from cf_operators.domain.kpi import Target
from cf_operators.domain.kpi_value import KpiValue
from cf_operators.domain.organisation import Owner
from cf_operators.hooks.sql_text import sql_text

PeriodSlice = tuple[str, date | None, str]
"""Grain, first day of the period, and slice."""


class KpiStore:
    """Reads and writes ``cf_kpi`` in the transaction of the caller, who commits.

    :param connection: a connection that has not begun its transaction; see :meth:`lock`.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def lock(self) -> None:
        """Begin: wait until no other measurement runs, then see the warehouse as of this one moment.

        All KPIs of a run are counted from the same snapshot, whatever is loaded meanwhile.
        """
        self._connection.isolation_level = IsolationLevel.REPEATABLE_READ
        self._execute("lock")

    def write_definitions(self, definitions: Iterable[Definition], now: datetime) -> None:
        """Put these versions in force; those already in force stay untouched."""
        for definition in definitions:
            kpi = definition.kpi
            entry = {
                "kpi": kpi.id,
                "definition_version": definition.version,
                "title": kpi.title,
                "question": kpi.question,
                "family": kpi.family,
                "unit": kpi.unit,
                "direction": kpi.direction,
                "entry": Jsonb(kpi.entry()),
                "sql_text": definition.sql_text,
                "now": now,
            }
            self._execute("write_definition", entry)

    def write_targets(self, targets: Sequence[tuple[Target, Owner]], now: datetime) -> None:
        """Make these the targets in force, and forget all others with their verdicts."""
        for target, owner in targets:
            entry = {
                "kpi": target.kpi,
                "target": target.value,
                "is_minimum": target.is_minimum,
                "min_n": target.min_n,
                "owner_id": owner.id,
                "owner_name": owner.name,
                "period_count": target.months,
                "watch": list(target.watch),
                "now": now,
            }
            self._execute("write_target", entry)
        self._execute("drop_targets", {"kpis": [target.kpi for target, _ in targets]})

    def known_keys(self, definition: Definition) -> set[PeriodSlice]:
        """The periods and slices that this version of a KPI has values for, from earlier runs."""
        key = {"kpi": definition.kpi.id, "definition_version": definition.version}
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            rows = cursor.execute(_statement("known_keys"), key).fetchall()
        return {(grain, period_start, slice_name) for grain, period_start, slice_name in rows}

    def append(
        self, values: Collection[KpiValue], *, data_as_of: datetime, run_id: str, now: datetime
    ) -> int:
        """Add a revision for each value that differs from its newest revision, and write the verdicts.

        :returns: the number of revisions added; 0 when nothing has changed.
        """
        self._execute("measured")
        columns = ", ".join(field.name for field in fields(KpiValue))
        copy = f"copy measured ({columns}) from stdin"
        with self._connection.cursor() as cursor, cursor.copy(copy) as rows:
            for value in values:
                rows.write_row(astuple(value))
        run = {"data_as_of": data_as_of, "run_id": run_id, "now": now}
        added = self._execute("append_revisions", run).rowcount
        self._execute("write_verdicts", {"now": now})
        return added

    def _execute(self, name: str, parameters: dict[str, Any] | None = None) -> psycopg.Cursor[Any]:
        return self._connection.execute(_statement(name), parameters)


def _statement(name: str) -> str:
    return sql_text(f"measure/{name}.sql")
