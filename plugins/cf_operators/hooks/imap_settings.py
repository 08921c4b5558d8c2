"""How to reach an IMAP server, from an Airflow connection."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cf_operators.errors import ConfigurationError

if TYPE_CHECKING:
    from airflow.sdk import Connection


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """Where the server is, how the line is secured, and which folder is read."""

    conn_id: str
    host: str
    port: int
    login: str
    password: str = field(repr=False)
    folder: str
    is_tls: bool
    is_starttls: bool
    is_verified: bool
    timeout: float

    @classmethod
    def of(cls, connection: Connection) -> ImapSettings:
        """Host, port, login, password, and in the extra ``mailbox`` (the folder, INBOX), ``use_ssl`` (true: TLS from
        the first byte, port 993), ``starttls`` (false; true: TLS after a first clear line, port 143), ``ssl_context``
        (``default`` or ``none``: no check of the certificate) and ``timeout`` (seconds, 30).

        :raises ConfigurationError: a value is missing or cannot be used.
        """
        where = f'connection "{connection.conn_id}"'
        extra = connection.extra_dejson
        for name in ("host", "login", "password"):
            if not getattr(connection, name):
                raise ConfigurationError(f"{where} has no {name}; set it to that of the mailbox for bounces")
        if not f"{connection.login}{connection.password}".isascii():
            raise ConfigurationError(
                f"{where}: login and password may hold ASCII letters only; give the mailbox another password"
            )
        is_starttls = _flag(extra, "starttls", default=False)
        is_tls = not is_starttls and _flag(extra, "use_ssl", default=True)
        try:
            timeout = float(str(extra.get("timeout", 30)))
        except ValueError:
            timeout = 0
        if not 0 < timeout < 3600:
            raise ConfigurationError(
                f"{where}: timeout {extra['timeout']!r} is not a number of seconds, e.g. 30"
            )
        return cls(
            conn_id=connection.conn_id,
            host=connection.host or "",
            port=connection.port or (993 if is_tls else 143),
            login=connection.login or "",
            password=connection.password or "",
            folder=str(extra.get("mailbox") or "INBOX"),
            is_tls=is_tls,
            is_starttls=is_starttls,
            is_verified=extra.get("ssl_context") != "none",
            timeout=timeout,
        )

    def tls_context(self) -> ssl.SSLContext:
        """Checks the server's certificate against the authorities of this machine, unless told not to."""
        context = ssl.create_default_context()
        if not self.is_verified:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def __str__(self) -> str:
        return f'IMAP server {self.host}:{self.port} (connection "{self.conn_id}", folder {self.folder})'


def _flag(extra: dict[str, Any], name: str, *, default: bool) -> bool:
    """A yes or no of the extra; in a connection URI it is text."""
    value = extra.get(name, default)
    return value if isinstance(value, bool) else str(value).strip().lower() in {"true", "1", "yes", "on"}
