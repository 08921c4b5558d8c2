"""The plan of a campaign's reminders: judged in the warehouse, then written to the ledger as a stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row, tuple_row

from cf_operators.domain.campaign import Campaign
from cf_operators.domain.invitation import LIFTABLE
from cf_operators.domain.organisation import Asking
from cf_operators.domain.reminder import DueReminder, ReminderIdentity
from cf_operators.hooks.sql_text import sql_text

BATCH = 5000
"""Rows that are held in memory at a time."""


class ReminderPlan:
    """One plan in the transaction of the caller, who commits. At most one is made at a time, over all campaigns.

    :param now: the time of the run; everything is judged as of then.
    :param time_zone: IANA zone of the organisation, in which days are counted for whoever lives in an unknown one.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        campaign: Campaign,
        asking: Asking,
        now: datetime,
        time_zone: str,
    ) -> None:
        self._connection = connection
        self._values = {
            "campaign_id": campaign.id,
            "now": now,
            "time_zone": time_zone,
            "days": list(campaign.remind_after_days),
            "reasons": list(LIFTABLE),
            "consent": asking.consent,
            "quiet_days": asking.quiet_days,
            "cap_days": [cap.within_days for cap in asking.caps],
            "cap_most": [cap.most for cap in asking.caps],
        }

    def lock(self) -> None:
        """Wait until no other plan is being made."""
        self._rows("ledger/plan_lock.sql")

    def close_unanswered(self) -> int:
        """Make the asks ``expired`` that were not answered in time. Returns how many people that were."""
        [(ask_count, _)] = self._rows("reminders/close_unanswered.sql")
        return int(ask_count)

    def cancel_settled(self) -> dict[str, int]:
        """Take waiting reminders back that nobody needs any more. Returns how many, by reason."""
        return dict(Counter(reason for (reason,) in self._rows("reminders/cancel_settled.sql")))

    def judge(self) -> dict[str, int]:
        """Find the reminders that are due, each ``planned`` or with a reason against it. Returns them by verdict."""
        self._rows("reminders/due_table.sql")
        self._rows("reminders/due.sql")
        return dict(self._rows("reminders/counts.sql"))

    def due(self) -> Iterator[DueReminder]:
        """The reminders that get a row in the ledger, streamed from the warehouse."""
        with self._connection.cursor("due_reminders", row_factory=class_row(DueReminder)) as cursor:
            cursor.itersize = BATCH
            cursor.execute(sql_text("reminders/read_due.sql").encode())
            yield from cursor

    def write(self, identities: Iterable[ReminderIdentity]) -> None:
        """Write the reminders, planned or cancelled with a reason. Memory does not grow with the wave."""
        self._rows("reminders/identity_table.sql")
        batch: list[ReminderIdentity] = []
        for identity in identities:
            batch.append(identity)
            if len(batch) == BATCH:
                self._copy(batch)
                batch.clear()
        self._copy(batch)
        self._rows("reminders/write.sql")

    def _copy(self, batch: list[ReminderIdentity]) -> None:
        with (
            self._connection.cursor() as cursor,
            cursor.copy(sql_text("reminders/identity_copy.sql").encode()) as copy,
        ):
            for each in batch:
                copy.write_row((each.first_id, each.invitation_id, each.message_id))

    def _rows(self, name: str) -> list[tuple[Any, ...]]:
        statement = sql_text(name)
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(statement.encode(), self._values if "%(" in statement else None)
            return cursor.fetchall() if cursor.description else []
