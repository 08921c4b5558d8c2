"""Clears away what a measurement leaves behind in the tables that it writes to."""

from __future__ import annotations

import psycopg
from psycopg import sql

from cf_operators.hooks.day_sums import STATISTICS
from cf_operators.hooks.kpi_sql import FACTS
from cf_operators.hooks.sql_text import sql_text

REWRITTEN = (*(f"change_{fact}" for fact in FACTS), *(f"day_{family}" for family in STATISTICS))
"""Tables of ``cf_core`` whose rows are taken or replaced; those of ``cf_kpi`` mostly grow."""


def clear_away(connection_uri: str) -> None:
    """Give back the room of what was replaced, and count anew the tables of which a tenth has changed. Call it after a
    commit.

    The server does both by itself within minutes. But a run that comes sooner would read through all that was taken,
    after a full build over 10,000,000 answers a gigabyte; and who reads values a second after the first of them were
    published would wait for a plan that takes the tables for empty. Where nothing was left it takes milliseconds.
    """
    with psycopg.connect(connection_uri, autocommit=True) as connection:
        tables = connection.execute(
            sql_text("measure/left_behind.sql"), {"rewritten": list(REWRITTEN)}
        ).fetchall()
        for schema, table, is_full_of_holes, is_another in tables:
            vacuum = "vacuum (analyze) {}" if is_another else "vacuum {}"
            statement = sql.SQL(vacuum if is_full_of_holes else "analyze {}")
            connection.execute(statement.format(sql.Identifier(schema, table)))
