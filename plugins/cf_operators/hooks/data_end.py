"""Reads how far the data reach."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import scalar_row

from cf_operators.domain.data_end import DataEnd
from cf_operators.domain.kpi import Feed
from cf_operators.domain.period import local_day
from cf_operators.hooks.sql_text import sql_text


def read_data_end(
    connection: psycopg.Connection[Any], now: datetime, time_zone: str, feed: Feed = "all"
) -> DataEnd:
    """The newest event of a feed that is not later than ``now``; ``now`` itself when there is none.

    :param time_zone: of the organisation.
    """
    with connection.cursor(row_factory=scalar_row) as cursor:
        cursor.execute(sql_text("measure/data_as_of.sql", feed=feed), {"now": now})
        newest: datetime | None = cursor.fetchone()
    as_of = newest or now
    return DataEnd(as_of, local_day(as_of, time_zone))
