"""Puts answers into the warehouse: a history as it is after a load, and late answers as they come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import psycopg
from psycopg import sql

CONSTRUCTS = 5
TABLES = ("fct_response", "fct_answer")
COLUMNS = (
    "construct", "score", "scale_min", "scale_max", "is_first", "is_complete", "submitted_on", "weight_milli",
    "segment", "product", "region", "channel", "campaign", "language",
)  # fmt: skip
"""What the numbers are made of."""


def load_history(superuser_uri: str, answers: int, days: Sequence[date]) -> None:
    """Write a history of these days, whose changes have been taken into account already, and let the server tidy up.

    Only a superuser may leave the triggers out that note changes and check the keys.
    """
    with psycopg.connect(superuser_uri, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        _write(connection, "H", answers, days)
        for table in TABLES:
            connection.execute(f"vacuum (analyze) cf_core.{table}")
        connection.execute("checkpoint")


def load_late(uri: str, answers: int, days: Sequence[date], name: str) -> None:
    """Write late answers of these days, with every trigger on, as the model does."""
    with psycopg.connect(uri, autocommit=True) as connection:
        _write(connection, name, answers, days)


def export(uri: str, path: Path) -> None:
    """Write the answers to a Parquet file, with the columns that the numbers are made of."""
    import duckdb

    text = path.with_suffix(".csv")
    columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
    statement = sql.SQL("copy (select {} from cf_core.fct_answer) to stdout (format csv, header)").format(
        columns
    )
    with (
        psycopg.connect(uri) as connection,
        connection.cursor() as cursor,
        cursor.copy(statement) as rows,
        text.open("wb") as file,
    ):
        for block in rows:
            file.write(block)
    with duckdb.connect() as database:
        database.read_csv(str(text)).write_parquet(str(path), compression="zstd")
    text.unlink()


def _write(connection: psycopg.Connection, prefix: str, answers: int, days: Sequence[date]) -> None:
    statement = (Path(__file__).parent / "history.sql").read_bytes()
    responses = answers // CONSTRUCTS
    connection.execute(statement, {"prefix": prefix, "responses": responses, "days": list(days)})
