"""A source that is a database of Tryton, read by JSON-RPC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from airflow.sdk import BaseHook

from cf_operators.domain.change_key import ChangeKey
from cf_operators.domain.collecting import Page, Position, Row, TimeRange
from cf_operators.domain.ticket_course import StatusChange, course_of
from cf_operators.domain.tryton_source import TrytonObject, TrytonSource
from cf_operators.domain.tryton_value import encoded, plain
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.ascending_ids import last_id
from cf_operators.hooks.change_pages import Changes, Fetched, Record, judged, place
from cf_operators.hooks.tryton_deletions import LOG, TrytonDeletions
from cf_operators.hooks.tryton_rpc import TrytonRpc

PER_PAGE: Final = 200
MOST_LOGGED: Final = 1000
IN_ORDER: Final = (("last_modified_at", "ASC"), ("id", "ASC"))
FIRST_STATE: Final = "draft"


class TrytonSourceHook(BaseHook):
    """Reads records in the order (last_modified_at, id), each with what the log tells of its states.

    :param source: its connection is one of type HTTP.
    """

    def __init__(self, source: TrytonSource) -> None:
        super().__init__()
        self._source = source
        self.conn_id = source.connection

    def pages(self, name: str, position: Position | None, period: TimeRange | None) -> Iterator[Page]:
        """The pages of one object; see :class:`~cf_operators.domain.collecting.SourceReader`."""
        declared = self._source.objects[name]
        rpc = TrytonRpc(self.conn_id)
        self._check_fields(rpc, declared)

        def fetch(after: ChangeKey | None, until: datetime | None) -> Fetched:
            domain = _changed(after, until)
            found = rpc.search_read(declared.read, domain, PER_PAGE, IN_ORDER, declared.names)
            return list(_completed([plain(record) for record in found], declared, rpc)), len(
                found
            ) >= PER_PAGE

        def row(record: Record) -> Row:
            return judged(record, declared, declared.read)

        gone = TrytonDeletions(rpc, declared.read).between if declared.reads_log else None
        changes = Changes(fetch, _place, row, f"{declared.read} ({self.conn_id})", gone)
        yield from changes.pages(position, period, declared.overlap)

    def _check_fields(self, rpc: TrytonRpc, declared: TrytonObject) -> None:
        known = rpc.fields(declared.read)
        if unknown := [name for name in declared.names if name.partition(".")[0] not in known]:
            raise ConfigurationError(
                f'{declared.read} (connection "{self.conn_id}"): has no field {", ".join(unknown)}, or its user may '
                "not see it; map other fields, or set those of the shape to null under map"
            )


def _changed(after: ChangeKey | None, until: datetime | None) -> list[Any]:
    domain: list[Any] = []
    if after is not None and after.record_id is None:
        domain.append(["last_modified_at", ">=", encoded(after.at)])
    elif after is not None:
        at = encoded(after.at)
        same = [["last_modified_at", "=", at], ["id", ">", after.record_id]]
        domain.append(["OR", [["last_modified_at", ">", at]], same])
    if until is not None:
        domain.append(["last_modified_at", "<", encoded(until)])
    return domain


def _place(record: Record) -> ChangeKey | None:
    return place(record.get("last_modified_at"), record.get("id"), int)


def _completed(records: list[dict[str, Any]], declared: TrytonObject, rpc: TrytonRpc) -> Iterator[Record]:
    """Each record with its course, where the entry says which states are the settled ones."""
    if not (declared.settled and declared.reads_log and records):
        yield from records
        return
    names = [f"{declared.read},{record.get('id')}" for record in records]
    changes: dict[str, list[StatusChange]] = {name: [] for name in names}
    for entry in _log(rpc, [["resource", "in", list(changes)], ["event", "=", "transition"]]):
        field, _, state = str(entry.get("target")).partition(":")
        told = changes.get(str(entry.get("resource")))
        if field == "state" and told is not None:
            before = told[-1].after if told else FIRST_STATE
            told.append(StatusChange(str(plain(entry.get("create_date"))), before, state))
    for name, record in zip(names, records, strict=True):
        yield record | course_of(changes[name], record.get("state"), frozenset(declared.settled))


def _log(rpc: TrytonRpc, domain: list[Any]) -> Iterator[dict[str, Any]]:
    """The entries of the log that a domain describes, in their order.

    :raises DataError: the server does not give them in that order, so that reading on would not end.
    """
    last = 0
    while True:
        names = ("event", "target", "create_date", "resource")
        entries = rpc.search_read(LOG, [*domain, ["id", ">", last]], MOST_LOGGED, [("id", "ASC")], names)
        last = last_id((entry.get("id") for entry in entries), last, rpc.where(LOG))
        yield from entries
        if len(entries) < MOST_LOGGED:
            return
