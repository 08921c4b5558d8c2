"""The door to the warehouse: transactions end as a whole, and errors say what to do."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from cf_operators.errors import ConfigurationError, WarehouseUnavailable
from cf_operators.hooks.warehouse import WarehouseHook
from tests.conftest import Warehouse, WarehouseServer, free_port

WAVES = "select count(*) as n from cf_ledger.watermark"


def put(connection: psycopg.Connection, name: str) -> None:
    connection.execute("insert into cf_ledger.watermark values (%s, '3', now())", [name])


def test_block_that_ends_is_kept(warehouse: Warehouse) -> None:
    with WarehouseHook().transaction() as connection:
        put(connection, "kept")
    assert warehouse.rows(WAVES) == [{"n": 1}]


def write_and_fail(warehouse: Warehouse, fail: Callable[[psycopg.Connection], object]) -> None:
    with WarehouseHook().transaction() as connection:
        put(connection, "lost")
        fail(connection)


def test_block_that_raises_leaves_nothing(warehouse: Warehouse) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        write_and_fail(warehouse, lambda connection: connection.execute("select 1 / 0"))
    assert warehouse.rows(WAVES) == [{"n": 0}]


def test_sessions_run_in_utc(warehouse: Warehouse) -> None:
    with WarehouseHook().transaction() as connection:
        assert connection.execute("show timezone").fetchone() == ("UTC",)


def test_connection_lost_in_the_middle_may_be_tried_again(warehouse: Warehouse) -> None:
    def lose(connection: psycopg.Connection) -> None:
        with warehouse.connect() as other:
            other.execute("select pg_terminate_backend(%s)", [connection.info.backend_pid])
        connection.execute("select 1")

    with pytest.raises(WarehouseUnavailable, match="what was not committed is undone") as caught:
        write_and_fail(warehouse, lose)
    assert caught.value.is_retriable
    assert warehouse.rows(WAVES) == [{"n": 0}]


def test_server_that_is_not_there_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("AIRFLOW_CONN_CF_WAREHOUSE", f"postgres://cf_engine:s3cret@127.0.0.1:{port}/warehouse")
    with pytest.raises(WarehouseUnavailable, match=str(port)) as caught, WarehouseHook().transaction():
        pass
    assert "s3cret" not in str(caught.value)


def test_warehouse_that_was_never_prepared_says_so(
    warehouse_server: WarehouseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = warehouse_server.create("never_prepared", "template0")
    monkeypatch.setenv("AIRFLOW_CONN_CF_WAREHOUSE", empty.uri.replace("postgresql://", "postgres://", 1))
    try:
        with pytest.raises(ConfigurationError, match="trigger the DAG cf_prepare_warehouse first"):
            write_and_fail(empty, lambda connection: None)
    finally:
        warehouse_server.drop("never_prepared")


def test_connection_of_another_type_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_CF_WAREHOUSE", "mysql://root@127.0.0.1/warehouse")
    with pytest.raises(ConfigurationError, match=r'type is "mysql".*must be postgres'):
        WarehouseHook().connection_uri()
