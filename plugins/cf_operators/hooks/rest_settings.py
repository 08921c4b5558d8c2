"""Where a REST source is, from an Airflow connection, and what must never be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, urlsplit

from cf_operators.errors import ConfigurationError

if TYPE_CHECKING:
    from airflow.sdk import Connection

_SHORTEST_SECRET = 4


@dataclass(frozen=True, slots=True)
class RestSettings:
    """The address that all paths stand below, and the secrets.

    :ivar root: scheme, host and port, and a path when the host of the connection has one; without a "/" at the end.
    """

    conn_id: str
    root: str
    login: str
    password: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    is_verified: bool | str = True

    @classmethod
    def of(cls, connection: Connection) -> RestSettings:
        """Host (a name, or an address with path), schema (https), port, login, password; in the extra ``headers``
        (an object, added to every request) and ``verify`` (false: no check of the certificate; a text: the file of
        its authority).

        :raises ConfigurationError: there is no host, or the address is none.
        """
        where = f'connection "{connection.conn_id}"'
        if not connection.host:
            raise ConfigurationError(f"{where} has no host; set it to that of the API, e.g. api.example.org")
        extra = connection.extra_dejson
        headers = extra.get("headers") or {}
        if not isinstance(headers, dict):
            raise ConfigurationError(
                f'{where}: headers in the extra is not an object such as {{"Accept": "..."}}'
            )
        return cls(
            conn_id=connection.conn_id or "",
            root=_root(connection, where),
            login=connection.login or "",
            password=connection.password or "",
            headers={str(name): str(value) for name, value in headers.items()},
            is_verified=extra.get("verify", True),
        )

    def url(self, path: str) -> str:
        """The address of a path of the source."""
        return f"{self.root}{path}"

    def is_ours(self, url: str) -> bool:
        """Whether an address leads to the host of the connection, with the same scheme and port."""
        return _origin(urlsplit(url)) == _origin(urlsplit(self.root))

    def own_link(self, link: str) -> str | None:
        """A link of an answer as an address of ours; None when it leads to another host.

        A source behind a proxy may write http for its own https address; that is put right.
        """
        parts, root = urlsplit(link), urlsplit(self.root)
        if not parts.netloc:
            path = parts.path if parts.path.startswith("/") else f"/{parts.path}"
        elif _origin(parts) == _origin(root) or _is_behind_proxy(parts, root):
            path = parts.path
        else:
            return None
        return f"{root.scheme}://{root.netloc}{path}" + (f"?{parts.query}" if parts.query else "")

    def masked(self, text: str, *more: str) -> str:
        """A text without the secrets of the connection, as they are and as they stand in an address."""
        for secret in (self.password, *self.headers.values(), *more):
            if len(secret) >= _SHORTEST_SECRET:
                text = text.replace(secret, "***").replace(quote(secret, safe=""), "***")
        return text


def _root(connection: Connection, where: str) -> str:
    host = (connection.host or "").strip().rstrip("/")
    address = host if "://" in host else f"{connection.schema or 'https'}://{host}"
    parts = urlsplit(address)
    try:
        port = connection.port or parts.port
    except ValueError:
        port = -1
    if (
        port == -1
        or parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.query
        or parts.username
    ):
        raise ConfigurationError(
            f"{where}: schema and host do not make an address such as https://api.example.org"
        )
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{name}{f':{port}' if port else ''}{parts.path}"


def _is_behind_proxy(link: SplitResult, root: SplitResult) -> bool:
    """Whether a link says http where the same host is reached by https, each at its usual port."""
    is_same_host = link.hostname == root.hostname and link.scheme == "http"
    return is_same_host and link.port is None and root.port is None


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, parts.hostname, port or {"http": 80, "https": 443}.get(parts.scheme)
