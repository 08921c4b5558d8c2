"""A source that is an organisation of Salesforce, read through the hook of its Airflow provider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from xml.parsers.expat import ExpatError

import requests
from airflow.sdk import BaseHook
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceError

from cf_operators.domain.change_key import ChangeKey
from cf_operators.domain.collecting import Page, Position, Row, TimeRange
from cf_operators.domain.salesforce_source import SalesforceObject, SalesforceSource
from cf_operators.domain.source_row import DeletedRow
from cf_operators.errors import CfError, ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks.change_pages import Changes, Fetched, Record, judged, place
from cf_operators.hooks.rest_wait import retry_after
from cf_operators.hooks.soql import BATCH, changes_query
from cf_operators.hooks.source_connection import source_connection
from cf_operators.hooks.timed_session import TIMEOUT, timed_session

_BUSY = {
    "SERVER_UNAVAILABLE",
    "QUERY_TIMEOUT",
    "REQUEST_LIMIT_EXCEEDED",
    "UNABLE_TO_LOCK_ROW",
    "UNKNOWN_EXCEPTION",
}
_REFUSED = {
    "INVALID_SESSION_ID",
    "INSUFFICIENT_ACCESS",
    "API_DISABLED_FOR_ORG",
    "INVALID_LOGIN",
    "INVALID_AUTH_HEADER",
}
_WRONG_ENTRY = {"INVALID_FIELD", "INVALID_TYPE", "MALFORMED_QUERY", "INVALID_QUERY_FILTER_OPERATOR"}
LIMIT_WAIT = "the organisation's limit of requests a day is used up; it is counted over the last 24 hours"


class SalesforceSourceHook(BaseHook):
    """Reads records in the order (SystemModstamp, Id), deleted ones included.

    Deletions are told while a record is in the recycle bin (15 days, or until somebody empties it).

    :param source: its connection is one of type Salesforce.
    """

    def __init__(self, source: SalesforceSource) -> None:
        super().__init__()
        self._source = source
        self.conn_id = source.connection
        self._asked_wait: timedelta | None = None

    def pages(self, name: str, position: Position | None, period: TimeRange | None) -> Iterator[Page]:
        """The pages of one object; see :class:`~cf_operators.domain.collecting.SourceReader`."""
        declared = self._source.objects[name]
        with self._errors(declared.read):
            client = self._client()

        def fetch(after: ChangeKey | None, until: datetime | None) -> Fetched:
            query = changes_query(declared.read, declared.names, after, until)
            with self._errors(declared.read):
                records = self._query(client, query)
            return records, len(records) >= BATCH

        def row(record: Record) -> Row:
            return _row(record, declared)

        changes = Changes(fetch, _place, row, f"{declared.read} ({self.conn_id})")
        yield from changes.pages(position, period, declared.overlap)

    def _client(self) -> Salesforce:
        # Importing the provider takes long; only who reads Salesforce waits for it.
        from airflow.providers.salesforce.hooks.salesforce import SalesforceHook

        extras = source_connection(self.conn_id).extra_dejson
        # With a session of our own the client ignores the proxies of the connection.
        has_proxies = any(extras.get(name) for name in ("proxies", "extra__salesforce__proxies"))
        session = None if has_proxies else timed_session()
        if session is not None:
            session.hooks["response"].append(self._note_wait)
        client: Salesforce = SalesforceHook(self.conn_id, session=session).get_conn()
        if session is None:
            client.session.hooks["response"].append(self._note_wait)
        return client

    def _note_wait(self, answer: requests.Response, **_: Any) -> None:
        """The client's errors keep no headers."""
        self._asked_wait = retry_after(answer.headers)

    def _query(self, client: Salesforce, query: str) -> list[Record]:
        """All records of one query: an answer may hold fewer than were asked for, and then names the next one."""
        answer = client.query(query, include_deleted=True, timeout=TIMEOUT)
        records = list(answer["records"])
        seen: set[str] = set()
        while not answer["done"]:
            following = answer["nextRecordsUrl"]
            if following in seen:
                raise DataError(f'connection "{self.conn_id}": Salesforce names the page {following} twice')
            seen.add(following)
            answer = client.query_more(following, identifier_is_url=True, timeout=TIMEOUT)
            records += answer["records"]
        if not all(isinstance(record, Mapping) for record in records):
            raise DataError(
                f'connection "{self.conn_id}": Salesforce gives something among the records that is none'
            )
        return [_plain(record) for record in records]

    def _with_wait(self, problem: CfError) -> CfError:
        """The problem; a busy server has said how long it wants to be left alone."""
        if isinstance(problem, SourceUnavailable):
            problem.retry_after = self._asked_wait
        return problem

    @contextmanager
    def _errors(self, read: str) -> Iterator[None]:
        # The client's messages hold addresses and whole answers; what is needed of them is said anew.
        try:
            yield
        except SalesforceAuthenticationFailed as error:
            if _is_busy(error.code):
                raise self._with_wait(
                    SourceUnavailable(
                        f'connection "{self.conn_id}": Salesforce takes no logins now ({error.code})'
                    )
                ) from None
            raise ConfigurationError(
                f'connection "{self.conn_id}": Salesforce refuses the login ({error.code}); check user, password, '
                "security token and domain, or the consumer key of the connected app"
            ) from None
        except SalesforceError as error:
            raise self._with_wait(_meaning(error, f'{read} (connection "{self.conn_id}")')) from None
        except TypeError as error:
            if "login information" not in str(error):
                raise
            raise ConfigurationError(
                f'connection "{self.conn_id}": says too little to log in; give user, password and security token, '
                "or user, consumer key and private key, or domain, consumer key and consumer secret"
            ) from None
        except (requests.JSONDecodeError, KeyError, AttributeError, ExpatError) as error:
            raise SourceUnavailable(
                f'{read} (connection "{self.conn_id}"): the answer is no answer of Salesforce ({type(error).__name__})'
            ) from None
        except requests.RequestException as error:
            raise SourceUnavailable(
                f'{read} (connection "{self.conn_id}"): Salesforce does not answer ({type(error).__name__})'
            ) from None


