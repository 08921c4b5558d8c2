"""How to reach the mail server: an Airflow connection in the format of the smtp provider."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook

from cf_operators.errors import ConfigurationError

if TYPE_CHECKING:
    from airflow.sdk import Connection

DEFAULT_CONNECTION = "cf_smtp"


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where the server is, how the line is secured, and who we say we are.

    ``envelope_sender``: where bounces go; None: to the sender of the mail.
    ``is_verp``: whether each mail gets an envelope sender of its own, which tells what came back.
    """

    conn_id: str
    host: str
    port: int
    login: str | None
    password: str | None
    is_tls: bool
    is_starttls: bool
    is_verified: bool
    timeout: float
    envelope_sender: str | None
    is_verp: bool = False

    @classmethod
    def of(cls, conn_id: str = DEFAULT_CONNECTION) -> SmtpSettings:
        """Read the connection: host, port, login, password, and in the extra ``disable_ssl``, ``disable_tls``,
        ``ssl_context`` (``default`` or ``none``), ``timeout``, ``from_email`` (the envelope sender) and ``verp``.

        As in the provider TLS is on unless it is disabled: from the first byte (port 465), and with ``disable_ssl``
        by STARTTLS (port 587), and with ``disable_tls`` as well not at all (port 25).

        :raises ConfigurationError: the connection cannot be used.
        """
        connection: Connection = BaseHook.get_connection(conn_id)
        extra = connection.extra_dejson
        if not connection.host:
            raise ConfigurationError(
                f'connection "{conn_id}" has no host; set it to the name of the mail server'
            )
        if extra.get("auth_type", "basic") != "basic":
            raise ConfigurationError(
                f'connection "{conn_id}": auth_type "{extra["auth_type"]}" is not supported; use "basic" with login '
                "and password (most services give an app password for it)"
            )
        if _flag(extra, "verp") and not extra.get("from_email"):
            raise ConfigurationError(
                f'connection "{conn_id}": verp needs an envelope sender; set the extra field from_email to the address '
                "of the mailbox for bounces, e.g. bounces@example.org"
            )
        is_tls = not _flag(extra, "disable_ssl")
        is_starttls = not is_tls and not _flag(extra, "disable_tls")
        return cls(
            conn_id=conn_id,
            host=connection.host,
            port=connection.port or (465 if is_tls else 587 if is_starttls else 25),
            login=connection.login or None,
            password=connection.password or None,
            is_tls=is_tls,
            is_starttls=is_starttls,
            is_verified=extra.get("ssl_context") != "none",
            timeout=_seconds(conn_id, extra.get("timeout", 30)),
            envelope_sender=extra.get("from_email") or None,
            is_verp=_flag(extra, "verp"),
        )

    def tls_context(self) -> ssl.SSLContext:
        """Checks the server's certificate against the authorities of this machine, unless told not to."""
        context = ssl.create_default_context()
        if not self.is_verified:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def __str__(self) -> str:
        return f'mail server {self.host}:{self.port} (connection "{self.conn_id}")'


def _flag(extra: dict[str, Any], name: str) -> bool:
    """A yes or no of the extra; in a connection URI it is text."""
    value = extra.get(name, False)
    return value if isinstance(value, bool) else str(value).strip().lower() in {"true", "1", "yes", "on"}


def _seconds(conn_id: str, value: object) -> float:
    try:
        seconds = float(str(value))
    except ValueError:
        seconds = 0
    if not 0 < seconds < 3600:
        raise ConfigurationError(
            f'connection "{conn_id}": timeout {value!r} is not a number of seconds, e.g. 30'
        )
    return seconds
