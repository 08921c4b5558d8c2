"""From one page of a list to the next."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import jmespath

from cf_operators.domain.problem import shown
from cf_operators.domain.rest_paging import (
    CursorPaging,
    LinkHeaderPaging,
    NextLinkPaging,
    OffsetPaging,
    PageNumberPaging,
    RestPaging,
    SinglePage,
)
from cf_operators.domain.rest_source import RestRequest
from cf_operators.domain.rest_template import filled, filled_path
from cf_operators.errors import DataError
from cf_operators.hooks.rest_client import RestAnswer, RestCall, RestClient

_NEXT_LINK: Final = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w*]+\s*=\s*(?:"[^"]*"|[^",;\s]+))*)')
_IS_NEXT: Final = re.compile(
    r'(?:^|;)\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?=\s|;|$))', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class RestPage:
    """The rows of one answer as they came, and how the next is asked for.

    :ivar rows: any JSON values; a row need not be an object.
    :ivar following: the next call; None behind the last page.
    :ivar token: of a cursor, where to go on, also behind the last page.
    """

    rows: list[Any]
    answer: RestAnswer
    following: RestCall | None
    token: str | None = None


class RestList:
    """A list of a REST source, page by page, within bounds.

    :param most_pages: more pages than that are an error.
    """

    def __init__(self, client: RestClient, request: RestRequest, *, most_pages: int = 10_000) -> None:
        self._client = client
        self._request = request
        self._paging: RestPaging = request.paging
        self._most_pages = most_pages
        self._pages = 0
        self._seen: set[bytes] = set()

    def pages(self, values: Mapping[str, str | None], token: str | None = None) -> Iterator[RestPage]:
        """The pages from the first one on. It may be called again with other values: the bounds hold for all calls.

        :param values: for the {names} in the request.
        :param token: of a cursor, to begin behind the page that gave it.
        :raises DataError: an answer holds no list, paging leads back to where it was, or there are too many pages.
        """
        call: RestCall | None = self._first(values, token)
        asked: set[bytes] = set()
        rows_before: list[Any] = []
        done = 0
        while call is not None:
            self._bounded(call, asked)
            answer = self._client.json(call)
            rows = self._rows(call, answer)
            if rows and rows == rows_before and isinstance(self._paging, PageNumberPaging | OffsetPaging):
                raise DataError(
                    f"{self._client.where(call)}: gives the same page again and again, so what paging asks for is not "
                    "obeyed; check its parameter in the programme"
                )
            done += len(rows)
            page = self._page(call, answer, rows, done)
            yield page
            call, rows_before = page.following, rows

    def _first(self, values: Mapping[str, str | None], token: str | None) -> RestCall:
        request, paging = self._request, self._paging
        call = RestCall(
            self._client.settings.url(filled_path(request.read, values)),
            request.method,
            filled(request.params, values),
            filled(request.body if request.body is not None or request.method == "GET" else {}, values),
        )
        if not isinstance(paging, SinglePage) and paging.size_parameter and paging.size:
            call = _with(call, paging.size_parameter, paging.size)
        match paging:
            case PageNumberPaging():
                return _with(call, paging.parameter, paging.first)
            case OffsetPaging():
                return _with(call, paging.parameter, 0)
            case CursorPaging() if (start := token or paging.first) is not None:
                return _with(call, paging.parameter, start)
        return call

    def _page(self, call: RestCall, answer: RestAnswer, rows: list[Any], done: int) -> RestPage:
        paging = self._paging
        if isinstance(paging, SinglePage):
            return RestPage(rows, answer, None)
        ends = paging.more is not None and not jmespath.search(paging.more, answer.document)
        following: RestCall | None = None
        token: str | None = None
        match paging:
            case PageNumberPaging() if rows or paging.more:
                following = _with(call, paging.parameter, int(_value(call, paging.parameter)) + 1)
            case OffsetPaging() if rows or paging.more:
                following = _with(call, paging.parameter, done)
            case CursorPaging():
                token = _token(jmespath.search(paging.token, answer.document))
                following = None if token is None else _with(call, paging.parameter, token)
            case NextLinkPaging():
                following = self._linked(call, _token(jmespath.search(paging.link, answer.document)))
            case LinkHeaderPaging():
                following = self._linked(call, next_link(answer.headers.get("link", "")))
        return RestPage(rows, answer, None if ends else following, token)

    def _linked(self, call: RestCall, link: str | None) -> RestCall | None:
        if link is None:
            return None
        url = self._client.settings.own_link(link if "://" in link or link.startswith("/") else f"/{link}")
        if link.startswith("?"):
            url = f"{call.url.partition('?')[0]}{link}"
        if url is None:
            host = link.partition("://")[2].partition("/")[0].rpartition("@")[2]
            raise DataError(
                f"{self._client.where(call)}: its next page is on another host, {shown(host)}, which gets no login of "
                "ours; set the host of the connection to that one if it is right"
            )
        return replace(call, url=url, params=None)

    def _rows(self, call: RestCall, answer: RestAnswer) -> list[Any]:
        found = self._request.find_records.search(answer.document)
        if isinstance(found, list):
            return found
        text = self._client.masked(json.dumps(answer.document, ensure_ascii=False, default=str)[:2000])
        raise DataError(
            f"{self._client.where(call)}: the answer has no list at {self._request.records}; it is {shown(text[:80])}. "
            "Check records of the object"
        )

    def _bounded(self, call: RestCall, asked: set[bytes]) -> None:
        mark = hashlib.sha256(
            json.dumps([call.url, call.params, call.body], sort_keys=True, default=str).encode()
        ).digest()
        self._pages += 1
        if mark in asked:
            raise DataError(
                f"{self._client.where(call)}: paging leads back to a page that was read: {self._pointer(call)}; the "
                "source does not end its list"
            )
        asked.add(mark)
        if self._pages > self._most_pages:
            raise DataError(
                f"{self._client.where(call)}: has more than {self._most_pages} pages; raise most_pages of the source, "
                "or the size of a page"
            )

    def _pointer(self, call: RestCall) -> str:
        parameter = getattr(self._paging, "parameter", None)
        pointer = _value(call, parameter) if parameter else call.url.removeprefix(self._client.settings.root)
        return shown(self._client.masked(str(pointer)))


def next_link(header: str) -> str | None:
    """The address with ``rel="next"`` in a header ``Link`` (RFC 8288)."""
    for address, parameters in _NEXT_LINK.findall(header):
        if _IS_NEXT.search(parameters):
            return str(address)
    return None


def _token(value: Any) -> str | None:
    """A token or link; nothing, an empty text and false are the end."""
    if value is None or value is False or value == "" or isinstance(value, dict | list):
        return None
    return str(value)


def _with(call: RestCall, name: str, value: Any) -> RestCall:
    if call.method == "POST":
        return replace(call, body={**(call.body or {}), name: value})
    return replace(call, params={**(call.params or {}), name: value})


def _value(call: RestCall, name: str) -> Any:
    return ((call.body if call.method == "POST" else call.params) or {}).get(name)
