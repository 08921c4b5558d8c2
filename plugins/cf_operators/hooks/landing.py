"""Puts the rows of a source into ``cf_landing``: streamed in, compared there, all of one load or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from cf_operators.domain.source_row import RefusedRow, SourceRow
from cf_operators.hooks.sql_text import sql_text

SHOWN_PLACES = 10
ANALYZE_FROM = 500
"""New versions in one load from which on the planner has to hear of it; fewer do not change its picture."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows were read, and what became of them; ``read`` is the sum of the other four."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.read + other.read,
            self.new + other.new,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.quarantined + other.quarantined,
        )

    def as_dict(self) -> dict[str, int]:
        """The counts by name."""
        return {name: getattr(self, name) for name in self.__slots__}


class Load:
    """One load: the rows of one stream of one source, in the transaction of the given connection.

    Opening it waits for another load of the same source to end.

    :param connection: an open transaction on the warehouse; the caller commits it.
    :param run_id: the Airflow run, for the record.
    """

    def __init__(self, connection: psycopg.Connection[Any], source: str, stream: str, run_id: str) -> None:
        self._connection = connection
        self._cursor = connection.cursor(row_factory=dict_row)
        self._source = source
        self.counts = Counts()
        self.quarantined_at: list[str] = []
        self._cursor.execute(sql_text("landing/lock_source.sql"), {"source": source})
        load = {"source": source, "stream": stream, "run_id": run_id}
        self._load_id = self._one(sql_text("landing/open_load.sql"), load)["load_id"]
        self._cursor.execute(sql_text("landing/incoming.sql"))

    def add(self, object_name: str, rows: Iterable[SourceRow | RefusedRow]) -> Counts:
        """Land the rows of one object: new and changed ones as versions, refused ones in quarantine.

        Rows flow through; memory does not grow with their number. ``quarantined_at`` names the first places.

        :param rows: in the order in which they stand in the source: the last row of a key counts.
        :returns: the counts of this object.
        """
        self._cursor.execute("truncate incoming")
        read = 0
        with self._cursor.copy(sql_text("landing/copy_incoming.sql")) as copy:
            for read, columns in enumerate(self._columns(rows), start=1):
                copy.write_row((read, *columns))
        self._cursor.execute("analyze incoming")
        place = {"source": self._source, "object": object_name, "load_id": self._load_id}
        landed = self._one(sql_text("landing/record.sql"), place)
        self._cursor.execute(sql_text("landing/quarantine.sql"), place)
        good, new, changed = landed["good_count"], landed["new_count"], landed["changed_count"]
        counts = Counts(read, new, changed, good - new - changed, read - good)
        self.counts += counts
        return counts

    def close(self) -> Counts:
        """Write the counts of the whole load down, and return them."""
        self._cursor.execute(
            sql_text("landing/close_load.sql"), {"load_id": self._load_id, **self.counts.as_dict()}
        )
        if self.counts.new + self.counts.changed >= ANALYZE_FROM:
            self._cursor.execute(sql_text("landing/analyze_record.sql"))
        return self.counts

    def _columns(self, rows: Iterable[SourceRow | RefusedRow]) -> Iterator[tuple[Any, ...]]:
        for row in rows:
            if isinstance(row, SourceRow):
                yield row.content_hash, row.external_id, row.payload, None, None, None, None
            else:
                if len(self.quarantined_at) < SHOWN_PLACES:
                    self.quarantined_at.append(
                        row.location if row.line is None else f"{row.location}:{row.line}"
                    )
                yield row.content_hash, None, None, row.location, row.line, row.reason, row.raw

    def _one(self, statement: str, parameters: dict[str, Any]) -> dict[str, Any]:
        row = self._cursor.execute(statement, parameters).fetchone()
        assert row is not None, "the statement returns one row"
        return row
