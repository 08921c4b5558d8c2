"""Which rows of a query are read: those changed since the last run, or within a period."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Self

from cf_operators.domain.collecting import CLOCKS, Position, TimeRange
from cf_operators.domain.source import ChangedColumn
from cf_operators.errors import DataError
from cf_operators.hooks.change_value import Order, kept, less, order_of, written_like


@dataclass
class Bounds:
    """The rows that are read by their column of changes, and the highest value of it that was seen.

    :ivar zone: of times that carry no offset.
    :ivar now: time of the clock. A time of change that is later moves no position: it is a placeholder or a slip, and
        what is changed meanwhile would never be read.
    :ivar wanted: comparisons that a value has to pass, such as ``(">=", 7)``.
    :ivar takes_undated: rows without a value are read too; nothing tells when they were changed.
    :ivar highest: of the values seen and of the last run, as a position keeps it.
    """

    changed: ChangedColumn
    zone: tzinfo
    now: datetime
    wanted: tuple[tuple[str, Any], ...] = ()
    takes_undated: bool = True
    highest: int | float | str | None = None
    _order: Order | None = field(default=None, repr=False)

    @classmethod
    def after(cls, changed: ChangedColumn, zone: tzinfo, now: datetime, position: Position | None) -> Self:
        """The bounds of reading on from a position, less the overlap. Without one everything is read; so it is from a
        position that lies in the future, of which nobody knows what was read.
        """
        bounds = cls(changed, zone, now)
        if position is not None:
            bounds.see(position["highest"])
        if bounds.highest is not None:
            bounds.wanted = ((">=", less(bounds.highest, changed.overlap)),)
        return bounds

    @classmethod
    def within(
        cls, changed: ChangedColumn, zone: tzinfo, now: datetime, period: TimeRange, sample: Any
    ) -> Self:
        """The bounds of a period.

        :param sample: some value of the column; None: it has none, so that there is nothing to read.
        :raises ConfigurationError: the column holds no times.
        """
        limits = ((">=", period.since, False), ("<", period.until, True))
        wanted = tuple(
            (sign, written_like(sample, moment, changed.column, zone, is_end=is_end))
            for sign, moment, is_end in (limits if sample is not None else ())
        )
        return cls(changed, zone, now, wanted, takes_undated=False)

    def applied_to(self, query: str, placeholder: str) -> tuple[str, list[Any]]:
        """The query with its bounds, in the order of changes, and the values for its placeholders."""
        # The column is a plain name, which the programme checks.
        column = f"q.{self.changed.column}"
        dated = " and ".join(f"{column} {sign} {placeholder}" for sign, _ in self.wanted)
        if not self.takes_undated:
            where = f" where {dated or f'{column} is not null'}"
        else:
            where = f" where ({dated} or {column} is null)" if dated else ""
        if self.wanted and placeholder == "%s":
            # A driver that is given values takes each % of the query for a placeholder.
            query = query.replace("%", "%%")
        # The query may end in a comment.
        bounded = f"select q.* from (\n{query}\n) q{where} order by {column}"  # noqa: S608
        return bounded, [value for _, value in self.wanted]

    def see(self, value: Any) -> None:
        """Take the value of one more row into account; a row without one is read, and moves nothing.

        :raises DataError: the value is neither a time nor a number, or not what the others are.
        """
        if value is None:
            return
        order = order_of(value, self.changed.column, self.zone)
        if order is None or (isinstance(order, datetime) and order > self.now + CLOCKS):
            return
        if self._order is not None and isinstance(order, datetime) != isinstance(self._order, datetime):
            raise DataError(
                f'column "{self.changed.column}" holds {value!r}, and {self.highest!r} was seen in it before: times '
                "and numbers have no order; if the column was made anew, read the source again with reload"
            )
        if self._order is None or order > self._order:  # type: ignore[operator]  # both are of one kind
            self.highest, self._order = kept(value), order

    def position(self) -> Position | None:
        """From where the next run goes on; None when no row told."""
        return None if self.highest is None else {"highest": self.highest}
