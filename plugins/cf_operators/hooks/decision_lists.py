"""What waits for a person's decision, and what became of waves: reads for the pages. Nobody's address is among it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from cf_operators.hooks.sql_text import sql_text

Row = dict[str, Any]

MOST_ROWS = 200
"""Rows of a list that a page shows; what is beyond is decided about by wave."""


class DecisionLists:
    """Reads on one connection, as of one moment.

    :param clock: the time now, which tells what may still be sent.
    """

    def __init__(self, connection: psycopg.Connection[Any], clock: datetime) -> None:
        self._connection = connection
        self._clock = clock

    def open_counts(self) -> dict[str, int]:
        """How many ``unknown`` mails and ``approvals`` wait."""
        (row,) = self._rows("open_counts", clock=self._clock)
        return row

    def waves(self, campaign_id: str | None, most: int, passed: int) -> list[Row]:
        """The newest waves with their numbers, as ``cf_kpi.v_wave_report`` has them."""
        return self._rows("waves", campaign_id=campaign_id, wave_id=None, most=most, passed=passed)

    def wave(self, wave_id: str) -> Row | None:
        """One wave with its numbers; None if there is none of this id."""
        rows = self._rows("waves", campaign_id=None, wave_id=wave_id, most=1, passed=0)
        return rows[0] if rows else None

    def wave_languages(self, wave_id: str) -> list[Row]:
        """The numbers of a wave by language."""
        return self._rows("wave_languages", wave_id=wave_id)

    def wave_decisions(self, wave_id: str) -> list[Row]:
        """Who decided what about a wave, newest first."""
        return self._rows("wave_decisions", wave_id=wave_id, most=50)

    def unknown_waves(self) -> list[Row]:
        """The waves with unknown mails, and how many each has."""
        return self._rows("unknown_waves", clock=self._clock)

    def unknown(self, wave_id: str) -> list[Row]:
        """Unknown mails of a wave, ``MOST_ROWS`` at most."""
        return self._rows("unknown", wave_id=wave_id, most=MOST_ROWS, clock=self._clock)

    def approval_waves(self) -> list[Row]:
        """The waves with key accounts that wait for a word, and how many each has."""
        return self._rows("approval_waves", clock=self._clock)

    def approvals(self, wave_id: str) -> list[Row]:
        """Key accounts of a wave that wait for a word, ``MOST_ROWS`` at most."""
        return self._rows("approvals", wave_id=wave_id, most=MOST_ROWS)

    def _rows(self, name: str, **values: Any) -> list[Row]:
        statement = sql_text(f"decisions/{name}.sql")
        with self._connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(statement.encode(), values or None)
            return cursor.fetchall()
