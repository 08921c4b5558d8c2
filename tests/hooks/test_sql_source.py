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
from cf_operators.domain.source import ChangedColumn, SqlObject, SqlSource
from cf_operators.domain.source_row import RefusedRow, SourceRow
from cf_operators.errors import ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks import sql_source
from cf_operators.hooks.landing import Landing
from cf_operators.hooks.sql_bounds import Bounds
from cf_operators.hooks.sql_source import SqlSourceHook
from cf_operators.hooks.warehouse import WarehouseHook
from tests.conftest import Warehouse, WarehouseServer, free_port

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


def hook(wanted: SqlObject, time_zone: str = "UTC") -> SqlSourceHook:
    entry = {"id": "crm", "kind": "sql", "connection": "cf_crm", "time_zone": time_zone, "staging": "crm.sql"}
    objects = {"cases": wanted.model_dump(exclude={"map"})}
    return SqlSourceHook(SqlSource.model_validate(entry | {"objects": objects}))


def rows_of(wanted: SqlObject) -> Iterable[Row]:
    return [row for page in hook(wanted).pages("cases", None, None) for row in page.rows]


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


def test_many_rows_come_in_pages_that_are_read_before_they_are_given(
    crm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_source, "CHUNK_ROWS", 7)
    with psycopg.connect(crm) as connection:
        connection.execute(CHANGING.encode())
        connection.execute(
            "insert into crm.tickets select n, '2024-05-02Z', n from generate_series(100, 117) as n"
        )
    pages = list(hook(TICKETS).pages("cases", None, None))
    # Read by now: the connection is closed.
    assert [len(list(page.rows)) for page in pages] == [7, 7, 7]
    assert [page.position() for page in pages[:-1]] == [None, None]
    assert as_utc(pages[-1].position()) == {"highest": "2024-05-02 00:00:00+00:00"}
    monkeypatch.setattr(sql_source, "CHUNK_ROWS", 8)
    assert [len(list(page.rows)) for page in hook(TICKETS).pages("cases", None, None)] == [8, 8, 5]


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


def test_what_has_landed_stays_when_the_database_goes_away(
    crm: str, warehouse: Warehouse, warehouse_server: WarehouseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_source, "CHUNK_ROWS", 1)
    with psycopg.connect(crm) as connection:
        connection.execute(CHANGING.encode())
    landing = Landing(WarehouseHook(), "crm", "complaints", "run")
    landing.begin("cases")
    pages = hook(TICKETS).pages("cases", None, None)
    assert landing.land("cases", next(pages)) is None
    with warehouse_server.superuser() as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
            [crm.rpartition("/")[2]],
        )
    with pytest.raises(SourceUnavailable, match="the database does not answer"):
        list(pages)
    assert warehouse.rows("select external_id from cf_landing.record") == [{"external_id": "1"}]
    assert Landing(WarehouseHook(), "crm", "complaints", "again").begin("cases") is None


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


def tickets_by(column: str, overlap: int = 1, read: str = "crm.tickets") -> SqlObject:
    return SqlObject.model_validate(
        {
            "stream": "complaints", "read": read, "key": ["id"], "columns": {"id": "integer"},
            "changed": {"column": column, "overlap": 3600 if column == "changed_at" else overlap},
        }
    )  # fmt: skip


TICKETS = tickets_by("changed_at")


def tickets(
    column: str,
    position: Any = None,
    period: TimeRange | None = None,
    time_zone: str = "UTC",
    **declared: Any,
) -> tuple[list[str], Any]:
    """Keys in the order read, and the position after."""
    (page,) = hook(tickets_by(column, **declared), time_zone).pages("cases", position, period)
    keys = [row.external_id for row in page.rows if isinstance(row, SourceRow)]
    return keys, page.position()


def as_utc(position: Any) -> dict[str, str]:
    """A position whose time has the offset of the server, in UTC."""
    return {"highest": datetime.fromisoformat(position["highest"]).astimezone(UTC).isoformat(sep=" ")}


def change(crm: str, *statements: str) -> None:
    with psycopg.connect(crm) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@pytest.mark.parametrize("column", ["changed_at", "number"])
