"""Puts the pages of a source into ``cf_landing``: each with its position, in one transaction, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from cf_operators.domain.collecting import Page, Position, Row
from cf_operators.domain.source_row import DeletedRow, SourceRow
from cf_operators.errors import SourceTaken
from cf_operators.hooks.first_landing import FirstLanding
from cf_operators.hooks.sql_text import sql_text
from cf_operators.hooks.warehouse import WarehouseHook

SHOWN_PLACES = 10
ANALYZE_FROM = 500
"""New versions in one load from which on the planner has to hear of it; fewer do not change its picture."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows were fetched, and what became of them; ``fetched`` is the sum of the others."""

    fetched: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    quarantined: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    def __sub__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, name) - getattr(other, name) for name in self.__slots__))

    def as_dict(self) -> dict[str, int]:
        """The counts by name."""
        return {name: getattr(self, name) for name in self.__slots__}


class Landing:
    """One load: what a run reads of one stream of a source.

    Each page lands in a transaction of its own, so that however long a source is read, no transaction stays open
    while it is waited for. Readers of the same object are told apart by an epoch: the newest one lands, and one that
    was left behind is refused.

    :param warehouse: where to land.
    :param run_id: the Airflow run, for the record.
    """

    def __init__(self, warehouse: WarehouseHook, source: str, stream: str, run_id: str) -> None:
        self._warehouse = warehouse
        self._source = source
        self.counts = Counts()
        self.quarantined_at: list[str] = []
        with self._warehouse.transaction() as connection:
            load = {"source": source, "stream": stream, "run_id": run_id}
            self._load_id = _one(connection, "open_load", load)["load_id"]
        self._epochs: dict[str, int] = {}
        self._unknown: set[str] = set()

    def begin(self, object_name: str, entry: str = "") -> Position | None:
        """Become the reader of an object: from now on no earlier one lands anything more.

        :param entry: what the programme says of the object and its source, in short; when that has changed the object
            is read from the start, because rows that were left out or refused may be wanted now.
        :returns: where the last reader got to; None to read from the start.
        """
        place = self._place(object_name) | {"entry": entry}
        with self._warehouse.transaction() as connection:
            found = _one(connection, "begin_object", place)
        self._epochs[object_name] = found["epoch"]
        position: Position | None = found["position"]
        return position

    def land(
        self, object_name: str, page: Page, *, keep_position: bool = True, mark_answered: str = ""
    ) -> Position | None:
        """Land a page: new and changed rows as versions, refused ones in quarantine; and move the position.

        Rows flow through; memory does not grow with their number. ``counts`` go up, and ``quarantined_at`` names the
        first places.

        :param keep_position: False to leave the position where it is, as for a period that is read once more.
        :param mark_answered: statement that tells the ledger which invitations the rows of the page answer.
        :returns: the position if it has moved, else None.
        :raises SourceTaken: another run has begun to read the object.
        """
        place = self._place(object_name)
        with self._warehouse.transaction() as connection:
            self._check_epoch(connection, object_name)
            with noted_page(connection, place):
                if mark_answered:
                    # The statement reads the rows where they are compared.
                    counts = self._compare(connection, place, page.rows)
                else:
                    counts = self._add(connection, place, page.rows)
            if mark_answered and counts.fetched:
                connection.execute(mark_answered.encode())
            position = page.position() if keep_position else None
            if position is not None:
                connection.execute(
                    sql_text("landing/move_position.sql"), place | {"position": Jsonb(position)}
                )
            connection.execute(
                sql_text("landing/count_page.sql"), {"load_id": self._load_id, **counts.as_dict()}
            )
        self.counts += counts
        return position

    def close(self) -> Counts:
        """Write down that the load is complete, and return its counts."""
        with self._warehouse.transaction() as connection:
            connection.execute(sql_text("landing/close_load.sql"), {"load_id": self._load_id})
            if self.counts.new + self.counts.changed >= ANALYZE_FROM:
                connection.execute(sql_text("landing/analyze_record.sql"))
        return self.counts

    def _check_epoch(self, connection: psycopg.Connection[Any], object_name: str) -> None:
        found = _one(connection, "lock_object", self._place(object_name))
        if found["epoch"] != self._epochs[object_name]:
            raise SourceTaken(
                f'source "{self._source}", object "{object_name}": another run has begun to read it, so this one '
                "lands nothing more; what it has landed stays, and the other goes on from there"
            )

    def _add(self, connection: psycopg.Connection[Any], place: dict[str, Any], rows: Iterable[Row]) -> Counts:
        """Land rows: straight where they stay while this load meets none that is known, from its first page on."""
        counts, rest, name = Counts(), iter(rows), place["object"]
        if name not in self._unknown and not _one(connection, "holds_anything", place)["holds_anything"]:
            self._unknown.add(name)
        if name in self._unknown:
            first = FirstLanding(connection, place, self._load_id)
            rest = first.land(rest)
            counts = Counts(fetched=first.count, new=first.count)
        compared = self._compare(connection, place, rest)
        if compared.changed or compared.unchanged or compared.deleted:
            self._unknown.discard(name)
        return counts + compared

    def _compare(
        self, connection: psycopg.Connection[Any], place: dict[str, Any], rows: Iterable[Row]
    ) -> Counts:
        """Land rows of which some may be known."""
        connection.execute(sql_text("landing/incoming.sql"))
        fetched = 0
        with connection.cursor() as cursor:
            with cursor.copy(sql_text("landing/copy_incoming.sql")) as copy:
                for fetched, columns in enumerate(self._columns(rows), start=1):
                    copy.write_row((fetched, *columns))
            if not fetched:
                return Counts()
            cursor.execute("analyze incoming")
        landed = _one(connection, "record", place)
        connection.execute(sql_text("landing/quarantine.sql"), place)
        new, changed, deleted = landed["new_count"], landed["changed_count"], landed["deleted_count"]
        return Counts(
            fetched=fetched,
            new=new,
            changed=changed,
            unchanged=landed["good_count"] - new - changed - deleted,
            deleted=deleted,
            quarantined=fetched - landed["good_count"],
        )

    def _columns(self, rows: Iterable[Row]) -> Iterator[tuple[Any, ...]]:
        for row in rows:
            if isinstance(row, SourceRow):
                yield (
                    row.content_hash, row.external_id, row.entity_key, row.payload, False, None, None, None, None
                )  # fmt: skip
            elif isinstance(row, DeletedRow):
                yield None, row.external_id, None, None, True, None, None, None, None
            else:
                if len(self.quarantined_at) < SHOWN_PLACES:
                    self.quarantined_at.append(
                        row.location if row.line is None else f"{row.location}:{row.line}"
                    )
                yield row.content_hash, None, None, None, False, row.location, row.line, row.reason, row.raw

    def _place(self, object_name: str) -> dict[str, Any]:
        return {"source": self._source, "object": object_name, "load_id": self._load_id}


