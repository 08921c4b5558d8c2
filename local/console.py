"""What `make sql` does: one query on the warehouse of the current pack, as a BI tool would ask it, printed as CSV."""

from __future__ import annotations

import csv
import sys
from typing import TextIO

import psycopg
from psycopg.types.json import set_json_loads

from local.bi_warehouse import bi_warehouse
from local.errors import StackError
from local.settings import StackSettings


def query(settings: StackSettings, text: str, output: TextIO = sys.stdout) -> None:
    """Run one statement as the role `cf_bi` and write the rows as CSV with a header.

    Raises `StackError` with PostgreSQL's own message if it refuses. A warehouse that is not up is started for the
    query and stopped again.
    """
    if not text.strip():
        raise StackError("Give a statement: make sql Q='select * from cf_kpi.v_kpi_latest'")
    with bi_warehouse(settings) as uri:
        try:
            with psycopg.connect(uri, options="-c timezone=UTC", application_name="make sql") as connection:
                _write(connection, text, output)
        except psycopg.Error as error:
            raise StackError(f"PostgreSQL: {str(error).strip()}") from error


def _write(connection: psycopg.Connection, text: str, output: TextIO) -> None:
    with connection.cursor() as cursor:
        set_json_loads(_as_text, cursor)  # JSON stays the text that it is
        cursor.execute(text.encode())
        if cursor.description is None:
            return
        writer = csv.writer(output, lineterminator="\n")
        writer.writerow([column.name for column in cursor.description])
        writer.writerows(cursor)


def _as_text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode()
