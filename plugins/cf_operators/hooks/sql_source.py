"""A source that is a database of any kind that Airflow has an SQL connection for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from airflow.providers.common.sql.hooks.sql import DbApiHook
from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException

from cf_operators.domain.collecting import Page, Position, Row, TimeRange
from cf_operators.domain.column import ColumnType
from cf_operators.domain.source import SqlObject, SqlSource
from cf_operators.domain.source_row import RefusedRow, SourceRow, judge
from cf_operators.errors import ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks.source_connection import source_connection
from cf_operators.hooks.source_header import check_header
from cf_operators.hooks.source_mark import query_text
from cf_operators.hooks.sql_bounds import Bounds
from cf_operators.hooks.typed_value import Unreadable, json_value

CHUNK_ROWS = 5_000


def _now() -> datetime:
    return datetime.now(UTC)


class SqlSourceHook(BaseHook):
    """Reads the rows of a table or a query, a few thousand at a time.

    :param source: its connection is that of a database.
    :param clock: gives the time now.
    """

    def __init__(self, source: SqlSource, clock: Callable[[], datetime] = _now) -> None:
        super().__init__()
        self._source = source
        self._clock = clock
        self.conn_id = source.connection

    def pages(self, name: str, position: Position | None, period: TimeRange | None) -> Iterator[Page]:
        """Pages of a few thousand rows, each read before it is given, so that nobody waits for the database while it
        lands. With ``changed``, rows at or behind the last position, less the overlap, and those without a value.

        The last page alone has a position: a reader that stops before it begins where this one began.

        :raises ConfigurationError: the connection is none of a database, or a period is asked of a column of numbers.
        :raises DataError: the database refuses the query, or the result lacks a column that must not be empty.
        :raises SourceUnavailable: the database cannot be reached or goes away.
        """
        declared = self._source.objects[name]
        location = Path(declared.read).name if declared.is_query else declared.read
        database = self._database()
        page: list[Row] = []
        with _database_errors(self.conn_id, location), closing(database.get_conn()) as connection:
            bounds = self._bounds(connection, declared, position, period)
            for rows in self._chunks(connection, database.placeholder, declared, location, bounds):
                if page:
                    yield Page(page)
                page = rows
        yield Page(page, bounds.position) if bounds else Page(page)

    def _bounds(
        self, connection: Any, declared: SqlObject, position: Position | None, period: TimeRange | None
    ) -> Bounds | None:
        """What is read by the column of changes; None: there is no such column, and everything is read."""
        changed = declared.changed
        if changed is None:
            return None
        zone, now = ZoneInfo(self._source.time_zone), self._clock()
        if period is None:
            return Bounds.after(changed, zone, now, position)
        # Drivers tell the type of a column each in its own way; a value tells it by itself.
        asked = f"select max(q.{changed.column}) from (\n{_query_of(declared)}\n) q"  # noqa: S608 - a plain name
        with closing(connection.cursor()) as cursor:
            cursor.execute(asked)
            (sample,) = cursor.fetchone()
        return Bounds.within(changed, zone, now, period, sample)

    def _chunks(
        self, connection: Any, placeholder: str, declared: SqlObject, location: str, bounds: Bounds | None
    ) -> Iterator[list[Row]]:
        query = _query_of(declared)
        limits: list[Any] = []
        if bounds is not None:
            query, limits = bounds.applied_to(query, placeholder)
        types = {name: column.type for name, column in declared.columns.items()}
        with closing(_streaming_cursor(connection)) as cursor:
            cursor.execute(query, *([limits] if limits else []))
            found = cursor.fetchmany(CHUNK_ROWS)  # some drivers know the columns only now
            header = [column[0] for column in cursor.description]
            check_header(header, location, declared)
            changed = None if bounds is None else _spelled(bounds.changed.column, header)
            while found:
                rows = [dict(zip(header, row, strict=True)) for row in found]
                if bounds is not None and changed is not None:
                    for row in rows:
                        bounds.see(row[changed])
                yield [_judged(row, types, declared, location) for row in rows]
                found = cursor.fetchmany(CHUNK_ROWS)

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


def _judged(
    row: dict[str, Any], types: dict[str, ColumnType], declared: SqlObject, location: str
) -> SourceRow | RefusedRow:
    try:
        verdict = judge({name: json_value(value, types.get(name)) for name, value in row.items()}, declared)
    except Unreadable as error:
        verdict = f"a value {error}"
    if isinstance(verdict, str):
        return RefusedRow.of(location, None, verdict, json.dumps(row, ensure_ascii=False, default=str))
    return verdict


def _spelled(column: str, header: list[str]) -> str | None:
    """The column of changes as the database spells it: some write names in lower case, some in upper."""
    if column in header:
        return column
    return next((name for name in header if name.lower() == column.lower()), None)


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