def position_before(warehouse: WarehouseHook, source: str, object_name: str, entry: str) -> Position | None:
    """Where reading of an object would go on now, for what has to be asked for before it is read."""
    values = {"source": source, "object": object_name, "entry": entry}
    with warehouse.transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(sql_text("landing/read_position.sql").encode(), values).fetchone()
    return row["position"] if row else None


def landed_in_run(warehouse: WarehouseHook, stream: str, run_id: str) -> dict[str, dict[str, int]]:
    """Source to the counts of what the tries of a run have landed of a stream, finished or not."""
    values = {"stream": stream, "run_id": run_id}
    with warehouse.transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(sql_text("landing/landed_in_run.sql").encode(), values).fetchall()
    return {row["source"]: {name: int(row[f"{name}_count"]) for name in Counts.__slots__} for row in rows}


@contextmanager
def noted_page(connection: psycopg.Connection[Any], place: dict[str, Any]) -> Iterator[None]:
    """Tell the model of the records that the block writes: those of one source and object."""
    before = _one(connection, "last_record", {})
    yield
    last_record = sql_text("landing/last_record.sql")
    connection.execute(sql_text("landing/page.sql", last_record=last_record), place | before)


def _one(connection: psycopg.Connection[Any], name: str, parameters: dict[str, Any]) -> dict[str, Any]:
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(sql_text(f"landing/{name}.sql"), parameters).fetchone()
    assert row is not None, "the statement returns one row"
    return row
