"""The two databases of the stack, Airflow's and the warehouse, and the roles in them with their passwords."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
from psycopg import sql


def prepare_databases(
    superuser_uri: Callable[[str], str], passwords: Mapping[str, str], roles_file: Path
) -> None:
    """Make the databases `airflow` and `warehouse` with owners, roles and passwords; a second call changes nothing.

    `superuser_uri` gives the address of a database for the superuser; `passwords` are those of the roles airflow,
    cf_engine, cf_form and cf_bi; `roles_file` holds the plain SQL that creates the last three. Each database may be
    opened only by the roles it is for.
    """
    with psycopg.connect(superuser_uri("postgres"), autocommit=True) as connection:
        _create_role(connection, "airflow")
        _set_password(connection, "airflow", passwords["airflow"])
        for database, owner in (("airflow", "airflow"), ("warehouse", None)):
            _create_database(connection, database, owner)
        connection.execute("revoke all on database postgres from public")
    with psycopg.connect(superuser_uri("warehouse"), autocommit=True) as connection:
        connection.execute(roles_file.read_bytes())
        for role in ("cf_engine", "cf_form", "cf_bi"):
            _set_password(connection, role, passwords[role])
        connection.execute("alter database warehouse owner to cf_engine")
        connection.execute("grant connect on database warehouse to cf_form, cf_bi")


def _create_role(connection: psycopg.Connection, role: str) -> None:
    if connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone() is None:
        connection.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))


def _create_database(connection: psycopg.Connection, database: str, owner: str | None) -> None:
    name = sql.Identifier(database)
    if connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone() is None:
        connection.execute(sql.SQL("create database {}").format(name))
    if owner is not None:
        connection.execute(sql.SQL("alter database {} owner to {}").format(name, sql.Identifier(owner)))
    connection.execute(sql.SQL("revoke all on database {} from public").format(name))


def _set_password(connection: psycopg.Connection, role: str, password: str) -> None:
    # The hash is made here, so that the password itself cannot end up in a log of the server.
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    connection.execute(
        sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(verifier.decode()))
    )
