"""A source that is a database of any kind that Airflow has an SQL connection for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from airflow.providers.common.sql.hooks.sql import DbApiHook
from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException

from cf_operators.domain.collecting import Page, Position, TimeRange
from cf_operators.domain.source import SqlObject, SqlSource
from cf_operators.domain.source_row import RefusedRow, SourceRow, judge
from cf_operators.errors import ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks.source_connection import source_connection
from cf_operators.hooks.source_header import check_header
from cf_operators.hooks.source_mark import query_text
from cf_operators.hooks.sql_bounds import Bounds
from cf_operators.hooks.typed_value import Unreadable, json_value

CHUNK_ROWS = 5_000


class SqlSourceHook(BaseHook):
    """Reads the rows of a table or a query, a few thousand at a time.

    :param source: its connection is that of a database.
    """

    def __init__(self, source: SqlSource) -> None:
        super().__init__()
        self._source = source
        self.conn_id = source.connection

    def pages(self, name: str, position: Position | None, period: TimeRange | None) -> Iterator[Page]:
        """All rows in one page; with ``changed``, those at or behind the last position, less the overlap.

        :raises ConfigurationError: the connection is none of a database.
        :raises DataError: the database refuses the query, or the result lacks a column that must not be empty.
        :raises SourceUnavailable: the database cannot be reached or goes away.
        """
        declared = self._source.objects[name]
        bounds = Bounds.of(declared.changed, position, period)
        yield Page(self._rows(declared, bounds), bounds.position)

    def _rows(self, declared: SqlObject, bounds: Bounds) -> Iterator[SourceRow | RefusedRow]:
        location = Path(declared.read).name if declared.is_query else declared.read
        types = {name: column.type for name, column in declared.columns.items()}
        for row in self._read(declared, location, bounds):
            try:
                values = {name: json_value(value, types.get(name)) for name, value in row.items()}
                bounds.see(values)
                verdict = judge(values, declared)
            except Unreadable as error:
                verdict = f"a value {error}"
            if isinstance(verdict, str):
                yield RefusedRow.of(location, None, verdict, json.dumps(row, ensure_ascii=False, default=str))
            else:
                yield verdict

    def _database(self) -> DbApiHook:
        try:
            hook = source_connection(self.conn_id).get_hook()  # type: ignore[no-untyped-call]  # Airflow's
        except AirflowException as error:
            raise ConfigurationError(
                f'connection "{self.conn_id}": {error}; install the Airflow provider of this database'
            ) from error
        if not isinstance(hook, DbApiHook):
            raise ConfigurationError(
                f'connection "{self.conn_id}": is served by {type(hook).__name__}, which speaks no SQL; '
                "a source of kind sql needs the connection of a database"
            )
        return hook

    def _read(self, declared: SqlObject, location: str, bounds: Bounds) -> Iterator[dict[str, Any]]:
        database = self._database()
        with _database_errors(self.conn_id, location), closing(database.get_conn()) as connection:
            cursor = _streaming_cursor(connection)
            try:
                query, values = bounds.applied_to(_query_of(declared), database.placeholder)
                cursor.execute(query, *([values] if values else []))
                rows = cursor.fetchmany(CHUNK_ROWS)  # some drivers know the columns only now
                header = [column[0] for column in cursor.description]
                check_header(header, location, declared)
                while rows:
                    for row in rows:
                        yield dict(zip(header, row, strict=True))
                    rows = cursor.fetchmany(CHUNK_ROWS)
            finally:
                cursor.close()


def _query_of(declared: SqlObject) -> str:
    if declared.is_query:
        return query_text(declared)
    return f"select * from {declared.read}"  # noqa: S608 - the programme admits plain names of tables only


def _streaming_cursor(connection: Any) -> Any:
    """A cursor that leaves the result on the server where the driver can; elsewhere the driver's plain one."""
    if type(connection).__module__.partition(".")[0] in {"psycopg", "psycopg2"}:
        return connection.cursor(name="cf_source")
    return connection.cursor()


@contextmanager
def _database_errors(conn_id: str, location: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        # Each driver has its own classes; their names are those of PEP 249.
        kinds = {kind.__name__ for kind in type(error).__mro__}
        where = f'{location} (connection "{conn_id}")'
        if kinds & {"OperationalError", "InterfaceError"}:
            raise SourceUnavailable(f"{where}: the database does not answer: {_first_line(error)}") from error
        if "DatabaseError" in kinds:
            raise DataError(
                f"{where}: the database refuses the query: {_first_line(error)}; correct `read` of the object"
            ) from error
        raise


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
