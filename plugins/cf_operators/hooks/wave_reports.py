"""Reads what became of waves, and keeps the reports on those that have ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row, scalar_row

from cf_operators.domain.wave_report import LanguageCount, WaveCounts
from cf_operators.hooks.sql_text import sql_text


class WaveReports:
    """The numbers of waves, in the transaction of the caller, who commits."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def counts(self, wave: str) -> WaveCounts | None:
        """What became of a wave; None when there is none of this id."""
        with self._connection.cursor(row_factory=class_row(WaveCounts)) as cursor:
            return cursor.execute(sql_text("reports/wave.sql").encode(), {"wave": wave}).fetchone()

    def languages(self, wave: str) -> list[LanguageCount]:
        """What became of it in each language, that of most people first."""
        with self._connection.cursor(row_factory=class_row(LanguageCount)) as cursor:
            return cursor.execute(sql_text("reports/languages.sql").encode(), {"wave": wave}).fetchall()

    def newest(self, most: int) -> list[str]:
        """The ids of the waves that were opened last."""
        return self._ids("newest_waves", most=most)

    def ended(self, campaign: str, ended_before: datetime) -> list[str]:
        """The ids of a campaign's waves that ended before then and are not reported on yet."""
        return self._ids("ended_waves", campaign=campaign, ended_before=ended_before)

    def keep(self, wave: str, campaign: str, body: str, now: datetime) -> None:
        """Keep the report on a wave that has ended; the first one stands."""
        values = {"wave": wave, "campaign": campaign, "body": body, "now": now}
        self._connection.execute(sql_text("reports/keep_text.sql").encode(), values)

    def _ids(self, name: str, **values: Any) -> list[str]:
        with self._connection.cursor(row_factory=scalar_row) as cursor:
            return cursor.execute(sql_text(f"reports/{name}.sql").encode(), values).fetchall()
