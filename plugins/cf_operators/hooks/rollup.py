"""Daily sums of what KPIs are made of, kept up by what changed in the facts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import dict_row, tuple_row

from cf_operators.domain.calendar import Calendar, Period
from cf_operators.domain.data_end import DataEnd
from cf_operators.domain.definition import Definition
from cf_operators.domain.measuring import Measuring
from cf_operators.domain.rollup_plan import FEW_ROWS, passes
from cf_operators.domain.slice import DIMENSIONS, Combination, usable
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.day_sums import STATISTICS, DaySums, open_until
from cf_operators.hooks.kpi_sql import FACTS, CaseSql, case_sql
from cf_operators.hooks.sql_text import sql_text

if TYPE_CHECKING:
    import pandas as pd

NEEDED: Mapping[str, tuple[str, ...]] = {
    "nps": ("promoters", "passives", "detractors"),
    "proportion": ("numerator", "denominator"),
    "mean": ("score",),
    "rate": ("event_count", "exposure"),
    "duration": ("started_at", "ended_at"),
}
"""What the cases of each family say, beside ``sign``, ``day`` and ``weight_milli``."""

MANY = 1 / 3
"""When more than this share of a fact has changed, it is read anew: adding up the changes would cost as much."""


@dataclass(frozen=True)
class Touched:
    """The slices and days whose sums have changed since the last run, pair by pair.

    :param counted_before: the last day that was counted then; rolling windows that have ended since are new.
    """

    slices: tuple[str, ...]
    days: tuple[date, ...]
    counted_before: date
    has_new_windows: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to compute."""
        return not self.slices and not self.has_new_windows


