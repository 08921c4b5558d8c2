"""Pages of a source that gives its records in the order (time of last change, id), whatever it speaks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cf_operators.domain.change_key import ChangeKey, Id
from cf_operators.domain.collecting import Page, Position, Row, TimeRange
from cf_operators.domain.source import SourceObject
from cf_operators.domain.source_row import DeletedRow, RefusedRow, judge
from cf_operators.errors import DataError

Record = Mapping[str, Any]
Fetched = tuple[Sequence[Record], bool]
"""Records, and whether there may be more behind them."""


@dataclass(frozen=True)
class Changes:
    """One way to read a source in the order of changes.

    :ivar fetch: ``fetch(after, until)``: the next records behind a place, none that was changed at ``until`` or later,
        and whether there may be more. ``ChangeKey(at)`` without an id is before all records of that time.
    :ivar key: the place of a record; ``None`` when it tells none.
    :ivar row: what lands of a record.
    :ivar where: names the object in messages.
    :ivar gone: ``gone(since, until)``: the ids of records that were deleted in this time, for sources that do not give
        them as rows; None as ``since``: ever.
    """

    fetch: Callable[[ChangeKey | None, datetime | None], Fetched]
    key: Callable[[Record], ChangeKey | None]
    row: Callable[[Record], Row]
    where: str
    gone: Callable[[datetime | None, datetime | None], Sequence[str]] | None = None

    def pages(self, position: Position | None, period: TimeRange | None, overlap: int) -> Iterator[Page]:
        """All that was changed behind a position, or in a period. Each page is fetched before it is given.

        Old changes are read once. Those of the last ``overlap`` seconds before the run are read again by the next
        one, because the place of a page is kept no further than that. Deletions come first.

        :raises DataError: the source does not go on, or not in the order of changes.
        """
        # Some sources know whole seconds only; none of their records is between two of them.
        after = ChangeKey(_second(period.since)) if period else ChangeKey.of(position)
        until = _second(period.until) if period else None
        settled_before = _second(now()) - timedelta(seconds=overlap)
        marks: dict[str, str] = {}
        if self.gone is not None:
            deleted = self.gone(after.at if period and after else _gone_before(position), until)
            marks["gone"] = settled_before.isoformat()
            if deleted:
                known = None if position is None else {**position, **marks}
                yield Page([DeletedRow(number) for number in deleted], _giving(known))
        while True:
            records, may_be_more = self.fetch(after, until)
            after, last = self._last_of(records, after), after
            if records:
                reached = after.settled(settled_before).as_position() | marks if after else None
                yield Page([self.row(record) for record in records], _giving(reached))
            if not may_be_more:
                return
            if after == last:
                raise DataError(
                    f"{self.where}: {len(records)} records at once without a time of last change and an id; "
                    "reading cannot go on behind them"
                )

    def _last_of(self, records: Sequence[Record], after: ChangeKey | None) -> ChangeKey | None:
        last = after
        for record in records:
            key = self.key(record)
            if key is None:
                continue
            if last is not None and (key.at < last.at or key == last):
                raise DataError(
                    f"{self.where}: the server gives a record of {key.at.isoformat()} after {last.at.isoformat()}; "
                    "it does not answer in the order of changes, so reading on could miss some"
                )
            last = key
        return last


def now() -> datetime:
    """The time at which a run begins."""
    return datetime.now(UTC)


def _gone_before(position: Position | None) -> datetime | None:
    return None if position is None else datetime.fromisoformat(position.get("gone", position["at"]))


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _giving(place: Position | None) -> Callable[[], Position | None]:
    return lambda: place


def judged(record: Record, declared: SourceObject, location: str) -> Row:
    """The record as a row that lands, or as one that is refused with the reason."""
    verdict = judge(record, declared)
    if isinstance(verdict, str):
        return RefusedRow.of(location, None, verdict, json.dumps(record, ensure_ascii=False))
    return verdict


def place(at: object, record_id: object, kind: type[Id]) -> ChangeKey | None:
    """The place that a time and an id tell; None when one of them is none.

    :param at: a time without an offset is in UTC.
    :param kind: what ids of the source are.
    """
    if not isinstance(record_id, kind) or isinstance(record_id, bool) or not isinstance(at, str):
        return None
    try:
        moment = datetime.fromisoformat(at)
        known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return ChangeKey(known.astimezone(UTC), record_id)
    except (ValueError, OverflowError):
        return None
