"""Calls to the API of Qualtrics, version 3, whose failures are errors of this package with advice.

A reply is ``{"result": {...}, "meta": {"httpStatus": ..., "error": {"errorMessage": ...}}}``
(https://api.qualtrics.com).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, Final, Self
from urllib.parse import urlsplit

import httpx
from airflow.sdk import Connection

from cf_operators.domain.problem import shown
from cf_operators.errors import CfError, ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks.bounded_answer import MEGABYTE, AnswerTooLarge, AnswerTooSlow, bounded
from cf_operators.hooks.rest_json import parse_json
from cf_operators.hooks.rest_settings import tls_context
from cf_operators.hooks.rest_wait import retry_after
from cf_operators.hooks.source_connection import source_connection

TIMEOUT: Final = httpx.Timeout(120, connect=10)
"""Seconds to connect, and between two pieces of an answer."""
ANSWER_SECONDS = 120.0
"""For a whole answer, from the question to its last byte."""
FILE_SECONDS = 3600.0
"""For a whole file."""
LARGEST_ANSWER = 64 * MEGABYTE
"""Bytes of an answer that is not a file."""
LARGEST_FILE = 16_000 * MEGABYTE
"""Bytes of a file: a server that never ends does not fill the disk."""


class QualtricsClient:
    """Calls that are made by a worker, while it is entered. It follows no redirect: the token is for one host.

    :param conn_id: Airflow connection; see :class:`~cf_operators.domain.qualtrics_source.QualtricsSource`.
    :raises ConfigurationError: there is no such connection, or it lacks the data centre or the token.
    """

    def __init__(self, conn_id: str) -> None:
        self._conn_id = conn_id
        connection = source_connection(conn_id)
        self._base = api_address(connection, conn_id)
        headers = {"X-API-TOKEN": api_token(connection, conn_id), "Accept": "*/*"}
        self._http = httpx.Client(headers=headers, timeout=TIMEOUT, verify=tls_context(True, conn_id))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def result(
        self, method: str, path: str, what: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The result of one call.

        :param what: names the survey and what is wanted of it, for messages.
        :raises ConfigurationError: the token or a right is missing, there is no such survey, or the address leads on to
            another.
        :raises SourceUnavailable: Qualtrics does not answer in time, or is busy.
        :raises DataError: Qualtrics refuses the call, or its answer is too large.
        """
        with self._asked(method, path, what, ANSWER_SECONDS, LARGEST_ANSWER, body=body) as pieces:
            content = b"".join(pieces)
        try:
            result = parse_json(content)["result"]
        except (ValueError, KeyError, TypeError) as error:
            raise SourceUnavailable(f"{self._where(what)}: the reply is cut off or not JSON") from error
        if not isinstance(result, dict):
            raise SourceUnavailable(f"{self._where(what)}: the reply has no result")
        return result

    def download(self, path: str, what: str, into: IO[bytes]) -> None:
        """Write a whole file; raises as :meth:`result` does."""
        gone = SourceUnavailable(f"{self._where(what)}: the file is gone; the next try makes a new one")
        with self._asked("GET", path, what, FILE_SECONDS, LARGEST_FILE, gone=gone) as pieces:
            for piece in pieces:
                into.write(piece)
        into.seek(0)

    @contextmanager
    def _asked(
        self,
        method: str,
        path: str,
        what: str,
        seconds: float,
        largest: int,
        *,
        body: Mapping[str, Any] | None = None,
        gone: CfError | None = None,
    ) -> Iterator[Iterator[bytes]]:
        """The pieces of an answer that is good.

        :param seconds: for all of them.
        :param largest: bytes of all of them.
        :param gone: what it means that there is nothing.
        """
        where, deadline = self._where(what), time.monotonic() + seconds
        try:
            with self._http.stream(method, f"{self._base}{path}", json=body) as answer:
                pieces = bounded(answer.iter_bytes(), largest, deadline)
                if answer.status_code == 404 and gone:
                    raise gone
                if not answer.is_success:
                    raise refusal(where, answer.status_code, answer.headers, _said(pieces))
                yield pieces
        except AnswerTooLarge:
            raise too_large(where, largest) from None
        except AnswerTooSlow:
            raise SourceUnavailable(f"{where}: no whole answer within {seconds:g} s") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise ConfigurationError(f"{where}: the host of the connection makes no address") from error
        except httpx.HTTPError as error:
            raise SourceUnavailable(
                f"{where}: no answer, or none that is whole ({type(error).__name__})"
            ) from error

    def _where(self, what: str) -> str:
        return f'connection "{self._conn_id}", {what}'


def api_address(connection: Connection, conn_id: str) -> str:
    """The address that paths are put behind.

    :raises ConfigurationError: the connection has no host.
    """
    host = (connection.host or "").rstrip("/")
    if not host:
        raise ConfigurationError(
            f'connection "{conn_id}" has no host; set it to your data centre, e.g. fra1.qualtrics.com (Account '
            "settings > Qualtrics IDs)"
        )
    return f"{host if '://' in host else f'https://{host}'}/API/v3"


def api_token(connection: Connection, conn_id: str) -> str:
    """The token that is sent as ``X-API-TOKEN``.

    :raises ConfigurationError: the connection has none, or what it has cannot be one.
    """
    token = (connection.password or "").strip()
    if not token:
        raise ConfigurationError(
            f'connection "{conn_id}" has no password; set it to the API token (Account settings > Qualtrics IDs)'
        )
    if not (token.isascii() and token.isprintable()):
        raise ConfigurationError(
            f'connection "{conn_id}": the password holds letters that no API token has; copy it anew (Account settings '
            "> Qualtrics IDs)"
        )
    return token


def refusal(where: str, status: int, headers: Mapping[str, str], said: str) -> CfError:
    """What a status other than 2xx means.

    :param headers: without regard to the case of their names.
    """
    told = f"{where}: HTTP {status}{f' ({said})' if said else ''}"
    if status < 400:
        return ConfigurationError(
            f"{told}: leads on to {_target(headers)}, where the API token is not sent; set the host of the connection "
            "to your data centre as Qualtrics names it (Account settings > Qualtrics IDs)"
        )
    if status in {401, 403}:
        return ConfigurationError(
            f"{told}; the API token (password of the connection) is wrong, belongs to another data centre, or its user "
            "may not see the survey"
        )
    if status == 404:
        return ConfigurationError(
            f"{told}; correct the id of the survey in the programme, or the host of the connection"
        )
    if status == 429 or status >= 500:
        problem = SourceUnavailable(told)
        problem.retry_after = retry_after(headers)
        return problem
    return DataError(told)


def too_large(where: str, largest: int) -> DataError:
    """What an answer of more than so many bytes means."""
    return DataError(f"{where}: the answer is larger than {largest} bytes; check the host of the connection")


def _target(headers: Mapping[str, str]) -> str:
    """Where a redirect leads: the host, or the path on the same one; never what stands behind a "?"."""
    try:
        parts = urlsplit(headers.get("Location", ""))
    except ValueError:
        return "an address that is none"
    host = parts.netloc.rpartition("@")[2]
    return shown(f"{parts.scheme or 'https'}://{host}" if host else parts.path)


def _said(pieces: Iterator[bytes]) -> str:
    """What Qualtrics says of an error; nothing where that cannot be read."""
    try:
        return str(parse_json(b"".join(pieces))["meta"]["error"]["errorMessage"])[:200]
    except (AnswerTooLarge, AnswerTooSlow, httpx.HTTPError, ValueError, KeyError, TypeError):
        return ""
