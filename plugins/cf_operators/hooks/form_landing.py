"""Lands the submissions of the public form, and tells the ledger who has answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from cf_operators.hooks.landing import Counts, noted_page
from cf_operators.hooks.sql_text import sql_text

SOURCE = "form"
OBJECT = "submissions"


@dataclass(frozen=True, slots=True)
class FormLoad:
    """What one collecting of the form has landed.

    :ivar counts: the counts of the load.
    :ivar responded: how many invitations became responded.
    :ivar before: submissions of transactions below this one were landed before; None when the form was never read.
    :ivar after: they are landed below this one now.
    """

    counts: Counts
    responded: int
    before: str | None
    after: str


def land_submissions(connection: psycopg.Connection[Any], run_id: str) -> FormLoad:
    """Land every submission that is finished and was not landed before.

    The form writes while we read. A position that counts rows or reads a clock would skip a submission whose
    transaction began early and commits late; the position kept here is a transaction id below which nothing is
    open any more, and it moves in the same transaction as the rows.

    :param connection: an open transaction on the warehouse; the caller commits it.
    :param run_id: the Airflow run, for the record.
    """
    with connection.cursor(row_factory=dict_row) as cursor:

        def run(name: str, parameters: dict[str, Any]) -> dict[str, Any]:
            cursor.execute(sql_text(f"landing/{name}.sql"), parameters)
            return (cursor.fetchone() or {}) if cursor.description else {}

        # Locked first: what another run has read by then is seen by the look at the position.
        run("lock_source", {"source": SOURCE})
        load = run("open_load", {"source": SOURCE, "stream": "responses", "run_id": run_id})
        position = run("form_position", {})
        with noted_page(connection, {"source": SOURCE, "object": OBJECT}):
            landed = run("form_submission", position | load | {"source": SOURCE})
        run("mark_responded", position)
        responded = cursor.rowcount
        run("form_advance", position)
        fetched, new = landed["fetched_count"], landed["new_count"]
        counts = Counts(fetched=fetched, new=new, unchanged=fetched - new)
        run("count_page", load | counts.as_dict())
        run("close_load", load)
    started = position["start_position"]
    return FormLoad(counts, responded, None if started == "0" else started, position["end_position"])
