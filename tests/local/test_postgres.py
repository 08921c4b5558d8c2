"""The embedded PostgreSQL: passwords, addresses, and coming back after it was killed."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg
import pytest

from local.errors import StackError
from local.ports import is_free
from local.postgres import EmbeddedPostgres
from local.warehouse_roles import prepare_databases
from tests.local.conftest import free_ports, wait_until

ROLES_FILE = Path(__file__).parents[2] / "include/sql/schema/roles.sql"
PASSWORDS = {role: f"password of {role}" for role in ("airflow", "cf_engine", "cf_form", "cf_bi")}


def postmaster(server: EmbeddedPostgres) -> psutil.Process:
    return psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))


def can_connect(uri: str) -> bool:
    with psycopg.connect(uri) as connection:
        return connection.execute("select 1").fetchone() == (1,)


def test_a_second_start_leaves_the_running_server_alone(server: EmbeddedPostgres) -> None:
    before = postmaster(server).pid
    server.start()
    assert postmaster(server).pid == before


def test_a_wrong_or_missing_password_is_refused(server: EmbeddedPostgres) -> None:
    assert can_connect(server.superuser_uri())
    for uri in (
        replace(server, password="wrong").superuser_uri(),
        f"postgresql://postgres@127.0.0.1:{server.port}/",
    ):
        with pytest.raises(
            psycopg.OperationalError, match=r"password authentication failed|no password supplied"
        ):
            psycopg.connect(uri)


def test_every_way_in_asks_for_a_scram_password(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.superuser_uri()) as connection:
        methods = connection.execute("select distinct auth_method from pg_hba_file_rules").fetchall()
        stored = connection.execute("select rolpassword from pg_authid where rolname = 'postgres'").fetchone()
    assert methods == [("scram-sha-256",)]
    assert stored is not None
    assert stored[0].startswith("SCRAM-SHA-256$")


def test_it_listens_on_the_loopback_address_alone(server: EmbeddedPostgres) -> None:
    listening = [
        each for each in postmaster(server).net_connections("all") if each.status == psutil.CONN_LISTEN
    ]
    assert [(each.laddr.ip, each.laddr.port) for each in listening] == [("127.0.0.1", server.port)]
    assert not list(server.data.glob(".s.PGSQL*"))


def test_committed_rows_survive_a_killed_server(tmp_path: Path) -> None:
    durable = EmbeddedPostgres(tmp_path / "postgres", free_ports(1)[0], "secret")
    durable.start()
    try:
        with psycopg.connect(durable.superuser_uri()) as connection:
            assert connection.execute("show fsync").fetchone() == ("on",)
            connection.execute("create table kept as select 42 as answer")
        killed = postmaster(durable)
        killed.kill()
        wait_until(lambda: not psutil.pid_exists(killed.pid) or killed.status() == psutil.STATUS_ZOMBIE)
        assert (durable.data / "postmaster.pid").exists()
        assert not durable.is_running()
        durable.start()
        with psycopg.connect(durable.superuser_uri()) as connection:
            assert connection.execute("select answer from kept").fetchone() == (42,)
    finally:
        durable.stop()
    assert is_free(durable.port)


def test_a_pid_file_that_now_names_another_program_is_stale(server: EmbeddedPostgres) -> None:
    pid_file = server.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server.stop()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert not server.is_running()
    server.start()
    assert can_connect(server.superuser_uri())
    assert postmaster(server).pid != os.getpid()


def test_a_taken_port_is_named_with_the_variable_that_changes_it(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    second = EmbeddedPostgres(tmp_path / "postgres", server.port, "secret")
    with pytest.raises(
        StackError, match=rf"Port {server.port} is taken; PostgreSQL wanted it.*CF_PORT_POSTGRES"
    ):
        second.start()
    assert not second.data.exists()


def test_a_new_port_moves_the_server(server: EmbeddedPostgres) -> None:
    moved = replace(server, port=free_ports(1)[0])
    moved.start()
    assert can_connect(moved.superuser_uri())
    assert is_free(server.port)
    server.start()
    assert can_connect(server.superuser_uri())


def test_an_interrupted_first_start_is_begun_anew(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", free_ports(1)[0], "secret", durable=False)
    draft = tmp_path / "postgres.new"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18\n")
    server.start()
    try:
        assert can_connect(server.superuser_uri())
        assert not draft.exists()
    finally:
        server.stop()


def test_its_own_words_explain_a_failed_start(server: EmbeddedPostgres) -> None:
    configuration = server.data / "postgresql.conf"
    good = configuration.read_text()
    server.stop()
    try:
        configuration.write_text(good + "\nshared_buffers = 'plenty'\n")
        with pytest.raises(
            StackError, match=r"(?s)pg_ctl failed.*invalid value for parameter \"shared_buffers\""
        ):
            server.start()
    finally:
        configuration.write_text(good)
        server.start()


@pytest.fixture
def prepared(server: EmbeddedPostgres) -> EmbeddedPostgres:
    """The server with databases and roles; made twice, as the second time must change nothing and not fail."""
    for _ in range(2):
        prepare_databases(server.superuser_uri, PASSWORDS, ROLES_FILE)
    return server


@pytest.mark.parametrize("role", ["cf_engine", "cf_form", "cf_bi"])
def test_a_role_of_the_warehouse_gets_into_the_warehouse_only(prepared: EmbeddedPostgres, role: str) -> None:
    assert can_connect(prepared.uri(role, PASSWORDS[role], "warehouse"))
    for database in ("airflow", "postgres"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(prepared.uri(role, PASSWORDS[role], database))
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(prepared.uri(role, "wrong", "warehouse"))


def test_airflow_gets_into_its_own_database_only(prepared: EmbeddedPostgres) -> None:
    assert can_connect(prepared.uri("airflow", PASSWORDS["airflow"], "airflow"))
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(prepared.uri("airflow", PASSWORDS["airflow"], "warehouse"))


@pytest.mark.parametrize(("role", "may"), [("cf_engine", True), ("cf_form", False), ("cf_bi", False)])
def test_only_the_engine_makes_schemas(prepared: EmbeddedPostgres, role: str, may: bool) -> None:
    with psycopg.connect(prepared.uri(role, PASSWORDS[role], "warehouse")) as connection:
        assert connection.execute(
            "select has_database_privilege('warehouse', 'create'), has_database_privilege('warehouse', 'temp')"
        ).fetchone() == (may, may)


def test_no_role_is_a_superuser(prepared: EmbeddedPostgres) -> None:
    with psycopg.connect(prepared.superuser_uri()) as connection:
        rows = connection.execute(
            "select rolname from pg_roles where rolsuper or rolcreaterole or rolcreatedb or rolreplication"
        ).fetchall()
    assert rows == [("postgres",)]


def test_a_new_password_replaces_the_old_one(prepared: EmbeddedPostgres) -> None:
    prepare_databases(prepared.superuser_uri, {**PASSWORDS, "cf_bi": "a new one"}, ROLES_FILE)
    assert can_connect(prepared.uri("cf_bi", "a new one", "warehouse"))
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(prepared.uri("cf_bi", PASSWORDS["cf_bi"], "warehouse"))


def test_signals_do_not_reach_the_server(server: EmbeddedPostgres) -> None:
    """Ctrl-C goes to the whole foreground group of the terminal: PostgreSQL is stopped in order, not by that."""
    assert os.getpgid(postmaster(server).pid) != os.getpgid(0)
    assert os.getsid(postmaster(server).pid) != os.getsid(0)
