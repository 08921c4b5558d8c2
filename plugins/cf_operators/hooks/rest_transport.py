"""One HTTP exchange: what is sent, and what comes back within its bounds of time and size."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

import httpx

from cf_operators.errors import ConfigurationError, DataError
from cf_operators.hooks.bounded_answer import MEGABYTE, AnswerTooLarge, AnswerTooSlow, RawAnswer, bounded
from cf_operators.hooks.rest_settings import RestSettings, tls_context

# They write whole addresses, with all their parameters, and what servers send in headers.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class RestTransport:
    """Sends requests. It follows no redirect and keeps no cookie.

    :param timeout: seconds for one answer, from the question to its last byte.
    :param largest: bytes of one answer, unpacked.
    """

    def __init__(self, settings: RestSettings, timeout: float, largest: int) -> None:
        self._settings = settings
        self._timeout = timeout
        self._largest = largest
        # No .netrc and no proxy of the environment: what counts is the connection.
        context = tls_context(settings.is_verified, settings.conn_id)
        self._http = httpx.Client(
            timeout=timeout, verify=context, trust_env=False, proxy=settings.proxy or None
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        params: Mapping[str, Any] | None,
        content: Mapping[str, Any],
    ) -> RawAnswer | None:
        """The answer; None when none came in time.

        :param content: ``{"json": ...}``, ``{"data": form}`` or nothing.
        :raises ConfigurationError: the address is none.
        :raises DataError: the answer is too large.
        """
        try:
            with self._http.stream(
                method, url, params=params or None, headers=dict(headers), **content
            ) as answer:
                self._http.cookies.clear()
                return self._received(answer)
        except (httpx.TransportError, httpx.InvalidURL, ValueError) as error:
            if isinstance(error, httpx.TransportError) and not isinstance(error, httpx.UnsupportedProtocol):
                return None
            raise ConfigurationError(
                f'{method} (connection "{self._settings.conn_id}"): the address cannot be used; check schema, host, '
                "port and proxy"
            ) from None

    def _received(self, answer: httpx.Response) -> RawAnswer | None:
        deadline = time.monotonic() + self._timeout
        parts: list[bytes] = []
        is_whole = True
        try:
            parts.extend(bounded(answer.iter_bytes(), self._largest, deadline))
        except AnswerTooLarge:
            raise DataError(
                f"{answer.request.method} {answer.request.url.path}: the answer is larger than "
                f"{self._largest // MEGABYTE} MB; ask for fewer rows a page, or raise largest_answer"
            ) from None
        except AnswerTooSlow:
            return None
        except (httpx.DecodingError, httpx.RemoteProtocolError):
            is_whole = False
        return RawAnswer(answer.status_code, dict(answer.headers), b"".join(parts), is_whole)
