"""A PostgreSQL of its own for the trials: durable as in real life, gone afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from cf_operators.hooks.migrations import migrate
from local.ports import find_free
from local.postgres import EmbeddedPostgres
from local.settings import ROOT

ROLES = ("cf_engine", "cf_form", "cf_bi")
TEMPLATE = "bench_template"


@dataclass(frozen=True)
class WarehouseServer:
    """A running server with a migrated, empty template database."""

    server: EmbeddedPostgres
    password: str

    def create(self, database: str, template: str | None = TEMPLATE) -> str:
        """Make a database, a copy of the template, and give its address for the engine."""
        with psycopg.connect(self.server.superuser_uri(), autocommit=True) as connection:
            statement = sql.SQL("create database {} template {} owner cf_engine")
            source = sql.Identifier(template or "template1")
            connection.execute(statement.format(sql.Identifier(database), source))
        return self.server.uri("cf_engine", self.password, database)


@contextmanager
def warehouse_server(folder: Path) -> Iterator[WarehouseServer]:
    """Start a server below the folder, on a free port, and stop it at the end."""
    server = EmbeddedPostgres(data=folder / "postgres", port=find_free(), password=secrets.token_hex(8))
    try:
        server.start()
        running = WarehouseServer(server, secrets.token_hex(8))
        with psycopg.connect(server.superuser_uri(), autocommit=True) as connection:
            connection.execute((ROOT / "include" / "sql" / "schema" / "roles.sql").read_bytes())
            for role in ROLES:
                statement = sql.SQL("alter role {} password {}")
                connection.execute(statement.format(sql.Identifier(role), sql.Literal(running.password)))
        migrate(running.create(TEMPLATE, template=None))
        yield running
    finally:
        server.stop()
