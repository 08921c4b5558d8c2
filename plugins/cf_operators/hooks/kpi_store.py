"""The KPI tables: definitions, targets, append-only values, and verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import IsolationLevel
from psycopg.rows import scalar_row, tuple_row
from psycopg.types.json import Jsonb

from cf_operators.domain.definition import Definition
from cf_operators.domain.kpi import Target
from cf_operators.domain.organisation import Owner
from cf_operators.hooks.frame_copy import copy_frame
from cf_operators.hooks.sql_text import sql_text

if TYPE_CHECKING:
    import pandas as pd

PeriodSlice = tuple[str, date | None, str]
"""Grain, first day of the period, and slice."""

TABLE_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "kpi_change": ("grain", "slice", "period_start", "basis"),
    "control_point": ("slice", "period_start"),
    "kpi_contribution": ("grain", "slice", "period_start"),
}
"""The keys, beside KPI and version, of the tables that show the last measurement."""

WIDE_KEYS: Final = (
    "grain", "period_start", "period_end", "slice", "dimensions",
    "segment", "product", "region", "channel", "campaign", "language", "is_settled",
)  # fmt: skip
"""What a row of the wide view is about."""


@dataclass(frozen=True, slots=True)
class MeasuringRun:
    """Who measures, when, and up to which event."""

    run_id: str
    now: datetime
    data_as_of: datetime


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

    def write_definitions(self, definitions: Sequence[Definition], now: datetime) -> None:
        """Put these versions in force, and retire every KPI that is not among them."""
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
        self._execute("retire_definitions", {"kpis": [each.kpi.id for each in definitions], "now": now})

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
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            rows = cursor.execute(_statement("known_keys"), _key(definition)).fetchall()
        return {(grain, period_start, slice_name) for grain, period_start, slice_name in rows}

    def hides(self, definition: Definition) -> bool:
        """Whether a value of this version of a KPI is withheld now."""
        with self._connection.cursor(row_factory=scalar_row) as cursor:
            return bool(cursor.execute(_statement("hides"), _key(definition)).fetchone())

    def append(self, definition: Definition, values: pd.DataFrame, run: MeasuringRun) -> int:
        """Add a revision for each value that differs from its newest revision, and write the verdicts.

        :param values: one row per grain, period and slice, with the columns of ``include/sql/measure/measured.sql``.
        :returns: the number of revisions added; 0 when nothing has changed.
        """
        self._execute("measured")
        self._connection.execute("truncate measured")
        copy_frame(self._connection, "measured", values)
        parameters = _key(definition) | asdict(run)
        added = self._execute("append_revisions", parameters).rowcount
        self._execute("drop_verdicts", parameters)
        self._execute("write_verdicts", parameters)
        return added

    def replace(self, definition: Definition, table: str, rows: pd.DataFrame, now: datetime) -> int:
        """Write rows of a table that shows the last measurement: those that differ, by the key of the table.

        :param table: ``kpi_change``, ``control_point`` or ``kpi_contribution``.
        :param rows: the columns of the table but ``kpi``, ``definition_version`` and ``measured_at``.
        :returns: the number of rows written.
        """
        if rows.empty:
            return 0
        keys = [name for name in TABLE_KEYS[table] if name in rows.columns]
        columns = [name for name in rows.columns if name not in keys]
        structure = {"table": table, "keys": keys, "columns": columns}
        self._connection.execute(sql_text("measure/incoming.sql", **structure))
        copy_frame(self._connection, "incoming", rows)
        parameters = _key(definition) | {"now": now}
        return self._connection.execute(sql_text("measure/replace.sql", **structure), parameters).rowcount

    def widen(self, kpis: Sequence[str]) -> None:
        """Give ``cf_kpi.v_kpi_wide`` a column per KPI; it is left alone while it has them."""
        wanted = [*WIDE_KEYS, *(name for kpi in kpis for name in (kpi, f"{kpi}_n"))]
        with self._connection.cursor(row_factory=scalar_row) as cursor:
            found = cursor.execute(_statement("wide_columns")).fetchall()
        if found != wanted:
            self._connection.execute(sql_text("measure/wide_view.sql", keys=WIDE_KEYS, kpis=kpis))

    def note(self, run: MeasuringRun, counts: Mapping[str, int], as_of_on: date) -> None:
        """Write down that a measurement was published; ``counts`` as ``measure/note_measurement.sql`` binds them."""
        self._execute("note_measurement", asdict(run) | dict(counts) | {"as_of_on": as_of_on})

    def _execute(self, name: str, parameters: dict[str, Any] | None = None) -> psycopg.Cursor[Any]:
        return self._connection.execute(_statement(name), parameters)


def _key(definition: Definition) -> dict[str, Any]:
    return {"kpi": definition.kpi.id, "definition_version": definition.version}


def _statement(name: str) -> str:
    return sql_text(f"measure/{name}.sql")
