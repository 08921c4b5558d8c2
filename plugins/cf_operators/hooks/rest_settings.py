"""Where a REST source is, from an Airflow connection, and what must never be told."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from cf_operators.errors import ConfigurationError
from cf_operators.hooks.secret_mask import basic_credential, masked

if TYPE_CHECKING:
    from airflow.sdk import Connection


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
    proxy: str = field(default="", repr=False)

    @classmethod
    def of(cls, connection: Connection) -> RestSettings:
        """Host (a name, or an address with path), schema (https), port, login, password; in the extra ``headers``
        (an object, added to every request), ``verify`` (false: no check of the certificate; a text: the file of
        its authority) and ``proxy`` (an address).

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
            proxy=str(extra.get("proxy") or ""),
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
        """A text without the secrets of the connection, also as they stand in the headers that are sent."""
        logins = [basic_credential(self.login, self.password)] if self.password else []
        # A header may hold a scheme and then the secret: Authorization: Bearer ...
        headers = [part for value in self.headers.values() for part in (value, value.partition(" ")[2])]
        return masked(text, (self.password, *logins, *headers, self.proxy, *more))


@cache
def tls_context(is_verified: bool | str, conn_id: str) -> ssl.SSLContext:
    """How certificates are checked; reading all authorities takes a while, so it is done once.

    :raises ConfigurationError: the file of the authority cannot be read.
    """
    try:
        context = ssl.create_default_context(cafile=is_verified if isinstance(is_verified, str) else None)
    except OSError as error:
        raise ConfigurationError(
            f'connection "{conn_id}": verify, {is_verified}, is not a file of certificates: {error.strerror}'
        ) from error
    if is_verified is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


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
