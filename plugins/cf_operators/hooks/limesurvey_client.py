"""A session with LimeSurvey's RemoteControl 2, whose failures are errors of this package with advice.

LimeSurvey says that something went wrong in a reply of HTTP 200, ``{"status": "..."}``, and says "nothing there" the
same way (https://manual.limesurvey.org/RemoteControl_2_API).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, Self, TypeVar

import requests
from airflow.sdk import Connection
from citric import Client
from citric.exceptions import (
    InvalidJSONResponseError,
    LimeSurveyApiError,
    LimeSurveyStatusError,
    ResponseMismatchError,
    RPCInterfaceNotEnabledError,
)
from requests.adapters import HTTPAdapter

from cf_operators.errors import CfError, ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks.rest_wait import retry_after
from cf_operators.hooks.source_connection import source_connection

TIMEOUT: Final = (10, 300)
"""Seconds to connect, and between two pieces of a reply: an export is made before its first byte."""

Found = TypeVar("Found")

NOTHING: Final = ("could not get max id", "No survey participants found", "No questions found")
"""What LimeSurvey says when there is nothing."""

_RIGHTS: Final = (
    "let the user of the connection read the survey, export its responses and create participants"
)
_PARTICIPANTS: Final = "switch the survey's participants on in LimeSurvey (Settings > Survey participants)"

ADVICE: Final[tuple[tuple[str, type[CfError], str], ...]] = (
    ("Invalid user name or password", ConfigurationError, "correct login and password of the connection"),
    (
        "maximum access attempts",
        SourceUnavailable,
        "LimeSurvey lets the address in again after its lock-out time",
    ),
    (
        "maximum number of login attempts",
        SourceUnavailable,
        "LimeSurvey lets the address in again after a while",
    ),
    ("Invalid session key", SourceUnavailable, "the session is over; the next try logs in anew"),
    ("No permission", ConfigurationError, _RIGHTS),
    ("Invalid survey ID", ConfigurationError, "correct the number of the survey in the programme"),
    ("survey table does not exist", ConfigurationError, "activate the survey in LimeSurvey"),
    ("No survey participants table", ConfigurationError, _PARTICIPANTS),
    ("No token table", ConfigurationError, _PARTICIPANTS),
)
"""Part of a status, the kind of error it is, and what to do."""


class NothingThere(Exception):
    """LimeSurvey says that there is nothing of what was asked for."""


class LimeSurveyClient:
    """Logged in while it is entered.

    :param conn_id: Airflow connection; see :class:`~cf_operators.domain.limesurvey_source.LimeSurveySource`. Its extra
        may name an ``auth_plugin`` of LimeSurvey, and the ``survey_url`` under which people reach the surveys.
    :raises ConfigurationError: there is no such connection, or it has no address.
    """

    def __init__(self, conn_id: str) -> None:
        self.conn_id = conn_id
        self._connection = source_connection(conn_id)
        self.url = limesurvey_url(self._connection, conn_id)
        self._client: Client | None = None

    def __enter__(self) -> Self:
        session = requests.Session()
        for scheme in ("http://", "https://"):
            session.mount(scheme, _WithTimeout())
        login, password = self._connection.login or "", self._connection.password or ""
        plugin = str(self._connection.extra_dejson.get("auth_plugin") or "Authdb")
        with self._errors("log in"):
            self._client = Client(self.url, login, password, requests_session=session, auth_plugin=plugin)
        return self

    def __exit__(self, *_: object) -> None:
        if self._client:
            # The work is done; a session that is not given back ends by itself.
            with suppress(Exception):
                self._client.close()
            self._client = None

    def ask(self, what: str, call: Callable[[Client], Found]) -> Found:
        """Make one call.

        :param what: names the survey and what is wanted of it, for messages.
        :raises NothingThere: there is nothing.
        :raises ConfigurationError: the login or a right is missing, or the survey is not as it has to be.
        :raises SourceUnavailable: LimeSurvey does not answer, or not as it does.
        :raises DataError: LimeSurvey refuses for a reason that is not known here.
        """
        if self._client is None:
            raise RuntimeError("the client was not entered")
        with self._errors(what):
            return call(self._client)

    @contextmanager
    def _errors(self, what: str) -> Iterator[None]:
        where = f'connection "{self.conn_id}", {what}'
        try:
            yield
        except LimeSurveyStatusError as error:
            raise _of_status(where, str(error)) from error
        except RPCInterfaceNotEnabledError as error:
            raise ConfigurationError(
                f"{where}: the reply is empty; switch RemoteControl on in LimeSurvey (Global settings > Interfaces > "
                "JSON-RPC)"
            ) from error
        except InvalidJSONResponseError as error:
            raise SourceUnavailable(
                f"{where}: the reply is not JSON; the address has to be that of RemoteControl 2, and the interface "
                "JSON-RPC (Global settings > Interfaces)"
            ) from error
        except LimeSurveyApiError as error:
            raise DataError(f"{where}: LimeSurvey says: {_shown(str(error))}") from error
        except requests.HTTPError as error:
            raise _of_http(where, error.response) from error
        except requests.RequestException as error:
            raise SourceUnavailable(f"{where}: no answer ({type(error).__name__})") from error
        except (ResponseMismatchError, ValueError, KeyError, TypeError) as error:
            raise SourceUnavailable(
                f"{where}: the reply is cut off or not complete ({type(error).__name__})"
            ) from error


class _WithTimeout(HTTPAdapter):
    def send(self, request: Any, **settings: Any) -> Any:  # type: ignore[override]
        """Never wait for ever."""
        return super().send(request, **{**settings, "timeout": settings.get("timeout") or TIMEOUT})


def limesurvey_url(connection: Connection, conn_id: str) -> str:
    """The address of RemoteControl 2.

    :raises ConfigurationError: the connection has none.
    """
    host = connection.host or ""
    if not host:
        raise ConfigurationError(
            f'connection "{conn_id}" has no host; set it to the address of RemoteControl 2, e.g. '
            "https://surveys.example.org/index.php/admin/remotecontrol"
        )
    if "://" in host:
        return host.rstrip("/")
    name, slash, path = host.partition("/")
    port = f":{connection.port}" if connection.port else ""
    path = path or "index.php/admin/remotecontrol"
    scheme = connection.schema if connection.schema in {"http", "https"} else "https"
    return f"{scheme}://{name}{port}{slash or '/'}{path}".rstrip("/")


def _of_status(where: str, status: str) -> Exception:
    if any(part in status for part in NOTHING):
        return NothingThere(status)
    for part, kind, advice in ADVICE:
        if part in status:
            return kind(f'{where}: LimeSurvey says "{_shown(status)}"; {advice}')
    return DataError(f'{where}: LimeSurvey says "{_shown(status)}"')


def _of_http(where: str, response: requests.Response | None) -> CfError:
    if response is None:
        return SourceUnavailable(f"{where}: no answer")
    status = response.status_code
    if status in {401, 403}:
        return ConfigurationError(
            f"{where}: HTTP {status}; something before LimeSurvey refuses the login, correct the connection"
        )
    if status == 404:
        return ConfigurationError(
            f"{where}: HTTP 404; the host of the connection is not the address of RemoteControl 2"
        )
    problem = SourceUnavailable(f"{where}: HTTP {status}")
    problem.retry_after = retry_after(response.headers)
    return problem


def _shown(text: str) -> str:
    return re.sub(r"\s+", " ", text)[:200]