def test_only_what_was_changed_since_is_read_less_the_overlap(crm: str, column: str) -> None:
    change(crm, CHANGING)
    keys, position = tickets(column)
    assert keys == ["1", "2", "3"]
    # What commits late with an early value is within the overlap; what is older than that is not looked for.
    change(
        crm,
        "insert into crm.tickets values (4, '2024-05-01 11:30+00', 2, 'late')",
        "insert into crm.tickets values (5, '2024-05-01 13:00+00', 3, 'new')",
        "update crm.tickets set changed_at = '2024-05-01 13:00+00', number = 3 where id = 3",
    )
    keys, position = tickets(column, position)
    assert sorted(keys) == (["2", "3", "4", "5"] if column == "changed_at" else ["1", "2", "3", "4", "5"])
    keys, after = tickets(column, position)
    assert after == position
    assert sorted(keys) == (["2", "3", "5"] if column == "changed_at" else ["2", "3", "4", "5"])


@pytest.mark.parametrize("column", ["changed_at", "number"])
def test_a_row_without_a_value_is_read_every_time(crm: str, column: str) -> None:
    change(crm, CHANGING)
    _, position = tickets(column)
    change(crm, "insert into crm.tickets values (4, null, null, 'undated')")
    keys, after = tickets(column, position)
    assert (keys[-2:], after) == (["3", "4"], position)


@pytest.mark.parametrize("kind", ["timestamptz", "timestamp", "date", "text"])
def test_a_time_in_the_future_hides_nothing_that_comes_after_it(crm: str, kind: str) -> None:
    change(
        crm,
        f"create table crm.tickets (id integer primary key, changed_at {kind}, opened_on date)",
        "insert into crm.tickets values (1, '2024-05-01', null), (2, '9999-12-31', null)",
    )
    # The row of the year 9999 lands or is refused: where it goes makes no difference.
    wanted = tickets_by("changed_at").model_dump(exclude={"map"})
    wanted["columns"] = {
        "id": "integer",
        "changed_at": "timestamp" if kind.startswith("timestamp") else "date",
    }
    declared = SqlObject.model_validate(wanted)
    (page,) = hook(declared).pages("cases", None, None)
    assert [type(row) for row in page.rows] == [SourceRow, RefusedRow]
    position = page.position()
    assert position
    assert position["highest"].startswith("2024-05-01")
    change(crm, "insert into crm.tickets values (3, '2024-05-02', null)")
    assert tickets("changed_at", position)[0] == ["1", "3", "2"]
    # A position that such a time has moved once is none.
    keys, position = tickets("changed_at", {"highest": "9999-12-31 00:00:00"})
    assert keys == ["1", "3", "2"]
    assert position["highest"].startswith("2024-05-02")


def test_the_first_day_of_all_calendars_has_nothing_before_it(crm: str) -> None:
    change(
        crm,
        "create table crm.tickets (id integer primary key, changed_at timestamp)",
        "insert into crm.tickets values (1, '0001-01-01')",
    )
    keys, position = tickets("changed_at", time_zone="Asia/Tokyo")
    assert (keys, position) == (["1"], {"highest": "0001-01-01 00:00:00"})
    assert tickets("changed_at", position, time_zone="Asia/Tokyo") == (keys, position)


def test_a_clock_that_goes_before_ours_moves_the_position(crm: str) -> None:
    change(crm, CHANGING, "insert into crm.tickets values (4, now() + interval '2 minutes', null, 'ahead')")
    keys, position = tickets("changed_at")
    assert keys == ["1", "2", "4", "3"]
    assert tickets("changed_at", position)[0] == ["4", "3"]


@pytest.mark.parametrize(
    ("kind", "values", "highest"),
    [
        ("numeric(20)", ("20240501", "20240502"), 20240502),
        ("numeric(20)", ("18446744073709551613", "18446744073709551615"), 18446744073709551615),
        ("numeric(12, 3)", ("1.5", "2.875"), 2),
        ("numeric", ("7", "8"), 8),
    ],
)
def test_a_decimal_is_a_number(crm: str, kind: str, values: tuple[str, str], highest: int) -> None:
    change(
        crm,
        f"create table crm.tickets (id integer primary key, number {kind})",
        f"insert into crm.tickets values (1, {values[0]}), (2, {values[1]})",
    )
    keys, position = tickets("number", overlap=0)
    assert (keys, position) == (["1", "2"], {"highest": highest})
    change(crm, "insert into crm.tickets values (3, 'NaN')" if kind == "numeric" else "select 1")
    keys, after = tickets("number", json.loads(json.dumps(position)), overlap=0)
    assert (keys, after) == (["2", "3"] if kind == "numeric" else ["2"], position)


BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("kind", "time_zone", "keys"),
    [
        ("timestamptz", BERLIN, ["2"]),
        ("timestamp", BERLIN, ["2"]),
        ("timestamp", "UTC", ["4"]),
        ("text", BERLIN, ["2"]),
        ("text", "UTC", ["4"]),
        ("date", BERLIN, ["1", "2", "3", "4", "5"]),
    ],
)
def test_a_period_is_that_of_the_clock_of_the_source(
    crm: str, kind: str, time_zone: str, keys: list[str]
) -> None:
    change(
        crm,
        f"create table crm.tickets (id integer primary key, changed_at {kind})",
        # The clock of the database is that of Berlin, two hours before UTC.
        f"set timezone to '{BERLIN}'",
        "insert into crm.tickets values (1, '2024-05-01 12:59:59'), (2, '2024-05-01 13:00:00'), "
        "(3, '2024-05-01 14:30:00'), (4, '2024-05-01 11:00:00'), (5, '2024-05-01 10:59:59'), "
        "(6, '2024-04-30 11:00:00'), (7, '2024-05-02 11:00:00'), (8, null)",
    )
    period = TimeRange(datetime(2024, 5, 1, 11, tzinfo=UTC), datetime(2024, 5, 1, 12, 30, tzinfo=UTC))
    assert sorted(tickets("changed_at", period=period, time_zone=time_zone)[0]) == keys


def test_a_period_leaves_nothing_out_in_the_hour_that_clocks_show_twice(crm: str) -> None:
    change(
        crm,
        "create table crm.tickets (id integer primary key, changed_at timestamp)",
        "insert into crm.tickets select n, '2024-10-27 02:00'::timestamp + n * interval '10 minutes' "
        "from generate_series(-1, 7) as n",
    )

    def read_in(since: tuple[int, int], until: tuple[int, int]) -> list[int]:
        period = TimeRange(*(datetime(2024, 10, 27, *clock, tzinfo=UTC) for clock in (since, until)))
        return [int(key) for key in tickets("changed_at", period=period, time_zone=BERLIN)[0]]

    # 00:30 and 01:30 in UTC are 02:30 in Berlin.
    assert read_in((0, 30), (2, 10)) == [-1, 0, 1, 2, 3, 4, 5, 6]
    assert read_in((0, 0), (1, 30)) == [-1, 0, 1, 2, 3, 4, 5, 6, 7]


def test_a_period_of_a_column_without_values_is_empty(crm: str) -> None:
    change(crm, CHANGING, "update crm.tickets set changed_at = null")
    period = TimeRange(datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 5, 2, tzinfo=UTC))
    assert tickets("changed_at", period=period)[0] == []


@pytest.mark.parametrize("kind", ["integer", "numeric(20)"])
def test_a_period_needs_a_column_of_times(crm: str, kind: str) -> None:
    change(crm, CHANGING, f"alter table crm.tickets alter column number type {kind}")
    period = TimeRange(datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 5, 2, tzinfo=UTC))
    with pytest.raises(ConfigurationError, match=r'column "number" holds .*a period needs a column of times'):
        tickets("number", period=period)


def test_a_query_may_hold_signs_of_percent_and_end_in_a_comment(crm: str, tmp_path: Path) -> None:
    change(crm, CHANGING)
    query = tmp_path / "tickets.sql"
    query.write_text("select * from crm.tickets where body like '%a%' or id % 2 = 0 -- 100%")
    keys, position = tickets("changed_at", read=str(query))
    assert (keys, as_utc(position)) == (["1", "2"], {"highest": "2024-05-01 12:00:00+00:00"})
    assert tickets("changed_at", position, read=str(query))[0] == ["2"]


def test_a_name_in_letters_of_another_case_moves_the_position(crm: str) -> None:
    change(crm, CHANGING)
    wanted = SqlObject.model_validate(
        TICKETS.model_dump(exclude={"map"}) | {"changed": {"column": "Changed_At"}}
    )
    (page,) = hook(wanted).pages("cases", None, None)
    assert as_utc(page.position()) == {"highest": "2024-05-01 12:00:00+00:00"}


def test_times_and_numbers_in_one_column_are_refused() -> None:
    bounds = Bounds.after(ChangedColumn(column="number"), UTC, datetime.now(UTC), {"highest": 7})
    with pytest.raises(DataError, match="times and numbers have no order"):
        bounds.see("2024-05-01 10:00:00")


def test_a_column_that_tells_no_order_is_refused(crm: str) -> None:
    change(crm, CHANGING)
    with pytest.raises(DataError, match=r'column "body" holds .* neither a time nor a number'):
        tickets("body")
