"""What of the model has to be made again: which rows, because of what changed, or a whole table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg.rows import dict_row

from cf_operators.hooks.sql_text import sql_text

MOST_TOUCHED = 0.3
"""From this share of its rows on a table is sooner made as a whole than by increments."""
ALWAYS_FEW = 10_000
"""So many rows are made by increments, however few a table has: its size may not be known yet."""


class ModelChanges:
    """Reads and keeps what the models have seen, in the transaction of a run.

    Records are new when they were written by a transaction that the last run of a model has not seen, however late it
    committed. Changes of other tables are noted by triggers for each model that reads them
    (``cf_ledger.note_touched``), and a model takes its notes away in the transaction in which it uses them.

    :param connection: an open transaction on the warehouse that holds the lock of the model.
    :param entangled: sources of whose records nobody can tell which rows they change.
    """

    def __init__(self, connection: psycopg.Connection[Any], entangled: Iterable[str]) -> None:
        self._connection = connection
        self._entangled = sorted(entangled)
        # Before anything is read: whatever commits meanwhile may be read twice, but never missed.
        self._seen = self._one("snapshot")["seen"]
        self._snapshots: dict[str, str | None] = {}

    def look_up(self, model: str, made_from: str) -> bool:
        """Whether a table was made before, from the same query and views: only then it can be made by increments."""
        found = self._row("position", {"model": model})
        is_known = bool(found and found["is_past"] and found["made_from"] == made_from)
        self._snapshots[model] = found["snapshot"] if found and is_known else None
        return is_known

    def take(self, model: str) -> bool:
        """Take the notes for a model into ``cf_taken``; whether it can be made by increments for all they say."""
        self._run("taken", {}, model=model)
        snapshot = self._snapshots[model]
        return snapshot is not None and not self._run_one("must_be_whole", {"snapshot": snapshot}, "is_whole")

    def find_touched(self, model: str, table: str, sources: Iterable[str], **structure: Any) -> int | None:
        """Write the keys of the rows to be made again into ``cf_touched``.

        :param sources: those that offer the shape of the model.
        :returns: how many; None when there are so many that the whole table is sooner made.
        """
        values = {"snapshot": self._snapshots[model], "sources": list(sources)}
        # Found by indexes, as the rows themselves are.
        touched = sql_text(f"model/touched/{model}.sql", **structure)
        self._run("touched", values, touched=touched)
        self._connection.execute("analyze cf_touched")
        size = self._one("size", {"table": table})
        most = max(ALWAYS_FEW, MOST_TOUCHED * size["row_count"])
        return None if size["touched_count"] > most else int(size["touched_count"])

    def fetch_offered(self, shape: str, **structure: Any) -> None:
        """Write the rows of a shape whose keys stand in ``cf_touched`` into ``cf_offered``."""
        self._run("offered", {}, shape=shape, **structure)
        self._connection.execute("analyze cf_offered")

    def strangers(self, shape: str, **structure: Any) -> dict[str, int]:
        """Source to how many rows of a shape are about nothing that was landed."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(
                sql_text("model/strangers.sql", shape=shape, **structure), {"entangled": self._entangled}
            )
            return {row["source"]: row["row_count"] for row in cursor}

    def keep(self, model: str, made_from: str) -> None:
        """Write down what a model has seen, and forget what it was made from this time."""
        self._run("move_position", {"model": model, "made_from": made_from, "seen": self._seen})
        self._connection.execute("drop table if exists cf_taken, cf_touched, cf_offered")

    def leave_unnoted(self, models: Iterable[str]) -> None:
        """Note nothing for these models: they will be made as a whole in this transaction, or write it themselves."""
        self._run("unnoted", {"models": " ".join(sorted(models))})

    def plan(self, *, narrow: bool) -> None:
        """Let the statements to come find few rows by their keys, or read whole tables."""
        self._connection.execute(sql_text("model/narrow.sql" if narrow else "model/wide.sql").encode())

    def _row(self, name: str, values: dict[str, Any]) -> dict[str, Any] | None:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(sql_text(f"model/{name}.sql"), values).fetchone()

    def _one(self, name: str, values: dict[str, Any] | None = None) -> dict[str, Any]:
        row = self._row(name, values or {})
        assert row is not None, "the statement returns one row"
        return row

    def _run_one(self, name: str, values: dict[str, Any], column: str) -> Any:
        return self._one(name, {"entangled": self._entangled, **values})[column]

    def _run(self, name: str, values: dict[str, Any], **structure: Any) -> None:
        # Without values psycopg sends the text as it stands, several statements at once.
        text = sql_text(f"model/{name}.sql", **structure)
        self._connection.execute(text, values) if values else self._connection.execute(text.encode())


def fingerprint(*parts: object) -> str:
    """What a table that is made from the same has the same."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]
