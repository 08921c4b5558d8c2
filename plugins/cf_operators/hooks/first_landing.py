"""The rows of the first load of an object: nothing is known of it, so that they go straight where they stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import psycopg

from cf_operators.domain.collecting import Row
from cf_operators.domain.source_row import RefusedRow, SourceRow
from cf_operators.hooks.sql_text import sql_text

BLOCK_ROWS = 20_000
"""So many rows are kept until they have landed: a row that comes twice sends them the other way."""
REFUSED_ROWS = 1_000
"""So many refused rows are kept for the other way; when there are more, the rest of the page takes it at once."""
WRITE_BYTES = 2**18


class FirstLanding:
    """Copies the rows of a page into ``cf_landing.record`` while none of them is known or comes twice.

    :param connection: an open transaction that holds the lock of the object.
    :param place: its source and object.
    :ivar count: how many rows have landed.
    """

    def __init__(self, connection: psycopg.Connection[Any], place: dict[str, Any], load_id: int) -> None:
        self._connection = connection
        source, name = _field(place["source"]), _field(place["object"])
        self._start, self._middle, self._end = f"{source}\t{name}\t", "\t1\t\\\\x", f"\t{load_id}\n"
        self.count = 0

    def land(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Land block after block.

        :returns: what has not landed and has to be compared: refused rows, and from the first block on that holds a
            known row, one for the second time, or a deletion, everything.
        """
        refused: list[Row] = []
        is_new = True
        while is_new and len(refused) < REFUSED_ROWS:
            block: list[SourceRow] = []
            other: list[Row] = []
            try:
                with self._connection.transaction():
                    self._copy(self._taken(rows, block, refused, other))
            except psycopg.errors.UniqueViolation:
                return chain(refused, block, other, rows)
            self.count += len(block)
            is_new = len(block) == BLOCK_ROWS and not other
            if other:
                return chain(refused, other, rows)
        return chain(refused, rows)

    def _taken(
        self, rows: Iterator[Row], block: list[SourceRow], refused: list[Row], other: list[Row]
    ) -> Iterator[SourceRow]:
        """The rows of one block that are fit to land, which are put into ``block`` as they pass."""
        for row in rows:
            if isinstance(row, SourceRow):
                block.append(row)
                yield row
                if len(block) == BLOCK_ROWS:
                    return
            elif isinstance(row, RefusedRow):
                refused.append(row)
            else:
                other.append(row)
                return

    def _copy(self, rows: Iterable[SourceRow]) -> None:
        """Lines of COPY's text format, made here: a driver that asks for the type of each value is slower."""
        start, middle, end = self._start, self._middle, self._end
        with self._connection.cursor().copy(sql_text("landing/copy_record.sql").encode()) as copy:
            lines: list[str] = []
            size = 0
            for row in rows:
                payload = row.payload
                key = _field(row.external_id)
                entity = key if row.entity_key == row.external_id else _field(row.entity_key)
                if "\\" in payload:
                    payload = payload.replace("\\", "\\\\")
                lines.append(f"{start}{key}{middle}{row.content_hash.hex()}\t{entity}\t{payload}{end}")
                size += len(payload)
                if size > WRITE_BYTES:
                    copy.write("".join(lines))
                    lines.clear()
                    size = 0
            copy.write("".join(lines))


def _field(text: str) -> str:
    """A text as a field of COPY's text format (postgresql.org/docs/current/sql-copy.html). JSON needs no more than its
    backslashes doubled: it holds no tabs and ends of lines but escaped ones."""
    if text.isalnum():
        return text
    escaped = text.replace("\\", "\\\\")
    return escaped.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
