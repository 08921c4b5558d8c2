"""The Airflow connection of a source, or a message that says what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from cf_operators.errors import ConfigurationError

if TYPE_CHECKING:
    from airflow.sdk import Connection


def source_connection(conn_id: str) -> Connection:
    """The connection of this id.

    :raises ConfigurationError: there is none.
    """
    try:
        return BaseHook.get_connection(conn_id)
    except AirflowNotFoundException as error:
        raise ConfigurationError(
            f'connection "{conn_id}" does not exist; create it (Admin > Connections), '
            "or name another one in the source's entry of the programme"
        ) from error
