"""What must never be told of a connection, and a text without it."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from airflow.sdk import Connection

SHORTEST_SECRET: Final = 4
"""What is shorter stands in every other word: to mask it would hide the message and no secret."""

_NAMES_A_SECRET = re.compile("token|secret|passw|passphrase|key|credential|authorization", re.IGNORECASE)


def secrets_of(connection: Connection, *users: str) -> tuple[str, ...]:
    """The secrets of a connection: the password, what the extra names like one, and each with the login as the header
    Authorization carries them (Basic).

    :param users: what else stands before a secret there than the login.
    """
    extra = connection.extra_dejson
    named = [
        value for name, value in extra.items() if isinstance(value, str) and _NAMES_A_SECRET.search(name)
    ]
    found = [secret for secret in (connection.password or "", *named) if secret]
    logins = (connection.login or "", *users)
    return (*found, *(basic_credential(login, secret) for login in logins for secret in found))


def basic_credential(login: str, password: str) -> str:
    """Login and password as HTTP's Basic sends them (RFC 7617), without the scheme."""
    return base64.b64encode(f"{login}:{password}".encode(errors="replace")).decode()


def masked(text: str, secrets: Iterable[str]) -> str:
    """A text without secrets, as they are and as they stand in addresses, in JSON, in HTML and in Python.

    Mask before a text is cut: half a secret is not found.
    """
    forms = {form for secret in secrets if len(secret) >= SHORTEST_SECRET for form in _forms(secret)}
    # The longest first: one may be part of another.
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "***")
    return text


def _forms(secret: str) -> Iterable[str]:
    escaped = json.dumps(secret)[1:-1]
    return (
        secret,
        quote(secret, safe="", errors="replace"),
        quote_plus(secret, errors="replace"),
        escaped,
        # An answer that is JSON may hold the request, which was JSON too.
        json.dumps(escaped)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        html.escape(secret),
        # As Python writes it: Odoo and Tryton are written in it.
        repr(secret)[1:-1],
    )
