"""The HTTP session of a source that has an Airflow connection of type HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from cf_operators.errors import ConfigurationError
from cf_operators.hooks.timed_session import timed_session

if TYPE_CHECKING:
    from airflow.sdk import Connection


def source_session(connection: Connection, scheme: str = "Bearer") -> tuple[requests.Session, str]:
    """A session that logs in as the connection says, and the address in front of all paths.

    User and password are sent as they are (Basic); a password without a user is a token.

    :param scheme: what stands before a token in the header Authorization.
    :raises ConfigurationError: the connection has no host.
    """
    host = (connection.host or "").strip("/")
    if not host:
        raise ConfigurationError(
            f'connection "{connection.conn_id}": has no host; give the one of the server'
        )
    session = timed_session()
    session.trust_env = bool(connection.extra_dejson.get("trust_env", True))
    if connection.login:
        # As bytes: text that is not Latin-1 cannot be sent otherwise.
        session.auth = ((connection.login or "").encode(), (connection.password or "").encode())  # type: ignore[assignment]
    elif connection.password:
        session.headers["Authorization"] = f"{scheme} {connection.password}"
    if "://" not in host:
        host = f"{connection.schema or 'https'}://{host}"
    port = f":{connection.port}" if connection.port else ""
    path = str(connection.extra_dejson.get("path", "")).strip("/")
    return session, f"{host}{port}" + (f"/{path}" if path else "")
