"""The one door to the warehouse: the Airflow connection ``cf_warehouse``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from airflow.sdk import BaseHook
from psycopg.conninfo import make_conninfo

from cf_operators.errors import ConfigurationError, WarehouseUnavailable

if TYPE_CHECKING:
    from airflow.sdk import Connection

DEFAULT_CONNECTION = "cf_warehouse"


class WarehouseHook(BaseHook):
    """Gives transactions on the warehouse, as the role ``cf_engine``.

    Sessions run in UTC, so that a timestamp printed or cast without a zone never depends on the server.

    :param conn_id: id of an Airflow connection of type ``postgres``.
    """

    def __init__(self, conn_id: str = DEFAULT_CONNECTION) -> None:
        super().__init__()
        self.conn_id = conn_id

    def connection_uri(self) -> str:
        """The libpq connection string of the Airflow connection.

        :raises ConfigurationError: the connection is of another type than ``postgres``.
        """
        connection: Connection = self.get_connection(self.conn_id)
        if connection.conn_type not in {"postgres", "postgresql"}:
            raise ConfigurationError(
                f'connection "{self.conn_id}": type is "{connection.conn_type}"; '
                "the warehouse is PostgreSQL 15 or newer, so the type must be postgres"
            )
        options: dict[str, Any] = {
            "host": connection.host,
            "port": connection.port or 5432,
            "dbname": connection.schema,
            "user": connection.login,
            "password": connection.password,
        }
        ssl = {key: value for key, value in connection.extra_dejson.items() if key.startswith("ssl")}
        return make_conninfo(**options, **ssl)

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        """One transaction: committed when the block ends, rolled back when it raises.

        :raises WarehouseUnavailable: the server cannot be reached, refuses the login, goes away in the middle, or gave
            the transaction up (deadlock, serialisation): nothing of it stays, and it may be run again.
        :raises ConfigurationError: a table is not there, as before the first migration.
        """
        try:
            connection = psycopg.connect(self.connection_uri(), options="-c timezone=UTC", connect_timeout=10)
        except psycopg.OperationalError as error:
            raise WarehouseUnavailable(
                f'warehouse (connection "{self.conn_id}"): no connection: {str(error).strip()}; '
                "check that the server runs and that host, port, login and password of the connection are right"
            ) from error
        try:
            with connection:
                yield connection
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
            raise ConfigurationError(
                f'warehouse (connection "{self.conn_id}"): {error.diag.message_primary}; '
                "if the warehouse is new, or this version is, trigger the DAG cf_prepare_warehouse first"
            ) from error
        except psycopg.OperationalError as error:
            raise WarehouseUnavailable(
                f'warehouse (connection "{self.conn_id}"): the transaction was given up: {str(error).strip()}; '
                "what was not committed is undone, and the task may run again"
            ) from error