class Rollup:
    """The daily sums, in the transaction of the caller, who commits.

    What is added to them, and taken from the notes of changes, are both as of the snapshot of the transaction:
    whatever is committed later waits for the next run, and nothing is counted twice or lost.

    :param connection: a transaction in REPEATABLE READ.
    :raises RuntimeError: the transaction sees what others commit meanwhile.
    """

    def __init__(self, connection: psycopg.Connection[Any], measuring: Measuring) -> None:
        self._connection = connection
        self._measuring = measuring
        self._calendar = Calendar(measuring.fiscal_month)
        self._changed: dict[str, int] = {}
        self._anew: set[str] = set()
        self._described: dict[str, tuple[Combination, ...]] = {}
        self._reader: tuple[tuple[str, DataEnd], DaySums] | None = None
        with connection.cursor(row_factory=tuple_row) as cursor:
            row = cursor.execute("show transaction_isolation").fetchone()
            if row is None or row[0] == "read committed":
                raise RuntimeError("daily sums need one snapshot: begin the transaction in REPEATABLE READ")
            # The sums of a day and pair of dimensions are some 100 bytes: 64 MB hold several years of them.
            cursor.execute("set local work_mem = '64MB'")

    def keep_only(self, definitions: Iterable[Definition]) -> None:
        """Forget the sums of all versions but these, as nobody would keep them up. Call it first, with all of them."""
        kept = [(definition.kpi.id, definition.version) for definition in definitions]
        parameters = {"kpis": [kpi for kpi, _ in kept], "versions": [version for _, version in kept]}
        self._execute(sql_text("rollup/keep_only.sql", families=list(STATISTICS)), parameters)

    def take_changes(self) -> None:
        """Take what has changed in the facts into this run. Call it once, before :meth:`update`."""
        for fact in FACTS:
            (counts,) = self._fetch(sql_text("rollup/count_changes.sql", fact=fact))
            self._changed[fact] = counts["change_count"]
            self._execute(sql_text("rollup/changes.sql", fact=fact))
            if counts["change_count"] > max(FEW_ROWS, counts["row_count"]) * MANY:
                self._anew.add(fact)
                self._execute(sql_text("rollup/drop_changes.sql", fact=fact))
            elif counts["change_count"]:
                self._execute(sql_text("rollup/take_changes.sql", fact=fact))

    def update(self, definition: Definition, end: DataEnd, *, anew: bool = False) -> Touched | None:
        """Bring the daily sums of one KPI up to date.

        :param end: how far the data of its feed reach.
        :param anew: count from the facts, whatever is known.
        :returns: what has to be computed; None: everything, as the sums were counted from the facts: for a new version,
            other kinds of slices, another fiscal year, or when much of a fact has changed.
        :raises ConfigurationError: the SQL of the KPI does not run, or lacks a column.
        """
        self._reader = None
        cases = case_sql(definition.kpi, "all")
        combinations = self._combinations(definition, cases)
        progress = self._fetch(sql_text("rollup/progress.sql"), _key(definition))
        is_known = bool(progress) and progress[0]["setting"] == self._setting(combinations)
        if anew or not is_known or self._anew.intersection(cases.facts):
            self._execute(
                sql_text("rollup/clear.sql", family=definition.kpi.family), {"kpi": definition.kpi.id}
            )
            plan = passes(combinations, *self._cardinality(cases.facts))
            self._add(definition, cases.text, plan)
            return None
        has_changes = any(self._changed[fact] for fact in cases.facts)
        if has_changes:
            changes = case_sql(definition.kpi, "changes")
            self._add(definition, changes.text, passes(combinations, {}, 0), is_correction=True)
        return self._touched(definition, end, progress[0], has_changes)

    def sums(self, definition: Definition, end: DataEnd, touched: Touched | None) -> Iterator[pd.DataFrame]:
        """The sums of every touched period and slice, or of all that have a case and of the whole, when None.

        A touched one that is empty now has a row too, with ``is_empty``. A rolling window is given once its last day
        is counted. One frame, but of durations as many as it takes to hold each small; none when nothing is touched.
        Columns: grain, period_start, period_end, slice, dimensions, is_empty, and :data:`STATISTICS` of the family.
        """
        if touched is not None and touched.is_empty:
            return
        if touched is None:
            yield from self._day_sums(definition, end).everything()
        else:
            days = self._day_sums(definition, end)
            yield from days.touched(touched.slices, touched.days, touched.counted_before)

    def sums_of(
        self,
        definition: Definition,
        end: DataEnd,
        periods: Sequence[Period],
        slices: Sequence[str] | None = None,
    ) -> Iterator[pd.DataFrame]:
        """The sums of these periods, as of :meth:`sums`, for every slice that has a case in them.

        :param slices: only these; None: all.
        """
        yield from self._day_sums(definition, end).of(periods, slices)

    def settle(self, definition: Definition, end: DataEnd) -> None:
        """Note how far the sums are published. Call it after publishing, in the same transaction."""
        combinations = self._combinations(definition, case_sql(definition.kpi, "all"))
        progress = {
            "setting": self._setting(combinations),
            "as_of": end.as_of,
            "counted_until": end.counted_until(definition.kpi),
        }
        self._execute(sql_text("rollup/settle.sql"), _key(definition) | progress)

    def recount(
        self, definition: Definition, end: DataEnd, members: Mapping[str, str], first: date, last: date
    ) -> dict[str, Any]:
        """The statistics of one slice over some days, counted from the facts and not from the daily sums.

        :param members: dimension to member; empty for the whole.
        :returns: the columns of :data:`STATISTICS`.
        """
        cases = case_sql(definition.kpi, "all").text
        family = definition.kpi.family
        text = sql_text("rollup/recount.sql", family=family, case_query=cases, dimensions=list(members))
        until = min(last, end.counted_until(definition.kpi))
        rows = self._fetch(
            text, definition.parameters() | {"members": list(members.values()), "first": first, "last": until}
        )
        return self._day_sums(definition, end).statistics_of(rows)

    def _day_sums(self, definition: Definition, end: DataEnd) -> DaySums:
        """The reader of a KPI's daily sums: the same one while it is the same KPI, so that it reads them once."""
        key = (definition.version, end)
        if self._reader is None or self._reader[0] != key:
            self._reader = key, DaySums(self._connection, definition, end, self._calendar)
        return self._reader[1]

    def _combinations(self, definition: Definition, cases: CaseSql) -> tuple[Combination, ...]:
        """The kinds of slices that the cases of a KPI have."""
        kpi = definition.kpi
        if definition.version in self._described:
            return self._described[definition.version]
        where = f'KPI "{kpi.id}", {kpi.sql.name}'
        with self._connection.cursor() as cursor:
            try:
                with self._connection.transaction():
                    cursor.execute(f"select * from ({cases.text}) as c limit 0", definition.parameters())  # noqa: S608  # the text of a file
            except (psycopg.ProgrammingError, psycopg.DataError) as error:
                raise ConfigurationError(
                    f"{where}: the SQL does not run: {str(error).strip()}; correct the file"
                ) from error
            given = [column.name for column in cursor.description or ()]
        wanted = ("sign", "day", "weight_milli", *NEEDED[kpi.family])
        if missing := [name for name in wanted if name not in given]:
            raise ConfigurationError(
                f"{where}: no column {', '.join(missing)}; it gives {', '.join(given)}, and the family {kpi.family} "
                f"needs {', '.join(wanted)}; add what is missing"
            )
        declared = self._measuring.slices if kpi.slices is None else kpi.slices
        self._described[definition.version] = usable(declared, given)
        return self._described[definition.version]

    def _setting(self, combinations: Iterable[Combination]) -> str:
        return json.dumps([self._measuring.fiscal_month, list(combinations)])

    def _cardinality(self, facts: Iterable[str]) -> tuple[dict[str, float], float]:
        """About how many members each dimension has, and how many rows the largest of the facts."""
        tables = [f"fct_{fact}" for fact in facts]
        found = self._fetch(sql_text("rollup/cardinality.sql"), {"tables": tables})
        rows = max((row["row_count"] for row in found), default=0.0)
        return {row["column_name"]: row["distinct_count"] for row in found}, rows

    def _add(
        self, definition: Definition, cases: str, plan: Iterable[Any], *, is_correction: bool = False
    ) -> None:
        """Sum up cases by day and slice, and add that to what is there."""
        family = definition.kpi.family
        structure = {"family": family, "all_dimensions": DIMENSIONS}
        self._execute("drop table if exists pg_temp.cf_day_sums")
        text = sql_text("rollup/sums.sql", **structure, case_query=cases, bases=list(plan))
        try:
            self._execute(text, definition.parameters())
        except (psycopg.ProgrammingError, psycopg.DataError) as error:
            raise ConfigurationError(
                f'KPI "{definition.kpi.id}", {definition.kpi.sql.name}: the cases cannot be summed up: '
                f"{str(error).strip()}; correct the file"
            ) from error
        self._execute(sql_text("rollup/write_slices.sql", **structure))
        self._execute(
            sql_text("rollup/write.sql", **structure, is_correction=is_correction), _key(definition)
        )
        if is_correction:
            self._execute(sql_text("rollup/drop_empty.sql", **structure), _key(definition))

    def _touched(
        self, definition: Definition, end: DataEnd, progress: Mapping[str, Any], has_changes: bool
    ) -> Touched:
        kpi = definition.kpi
        before, until = progress["counted_until"], end.counted_until(kpi)
        end_before = DataEnd(progress["as_of"], before + timedelta(days=kpi.lag_days))
        parameters = _key(definition) | {
            "counted_before": before,
            "counted_until": until,
            "open_before": open_until(kpi, end_before),
            "open_until": open_until(kpi, end),
        }
        rows = self._fetch(
            sql_text("rollup/touched.sql", family=kpi.family, has_changes=has_changes), parameters
        )
        slices = tuple(row["slice"] for row in rows)
        days = tuple(row["day"] for row in rows)
        return Touched(slices, days, before, bool(self._calendar.ended_windows(before, until)))

    def _execute(self, text: str, parameters: Mapping[str, Any] | None = None) -> None:
        self._connection.execute(text, parameters)

    def _fetch(self, text: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(text, parameters).fetchall()


def _key(definition: Definition) -> dict[str, Any]:
    return {"kpi": definition.kpi.id, "definition_version": definition.version}
