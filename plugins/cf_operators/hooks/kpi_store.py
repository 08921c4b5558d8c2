"""The KPI tables: definitions, targets, append-only values, and verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import IsolationLevel
from psycopg.rows import scalar_row, tuple_row
from psycopg.types.json import Jsonb

from cf_operators.domain.calendar import Grain, Period
from cf_operators.domain.definition import Definition
from cf_operators.domain.kpi import Target
from cf_operators.domain.organisation import Owner
from cf_operators.domain.slice import DIMENSIONS, dimensions_name, slice_name
from cf_operators.hooks.frame_copy import copy_frame
from cf_operators.hooks.sql_text import sql_text

if TYPE_CHECKING:
    import pandas as pd

    from cf_operators.domain.disclosure_group import Slice

Cell = tuple[Grain, date | None, str]
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

    def write_targets(self, targets: Sequence[tuple[Target, Owner]], now: datetime) -> set[str]:
        """Make these the targets in force, and forget all others with their verdicts.

        :returns: the KPIs whose target is another one now, or is no more.
        """
        changed: set[str] = set()
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
            changed |= {kpi for (kpi,) in self._rows("write_target", entry)}
        gone = self._rows("drop_targets", {"kpis": [target.kpi for target, _ in targets]})
        return changed | {kpi for (kpi,) in gone}

    def settings(self) -> dict[str, Any] | None:
        """The settings by which the newest measurement was made; None before the first."""
        rows = self._rows("settings")
        return rows[0][0] if rows else None

    def members(self) -> dict[str, Slice]:
        """The dimensions and members of every slice there is, by its name."""
        named = {name: parts for name, *parts in self._rows("members")}
        return {
            name: tuple(
                (dimension, member) for dimension, member in zip(DIMENSIONS, parts, strict=True) if member
            )
            for name, parts in named.items()
        }

    def name_slices(self, slices: Iterable[Slice]) -> None:
        """Enter slices that no case has: cells of two dimensions that are withheld though they are empty."""
        for cell in slices:
            parts = dict.fromkeys(DIMENSIONS) | dict(cell)
            named = {"slice": slice_name(dict(cell)), "dimensions": dimensions_name(name for name, _ in cell)}
            self._execute("name_slice", named | parts)

    def known_keys(self, definition: Definition) -> dict[Cell, Period]:
        """The cells that this version of a KPI has values for, from earlier runs."""
        return self._cells("known_keys", definition, has_only_months=False)

    def hidden_cells(self, definition: Definition) -> dict[Cell, Period]:
        """The cells of this version of a KPI that are withheld now."""
        return self._cells("hidden_cells", definition)

    def months(self, definition: Definition) -> list[Period]:
        """The months in which this version of a KPI has any value, in order."""
        return sorted(
            self._cells("known_keys", definition, has_only_months=True).values(),
            key=lambda month: month.start or date.min,
        )

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

    def replace(
        self,
        definition: Definition,
        table: str,
        rows: pd.DataFrame,
        scope: Sequence[Period] | Sequence[str],
        now: datetime,
    ) -> int:
        """Make these the rows of a table that shows the last measurement, writing those that differ.

        :param table: ``kpi_change``, ``control_point`` or ``kpi_contribution``.
        :param rows: the columns of the table but ``kpi``, ``definition_version`` and ``measured_at``.
        :param scope: the periods, or the slices, of which these are all rows: others of them are dropped.
        :returns: the number of rows written or dropped.
        """
        keys = list(TABLE_KEYS[table])
        columns = [name for name in rows.columns if name not in keys]
        structure = {
            "table": table,
            "keys": keys,
            "columns": columns,
            "is_by_slice": table == "control_point",
        }
        self._connection.execute(sql_text("measure/incoming.sql", **structure))
        copy_frame(self._connection, "incoming", rows)
        self._connection.execute("analyze incoming")  # else the planner takes it for nearly empty
        parameters = _key(definition) | {"now": now} | _scope(scope)
        written = self._connection.execute(sql_text("measure/replace.sql", **structure), parameters).rowcount
        return (
            written + self._connection.execute(sql_text("measure/drop.sql", **structure), parameters).rowcount
        )

    def widen(self, kpis: Sequence[str]) -> None:
        """Give ``cf_kpi.v_kpi_wide`` a column per KPI; it is left alone while it has them."""
        wanted = [*WIDE_KEYS, *(name for kpi in kpis for name in (kpi, f"{kpi}_n"))]
        with self._connection.cursor(row_factory=scalar_row) as cursor:
            found = cursor.execute(_statement("wide_columns")).fetchall()
        if found != wanted:
            self._connection.execute(sql_text("measure/wide_view.sql", keys=WIDE_KEYS, kpis=kpis))

    def note(
        self, run: MeasuringRun, counts: Mapping[str, int], as_of_on: date, settings: Mapping[str, Any]
    ) -> None:
        """Write down that a measurement was published; ``counts`` as ``measure/note_measurement.sql`` binds them."""
        noted = {"as_of_on": as_of_on, "settings": Jsonb(dict(settings))}
        self._execute("note_measurement", asdict(run) | dict(counts) | noted)

    def _cells(self, name: str, definition: Definition, **structure: bool) -> dict[Cell, Period]:
        rows = self._rows(name, _key(definition), **structure)
        periods = {(grain, start): Period(grain, start, end) for grain, start, end, _ in rows}
        return {(grain, start, slice_name): periods[grain, start] for grain, start, _, slice_name in rows}

    def _rows(self, name: str, parameters: dict[str, Any] | None = None, **structure: bool) -> list[Any]:
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(_statement(name, **structure), parameters).fetchall()

    def _execute(self, name: str, parameters: dict[str, Any] | None = None) -> psycopg.Cursor[Any]:
        return self._connection.execute(_statement(name), parameters)


def _key(definition: Definition) -> dict[str, Any]:
    return {"kpi": definition.kpi.id, "definition_version": definition.version}


def _statement(name: str, **structure: bool) -> str:
    return sql_text(f"measure/{name}.sql", **structure)


def _scope(scope: Sequence[Period] | Sequence[str]) -> dict[str, list[Any]]:
    if scope and isinstance(scope[0], str):
        return {"slices": list(scope)}
    periods = [period for period in scope if isinstance(period, Period)]
    return {"grains": [each.grain for each in periods], "starts": [each.start for each in periods]}
