"""Which rows of a query are read: those changed since the last run, or within a period."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from cf_operators.domain.collecting import Position, TimeRange
from cf_operators.domain.source import ChangedColumn
from cf_operators.errors import ConfigurationError


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
    highest: Any = field(default=None)

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
        value = row.get(self.changed.column)
        if value is not None and (self.highest is None or _ordered(value) > _ordered(self.highest)):
            self.highest = value

    def position(self) -> Position | None:
        """From where the next run goes on; None when no row told."""
        return None if self.highest is None else {"highest": self.highest}


def _ordered(value: Any) -> Any:
    return value if isinstance(value, int | float) else datetime.fromisoformat(str(value))


def _less(value: Any, changed: ChangedColumn) -> Any:
    if isinstance(value, int | float):
        return value - changed.overlap
    try:
        return (datetime.fromisoformat(str(value)) - timedelta(seconds=changed.overlap)).isoformat(sep=" ")
    except ValueError as error:
        raise ConfigurationError(
            f'column "{changed.column}": {value!r} is neither a time nor a number; name another column under changed'
        ) from error
