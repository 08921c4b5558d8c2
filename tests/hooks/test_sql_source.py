"""Rows from another database: a second real PostgreSQL database, reached by an Airflow connection."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cf_operators.domain.collecting import Row, TimeRange
from cf_operators.domain.source import SqlObject, SqlSource
from cf_operators.domain.source_row import RefusedRow, SourceRow
from cf_operators.errors import ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks import sql_source
from cf_operators.hooks.sql_source import SqlSourceHook
from tests.conftest import WarehouseServer, free_port

TABLE = """
create schema crm;
create table crm.cases (
    case_id     bigint primary key,
    received_at timestamptz,
    opened_on   date,
    severity    numeric,
    is_urgent   boolean,
    detail      jsonb,
    attachment  bytea
);
insert into crm.cases values
(1, '2024-05-01 10:00+02', '2024-05-01', 2, true, '{"a": [1, null]}', null),
(2, null, '2024-05-02', 3, false, null, null),
(3, '2024-05-03 10:00+02', '9999-12-31', 2.5, null, null, null),
(4, '2024-05-04 10:00+02', null, 1, null, null, '\\xff');
"""


def declared(read: str = "crm.cases", **columns: str) -> SqlObject:
    types = {"case_id": "integer", "received_at": "timestamp", "opened_on": "date?", "severity": "integer"}
    return SqlObject.model_validate(
        {"stream": "complaints", "read": read, "key": ["case_id"], "columns": types | columns}
    )


@pytest.fixture
def crm(warehouse_server: WarehouseServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database of the shop's CRM; the Airflow connection ``cf_crm`` leads to it."""
    database = f"crm_{secrets.token_hex(6)}"
    uri = warehouse_server.create(database, "template1").uri
    with psycopg.connect(uri) as connection:
        connection.execute(TABLE.encode())
    monkeypatch.setenv("AIRFLOW_CONN_CF_CRM", uri.replace("postgresql://", "postgres://", 1))
    yield uri
    warehouse_server.drop(database)


def hook(wanted: SqlObject) -> SqlSourceHook:
    entry = {"id": "crm", "kind": "sql", "connection": "cf_crm", "time_zone": "UTC", "staging": "crm.sql"}
    objects = {"cases": wanted.model_dump(exclude={"map"})}
    return SqlSourceHook(SqlSource.model_validate(entry | {"objects": objects}))


def rows_of(wanted: SqlObject) -> Iterable[Row]:
    (page,) = hook(wanted).pages("cases", None, None)
    return page.rows


def read(wanted: SqlObject) -> tuple[list[dict[str, object]], list[RefusedRow]]:
    rows = list(rows_of(wanted))
    good = [json.loads(row.payload) for row in rows if isinstance(row, SourceRow)]
    return good, [row for row in rows if isinstance(row, RefusedRow)]


@pytest.mark.usefixtures("crm")
def test_a_table_is_read_with_its_types_and_judged_row_by_row() -> None:
    good, refused = read(declared())
    assert good == [
        {
            "case_id": 1,
            "received_at": good[0]["received_at"],
            "opened_on": "2024-05-01",
            "severity": "2",
            "is_urgent": True,
            "detail": {"a": [1, None]},
            "attachment": None,
        }
    ]
    assert str(good[0]["received_at"]).startswith("2024-05-01 ")
    assert [(row.location, row.line, row.reason) for row in refused] == [
        ("crm.cases", None, 'column "received_at" is empty; a value is required'),
        (
            "crm.cases",
            None,
            'column "opened_on": "9999-12-31" has a year outside 1900 to 2100; '
            'column "severity": "2.5" is not an integer',
        ),
        ("crm.cases", None, "a value holds 1 bytes that are not text"),
    ]
    assert json.loads(refused[0].raw)["case_id"] == 2


@pytest.mark.usefixtures("crm")
def test_a_query_is_read_from_its_file(tmp_path: Path) -> None:
    query = tmp_path / "cases.sql"
    query.write_text(
        "-- 100% of the urgent cases\nselect case_id, received_at, severity from crm.cases where is_urgent;\n"
    )
    good, refused = read(declared(str(query)))
    assert [row["case_id"] for row in good] == [1]
    assert not refused


def test_many_rows_are_fetched_in_chunks(crm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_source, "CHUNK_ROWS", 7)
    with psycopg.connect(crm) as connection:
        connection.execute(
            "insert into crm.cases select n, '2024-05-01Z', null, 1 from generate_series(100, 120) as n"
        )
    assert [row["case_id"] for row in read(declared())[0]] == [1, *range(100, 121)]


