"""What every source gives when it is read: pages of rows, and from where to go on.

A source is read page by page. Its position moves in the transaction that lands the rows of a page, and only as far as
a source says that nothing before it will be missed; so whatever stops a reader, the next one goes on where the rows
are known to have landed. Reading a row twice does no harm: rows are recognised by their content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, runtime_checkable

from cf_operators.domain.source_row import DeletedRow, RefusedRow, SourceRow

Position = Mapping[str, Any]
"""What a source needs to go on, as JSON values; only the source itself reads it. None: from the start."""

Row = SourceRow | RefusedRow | DeletedRow

CLOCKS: Final = timedelta(minutes=5)
"""How far a time of change may lie in the future of the clock that is trusted; one beyond moves no position."""


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Records that were last changed from ``since`` on and before ``until``; both in UTC."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if self.since.tzinfo is None or self.until.tzinfo is None:
            raise ValueError("a time range has time zones")
        if self.since >= self.until:
            raise ValueError(f"the range ends ({self.until}) before it begins ({self.since})")


def _stays() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, landed together.

    :ivar rows: in the order of the source: of several with the same key the last one counts. They may be a generator
        over a long input; it is read once.
    :ivar position: called when the rows have been read: from where reading goes on once they have landed, or None
        while a reader that stopped here would have to begin where this one began.
    """

    rows: Iterable[Row]
    position: Callable[[], Position | None] = _stays


@runtime_checkable
class SourceReader(Protocol):
    """Reads the objects of one source. Making one does no IO."""

    def pages(self, name: str, position: Position | None, period: TimeRange | None) -> Iterator[Page]:
        """The pages of one object, in order.

        A reader ends by itself, however the other side behaves: pages are bounded, and one that leads back to itself
        is an error.

        :param name: of the object in the programme.
        :param position: where the last reader got to; None to read everything there is.
        :param period: read what was changed in this time, and nothing else; ``position`` is None then, and positions
            of the pages are not kept.
        :raises ConfigurationError: the connection or the entry is wrong, or the source refuses the login.
        :raises DataError: what the source gives cannot be used at all.
        :raises SourceUnavailable: the source does not answer, or says that it is busy.
        """
        ...


Ticket = Mapping[str, Any]
"""What a source has been asked to make, as JSON values; only the source itself reads it."""


@runtime_checkable
class PreparedReader(SourceReader, Protocol):
    """Reads a source that has to make something first, such as an export: asked for, waited for, and then read.

    The one who waits is a trigger of Airflow, so that no worker does; the reader that goes on is another one.
    """

    def prepare(self, name: str, position: Position | None, period: TimeRange | None) -> Ticket:
        """Ask for what :meth:`pages` of the object will read; arguments and errors are those of ``pages``."""
        ...

    def trigger(self, tickets: Mapping[str, Ticket]) -> Any:
        """The trigger that waits until all are made; a ticket by object. It may run twice, and holds no secret."""
        ...

    def patience(self) -> timedelta:
        """How long that may take at most."""
        ...

    def take(self, event: Mapping[str, Any]) -> None:
        """Take what the trigger gave, before ``pages`` is called; raises what the trigger has met."""
        ...
