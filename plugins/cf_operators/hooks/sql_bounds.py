"""Which rows of a query are read: those changed since the last run, or within a period."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from cf_operators.domain.collecting import Position, TimeRange
from cf_operators.domain.source import ChangedColumn
from cf_operators.errors import DataError


@dataclass
class Bounds:
    """From which value of the column of changes on rows are read, and the highest value that was seen.

    :ivar lowest: read from this value on; None: all rows.
    :ivar before: read up to this value, itself not; None: no end.
    :ivar highest: of the values seen, and of the last run.
    """

    changed: ChangedColumn | None
    lowest: Any = None
    before: Any = None
    highest: Any = None
    _highest: Any = field(default=None, repr=False)

    @classmethod
    def of(cls, changed: ChangedColumn | None, position: Position | None, period: TimeRange | None) -> Self:
        """The bounds of one reading. Without a column of changes there are none: everything is read."""
        if changed is None:
            return cls(None)
        if period is not None:
            return cls(changed, period.since.isoformat(sep=" "), period.until.isoformat(sep=" "))
        if position is None:
            return cls(changed)
        return cls(changed, _less(position["highest"], changed), highest=position["highest"])

    def applied_to(self, query: str, placeholder: str) -> tuple[str, list[Any]]:
        """The query with its bounds, in the order of changes, and the values for its placeholders."""
        if self.changed is None:
            return query, []
        column = self.changed.column
        conditions = [
            (f"q.{column} {sign} {placeholder}", value)
            for sign, value in ((">=", self.lowest), ("<", self.before))
            if value is not None
        ]
        where = f" where {' and '.join(text for text, _ in conditions)}" if conditions else ""
        # The column is a plain name, which the programme checks.
        bounded = f"select q.* from ({query}) q{where} order by q.{column}"  # noqa: S608
        return bounded, [value for _, value in conditions]

    def see(self, row: dict[str, Any]) -> None:
        """Take the value of one more row into account; a row without one is read, and moves nothing."""
        if self.changed is None:
            return
        column = self.changed.column
        value = row.get(column)
        if value is None:
            return
        if self._highest is None and self.highest is not None:
            self._highest = _ordered(self.highest, column)
        ordered = _ordered(value, column)
        if self._highest is None or ordered > self._highest:
            self.highest, self._highest = value, ordered

    def position(self) -> Position | None:
        """From where the next run goes on; None when no row told."""
        return None if self.highest is None else {"highest": self.highest}


def _ordered(value: Any, column: str) -> Any:
    """A number, or a time; one without an offset is compared as it stands."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        return datetime.fromisoformat(str(value))
    except ValueError as error:
        raise DataError(
            f'column "{column}" holds {value!r}, which is neither a time nor a number; name another one under changed'
        ) from error


def _less(value: Any, changed: ChangedColumn) -> Any:
    ordered = _ordered(value, changed.column)
    if isinstance(ordered, datetime):
        return (ordered - timedelta(seconds=changed.overlap)).isoformat(sep=" ")
    return ordered - changed.overlap
