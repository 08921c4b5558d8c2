"""The values that an audience may be chosen by, as they occur in the model."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import tuple_row

from cf_operators.hooks.sql_text import sql_text


def audience_values(connection: psycopg.Connection[Any]) -> dict[str, set[str]]:
    """Segments, regions, products and languages that occur, by field of an ad hoc request."""
    known: dict[str, set[str]] = {}
    with connection.cursor(row_factory=tuple_row) as cursor:
        for field, value in cursor.execute(sql_text("audience/known_values.sql").encode()):
            known.setdefault(field, set()).add(value)
    return known
