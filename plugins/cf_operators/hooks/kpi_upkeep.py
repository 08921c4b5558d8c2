"""Keeps the planner informed of how many values there are."""

from __future__ import annotations

import psycopg
from psycopg import sql

MUCH_CHANGED = """
select relname from pg_stat_user_tables
where schemaname = 'cf_kpi' and n_mod_since_analyze > 500 + 0.1 * n_live_tup
"""


def tell_planner(connection_uri: str) -> None:
    """Count anew the tables of ``cf_kpi`` of which a tenth has changed. Call it after a commit.

    The server does so by itself within minutes; but who reads the values a second after the first of them were
    published would wait for a plan that takes the tables for empty.
    """
    with psycopg.connect(connection_uri, autocommit=True) as connection:
        for (table,) in connection.execute(MUCH_CHANGED).fetchall():
            connection.execute(sql.SQL("analyze cf_kpi.{}").format(sql.Identifier(table)))