@pytest.mark.usefixtures("crm")
def test_a_table_that_is_not_there_is_an_error_of_the_programme() -> None:
    with pytest.raises(
        DataError, match=r'crm\.tickets \(connection "cf_crm"\): the database refuses the query'
    ):
        read(declared("crm.tickets"))


@pytest.mark.usefixtures("crm")
def test_a_missing_column_names_those_that_are_there() -> None:
    with pytest.raises(DataError, match=r"column owner is missing; the columns are: case_id, received_at"):
        read(declared(owner="text"))


@pytest.mark.usefixtures("crm")
def test_a_column_that_comes_twice_is_refused(tmp_path: Path) -> None:
    query = tmp_path / "cases.sql"
    query.write_text("select *, severity from crm.cases")
    with pytest.raises(DataError, match=r"cases\.sql: column severity comes more than once"):
        read(declared(str(query)))


def test_a_database_that_does_not_answer_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_CF_CRM", f"postgres://crm:secret@127.0.0.1:{free_port()}/crm")
    with pytest.raises(SourceUnavailable, match=r'connection "cf_crm".*the database does not answer'):
        read(declared())


def test_a_database_that_goes_away_is_tried_again(
    crm: str, warehouse_server: WarehouseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_source, "CHUNK_ROWS", 1)
    rows = iter(rows_of(declared()))
    next(rows)
    with warehouse_server.superuser() as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
            [crm.rpartition("/")[2]],
        )
    with pytest.raises(SourceUnavailable, match="the database does not answer"):
        list(rows)


@pytest.mark.parametrize(
    ("connection", "message"),
    [
        ({"conn_type": "fs", "extra": {"path": "/"}}, "speaks no SQL"),
        ({"conn_type": "nosuchdatabase", "host": "localhost"}, "install the Airflow provider"),
    ],
)
def test_a_connection_of_no_database_is_a_configuration_error(
    connection: dict[str, object], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_CF_CRM", json.dumps(connection))
    with pytest.raises(ConfigurationError, match=message):
        read(declared())


CHANGING = """
create table crm.tickets (id integer primary key, changed_at timestamptz, number integer, body text);
insert into crm.tickets values
(1, '2024-05-01 10:00+00', 1, 'a'), (2, '2024-05-01 12:00+00', 2, 'b'), (3, null, null, 'c');
"""


def tickets(column: str, position: Any = None, period: TimeRange | None = None) -> tuple[list[str], Any]:
    """Keys in the order read, and the position after."""
    wanted = SqlObject.model_validate(
        {
            "stream": "complaints", "read": "crm.tickets", "key": ["id"], "columns": {"id": "integer"},
            "changed": {"column": column, "overlap": 3600 if column == "changed_at" else 1},
        }
    )  # fmt: skip
    (page,) = hook(wanted).pages("cases", position, period)
    keys = [row.external_id for row in page.rows if isinstance(row, SourceRow)]
    return keys, page.position()


@pytest.mark.parametrize("column", ["changed_at", "number"])
def test_only_what_was_changed_since_is_read_less_the_overlap(crm: str, column: str) -> None:
    with psycopg.connect(crm) as connection:
        connection.execute(CHANGING.encode())
    keys, position = tickets(column)
    assert keys == ["1", "2", "3"]
    with psycopg.connect(crm) as connection:
        # What commits late with an early value is within the overlap; what is older than that is not looked for.
        connection.execute("insert into crm.tickets values (4, '2024-05-01 11:30+00', 2, 'late')")
        connection.execute("insert into crm.tickets values (5, '2024-05-01 13:00+00', 3, 'new')")
        connection.execute(
            "update crm.tickets set changed_at = '2024-05-01 13:00+00', number = 3 where id = 3"
        )
    keys, position = tickets(column, position)
    assert sorted(keys) == (["2", "3", "4", "5"] if column == "changed_at" else ["1", "2", "3", "4", "5"])
    keys, after = tickets(column, position)
    assert after == position
    assert sorted(keys) == (["2", "3", "5"] if column == "changed_at" else ["2", "3", "4", "5"])


def test_a_period_is_read_by_the_time_of_change(crm: str) -> None:
    with psycopg.connect(crm) as connection:
        connection.execute(CHANGING.encode())
    period = TimeRange(datetime(2024, 5, 1, 11, tzinfo=UTC), datetime(2024, 5, 1, 12, 30, tzinfo=UTC))
    assert tickets("changed_at", period=period)[0] == ["2"]


def test_a_column_that_tells_no_order_is_refused(crm: str) -> None:
    with psycopg.connect(crm) as connection:
        connection.execute(CHANGING.encode())
    with pytest.raises(DataError, match=r'column "body" holds .* neither a time nor a number'):
        tickets("body")
