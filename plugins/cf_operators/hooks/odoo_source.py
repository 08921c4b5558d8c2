"""A source that is a database of Odoo, read by JSON-RPC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from airflow.sdk import BaseHook

from cf_operators.domain.change_key import ChangeKey, Id
from cf_operators.domain.collecting import Page, Position, Row, TimeRange
from cf_operators.domain.odoo_source import OdooObject, OdooSource
from cf_operators.domain.odoo_value import plain
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.change_pages import Changes, Fetched, Record, judged, place
from cf_operators.hooks.odoo_rpc import OdooRpc

PER_PAGE: Final = 500
SECOND: Final = timedelta(seconds=1)


class OdooSourceHook(BaseHook):
    """Reads records in the order (second of write_date, id), archived ones too. Odoo tells no deletions.

    :param source: its connection is one of type HTTP.
    """

    def __init__(self, source: OdooSource) -> None:
        super().__init__()
        self._source = source
        self.conn_id = source.connection

    def pages(self, name: str, position: Position | None, period: TimeRange | None) -> Iterator[Page]:
        """The pages of one object; see :class:`~cf_operators.domain.collecting.SourceReader`."""
        declared = self._source.objects[name]
        rpc = OdooRpc(self.conn_id)
        types = rpc.field_types(declared.read)
        if unknown := [field for field in declared.names if field not in types]:
            raise ConfigurationError(
                f'{declared.read} (connection "{self.conn_id}"): has no field {", ".join(unknown)}, or its user may '
                "not see it; map other fields, or set those of the shape to null under map"
            )

        def row(record: Record) -> Row:
            return judged(record, declared, declared.read)

        fetch = _Fetch(rpc, declared, types)
        changes = Changes(fetch, _place, row, f"{declared.read} ({self.conn_id})")
        yield from changes.pages(position, period, declared.overlap)


@dataclass(frozen=True)
class _Fetch:
    """Odoo orders by microseconds, which it does not tell: within a second its order is unknown.

    So the second of the last place is read on by ids. What follows is cut before its last second unless it is
    complete, and a second that fills a page alone is read by ids from its beginning.
    """

    rpc: OdooRpc
    declared: OdooObject
    types: dict[str, str]

    def __call__(self, after: ChangeKey | None, until: datetime | None) -> Fetched:
        at = after.at.replace(microsecond=0) if after else None
        if after is not None and at is not None and after.record_id is not None:
            if rest := self._second(at, after.record_id):
                return rest, True
            at += SECOND
        domain = [["write_date", ">=", _written(at)]] if at else []
        if until is not None:
            domain.append(["write_date", "<", _written(until)])
        records = self._read(domain, "write_date, id")
        if len(records) < PER_PAGE:
            return sorted(records, key=_order), False
        last = _place(records[-1])
        whole = [record for record in records if last and _order(record)[0] < last.at]
        if whole or last is None:
            return sorted(whole or records, key=_order), True
        return self._second(last.at, 0), True

    def _second(self, at: datetime, behind: Id) -> list[Record]:
        bounds = [["write_date", ">=", _written(at)], ["write_date", "<", _written(at + SECOND)]]
        return self._read([*bounds, ["id", ">", behind]], "id")

    def _read(self, domain: list[Any], order: str) -> list[Record]:
        found = self.rpc.search_read(self.declared.read, domain, PER_PAGE, order, self.declared.names)
        return [plain(record, self.types) for record in found]


def _place(record: Record) -> ChangeKey | None:
    return place(record.get("write_date"), record.get("id"), int)


def _order(record: Record) -> tuple[datetime, Id]:
    key = _place(record)
    return (key.at, key.record_id or 0) if key else (datetime.min.replace(tzinfo=UTC), 0)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
