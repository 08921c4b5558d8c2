"""Requests that are answered with JSON, and what an answer of another kind means for whoever runs the connector."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import requests
import urllib3

from cf_operators.errors import ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks.bounded_answer import MEGABYTE, AnswerTooLarge, AnswerTooSlow, RawAnswer, bounded
from cf_operators.hooks.rest_wait import retry_after
from cf_operators.hooks.secret_mask import masked
from cf_operators.hooks.timed_session import TIMEOUT

LONGEST_NAP: Final = timedelta(seconds=30)
"""So long the waits for one answer are slept through, in sum, when the server asks for them; longer ones are left to
Airflow."""
MOST_NAPS: Final = 5
LONGEST_ANSWER: Final = timedelta(minutes=5)
"""From the question to the last byte of the answer."""
LARGEST_ANSWER: Final = 128 * MEGABYTE
PIECE: Final = 1 << 16
MOST_SAID: Final = 20_000
"""Bytes of a refusal that are looked at; a message holds its first words."""


class RefusedLogin(ConfigurationError):
    """The server does not know who asks. A reader may log in again once."""


@dataclass(frozen=True)
class JsonCalls:
    """Sends requests of one connection.

    :ivar session: knows the login.
    :ivar conn_id: named in messages; addresses and logins are not.
    :ivar secrets: never told, whatever a server repeats of them.
    :ivar longest_nap: so long the waits for one answer are slept through, in sum.
    """

    session: requests.Session
    conn_id: str
    secrets: tuple[str, ...] = field(repr=False)
    longest_nap: timedelta = LONGEST_NAP

    def call(self, what: str, method: str, url: str, **arguments: Any) -> Any:
        """The decoded answer. When the server asks for a short wait the request is sent again.

        :param what: names the request in messages, e.g. ``tickets``.
        :param arguments: those of ``requests.request``.
        :raises ConfigurationError: the login is refused, or the address leads elsewhere.
        :raises DataError: the server refuses the request, or its answer is too large.
        :raises SourceUnavailable: it does not answer in time, is busy for longer, or answers no JSON.
        """
        where = f'{what} (connection "{self.conn_id}")'
        slept, naps = timedelta(), 0
        while True:
            answer = self._send(where, method, url, arguments)
            wait = _asked_wait(answer)
            if wait is None or naps == MOST_NAPS or slept + wait > self.longest_nap:
                break
            time.sleep(wait.total_seconds())
            slept, naps = slept + wait, naps + 1
        self._check(answer, where)
        try:
            return json.loads(answer.body, parse_constant=str)
        except (ValueError, RecursionError):
            raise SourceUnavailable(
                f"{where}: the answer is no JSON, or was cut short ({len(answer.body)} bytes); if that stays so, "
                "check the address of the connection"
            ) from None

    def masked(self, text: str) -> str:
        """A text of the server's without the secrets of the connection. Mask before it is cut."""
        return masked(text, self.secrets)

    def _send(self, where: str, method: str, url: str, arguments: dict[str, Any]) -> RawAnswer:
        deadline = time.monotonic() + LONGEST_ANSWER.total_seconds()
        try:
            with self.session.request(
                method, url, timeout=TIMEOUT, allow_redirects=False, stream=True, **arguments
            ) as answer:
                body = b"".join(bounded(_pieces(answer), LARGEST_ANSWER, deadline))
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return RawAnswer(answer.status_code, headers, body)
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema) as error:
            raise ConfigurationError(
                f"{where}: the connection gives no address ({type(error).__name__}); give host, and schema https"
            ) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            # The message of the error holds the address.
            raise SourceUnavailable(f"{where}: the server does not answer ({type(error).__name__})") from None
        except AnswerTooSlow:
            raise SourceUnavailable(
                f"{where}: the answer is not complete after {LONGEST_ANSWER.total_seconds():g} s; see why the server "
                "is so slow"
            ) from None
        except AnswerTooLarge:
            raise DataError(
                f"{where}: the answer is larger than {LARGEST_ANSWER / MEGABYTE:g} MB, as no page of records is; does "
                "the host of the connection lead to the right server?"
            ) from None

    def _check(self, answer: RawAnswer, where: str) -> None:
        status = answer.status
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
        said = self.masked(answer.body[:MOST_SAID].decode("utf-8", "replace"))
        raise DataError(f"{where}: the server refuses the request ({status}): {' '.join(said.split())[:300]}")


def _pieces(answer: requests.Response) -> Iterator[bytes]:
    """The body as it comes: requests' own ``iter_content`` waits until a block is full, however slowly it fills."""
    while piece := answer.raw.read1(PIECE, decode_content=True):
        yield piece


def _asked_wait(answer: RawAnswer) -> timedelta | None:
    """How long a busy server asks to wait."""
    return retry_after(answer.headers) if answer.status in (429, 503) else None
