"""The plan of a wave: the audience judged in the warehouse, then written to the ledger as a stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import psycopg
from psycopg.rows import class_row, tuple_row

from cf_operators.domain.audience import Audience
from cf_operators.domain.campaign import Campaign
from cf_operators.domain.draw import Draw
from cf_operators.domain.entry import Entry
from cf_operators.domain.invitation import LIFTABLE, Candidate, Identity
from cf_operators.domain.organisation import EVERY_PURPOSE, Asking
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.sql_text import sql_text

ANALYZE_FROM = 500
"""New invitations in one plan from which on the planner of the database has to hear of them."""
BATCH = 5000
"""Rows that are held in memory at a time."""

AUDIENCE_COLUMNS = (
    "wave_key, contact_key, subject_source, subject_id, order_source, order_id, product, region, segment, occasion, "
    "send_not_before, not_after, answer_until"
)


class InvitationPlan:
    """One plan in the transaction of the caller, who commits. At most one is made at a time, over all campaigns.

    The steps, in this order: ``judge``, ``draw`` (as far as ``frames`` gives waves to draw), ``verdicts``, and unless
    it is only counted ``open_waves`` (left out when they are open) and ``write``.

    :param asking: the rules of asking over all campaigns.
    :param now: the time of the run; everything is judged as of then.
    :param home_zone: time zone of the organisation, in which calendar years are counted.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        campaign: Campaign,
        asking: Asking,
        now: datetime,
        home_zone: str,
    ) -> None:
        self._connection = connection
        self._campaign = campaign
        self._approve = asking.approve_key_accounts
        self._values = {
            "campaign_id": campaign.id,
            "now": now,
            "priority": campaign.priority,
            "purpose": campaign.purpose or EVERY_PURPOSE,
            "channel": campaign.channel,
            "quiet_days": asking.quiet_days,
            "consent": asking.consent,
            "cap_days": [cap.within_days for cap in asking.caps],
            "cap_most": [cap.most for cap in asking.caps],
            "hold_out": asking.hold_out,
            "approve": asking.approve_key_accounts,
            "home_zone": home_zone,
            "reasons": [str(reason) for reason in LIFTABLE],
        }

    def judge(self, audience: Audience) -> None:
        """Find what stands against each candidate of the audience, and the lot they have drawn.

        :raises ConfigurationError: the audience's SQL file does not give what a plan needs.
        """
        for name in ("plan_lock", "plan_candidate_table", "plan_draw_table", "plan_table"):
            self._execute(name)
        statement = sql_text(
            "ledger/plan_candidates.sql",
            audience=_audience_sql(self._campaign.audience),
            is_call=self._campaign.channel == "phone",
        )
        try:
            self._connection.execute(statement.encode(), {**audience.values, **self._values})
        except (psycopg.ProgrammingError, psycopg.IntegrityError, psycopg.DataError) as error:
            raise ConfigurationError(
                f'campaign "{self._campaign.id}": audience {self._campaign.audience}: {str(error).strip()}\n'
                f"an audience has to give the columns {AUDIENCE_COLUMNS}, and no subject of a contact twice"
            ) from error

    def frames(self) -> dict[str, int]:
        """The number of people whom nothing stands against, by key of the waves that are not open yet."""
        return dict(self._tuples("plan_frames"))

    def draw(self, draws: Sequence[Draw], share: float | None) -> None:
        """Draw the samples of waves that are not open yet."""
        values = {
            "wave_keys": [each.wave_key for each in draws],
            "frame_counts": [each.frame_count for each in draws],
            "sizes": [each.size for each in draws],
            "probabilities": [each.inclusion_probability for each in draws],
            "share": share,
        }
        self._execute("plan_draws", values)

    def verdicts(self, most: int | None) -> tuple[dict[str, int], int]:
        """Give each candidate one verdict: planned, already_planned, or a reason against it.

        :param most: people whom a wave may ask over all its plans; None: all.
        :returns: candidates by verdict, and how many of the planned wait for approval.
        """
        self._execute("plan_verdicts", {"most": most})
        rows = self._tuples("plan_counts")
        return {verdict: count for verdict, count, _ in rows}, sum(awaiting for *_, awaiting in rows)

    def waves(self) -> list[str]:
        """Ids of the waves that get new invitations."""
        return [row[0] for row in self._tuples("plan_wave_ids")]

    def open_waves(
        self,
        survey_id: str,
        survey_version: str,
        run_id: str,
        note: str | None,
        request: Entry | None = None,
    ) -> None:
        """Open the waves of the plan; those that are open stay as they are.

        :param request: what a wave keeps of how it was opened, for later plans.
        """
        values = {
            "survey_id": survey_id,
            "survey_version": survey_version,
            "run_id": run_id,
            "note": note,
            "request": request.model_dump_json() if request else None,
        }
        self._execute("plan_waves", values)

    def known_zones(self) -> frozenset[str]:
        """The time zones that both the database and this Python know: a mail is held and counted by both."""
        return frozenset(name for (name,) in self._tuples("plan_zones")) & available_timezones()

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
        if self._approve:
            self._execute("plan_approvals")
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
                    (
                        each.wave_key,
                        each.contact_key,
                        each.invitation_id,
                        each.message_id,
                        each.language,
                        each.time_zone,
                    )
                )

    def _tuples(self, name: str) -> list[tuple[Any, ...]]:
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(sql_text(f"ledger/{name}.sql").encode()).fetchall()

    def _execute(self, name: str, values: Mapping[str, Any] | None = None) -> None:
        # A statement without placeholders takes no values.
        statement = sql_text(f"ledger/{name}.sql")
        bound = {**self._values, **(values or {})} if "%(" in statement else None
        self._connection.execute(statement.encode(), bound)


def _audience_sql(path: Path) -> str:
    try:
        return sql_text(path).strip().rstrip(";")
    except OSError as error:
        raise ConfigurationError(f"audience {path} cannot be read: {error.strerror}") from error
