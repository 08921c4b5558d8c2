"""The schema: revisions apply once, and roles may do what they should and nothing else."""

from __future__ import annotations

import psycopg
import pytest

from cf_operators.errors import ConfigurationError, WarehouseUnavailable
from cf_operators.hooks.migrations import migrate, sqlalchemy_url
from tests.conftest import ROOT, Warehouse, WarehouseServer, free_port


def test_migrating_again_changes_nothing(warehouse: Warehouse) -> None:
    before, after = migrate(warehouse.uri)
    assert before == after == "0019_model"


def test_empty_database_is_brought_to_head(warehouse_server: WarehouseServer) -> None:
    made = warehouse_server.create("empty_for_migration", "template0")
    try:
        assert migrate(made.uri) == (None, "0019_model")
        schemas = {
            row["nspname"] for row in made.rows("select nspname from pg_namespace where nspname like 'cf_%'")
        }
        assert schemas == {"cf_landing", "cf_ledger", "cf_core", "cf_kpi"}
    finally:
        warehouse_server.drop("empty_for_migration")


def test_database_of_somebody_else_needs_the_roles_file_once(warehouse_server: WarehouseServer) -> None:
    """As with a server of one's own: a superuser owns the database, and runs the file in it."""
    superuser = warehouse_server.server.superuser_uri("of_somebody_else")
    uri = warehouse_server.uri("cf_engine", "of_somebody_else")
    with warehouse_server.superuser() as connection:
        connection.execute("create database of_somebody_else template template0")
    try:
        with pytest.raises(ConfigurationError, match=r"may not make the schemas; run .*roles\.sql"):
            migrate(uri)
        with psycopg.connect(superuser) as connection:
            connection.execute((ROOT / "include/sql/schema/roles.sql").read_bytes())
        assert migrate(uri) == (None, "0019_model")
    finally:
        warehouse_server.drop("of_somebody_else")


def test_server_that_does_not_answer_may_be_tried_again() -> None:
    with pytest.raises(WarehouseUnavailable, match="no connection"):
        migrate(f"postgresql://cf_engine:x@127.0.0.1:{free_port()}/warehouse")


def test_missing_role_is_named_with_the_remedy(warehouse_server: WarehouseServer) -> None:
    made = warehouse_server.create("without_role", "template0")
    with warehouse_server.superuser() as connection:
        connection.execute("alter role cf_bi rename to cf_bi_elsewhere")
    try:
        with pytest.raises(ConfigurationError, match=r"role cf_bi does not exist.*roles\.sql"):
            migrate(made.uri)
    finally:
        with warehouse_server.superuser() as connection:
            connection.execute("alter role cf_bi_elsewhere rename to cf_bi")
            connection.execute(f"alter role cf_bi password '{warehouse_server.password}'")
        warehouse_server.drop("without_role")


@pytest.mark.parametrize(
    "statement",
    [
        "select * from cf_ledger.contact",
        "select * from cf_landing.v_record",
        "select * from cf_core.fct_response",
        "select * from cf_ledger.form_open(gen_random_uuid())",
        "insert into cf_kpi.target select * from cf_kpi.target",
        "delete from cf_kpi.kpi_value",
        "create table cf_kpi.mine (x int)",
        "create table public.mine (x int)",
    ],
)
def test_bi_can_do_nothing_else(warehouse: Warehouse, statement: str) -> None:
    with (
        psycopg.connect(warehouse.bi_uri) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"),
    ):
        connection.execute(statement.encode())


@pytest.mark.parametrize(
    "relation",
    ["cf_ledger.contact", "cf_ledger.invitation", "cf_landing.form_submission", "cf_kpi.kpi_value"],
)
def test_form_reads_and_writes_no_table(warehouse: Warehouse, relation: str) -> None:
    for statement in (f"select * from {relation}", f"delete from {relation}"):
        with (
            psycopg.connect(warehouse.form_uri) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement.encode())


def test_connection_string_becomes_a_sqlalchemy_address() -> None:
    url = sqlalchemy_url(
        "host=db.example port=5433 dbname=warehouse user=cf_engine password='a b@c' sslmode=require"
    )
    assert (url.host, url.port, url.database, url.password) == ("db.example", 5433, "warehouse", "a b@c")
    assert dict(url.query) == {"sslmode": "require"}
