"""The same query over the same rows on PostgreSQL and on DuckDB."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import duckdb
import psycopg
from psycopg.rows import tuple_row
from sqlglot import exp

from tests.sql.portable import carried, parsed, tables

Row = tuple[Any, ...]


class SecondEngine:
    """A DuckDB in memory that holds what a PostgreSQL transaction sees, copied when it is first asked for.

    :param source: an open transaction, in UTC; nothing may be written in it any more.
    """

    def __init__(self, source: psycopg.Connection[Any]) -> None:
        self._source = source
        self._copied: set[str] = set()
        self._duckdb = duckdb.connect(":memory:")
        self._duckdb.execute("set TimeZone = 'UTC'")

    def names(self, text: str, values: Mapping[str, Any]) -> list[str]:
        """The columns of a query."""
        return [column.name for column in self._source.execute(text.encode(), values).description or ()]

    def both(self, text: str, values: Mapping[str, Any]) -> tuple[Counter[Row], Counter[Row]]:
        """The rows of a query with parameters: as PostgreSQL gives them, and as DuckDB does.

        Whatever their order, each with how often it comes. Numbers of different types are equal and hash alike, as do
        equal moments.
        """
        query = parsed(text, values)
        for table in tables(query):
            self._copy(table)
        with self._source.cursor(row_factory=tuple_row) as cursor:
            expected = cursor.execute(text.encode(), values).fetchall()
        found = self._duckdb.execute(carried(query, "duckdb"))
        assert [column[0] for column in found.description or ()] == self.names(text, values)
        return Counter(expected), Counter(found.fetchall())

    def _copy(self, table: str) -> None:
        if table in self._copied:
            return
        self._copied.add(table)
        with self._source.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(f"select * from {table}")
            columns = [
                f'"{column.name}" {_duckdb_type(column.type_display)}' for column in cursor.description or ()
            ]
            if "." in table:
                self._duckdb.execute(f"create schema if not exists {table.partition('.')[0]}")
            self._duckdb.execute(f"create table {table} ({', '.join(columns)})")
            if rows := cursor.fetchall():
                places = ", ".join("?" * len(columns))
                self._duckdb.executemany(f"insert into {table} values ({places})", rows)


def _duckdb_type(name: str) -> str:
    if name == "numeric":
        return "decimal(18, 6)"
    return exp.DataType.build(name, dialect="postgres").sql("duckdb")
