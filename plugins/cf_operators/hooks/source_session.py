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
    address = address_of(connection)
    session = timed_session()
    if connection.login:
        # As bytes: text that is not Latin-1 cannot be sent otherwise.
        session.auth = ((connection.login or "").encode(), (connection.password or "").encode())  # type: ignore[assignment]
    elif connection.password:
        session.auth = Authorization(f"{scheme} {connection.password}")
    return session, address


class Authorization(requests.auth.AuthBase):
    """A login by a header of its own. Set as a plain header it would give way to what ``~/.netrc`` knows of the host.

    :param value: of the header.
    """

    def __init__(self, value: str) -> None:
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the header on a request."""
        request.headers["Authorization"] = self._value
        return request


def address_of(connection: Connection) -> str:
    """What stands in front of all paths: schema, host, port, and the extra ``path``.

    :raises ConfigurationError: the connection has no host.
    """
    host = (connection.host or "").strip("/")
    if not host:
        raise ConfigurationError(
            f'connection "{connection.conn_id}": has no host; give the one of the server'
        )
    if "://" not in host:
        host = f"{connection.schema or 'https'}://{host}"
    port = f":{connection.port}" if connection.port else ""
    path = str(connection.extra_dejson.get("path", "")).strip("/")
    return f"{host}{port}" + (f"/{path}" if path else "")
