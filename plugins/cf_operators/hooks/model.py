"""Runs the SQL models: each makes one table equal to what was landed, at the cost of what changed.

Of a table of ``cf_core`` the query, in ``marts/``, is what any engine carries; how it is written is PostgreSQL's
own, as is all that fills the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from cf_operators.domain.identity import address_hash, clean_address
from cf_operators.domain.shape import KEYS, view_name
from cf_operators.errors import DataError
from cf_operators.hooks.mart_sql import Offers, mart_sql, offered_shapes
from cf_operators.hooks.model_changes import ModelChanges, fingerprint
from cf_operators.hooks.model_checks import Finding, check_rows
from cf_operators.hooks.sql_text import sql_text

LEDGER_MODELS: Final = frozenset({"contact", "buyer", "consent"})
"""Models that stand in ``include/sql/ledger`` and write its tables."""

SHAPE_OF: Final[Mapping[str, str]] = {
    "contact": "contact",
    "buyer": "order",
    "consent": "contact",
    "fct_order": "order",
    "fct_complaint": "complaint",
    "fct_response": "response",
    "fct_answer": "answer",
    "fct_feedback": "feedback",
}
"""The shape that a model is made from; one row of it is made of the records about one thing."""

UNIT_OF: Final[Mapping[str, tuple[str, ...]]] = {
    **{model: ("source", KEYS[shape]) for model, shape in SHAPE_OF.items()},
    "dim_contact": ("contact_key",),
    "dim_survey": ("survey_id", "version"),
    "dim_question": ("survey_id", "version", "question"),
    "fct_customer": ("contact_key",),
    "fct_invitation": ("invitation_id",),
    "fct_ask": ("contact_key",),
}
"""The columns by which rows of a model are made again together. One that is not here is small, and made as a whole."""

NAMING_PEOPLE: Final = frozenset({"fct_complaint", "fct_response", "fct_feedback"})
"""Facts whose rows name people who may be unknown yet; which do is kept in ``cf_ledger.mention``."""

WRITTEN_BY_THEMSELVES: Final[Mapping[str, frozenset[str]]] = {
    "contact": LEDGER_MODELS,
    "buyer": LEDGER_MODELS,
    "consent": frozenset({"consent"}),
}
"""What a model of the ledger writes is nothing new to these."""

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
    :param marks: source to what its staging views were made from.
    :param entangled: sources whose rows are made of records about several things.
    :ivar findings: what the checks have found, by the names of their files.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        offers: Offers,
        time_zone: str,
        marks: Mapping[str, str],
        entangled: Iterable[str] = (),
    ) -> None:
        self._connection = connection
        self._offers = offers
        self._marks = marks
        self._parameters = {"time_zone": time_zone}
        self._changes = ModelChanges(connection, entangled)
        self._whole: set[str] = set()
        self.findings: dict[str, Finding] = {}

    def begin(self, names: Iterable[str], *, rebuild: bool = False) -> None:
        """Say which models will be refreshed, in order.

        :param rebuild: make all of them as a whole.
        """
        for name in names:
            is_known = self._changes.look_up(name, self._made_from(name))
            if rebuild or not is_known or name not in UNIT_OF:
                self._whole.add(name)

    def refresh(self, name: str) -> Changes:
        """Bring one table up to date.

        :param name: of a table of ``cf_core``, or one of :data:`LEDGER_MODELS`; :meth:`begin` has named it.
        :raises DataError: a staging view gives a row twice, a value that the table does not take, or a row about
            nothing that was landed; or a check has found rows that must not be.
        """
        self._changes.leave_unnoted(self._whole | WRITTEN_BY_THEMSELVES.get(name, frozenset()))
        is_narrow = self._changes.take(name) and name not in self._whole
        touched_count = None
        try:
            if is_narrow:
                self._changes.plan(narrow=True)
                touched_count = self._find_touched(name)
            if not touched_count:
                self._changes.plan(narrow=False)
            changes = (
                Changes(0, 0, 0) if touched_count == 0 else self._make(name, narrowed=bool(touched_count))
            )
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            # Only the primary message: the detail shows the row, and with it the person.
            raise DataError(
                f"model {name}: {error.diag.message_primary}; correct the staging view that gives this value"
            ) from error
        self._changes.keep(name, self._made_from(name))
        self._whole.discard(name)
        return changes

    def _find_touched(self, name: str) -> int | None:
        shape = SHAPE_OF.get(name)
        structure = offered_shapes(self._offers, narrowed=True)
        sources = self._offers.get(shape, {}) if shape else ()
        count = self._changes.find_touched(name, _table(name), sources, **structure)
        if count and shape:
            self._changes.fetch_offered(shape, **structure)
        return count

    def _make(self, name: str, *, narrowed: bool) -> Changes:
        """Write a table, or the rows of it that were touched, and look at what is there then."""
        structure = offered_shapes(self._offers, narrowed=narrowed)
        if name == "contact":
            self._hash_addresses(narrowed=narrowed)
        text = (
            self._ledger_text(name, narrowed=narrowed)
            if name in LEDGER_MODELS
            else self._write_text(name, narrowed=narrowed)
        )
        counts = self._one(text, self._parameters)
        if counts["repeated_count"]:
            raise DataError(
                f"model {name}: a staging view gives {counts['repeated_count']} rows more than it has keys; "
                "make its key unique"
            )
        if not narrowed and name in SHAPE_OF:
            self._refuse_strangers(SHAPE_OF[name])
        if name in NAMING_PEOPLE:
            statement = sql_text("model/mention.sql", fact=name, shape=SHAPE_OF[name], **structure)
            self._connection.execute(statement.encode())
        self.findings |= check_rows(self._connection, name, structure)
        return Changes(counts["inserted_count"], counts["updated_count"], counts["deleted_count"])

    def _refuse_strangers(self, shape: str) -> None:
        """A row about nothing that was landed would never be made again; better no row than an old one."""
        found = self._changes.strangers(shape, **offered_shapes(self._offers))
        for source, count in found.items():
            raise DataError(
                f"{view_name(source, shape)}: gives {count} rows whose {KEYS[shape]} is the entity_key of no landed "
                "record; take r.entity_key of cf_landing.v_record, and name its columns in the programme as entity "
                "where that "
                'is not the key. Where rows are made of records about several things, write "-- Increments: none" into '
                "the staging file: its tables are then made as a whole every time"
            )

    def _hash_addresses(self, *, narrowed: bool) -> None:
        """Clean and hash the addresses that changed, here and not in SQL, which normalises Unicode differently."""
        copy_statement = self._ledger_text("contact_address_copy")
        with (
            self._connection.cursor() as writer,
            self._connection.cursor(name="cf_addresses", row_factory=dict_row) as reader,
        ):
            writer.execute(self._ledger_text("contact_address"))
            reader.execute(self._ledger_text("contact_address_changes", narrowed=narrowed))
            while rows := reader.fetchmany(ADDRESS_BATCH):
                with writer.copy(copy_statement) as copy:
                    for row in rows:
                        email = row["email"]
                        copy.write_row(
                            (row["source"], row["external_id"], clean_address(email), address_hash(email))
                        )

    def _made_from(self, name: str) -> str:
        """The query as it would be for the whole table, and all that stands behind it."""
        text = self._ledger_text(name) if name in LEDGER_MODELS else mart_sql(name, self._offers)
        sources = self._offers.get(SHAPE_OF.get(name, ""), {})
        marks = [f"{source} {self._marks[source]}" for source in sorted(sources)]
        return fingerprint(text, self._parameters, *marks)

    def _ledger_text(self, name: str, *, narrowed: bool = False) -> str:
        return sql_text(f"ledger/{name}.sql", **offered_shapes(self._offers, narrowed=narrowed))

    def _write_text(self, name: str, *, narrowed: bool) -> str:
        """The statement that makes a table equal to its query; the table itself says what its key and columns are."""
        table = _table(name)
        with self._connection.cursor(row_factory=dict_row) as cursor:
            found = cursor.execute(sql_text("model/table_columns.sql"), {"table": table}).fetchall()
        return sql_text(
            "model/write.sql",
            model=mart_sql(name, self._offers, narrowed=narrowed),
            table=table,
            key=[column["column_name"] for column in found if column["is_key"]],
            columns=[column["column_name"] for column in found if not column["is_key"]],
            unit=UNIT_OF.get(name, ()),
            narrowed=narrowed,
        )

    def _one(self, text: str, values: Mapping[str, Any]) -> dict[str, Any]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(text, values).fetchone()
        assert row is not None, "a model returns one row of counts"
        return row


def _table(name: str) -> str:
    return "cf_ledger.contact" if name in LEDGER_MODELS else f"cf_core.{name}"


def lock_model(connection: psycopg.Connection[Any]) -> None:
    """Wait until no other model run is under way; this one then is, until its transaction ends."""
    connection.execute(sql_text("model/lock.sql"))
