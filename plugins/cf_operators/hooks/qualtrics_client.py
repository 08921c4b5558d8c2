"""Calls to the API of Qualtrics, version 3, whose failures are errors of this package with advice.

A reply is ``{"result": {...}, "meta": {"httpStatus": ..., "error": {"errorMessage": ...}}}``
(https://api.qualtrics.com).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, Final

import requests
from airflow.sdk import Connection

from cf_operators.errors import CfError, ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks.rest_wait import retry_after
from cf_operators.hooks.source_connection import source_connection

TIMEOUT: Final = (10, 120)


class QualtricsClient:
    """Calls that are made by a worker.

    :param conn_id: Airflow connection; see :class:`~cf_operators.domain.qualtrics_source.QualtricsSource`.
    :raises ConfigurationError: there is no such connection, or it lacks the data centre or the token.
    """

    def __init__(self, conn_id: str) -> None:
        self._conn_id = conn_id
        connection = source_connection(conn_id)
        self._base = api_address(connection, conn_id)
        self._session = requests.Session()
        self._session.headers["X-API-TOKEN"] = api_token(connection, conn_id)

    def result(
        self, method: str, path: str, what: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The result of one call.

        :param what: names the survey and what is wanted of it, for messages.
        :raises ConfigurationError: the token or a right is missing, or there is no such survey.
        :raises SourceUnavailable: Qualtrics does not answer, or is busy.
        :raises DataError: Qualtrics refuses the call.
        """
        response = self._call(method, path, what, json=body)
        self._check(response, what)
        try:
            result = response.json()["result"]
        except (ValueError, KeyError, TypeError) as error:
            raise SourceUnavailable(f"{self._where(what)}: the reply is cut off or not JSON") from error
        if not isinstance(result, dict):
            raise SourceUnavailable(f"{self._where(what)}: the reply has no result")
        return result

    def download(self, path: str, what: str, into: IO[bytes]) -> None:
        """Write a whole file; raises as :meth:`result` does."""
        response = self._call("GET", path, what, stream=True)
        if response.status_code == 404:
            raise SourceUnavailable(f"{self._where(what)}: the file is gone; the next try makes a new one")
        self._check(response, what)
        try:
            for piece in response.iter_content(1 << 20):
                into.write(piece)
        except requests.RequestException as error:
            raise SourceUnavailable(f"{self._where(what)}: the file broke off") from error
        into.seek(0)

    def _call(self, method: str, path: str, what: str, **settings: Any) -> requests.Response:
        try:
            return self._session.request(method, f"{self._base}{path}", timeout=TIMEOUT, **settings)
        except requests.RequestException as error:
            raise SourceUnavailable(f"{self._where(what)}: no answer ({type(error).__name__})") from error

    def _check(self, response: requests.Response, what: str) -> None:
        if not response.ok:
            raise refusal(self._where(what), response.status_code, response.headers, _said(response))

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

    :raises ConfigurationError: the connection has none.
    """
    if not connection.password:
        raise ConfigurationError(
            f'connection "{conn_id}" has no password; set it to the API token (Account settings > Qualtrics IDs)'
        )
    return connection.password


def refusal(where: str, status: int, headers: Mapping[str, str], said: str) -> CfError:
    """What a status other than 2xx means."""
    told = f"{where}: HTTP {status}{f' ({said})' if said else ''}"
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


def _said(response: requests.Response) -> str:
    try:
        return str(response.json()["meta"]["error"]["errorMessage"])[:200]
    except (ValueError, KeyError, TypeError):
        return ""
