"""The plan of a wave: the audience judged in the warehouse, then written to the ledger as a stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from cf_operators.domain.audience import Audience
from cf_operators.domain.campaign import Campaign
from cf_operators.domain.invitation import Candidate, Exclusion, Identity
from cf_operators.domain.organisation import Asking
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.sql_text import sql_text

ANALYZE_FROM = 500
"""New invitations in one plan from which on the planner of the database has to hear of them."""
BATCH = 5000
"""Rows that are held in memory at a time."""

LIFTABLE = tuple(str(reason) for reason in Exclusion)
"""A cancelled ask is judged anew when one of these was the reason; what a person cancelled stays cancelled."""

AUDIENCE_COLUMNS = (
    "wave_key, contact_key, order_source, order_id, product, region, segment, occasion, send_not_before, not_after, "
    "answer_until"
)


class InvitationPlan:
    """One plan in the transaction of the caller, who commits. At most one is made at a time, over all campaigns.

    :param now: the time of the run; everything is judged as of then.
    """

    def __init__(self, connection: psycopg.Connection[Any], campaign: Campaign, now: datetime) -> None:
        self._connection = connection
        self._campaign = campaign
        self._now = now

    def judge(self, audience: Audience, asking: Asking) -> dict[str, int]:
        """Give each candidate of the audience one verdict: planned, already_planned, or a reason against it.

        :returns: candidates by verdict.
        :raises ConfigurationError: the audience's SQL file does not give what a plan needs.
        """
        self._execute("plan_lock")
        self._execute("plan_table")
        values = {
            **audience.values,
            "campaign_id": self._campaign.id,
            "now": self._now,
            "quiet_days": asking.quiet_days,
            "consent": asking.consent,
            "most": audience.most,
            "reasons": list(LIFTABLE),
        }
        statement = sql_text("ledger/plan_candidates.sql", audience=_audience_sql(self._campaign.audience))
        try:
            self._connection.execute(statement.encode(), values)
        except (psycopg.ProgrammingError, psycopg.IntegrityError, psycopg.DataError) as error:
            raise ConfigurationError(
                f'campaign "{self._campaign.id}": audience {self._campaign.audience}: {str(error).strip()}\n'
                f"an audience has to give the columns {AUDIENCE_COLUMNS}, and no order of a contact twice"
            ) from error
        with self._connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(sql_text("ledger/plan_counts.sql").encode())
            return {row["verdict"]: row["count"] for row in cursor}

    def waves(self) -> list[str]:
        """Ids of the waves that get new invitations."""
        return [row[0] for row in self._tuples("plan_wave_ids")]

    def open_waves(self, survey_id: str, survey_version: str, run_id: str, note: str | None) -> None:
        """Open the waves of the plan; those that are open stay as they are."""
        values = {"survey_id": survey_id, "survey_version": survey_version, "run_id": run_id, "note": note}
        self._execute("plan_waves", values)

    def askable(self) -> Iterator[Candidate]:
        """Those who are to be asked, streamed from the warehouse."""
        with self._connection.cursor("askable", row_factory=class_row(Candidate)) as cursor:
            cursor.itersize = BATCH
            cursor.execute(sql_text("ledger/plan_askable.sql").encode())
            yield from cursor

    def write(self, identities: Iterable[Identity]) -> None:
        """Write the planned invitations, and record who is left out. Memory does not grow with the wave."""
        self._execute("plan_identity_table")
        batch: list[Identity] = []
        count = 0
        for identity in identities:
            count += 1
            batch.append(identity)
            if len(batch) == BATCH:
                self._copy(batch)
                batch.clear()
        self._copy(batch)
        self._execute("plan_invitations")
        self._execute("plan_lifted")
        self._execute("plan_exclusions")
        if count >= ANALYZE_FROM:
            self._execute("analyze_invitation")

    def _copy(self, batch: list[Identity]) -> None:
        with (
            self._connection.cursor() as cursor,
            cursor.copy(sql_text("ledger/plan_identity_copy.sql").encode()) as copy,
        ):
            for each in batch:
                copy.write_row(
                    (each.wave_key, each.contact_key, each.invitation_id, each.message_id, each.language)
                )

    def _tuples(self, name: str) -> list[tuple[Any, ...]]:
        with self._connection.cursor(row_factory=psycopg.rows.tuple_row) as cursor:
            return cursor.execute(sql_text(f"ledger/{name}.sql").encode()).fetchall()

    def _execute(self, name: str, values: Mapping[str, Any] | None = None) -> None:
        bound = {"campaign_id": self._campaign.id, "now": self._now, **(values or {})}
        # A statement without placeholders takes no values.
        statement = sql_text(f"ledger/{name}.sql")
        self._connection.execute(statement.encode(), bound if "%(" in statement else None)


def _audience_sql(path: Path) -> str:
    try:
        return sql_text(path).strip().rstrip(";")
    except OSError as error:
        raise ConfigurationError(f"audience {path} cannot be read: {error.strerror}") from error
