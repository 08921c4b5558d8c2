"""What `make sql` does: one query on the warehouse of the current pack, as a BI tool would ask it, printed as CSV."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import psycopg
from psycopg.types.json import set_json_loads

from local.connections import Replacements
from local.credentials import Credentials
from local.errors import StackError
from local.postgres import EmbeddedPostgres
from local.settings import StackSettings


def query(settings: StackSettings, text: str, output: TextIO = sys.stdout) -> None:
    """Run one statement as the role `cf_bi` and write the rows as CSV with a header.

    Raises `StackError` with PostgreSQL's own message if it refuses. A warehouse that is not up is started for the
    query and stopped again.
    """
    if not text.strip():
        raise StackError("Give a statement: make sql Q='select * from cf_kpi.v_kpi_latest'")
    with _warehouse(settings) as uri:
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


@contextmanager
def _warehouse(settings: StackSettings) -> Iterator[str]:
    """The address of the warehouse for the role `cf_bi`, up at least as long as the block runs."""
    if Replacements.of(settings).warehouse:
        given = settings.given("CF_BI_DATABASE")
        if given is None:
            raise StackError(
                "The warehouse is your own (AIRFLOW_CONN_CF_WAREHOUSE): "
                "set CF_BI_DATABASE=postgresql://cf_bi:<password>@<host>/<database>."
            )
        yield given
        return
    data = settings.state / "postgres"
    if not data.exists():
        raise StackError(
            f"There is no warehouse of pack {settings.pack!r} yet: `make demo` or `make up` makes one."
        )
    credentials = Credentials.load(settings.state, settings.environment)
    server = EmbeddedPostgres(data, settings.ports.postgres, credentials.postgres)
    was_running = server.is_running()
    if not was_running:
        server.start()
    try:
        yield server.uri("cf_bi", credentials.cf_bi, "warehouse")
    finally:
        if not was_running:
            server.stop()
