"""A source that is a Request Tracker 5, read by REST2.

docs.bestpractical.com/rt/5.0.3/RT/REST2.html. Searches take times without a zone, in that of the user who asks; what
they cannot read they take as 1970, silently. So the zone is tried out before anything is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from airflow.sdk import BaseHook

from cf_operators.domain.change_key import ChangeKey
from cf_operators.domain.collecting import Page, Position, Row, TimeRange
from cf_operators.domain.problem import shown
from cf_operators.domain.request_tracker_source import RequestTrackerObject, RequestTrackerSource
from cf_operators.domain.source_row import RefusedRow
from cf_operators.domain.ticket_course import StatusChange, course_of
from cf_operators.errors import ConfigurationError, DataError
from cf_operators.hooks.ascending_ids import last_id
from cf_operators.hooks.change_pages import Changes, Fetched, Record, judged, place
from cf_operators.hooks.json_calls import JsonCalls
from cf_operators.hooks.secret_mask import secrets_of
from cf_operators.hooks.source_connection import source_connection
from cf_operators.hooks.source_session import source_session

PER_PAGE: Final = 100
"""The most that REST2 gives at once; it takes more as so many, silently."""
SECOND: Final = timedelta(seconds=1)
TRIES: Final = 5
FIELDS: Final = {
    "fields": "Subject,Status,Priority,Queue,Created,Started,Resolved,LastUpdated,Told,Requestor,CustomFields",
    "fields[Queue]": "Name",
    "fields[Requestor]": "EmailAddress",
    "fields[CustomFields]": "Name",
}
CHANGE_FIELDS: Final = {"fields": "ObjectId,OldValue,NewValue,Created"}
TOLD: Final = ("Created", "OldValue", "NewValue")
"""Of a change of status, in the order of :class:`~cf_operators.domain.ticket_course.StatusChange`."""
MOST_DIGITS: Final = 18
"""Of an id."""
Courses = dict[str, list[StatusChange]]
"""The changes of status by the number of the ticket."""


class RequestTrackerSourceHook(BaseHook):
    """Reads tickets in the order (LastUpdated, id), each with what the changes of its status tell.

    Tickets that were deleted or merged into others leave all searches; they are found by what was done to them.

    :param source: its connection is one of type HTTP.
    """

    def __init__(self, source: RequestTrackerSource) -> None:
        super().__init__()
        self._source = source
        self.conn_id = source.connection

    def pages(self, name: str, position: Position | None, period: TimeRange | None) -> Iterator[Page]:
        """The pages of one object; see :class:`~cf_operators.domain.collecting.SourceReader`."""
        declared = self._source.objects[name]
        desk = _Desk(self.conn_id)
        desk.check_time_zone()
        unknown: dict[str, str] = {}

        def fetch(after: ChangeKey | None, until: datetime | None) -> Fetched:
            tickets = desk.tickets(declared.read, after, until)
            changes, problems = desk.status_changes([str(ticket["id"]) for ticket in tickets])
            unknown.clear()
            unknown.update(problems)
            return [_completed(ticket, changes, declared) for ticket in tickets], len(tickets) >= PER_PAGE

        def row(record: Record) -> Row:
            if problem := unknown.get(record["id"]):
                reason = f"ticket {record['id']}: {problem}"
                return RefusedRow.of("tickets", None, reason, json.dumps(record, ensure_ascii=False))
            return judged(record, declared, "tickets")

        changes = Changes(fetch, _place, row, f"tickets ({self.conn_id})", desk.gone)
        yield from changes.pages(position, period, declared.overlap)


class _Desk:
    """The searches of REST2 that are needed."""

    def __init__(self, conn_id: str) -> None:
        self._conn_id = conn_id
        connection = source_connection(conn_id)
        session, address = source_session(connection, "token")
        self._calls = JsonCalls(session, conn_id, secrets_of(connection))
        self._address = f"{address}/REST/2.0"

    def tickets(self, search: str, after: ChangeKey | None, until: datetime | None) -> list[dict[str, Any]]:
        """The next tickets behind a place; whole seconds are all that the server knows of a time."""
        conditions = [f"({search})"]
        if after is not None:
            at = after.at.replace(microsecond=0)
            from_then_on = f"LastUpdated >= '{_written(at)}'"
            if after.record_id is not None:
                same = f"{from_then_on} AND LastUpdated < '{_written(at + SECOND)}' AND id > {int(after.record_id)}"
                from_then_on = f"({same}) OR LastUpdated >= '{_written(at + SECOND)}'"
            conditions.append(f"({from_then_on})")
        if until is not None:
            conditions.append(f"LastUpdated < '{_written(until)}'")
        order = {"orderby": ["LastUpdated", "id"], "order": ["ASC", "ASC"]}
        return self._search("tickets", " AND ".join(conditions), {**FIELDS, **order})

    def status_changes(self, numbers: Sequence[str]) -> tuple[Courses, dict[str, str]]:
        """The changes of status of these tickets, in their order; and of which tickets they cannot be told, and why.

        :raises DataError: a change names no ticket.
        """
        found: Courses = {number: [] for number in numbers}
        problems: dict[str, str] = {}
        if not numbers:
            return found, problems
        which = " OR ".join(f"ObjectId = {int(number)}" for number in numbers)
        query = f"ObjectType = 'RT::Ticket' AND Type = 'Status' AND ({which})"
        for item in self._all("transactions", query, CHANGE_FIELDS):
            number = self._ticket_of(item)
            told = [item.get(name) for name in TOLD]
            if wrong := next((name for name in TOLD if not _is_text(item.get(name))), None):
                problems[number] = (
                    f"transaction {item['id']}, a change of its status, has the {wrong} {shown(item.get(wrong))}, so "
                    "that its course is not known; mend the transaction, and read everything again"
                )
            else:
                found.setdefault(number, []).append(StatusChange(*map(str, told)))
        return found, problems

    def gone(self, since: datetime | None, until: datetime | None) -> list[str]:
        """The tickets that were deleted or merged into others in this time, and still are.

        :raises DataError: a transaction does not tell of which ticket it is, or what was done.
        """
        query = (
            "ObjectType = 'RT::Ticket' AND ((Type = 'Status' AND (NewValue = 'deleted' OR OldValue = 'deleted')) "
            "OR (Type = 'AddLink' AND Field = 'MergedInto'))"
        )
        if since is not None:
            query += f" AND Created >= '{_written(since)}'"
        if until is not None:
            query += f" AND Created < '{_written(until)}'"
        is_gone: dict[str, bool] = {}
        for item in self._all("transactions", query, CHANGE_FIELDS):
            number, value = self._ticket_of(item), item.get("NewValue")
            if not isinstance(value, str):
                raise DataError(
                    f'transactions (connection "{self._conn_id}"): transaction {item["id"]} of ticket {number} has the '
                    f"NewValue {shown(value)}, so that it is not known whether the ticket was deleted or merged; mend "
                    "it in Request Tracker"
                )
            # The ticket that others were merged into has the link too, and it leads to itself.
            is_gone[number] = value == "deleted" or (
                "/ticket/" in value and not value.endswith(f"/ticket/{number}")
            )
        return [number for number, gone in is_gone.items() if gone]

    def check_time_zone(self) -> None:
        """Whether searches are read in UTC: the newest ticket is found by the time that it tells.

        :raises ConfigurationError: they are not.
        """
        for _ in range(TRIES):
            newest = {"orderby": "LastUpdated", "order": "DESC", "fields": "LastUpdated"}
            items = self._search("tickets", "id > 0", newest, per_page=1)
            key = _place(items[0]) if items else None
            if key is None:
                return
            bounds = f"LastUpdated >= '{_written(key.at)}' AND LastUpdated < '{_written(key.at + SECOND)}'"
            query = f"id = {key.record_id} AND {bounds}"
            if self._search("tickets", query, {"fields": "LastUpdated"}):
                return
        raise ConfigurationError(
            f'connection "{self._conn_id}": Request Tracker reads the times of searches in another time zone than UTC; '
            "set the time zone of the connection's user to UTC (Settings > About me)"
        )

    def _all(self, what: str, query: str, fields: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """All results, in the order of their ids: one that is added meanwhile comes last.

        :raises DataError: the server does not give them in that order, so that reading on would not end.
        """
        where = f'{what} (connection "{self._conn_id}")'
        last = 0
        while True:
            behind = f"({query}) AND id > {last}"
            items = self._search(what, behind, {**fields, "orderby": "id", "order": "ASC"})
            last = last_id((int(item["id"]) for item in items), last, where)
            yield from items
            if len(items) < PER_PAGE:
                return

    def _ticket_of(self, transaction: Mapping[str, Any]) -> str:
        number = transaction.get("ObjectId")
        if not str(number).isdecimal():
            raise DataError(
                f'transactions (connection "{self._conn_id}"): transaction {transaction["id"]} names as its ticket '
                f"(ObjectId) {shown(number)}, which is no number of one; mend it in Request Tracker"
            )
        return str(number)

    def _search(
        self, what: str, query: str, parameters: Mapping[str, Any], per_page: int | None = None
    ) -> list[dict[str, Any]]:
        form = {"query": query, "per_page": per_page or PER_PAGE, **parameters}
        answer = self._calls.call(what, "POST", f"{self._address}/{what}", data=form)
        items = answer.get("items") if isinstance(answer, Mapping) else None
        if not isinstance(items, list) or not all(_is_numbered(item) for item in items):
            raise DataError(
                f'{what} (connection "{self._conn_id}"): the answer has no items with ids; does the connection lead '
                "to a Request Tracker 5?"
            )
        return items


def _is_numbered(item: Any) -> bool:
    number = str(item.get("id")) if isinstance(item, Mapping) else ""
    return number.isdecimal() and len(number) <= MOST_DIGITS


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _place(ticket: Record) -> ChangeKey | None:
    return place(ticket.get("LastUpdated"), int(ticket["id"]), int)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _completed(
    ticket: dict[str, Any], changes: Mapping[str, list[StatusChange]], declared: RequestTrackerObject
) -> Record:
    number = str(ticket["id"])
    course = course_of(changes[number], ticket.get("Status"), frozenset(declared.resolved))
    fields = ticket.get("CustomFields")
    own = [field for field in fields if isinstance(field, Mapping)] if isinstance(fields, list) else []
    named = {str(field.get("name") or field.get("Name")): _first(field.get("values")) for field in own}
    return ticket | {"id": number, "_fields": named, **course}


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) and values else None