def _plain(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record without what Salesforce says about it: type and address."""
    return {
        name: _plain(value) if isinstance(value, Mapping) else value
        for name, value in record.items()
        if name != "attributes"
    }


def _place(record: Record) -> ChangeKey | None:
    return place(record.get("SystemModstamp"), record.get("Id"), str)


def _row(record: Record, declared: SalesforceObject) -> Row:
    if record.get("IsDeleted") is True and isinstance(record.get("Id"), str):
        return DeletedRow(record["Id"])
    return judged(record, declared, declared.read)


def _is_busy(code: str | int | None) -> bool:
    """Whether a login failed for no fault of who logs in: then there is no code of Salesforce's, or one of these."""
    return not isinstance(code, str) or code in (
        "SERVER_UNAVAILABLE",
        "LOGIN_RATE_EXCEEDED",
        "UNKNOWN_EXCEPTION",
    )


def _meaning(error: SalesforceError, where: str) -> CfError:
    content: Any = error.content
    first = content[0] if isinstance(content, list) and content and isinstance(content[0], dict) else {}
    code, text = str(first.get("errorCode", "")), " ".join(str(first.get("message", "")).split())[:300]
    if code == "REQUEST_LIMIT_EXCEEDED":
        return SourceUnavailable(f"{where}: {LIMIT_WAIT}")
    if code in _BUSY or error.status >= 500 or error.status == 429:
        return SourceUnavailable(f"{where}: Salesforce is busy ({error.status} {code})")
    if code in _WRONG_ENTRY:
        return ConfigurationError(
            f"{where}: {text}; correct the entry of the object, or let the user of the connection see the field"
        )
    if code in _REFUSED or error.status in (401, 403):
        return ConfigurationError(
            f"{where}: Salesforce refuses ({error.status} {code}); log in anew, and give the user of the connection "
            'the permission "API Enabled" and to read the object'
        )
    return DataError(f"{where}: Salesforce refuses the query ({error.status} {code}): {text}")
