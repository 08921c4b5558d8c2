"""Requests that are answered with JSON, and what an answer of another kind means for whoever runs the connector."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import requests

from cf_operators.errors import ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks.timed_session import TIMEOUT

LONGEST_NAP: Final = timedelta(seconds=30)
"""So long a wait for one answer is slept through when the server asks for it; a longer one is left to Airflow."""
MOST_NAPS: Final = 5


class RefusedLogin(ConfigurationError):
    """The server does not know who asks. A reader may log in again once."""


@dataclass(frozen=True)
class JsonCalls:
    """Sends requests of one connection.

    :ivar session: knows the login.
    :ivar conn_id: named in messages; addresses and logins are not.
    """

    session: requests.Session
    conn_id: str

    def call(self, what: str, method: str, url: str, **arguments: Any) -> Any:
        """The decoded answer. When the server asks for a short wait the request is sent again.

        :param what: names the request in messages, e.g. ``tickets``.
        :param arguments: those of ``requests.request``.
        :raises ConfigurationError: the login is refused, or the address leads elsewhere.
        :raises DataError: the server refuses the request.
        :raises SourceUnavailable: it does not answer, is busy for longer, or answers no JSON.
        """
        where = f'{what} (connection "{self.conn_id}")'
        slept = timedelta()
        for _ in range(MOST_NAPS):
            answer = self._send(where, method, url, arguments)
            wait = _asked_wait(answer)
            if wait is None or slept + wait > LONGEST_NAP:
                break
            time.sleep(wait.total_seconds())
            slept += wait
        _check(answer, where)
        try:
            return json.loads(answer.content, parse_constant=str)
        except ValueError:
            raise SourceUnavailable(
                f"{where}: the answer is no JSON, or was cut short ({len(answer.content)} bytes); if that stays so, "
                "check the address of the connection"
            ) from None

    def _send(self, where: str, method: str, url: str, arguments: dict[str, Any]) -> requests.Response:
        try:
            return self.session.request(method, url, timeout=TIMEOUT, allow_redirects=False, **arguments)
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema) as error:
            raise ConfigurationError(
                f"{where}: the connection gives no address ({type(error).__name__}); give host, and schema https"
            ) from None
        except requests.RequestException as error:
            # The message of the error holds the address.
            raise SourceUnavailable(f"{where}: the server does not answer ({type(error).__name__})") from None


def _asked_wait(answer: requests.Response) -> timedelta | None:
    """How long a busy server asks to wait."""
    said = answer.headers.get("Retry-After", "").strip()
    if answer.status_code not in (429, 503) or not said:
        return None
    if said.isdecimal() and len(said) < 8:
        return timedelta(seconds=int(said))
    try:
        return max(parsedate_to_datetime(said) - datetime.now(UTC), timedelta())
    except (ValueError, TypeError):
        return None


def _check(answer: requests.Response, where: str) -> None:
    status = answer.status_code
    if status < 300:
        return
    if status < 400:
        raise ConfigurationError(
            f"{where}: the server sends the request elsewhere ({status}); give the connection the schema and host "
            "under which it answers itself"
        )
    if status in (401, 403):
        raise RefusedLogin(
            f"{where}: the server refuses the login ({status}); renew the password or token of the connection, and "
            "see that its user may read what the entry names"
        )
    if status == 429 or status >= 500:
        busy = SourceUnavailable(f"{where}: the server is busy ({status})")
        busy.retry_after = _asked_wait(answer)
        raise busy
    said = " ".join(answer.text.split())[:300]
    raise DataError(f"{where}: the server refuses the request ({status}): {said}")
