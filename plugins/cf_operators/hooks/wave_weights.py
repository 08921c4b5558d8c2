"""Reads what the weights of waves are made from, and keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import psycopg
from psycopg.rows import dict_row, tuple_row

from cf_operators.hooks.sql_text import sql_text


class WaveWeightStore:
    """The weights of responses, in the transaction of the caller, who commits.

    Holds a lock until then: nobody else weighs meanwhile.

    :param rules: what the programme says about weights; when it changes, every wave is weighed again.
    :param time_zone: of the organisation.
    """

    def __init__(self, connection: psycopg.Connection[Any], rules: str, time_zone: str) -> None:
        self._connection = connection
        self._rules = rules
        self._time_zone = time_zone
        connection.execute(sql_text("weights/lock.sql").encode())
        connection.execute(sql_text("weights/drop_gone.sql").encode())

    def to_weigh(self, today: date) -> dict[str, Decimal]:
        """The waves that are to be weighed, each with the fingerprint of its facts."""
        values = {"rules": self._rules, "today": today, "time_zone": self._time_zone}
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            return dict(cursor.execute(sql_text("weights/to_weigh.sql").encode(), values).fetchall())

    def asked(self, wave: str) -> pd.DataFrame:
        """Whom it has asked: a row per combination of the dimensions, with ``people``."""
        return self._frame("asked", wave)

    def answered(self, wave: str) -> pd.DataFrame:
        """Its complete responses, by source and id, with their dimensions and ``inclusion_probability``."""
        return self._frame("answered", wave)

    def keep(self, wave: str, weights: pd.DataFrame) -> tuple[int, int]:
        """Keep the weights of a wave: ``source``, ``response_id``, ``design_weight``, ``weight_milli``.

        :returns: how many were written and how many deleted.
        """
        values = {
            "wave_id": wave,
            "sources": weights["source"].tolist(),
            "response_ids": weights["response_id"].tolist(),
            "design_weights": weights["design_weight"].tolist(),
            "weights": weights["weight_milli"].tolist(),
        }
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            counts = cursor.execute(sql_text("weights/write.sql").encode(), values).fetchone()
        assert counts is not None, "the statement returns one row of counts"
        return counts[0], counts[1]

    def note(self, wave: str, fingerprint: Decimal, now: datetime, result: Mapping[str, Any]) -> None:
        """Note that a wave was weighed: ``response_count``, ``effective_n`` and ``margins`` of the result."""
        values = {"wave_id": wave, "fingerprint": fingerprint, "rules": self._rules, "now": now, **result}
        self._connection.execute(sql_text("weights/note.sql").encode(), values)

    def _frame(self, name: str, wave: str) -> pd.DataFrame:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(sql_text(f"weights/{name}.sql").encode(), {"wave_id": wave})
            columns = [column.name for column in cursor.description or ()]
            return pd.DataFrame(cursor.fetchall(), columns=columns)
