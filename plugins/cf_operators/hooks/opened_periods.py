"""The sending periods of the yearly waves that were opened, as the ledger keeps them."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from pydantic import ValidationError

from cf_operators.domain.sending_period import OpenedPeriod
from cf_operators.errors import DataError
from cf_operators.hooks.sql_text import sql_text


def opened_periods(connection: psycopg.Connection[Any], campaign_id: str) -> dict[int, date]:
    """The first day of each period of a yearly campaign, by its year; of several waves of a year, the oldest counts.

    :raises DataError: what a wave keeps is not a period.
    """
    with connection.cursor(row_factory=tuple_row) as cursor:
        statement = sql_text("audience/opened_periods.sql").encode()
        rows = cursor.execute(statement, {"campaign_id": campaign_id}).fetchall()
    starts: dict[int, date] = {}
    for wave_id, kept in rows:
        try:
            starts_on = OpenedPeriod.model_validate(kept).starts_on
        except ValidationError:
            raise DataError(
                f"wave {wave_id}: the period kept with it in cf_ledger.wave cannot be read; set its column request to "
                'the first day, e.g. {"starts_on": "2026-10-01"}, or to null: then the day of the programme counts'
            ) from None
        starts.setdefault(starts_on.year, starts_on)
    return starts
