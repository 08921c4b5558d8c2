"""Answers of respondents for the search for drivers, and the table of drivers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import scalar_row, tuple_row

from cf_operators.domain.driver_model import MOST_RESPONDENTS, DriverModel
from cf_operators.hooks.sql_text import sql_text

if TYPE_CHECKING:
    import pandas as pd


class DriverStore:
    """Reads and writes in the transaction of the caller, who commits."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def lock(self) -> None:
        """Wait until no other search is under way; held to the end of the transaction."""
        self._execute("lock")

    def take_touched(self) -> list[tuple[str, date]]:
        """Construct and first day of the year of all answers that changed since they were last taken.

        When the transaction does not commit they stay where they are.
        """
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(_statement("take_touched")).fetchall()

    def keep_only(self, models: Sequence[DriverModel]) -> int:
        """Forget the drivers of every overall score that is not among these; the number of rows deleted."""
        return self._execute(
            "keep_only", {"overalls": [model.overall.construct for model in models]}
        ).rowcount

    def years_of_new(self, model: DriverModel, now: datetime) -> list[date] | None:
        """All years when the model asks something else than it did, which is noted; None when it is as it was."""
        overall = {"overall": model.overall.construct}
        with self._connection.cursor(row_factory=scalar_row) as cursor:
            if cursor.execute(_statement("known_questions"), overall).fetchone() == model.key():
                return None
            self._execute("note_questions", overall | {"questions": model.key(), "now": now})
            return cursor.execute(_statement("years"), overall).fetchall()

    def answers(self, model: DriverModel, first: date, last: date) -> pd.DataFrame:
        """The scores of respondents who answered all questions of a model between two days, as shares of the scales.

        :returns: a row per respondent, at most ``MOST_RESPONDENTS``, and a column per construct.
        """
        import pandas as pd

        constructs = [each.construct for each in model.questions]
        scales = {
            "constructs": constructs,
            "scale_mins": [each.scale_min for each in model.questions],
            "scale_maxs": [each.scale_max for each in model.questions],
        }
        parameters = scales | {"first": first, "last": last, "most": MOST_RESPONDENTS}
        with self._connection.cursor(row_factory=scalar_row) as cursor:
            rows: list[list[float]] = cursor.execute(_statement("answers"), parameters).fetchall()
        return pd.DataFrame(rows, columns=constructs, dtype="float64")

    def write(
        self, model: DriverModel, first: date, last: date, rows: Sequence[Mapping[str, Any]], now: datetime
    ) -> tuple[int, int]:
        """Make the table hold these rows for an overall score and year.

        :param rows: one per attribute: ``attribute`` and the columns of ``cf_kpi.kpi_driver`` that say something of it.
        :returns: the numbers of rows written and deleted; 0 and 0 when all was as it is.
        """
        year = {"overall": model.overall.construct, "period_start": first}
        stays = {"attributes": [row["attribute"] for row in rows]}
        deleted = self._execute("drop_gone", year | stays).rowcount
        written = [
            self._execute("write_row", year | dict(row) | {"period_end": last, "now": now}).rowcount
            for row in rows
        ]
        return sum(written), deleted

    def _execute(self, name: str, parameters: Mapping[str, Any] | None = None) -> psycopg.Cursor[Any]:
        return self._connection.execute(_statement(name), parameters)


def _statement(name: str) -> bytes:
    return sql_text(f"drivers/{name}.sql").encode()
