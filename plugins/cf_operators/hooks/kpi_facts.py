"""Reads what KPIs are made of: the sufficient statistics that each KPI's SQL counts from the facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row, scalar_row

from cf_operators.domain.definition import Definition
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.sql_text import sql_text

KEY = ("grain", "period_start", "slice")


def read_data_as_of(connection: psycopg.Connection[Any], now: datetime) -> datetime | None:
    """Time of the newest event in the facts that is not later than ``now``; None when the facts are empty."""
    with connection.cursor(row_factory=scalar_row) as cursor:
        newest: datetime | None = cursor.execute(sql_text("measure/data_as_of.sql"), {"now": now}).fetchone()
        return newest


def read_statistics(
    connection: psycopg.Connection[Any],
    definition: Definition,
    parameters: Mapping[str, Any],
    columns: Sequence[str],
) -> list[dict[str, Any]]:
    """Run the SQL of one KPI.

    :param parameters: the values that the SQL may bind by name.
    :param columns: the statistics that the family of the KPI needs, beside ``grain``, ``period_start``, ``slice``.
    :returns: one row per grain, period and slice.
    :raises ConfigurationError: the SQL does not run, lacks a column, or gives a period and slice twice.
    """
    where = f'KPI "{definition.kpi.id}", {definition.kpi.sql.name}'
    try:
        with connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(definition.sql_text, parameters)
            given = [column.name for column in cursor.description or ()]
            rows = cursor.fetchall()
    except (psycopg.ProgrammingError, psycopg.DataError) as error:
        raise ConfigurationError(
            f"{where}: the SQL does not run: {str(error).strip()}; correct the file"
        ) from error
    wanted = (*KEY, *columns)
    if missing := [name for name in wanted if name not in given]:
        raise ConfigurationError(
            f"{where}: no column {', '.join(missing)}; it gives {', '.join(given)}, and the family "
            f"{definition.kpi.family} needs {', '.join(wanted)}; add what is missing"
        )
    (key, count), *_ = Counter(tuple(row[name] for name in KEY) for row in rows).most_common(1) or [((), 0)]
    if count > 1:
        raise ConfigurationError(
            f"{where}: {count} rows for {', '.join(str(part) for part in key)}; "
            "give one row per grain, period and slice"
        )
    return rows
