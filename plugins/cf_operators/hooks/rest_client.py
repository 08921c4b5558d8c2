"""Asks a REST source and gives what it answers: the one place where HTTP is spoken."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

import httpx

from cf_operators.domain.problem import shown
from cf_operators.domain.rest_auth import RestAuth
from cf_operators.errors import CfError, ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks.bounded_answer import MEGABYTE, RawAnswer
from cf_operators.hooks.rest_json import parse_json
from cf_operators.hooks.rest_settings import RestSettings
from cf_operators.hooks.rest_token import Credentials
from cf_operators.hooks.rest_transport import RestTransport
from cf_operators.hooks.rest_wait import retry_after, server_time
from cf_operators.hooks.source_connection import source_connection

TRIES: Final = 4
FIRST_WAIT: Final = timedelta(seconds=1)
LONGEST_WAIT: Final = timedelta(seconds=30)
"""What is waited through for one answer, in sum; a longer wait is left to Airflow, which does others meanwhile."""
MOST_REDIRECTS: Final = 5


@dataclass(frozen=True, slots=True)
class RestCall:
    """One request: an address of the source, and what is sent along."""

    url: str
    method: str = "GET"
    params: Mapping[str, Any] | None = None
    body: Any = None


@dataclass(frozen=True, slots=True)
class RestAnswer:
    """What came back: the document, the headers in lower case, the time of the server if it tells it."""

    document: Any
    headers: Mapping[str, str]
    at: datetime | None


class RestClient:
    """Asks one source, with its login; tries again what may be better in a moment.

    No secret of the connection gets into a message or a log, and none is sent to another host.

    :param timeout: seconds for one answer, from the question to its last byte.
    :param largest_answer: megabytes of one answer.
    :param sleep: how to wait, in seconds.
    """

    def __init__(
        self,
        settings: RestSettings,
        auth: RestAuth,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = 60,
        largest_answer: float = 64,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.settings = settings
        self._credentials = Credentials(auth, settings, self._fetch_token)
        self._headers = {"Accept": "application/json", **(headers or {}), **settings.headers}
        self._timeout = timeout
        self._transport = RestTransport(settings, timeout, int(largest_answer * MEGABYTE))
        self._sleep = sleep
        self._waited = timedelta(0)

    @classmethod
    def of(cls, conn_id: str, auth: RestAuth, **options: Any) -> Self:
        """A client of an Airflow connection of type HTTP."""
        return cls(RestSettings.of(source_connection(conn_id)), auth, **options)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def json(self, call: RestCall) -> RestAnswer:
        """The answer to a call.

        :raises ConfigurationError: the source refuses the login or the request, or does not know the path.
        :raises DataError: the answer is too large, or no JSON however often it is asked for.
        :raises SourceUnavailable: no whole answer came; ``retry_after`` is set when the source says when to come back.
        """
        self._waited = timedelta(0)
        problem: CfError | None = None
        is_renewed = False
        tries = 0
        while tries < TRIES:
            tries += 1
            raw = self._exchange(call, self._credentials.headers())
            if raw is not None and raw.status == 401 and self._credentials.can_renew and not is_renewed:
                self._credentials.forget()
                is_renewed, tries = True, tries - 1
                continue
            if raw is not None and raw.status < 300 and raw.is_whole:
                try:
                    return RestAnswer(parse_json(raw.body), raw.headers, server_time(raw.headers))
                except ValueError as error:
                    problem = self._no_json(call, raw, error)
            else:
                problem = self._problem(call, raw)
            if not isinstance(problem, SourceUnavailable | DataError):
                break
            if tries < TRIES:
                self._wait(problem, tries)
        assert problem is not None, "every try gave an answer or a problem"
        raise problem

    def where(self, call: RestCall) -> str:
        """A call as it is named in messages: without parameters, which may name people."""
        path = call.url.partition("?")[0].removeprefix(self.settings.root)
        return f'{call.method} {path} (connection "{self.settings.conn_id}")'

    def masked(self, text: str) -> str:
        """A text without secrets."""
        return self.settings.masked(text, self._credentials.token)

    def _exchange(self, call: RestCall, login: Mapping[str, str]) -> RawAnswer | None:
        """Ask, and follow redirects; another host gets no login. None: no answer came."""
        method, url, params = call.method, call.url, call.params
        for _ in range(MOST_REDIRECTS + 1):
            own = {**self._headers, **login} if self.settings.is_ours(url) else {"Accept": "application/json"}
            raw = self._transport.send(
                method, url, own, params, {"json": call.body} if method == "POST" else {}
            )
            target = (
                raw.headers.get("location")
                if raw is not None and raw.status in {301, 302, 303, 307, 308}
                else None
            )
            if raw is None or target is None:
                return raw
            url, params = str(httpx.URL(url).join(target)), None
            if method == "POST" and not self.settings.is_ours(url):
                raise ConfigurationError(
                    f"{self.where(call)}: leads to another host, {self.masked(httpx.URL(url).host)}; set the host of "
                    "the connection to that one if it is right"
                )
            if raw.status in {301, 302, 303}:
                method = "GET"
        raise ConfigurationError(f"{self.where(call)}: leads on and on; check host and path")

    def _problem(self, call: RestCall, raw: RawAnswer | None) -> CfError:
        where = self.where(call)
        if raw is None:
            return SourceUnavailable(
                f"{where}: no answer within {self._timeout:g} s; check that {self.settings.root} can be reached"
            )
        said = self._said(raw)
        match raw.status:
            case 429 | 503:
                problem = SourceUnavailable(f"{where}: is busy (HTTP {raw.status}){said}")
                problem.retry_after = retry_after(raw.headers)
                return problem
            case 401 | 403:
                wait = retry_after(raw.headers)
                if wait is not None:
                    problem = SourceUnavailable(f"{where}: is busy (HTTP {raw.status}){said}")
                    problem.retry_after = wait
                    return problem
                return ConfigurationError(
                    f"{where}: the login is refused (HTTP {raw.status}){said}; check login and password (token) of the "
                    "connection, and that they may read this"
                )
            case 404 | 410:
                return ConfigurationError(
                    f"{where}: there is nothing at {call.url.partition('?')[0]} (HTTP {raw.status}){said}; check host "
                    "and schema of the connection, and the path in the programme"
                )
            case status if status >= 500 or status in {408, 425}:
                return SourceUnavailable(f"{where}: fails (HTTP {status}){said}")
            case status if status >= 300:
                return ConfigurationError(
                    f"{where}: the request is refused (HTTP {status}){said}; correct params or body of the object"
                )
        return SourceUnavailable(f"{where}: the answer breaks off after {len(raw.body)} bytes")

    def _no_json(self, call: RestCall, raw: RawAnswer, error: ValueError) -> DataError:
        begin = self.masked(raw.body[:2000].decode("utf-8", "replace"))[:60]
        return DataError(
            f"{self.where(call)}: the answer is not JSON ({str(error)[:100]}), {TRIES} times; it begins "
            f"{shown(begin)}; check host and path"
        )

    def _said(self, raw: RawAnswer) -> str:
        """The first words of what a server says of an error."""
        text = " ".join(self.masked(raw.body[:2000].decode("utf-8", "replace")).split())[:200]
        return f": {shown(text[:80])}" if text else ""

    def _wait(self, problem: CfError, tries: int) -> None:
        """Wait as the server asks, else longer from try to try."""
        wait = problem.retry_after if problem.retry_after is not None else FIRST_WAIT * 2 ** (tries - 1)
        if self._waited + wait > LONGEST_WAIT:
            raise problem
        self._waited += wait
        self._sleep(wait.total_seconds())

    def _fetch_token(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Any:
        """A token; its address may be on another host, and gets the client's id and secret only."""
        if not url.startswith("https://") and not self.settings.is_ours(url):
            raise ConfigurationError(
                f'connection "{self.settings.conn_id}": token_url is neither a path of the source nor an https address'
            )
        call = RestCall(url, "POST")
        for tries in range(1, TRIES + 1):
            raw = self._transport.send(
                "POST", url, {"Accept": "application/json", **headers}, None, {"data": form}
            )
            if raw is not None and raw.status < 300 and raw.is_whole:
                try:
                    return parse_json(raw.body)
                except ValueError as error:
                    raise self._no_json(call, raw, error) from None
            if raw is not None and raw.status == 400:
                raise ConfigurationError(
                    f"{self.where(call)}: gives no token{self._said(raw)}; check login (client id) and password "
                    "(client secret) of the connection, and the scope"
                )
            problem = self._problem(call, raw)
            if not isinstance(problem, SourceUnavailable) or tries == TRIES:
                raise problem
            self._wait(problem, tries)
        raise AssertionError("the last try raises")
