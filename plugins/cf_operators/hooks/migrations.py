"""Brings the warehouse to the newest schema revision (Alembic)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import URL
from sqlalchemy.exc import ProgrammingError

from cf_operators.errors import ConfigurationError, WarehouseUnavailable

SCRIPTS = Path(__file__).resolve().parents[1] / "migrations"
SCHEMAS = ("cf_landing", "cf_ledger", "cf_core", "cf_kpi")
ROLES = ("cf_engine", "cf_form", "cf_bi")


def sqlalchemy_url(connection_uri: str) -> URL:
    """The SQLAlchemy address of a libpq connection string."""
    parts = psycopg.conninfo.conninfo_to_dict(connection_uri)
    query = {key: str(value) for key, value in parts.items() if key.startswith("ssl")}
    return URL.create(
        "postgresql+psycopg",
        username=str(parts["user"]) if "user" in parts else None,
        password=str(parts["password"]) if "password" in parts else None,
        host=str(parts["host"]) if "host" in parts else None,
        port=int(str(parts["port"])) if "port" in parts else None,
        database=str(parts["dbname"]) if "dbname" in parts else None,
        query=query,
    )


def migrate(connection_uri: str) -> tuple[str | None, str]:
    """Apply every revision that the warehouse does not have yet, in one transaction.

    Several runs may call this at once: the second waits for the first and then finds nothing to do.

    :param connection_uri: libpq connection string of the owner of the schemas.
    :returns: the revision before and the revision after.
    :raises ConfigurationError: the server is too old, a role that the grants name does not exist, or the login may
        not make schemas.
    :raises WarehouseUnavailable: the server cannot be reached.
    """
    with _connected(connection_uri) as connection:
        _check_server(connection)
        connection.execute("select pg_advisory_xact_lock(hashtextextended('cf migrations', 0))")
        before = _current_revision(connection)
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS))
        config.set_main_option("path_separator", "os")
        config.attributes["url"] = sqlalchemy_url(connection_uri)
        try:
            command.upgrade(config, "head")
        except ProgrammingError as error:
            if isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
                raise ConfigurationError(
                    f"warehouse: {error.orig.diag.message_primary}: the login of the connection may not make the "
                    "schemas; run include/sql/schema/roles.sql as a superuser in this database, then run this again"
                ) from error
            raise
        after = ScriptDirectory.from_config(config).get_current_head()
    assert after is not None, "there is at least one revision"
    return before, after


@contextmanager
def _connected(connection_uri: str) -> Iterator[psycopg.Connection]:
    try:
        connection = psycopg.connect(connection_uri, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise WarehouseUnavailable(f"warehouse: no connection: {str(error).strip()}") from error
    with connection:
        yield connection


def _check_server(connection: psycopg.Connection) -> None:
    version = connection.info.server_version
    if version < 150000:
        raise ConfigurationError(
            f"warehouse: the server is PostgreSQL {version // 10000}; 15 or newer is needed: upgrade the server"
        )
    rows = connection.execute(
        "select rolname from pg_roles where rolname = any(%s)", [list(ROLES)]
    ).fetchall()
    missing = sorted(set(ROLES) - {row[0] for row in rows})
    if missing:
        raise ConfigurationError(
            f"warehouse: role {', '.join(missing)} does not exist on the server; "
            "run include/sql/schema/roles.sql once as a superuser, then run this again"
        )


def _current_revision(connection: psycopg.Connection) -> str | None:
    if connection.execute("select to_regclass('cf_ledger.alembic_version')").fetchone() == (None,):
        return None
    row = connection.execute("select version_num from cf_ledger.alembic_version").fetchone()
    return row[0] if row else None
