"""A source that is an account of Zendesk Support, reached through the hook of its Airflow provider.

The incremental export by cursor: developer.zendesk.com, Ticketing, Incremental Exports. It leaves the last minute out
so that a cursor misses nothing; a ticket is told anew when anything of it changes, its rating included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from airflow.sdk import BaseHook

from cf_operators.domain.collecting import Page, Position, Row, TimeRange
from cf_operators.domain.source_row import DeletedRow, RefusedRow
from cf_operators.domain.zendesk_source import ZendeskObject, ZendeskSource
from cf_operators.domain.zendesk_ticket import completed
from cf_operators.errors import ConfigurationError, DataError
from cf_operators.hooks.change_pages import judged
from cf_operators.hooks.json_calls import JsonCalls
from cf_operators.hooks.secret_mask import secrets_of
from cf_operators.hooks.source_connection import source_connection
from cf_operators.hooks.timed_session import timed_adapter

EXPORT: Final = "/api/v2/incremental/tickets/cursor.json"
BEGINNING: Final = "0"
LONGEST_NAP: Final = timedelta(minutes=2)
"""Zendesk takes 10 requests of this kind a minute, and then asks to wait for the rest of it: a long reading goes on at
the rate that it allows. A period has to: what has been read of it is no position to go on from."""


class ZendeskSourceHook(BaseHook):
    """Reads tickets by the incremental export, each with its metric set and its requester.

    :param source: its connection is one of type Zendesk.
    """

    def __init__(self, source: ZendeskSource) -> None:
        super().__init__()
        self._source = source
        self.conn_id = source.connection

    def pages(self, name: str, position: Position | None, period: TimeRange | None) -> Iterator[Page]:
        """The pages of the export; see :class:`~cf_operators.domain.collecting.SourceReader`."""
        declared = self._source.objects[name]
        calls, address = self._calls()
        start = str(int(period.since.timestamp())) if period else BEGINNING
        asked = {"cursor": str(position["cursor"])} if position else {"start_time": start}
        seen: set[str] = set()
        while True:
            seen.update(asked.values())
            answer = calls.call("tickets", "GET", address, params={**asked, "include": "metric_sets,users"})
            tickets, cursor, is_end = _parts(answer, self.conn_id)
            told = [ticket for ticket in completed(tickets, answer) if _is_in(ticket, period)]
            place = {"cursor": cursor} if cursor else position
            yield Page([_row(ticket, declared) for ticket in told], lambda place=place: place)  # type: ignore[misc]
            if is_end or _is_past(tickets, period):
                return
            if not cursor or cursor in seen:
                raise DataError(
                    f'tickets (connection "{self.conn_id}"): Zendesk names the cursor "{cursor}" twice and no end; '
                    "run again, and ask Zendesk's support if it stays so"
                )
            asked = {"cursor": cursor}

    def _calls(self) -> tuple[JsonCalls, str]:
        # Importing the provider takes long; only who reads Zendesk waits for it.
        from airflow.providers.zendesk.hooks.zendesk import ZendeskHook
        from zenpy.lib.exception import ZenpyException

        connection = source_connection(self.conn_id)
        host = (connection.host or "").strip("/").rstrip(".")
        try:
            session = ZendeskHook(self.conn_id).get_conn().tickets.session
        except (ValueError, ZenpyException):
            # What the client says holds all it was given.
            raise ConfigurationError(
                f'connection "{self.conn_id}": says too little to log in; give the host (acme.zendesk.com), the mail '
                'address of an agent as login, and an API token as extra "token"; or an extra "oauth_token"'
            ) from None
        session.mount("https://", timed_adapter())
        # A token is sent with this behind the login.
        secrets = secrets_of(connection, f"{connection.login}/token")
        return JsonCalls(session, self.conn_id, secrets, LONGEST_NAP), f"https://{host}{EXPORT}"


def _parts(answer: Any, conn_id: str) -> tuple[list[Any], str | None, bool]:
    tickets = answer.get("tickets") if isinstance(answer, Mapping) else None
    if not isinstance(tickets, list) or not isinstance(answer.get("end_of_stream"), bool):
        raise DataError(
            f'tickets (connection "{conn_id}"): the answer has no tickets or no end_of_stream; is the host of the '
            "connection that of a Zendesk account?"
        )
    cursor = answer.get("after_cursor")
    return tickets, cursor if isinstance(cursor, str) and cursor else None, answer["end_of_stream"]


def _row(ticket: Any, declared: ZendeskObject) -> Row:
    if not isinstance(ticket, dict):
        return RefusedRow.of("tickets", None, "is no ticket", str(ticket))
    if ticket.get("status") == "deleted" and isinstance(ticket.get("id"), int):
        return DeletedRow(str(ticket["id"]))
    return judged(ticket, declared, "tickets")


def _generated(ticket: Any) -> float | None:
    value = ticket.get("generated_timestamp") if isinstance(ticket, Mapping) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _is_in(ticket: Any, period: TimeRange | None) -> bool:
    at = _generated(ticket)
    return period is None or at is None or at < period.until.timestamp()


def _is_past(tickets: list[Any], period: TimeRange | None) -> bool:
    return bool(period and tickets and not any(_is_in(ticket, period) for ticket in tickets))
