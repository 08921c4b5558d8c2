"""Sources: column types in their short form, keys, and what may be read."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from cf_operators.domain.column import Column
from cf_operators.domain.source import FilesObject, FilesSource, SqlObject


@pytest.mark.parametrize(
    ("spec", "column"),
    [
        ("text", Column("text")),
        ("text?", Column("text", is_optional=True)),
        ("timestamp", Column("timestamp")),
        ("integer?", Column("integer", is_optional=True)),
    ],
)
def test_column_is_read_and_written_in_short_form(spec: str, column: Column) -> None:
    assert Column.parse(spec) == column
    assert str(column) == spec


@pytest.mark.parametrize(
    "spec", ["", "?", "Text", "text ?", "text??", "?text", "int", "datetime", None, 3, ["text"]]
)
def test_anything_else_is_no_column(spec: object) -> None:
    with pytest.raises(ValueError, match="types are: text, integer, number, boolean, timestamp, date"):
        Column.parse(spec)


def files_object(**changes: Any) -> FilesObject:
    entry = {
        "stream": "orders",
        "read": "orders*.csv",
        "key": ["order_id", "line"],
        "columns": {"order_id": "text", "line": "integer", "note": "text?"},
    }
    return FilesObject.model_validate(entry | changes)


def test_an_object_of_a_files_source() -> None:
    read = files_object()
    assert read.key == ("order_id", "line")
    assert read.columns["note"] == Column("text", is_optional=True)
    assert read.model_dump()["columns"] == {"order_id": "text", "line": "integer", "note": "text?"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"key": []}, "at least 1"),
        ({"key": ["order"]}, 'names "order", which is not a column; columns are: order_id, line, note'),
        ({"key": ["note"]}, 'names "note", which may be empty'),
        ({"key": ["line", "line"]}, "names a column twice"),
        ({"columns": {}}, "has neither columns nor map"),
        ({"stream": "order"}, "'orders', 'complaints', 'responses' or 'feedback'"),
        ({"read": "/data/orders.csv"}, "leaves the folder"),
        ({"read": "../orders.csv"}, "leaves the folder"),
        ({"read": "a/../../orders.csv"}, "leaves the folder"),
        ({"read": "orders.xlsx"}, "does not end in .csv or .parquet"),
    ],
)
def test_a_wrong_object_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        files_object(**changes)
    assert message in str(refused.value)


@pytest.mark.parametrize("read", ["orders.csv", "2024/orders-*.parquet", "..orders.csv"])
def test_patterns_below_the_folder_are_read(read: str) -> None:
    assert files_object(read=read).read == read


@pytest.mark.parametrize(
    ("read", "is_query"),
    [("cases", False), ("crm.cases", False), ("db.crm.cases", False), ("crm/cases.sql", True)],
)
def test_sql_object_reads_a_table_or_a_query(read: str, is_query: bool) -> None:
    item = SqlObject.model_validate(
        {"stream": "complaints", "read": read, "key": ["id"], "columns": {"id": "text"}}
    )
    assert item.is_query is is_query


@pytest.mark.parametrize("read", ["", "cases; drop table x", "a.b.c.d", 'crm."cases"', "select 1"])
def test_sql_object_reads_nothing_else(read: str) -> None:
    with pytest.raises(ValidationError, match="neither a table"):
        SqlObject.model_validate(
            {"stream": "complaints", "read": read, "key": ["id"], "columns": {"id": "text"}}
        )


def test_the_id_of_the_form_is_kept_for_it() -> None:
    with pytest.raises(ValidationError, match="kept for the built-in source form"):
        FilesSource.model_validate(
            {
                "id": "form",
                "kind": "files",
                "connection": "cf_shop",
                "time_zone": "UTC",
                "staging": "form.sql",
                "objects": {
                    "orders": {"stream": "orders", "read": "o.csv", "key": ["id"], "columns": {"id": "text"}}
                },
            }
        )
