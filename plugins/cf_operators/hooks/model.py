"""Runs the SQL models: each makes one table equal to what was landed.

Of a table of ``cf_core`` the query, in ``marts/``, is what any engine carries; how it is written is PostgreSQL's
own, as is all that fills the ledger.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from cf_operators.domain.identity import address_hash, clean_address
from cf_operators.errors import DataError
from cf_operators.hooks.mart_sql import Offers, mart_sql, offered_shapes
from cf_operators.hooks.sql_text import sql_text

LEDGER_MODELS = frozenset({"contact", "buyer", "consent"})
"""Models that stand in ``include/sql/ledger`` and write its tables."""

ADDRESS_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Changes:
    """How many rows of a table a model has written."""

    inserted: int
    updated: int
    deleted: int

    def as_dict(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


class Model:
    """The models over the sources of the programme, one run at a time.

    :param connection: an open transaction on the warehouse that holds :func:`lock_model`; the caller commits it.
    :param offers: shape to the sources that offer it, each with the columns of its staging view.
    :param time_zone: of the organisation; it decides on which day something happened.
    """

    def __init__(self, connection: psycopg.Connection[Any], offers: Offers, time_zone: str) -> None:
        self._connection = connection
        self._offers = offers
        self._parameters = {"time_zone": time_zone}

    def refresh(self, name: str) -> Changes:
        """Bring one table up to date.

        :param name: of a table of ``cf_core``, or one of :data:`LEDGER_MODELS`.
        :raises DataError: a staging view gives a row twice, or a value that the table does not take.
        """
        if name == "contact":
            self._hash_addresses()
        statement = self._ledger_text(name) if name in LEDGER_MODELS else self._write_text(name)
        with self._connection.cursor(row_factory=dict_row) as cursor:
            try:
                counts = cursor.execute(statement, self._parameters).fetchone()
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                # Only the primary message: the detail shows the row, and with it the person.
                raise DataError(
                    f"model {name}: {error.diag.message_primary}; correct the staging view that gives this value"
                ) from error
        assert counts is not None, "a model returns one row of counts"
        if counts["repeated_count"]:
            raise DataError(
                f"model {name}: a staging view gives {counts['repeated_count']} rows more than it has keys; "
                "make its key unique"
            )
        return Changes(counts["inserted_count"], counts["updated_count"], counts["deleted_count"])

    def _hash_addresses(self) -> None:
        """Clean and hash the addresses that changed, here and not in SQL, which normalises Unicode differently."""
        copy_statement = self._ledger_text("contact_address_copy")
        with (
            self._connection.cursor() as writer,
            self._connection.cursor(name="cf_addresses", row_factory=dict_row) as reader,
        ):
            writer.execute(self._ledger_text("contact_address"))
            reader.execute(self._ledger_text("contact_address_changes"))
            while rows := reader.fetchmany(ADDRESS_BATCH):
                with writer.copy(copy_statement) as copy:
                    for row in rows:
                        email = row["email"]
                        copy.write_row(
                            (row["source"], row["external_id"], clean_address(email), address_hash(email))
                        )

    def _ledger_text(self, name: str) -> str:
        return sql_text(f"ledger/{name}.sql", **offered_shapes(self._offers))

    def _write_text(self, name: str) -> str:
        """The statement that makes a table equal to its query; the table itself says what its key and columns are."""
        table = f"cf_core.{name}"
        with self._connection.cursor(row_factory=dict_row) as cursor:
            found = cursor.execute(sql_text("model/table_columns.sql"), {"table": table}).fetchall()
        return sql_text(
            "model/write.sql",
            model=mart_sql(name, self._offers),
            table=table,
            key=[column["column_name"] for column in found if column["is_key"]],
            columns=[column["column_name"] for column in found if not column["is_key"]],
        )


def lock_model(connection: psycopg.Connection[Any]) -> None:
    """Wait until no other model run is under way; this one then is, until its transaction ends."""
    connection.execute(sql_text("model/lock.sql"))
