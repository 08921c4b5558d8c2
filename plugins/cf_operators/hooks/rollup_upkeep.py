"""Clears away what a rollup leaves behind in the tables that it writes to."""

from __future__ import annotations

import psycopg
from psycopg import sql

from cf_operators.hooks.day_sums import STATISTICS
from cf_operators.hooks.kpi_sql import FACTS

TABLES = (*(f"change_{fact}" for fact in FACTS), *(f"day_{family}" for family in STATISTICS))

LEFT_BEHIND = """
select relname, n_mod_since_analyze > 500 + 0.1 * n_live_tup as is_other
from pg_stat_user_tables
where
    schemaname = 'cf_core'
    and relname = any(%(tables)s)
    and (n_dead_tup > 0 or n_mod_since_analyze > 500 + 0.1 * n_live_tup)
"""


def clear_away(connection_uri: str) -> None:
    """Give back the room of changes that were taken and of daily sums that were replaced. Call it after a commit.

    The server does so by itself within minutes; but a run that comes sooner would read through all of it. After a full
    build over 10,000,000 answers these are a gigabyte. Where nothing was left behind it takes milliseconds.
    """
    with psycopg.connect(connection_uri, autocommit=True) as connection:
        for table, is_other in connection.execute(LEFT_BEHIND, {"tables": list(TABLES)}).fetchall():
            what = sql.SQL("vacuum (analyze) cf_core.{}" if is_other else "vacuum cf_core.{}")
            connection.execute(what.format(sql.Identifier(table)))
