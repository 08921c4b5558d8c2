"""Runs the SQL models: each makes one table equal to what was landed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from cf_operators.domain.identity import address_hash, clean_address
from cf_operators.domain.shape import SHAPES
from cf_operators.errors import DataError
from cf_operators.hooks.sql_text import sql_text

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

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        offers: Mapping[str, Mapping[str, Sequence[str]]],
        time_zone: str,
    ) -> None:
        self._connection = connection
        self._structure = {
            "offers": {shape: dict(offers.get(shape, {})) for shape in SHAPES},
            "shapes": SHAPES,
        }
        self._parameters = {"time_zone": time_zone}

    def refresh(self, name: str) -> Changes:
        """Run ``include/sql/marts/<name>.sql``.

        :raises DataError: a staging view gives a row twice, or a value that the table does not take.
        """
        if name == "contact":
            self._hash_addresses()
        with self._connection.cursor(row_factory=dict_row) as cursor:
            try:
                counts = cursor.execute(self._text(name), self._parameters).fetchone()
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
        copy_statement = self._text("copy_contact_address")
        with (
            self._connection.cursor() as writer,
            self._connection.cursor(name="cf_addresses", row_factory=dict_row) as reader,
        ):
            writer.execute(self._text("contact_address"))
            reader.execute(self._text("contact_address_changes"))
            while rows := reader.fetchmany(ADDRESS_BATCH):
                with writer.copy(copy_statement) as copy:
                    for row in rows:
                        email = row["email"]
                        copy.write_row(
                            (row["source"], row["external_id"], clean_address(email), address_hash(email))
                        )

    def _text(self, name: str) -> str:
        return sql_text(f"marts/{name}.sql", **self._structure)


def lock_model(connection: psycopg.Connection[Any]) -> None:
    """Wait until no other model run is under way; this one then is, until its transaction ends."""
    connection.execute(sql_text("marts/lock_model.sql"))
