"""The published values as frames for charts; the role ``cf_bi`` may read all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import dict_row, scalar_row, tuple_row

from cf_operators.charts.subject import Subject
from cf_operators.hooks.sql_text import sql_text

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Newest:
    """How new the measured data are: their newest moment, and its day where the organisation is."""

    data_as_of: datetime
    as_of_on: date


class ChartData:
    """Reads ``cf_kpi`` for charts.

    :param connection: a connection to the warehouse; in repeatable read, all charts show one and the same moment.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def newest(self) -> Newest | None:
        """How new the data are; None when nothing was measured yet."""
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            row = cursor.execute(_statement("newest")).fetchone()
        return Newest(*row) if row else None

    def subjects(self, kpis: Sequence[str]) -> dict[str, Subject]:
        """What each of these KPIs is about; those that were never measured are left out."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(_statement("subjects"), {"kpis": list(kpis)}).fetchall()
        return {row.pop("kpi"): Subject(**row) for row in rows}

    def scorecard(self, kpis: Sequence[str], slice_name: str = "all") -> pd.DataFrame:
        """The rows of the scorecard for KPIs in this order; see :mod:`cf_operators.charts.scorecard`."""
        return self._frame("scorecard", {"kpis": list(kpis), "slice": slice_name})

    def months(self, kpis: Sequence[str], slice_name: str = "all") -> pd.DataFrame:
        """The settled months of KPIs, the oldest first."""
        return self._frame("months", {"kpis": list(kpis), "slice": slice_name})

    def control_points(self, kpis: Sequence[str], slice_name: str = "all") -> pd.DataFrame:
        """The months of control charts, the oldest first."""
        return self._frame("control_points", {"kpis": list(kpis), "slice": slice_name})

    def slices_with_signals(self, kpi: str, dimensions: Sequence[str]) -> list[str]:
        """The slices of these dimensions in which the newest month of a KPI is a signal, by name."""
        with self._connection.cursor(row_factory=scalar_row) as cursor:
            parameters = {"kpi": kpi, "dimensions": list(dimensions)}
            return cursor.execute(_statement("signals"), parameters).fetchall()

    def drivers(self, overall: str) -> pd.DataFrame:
        """The drivers of an overall score in the newest year that has any."""
        return self._frame("drivers", {"overall": overall})

    def complaints(self, as_of_on: date) -> pd.DataFrame:
        """Complaints by category in the newest quarter that was over on a day; else in the newest one."""
        return self._frame("complaints", {"as_of_on": as_of_on})

    def _frame(self, name: str, parameters: Mapping[str, Any]) -> pd.DataFrame:
        import pandas as pd

        with self._connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(_statement(name), parameters)
            columns = [column.name for column in cursor.description or ()]
            return pd.DataFrame(cursor.fetchall(), columns=columns)


def _statement(name: str) -> bytes:
    return sql_text(f"charts/{name}.sql").encode()
