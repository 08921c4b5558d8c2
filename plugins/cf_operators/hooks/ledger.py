"""The ledger while a wave is sent: what is claimed, and what became of it.

Every method is one transaction on the connection it was given; threads may call them at once. A claim is committed
before the mail server sees the mail, so that a worker that dies leaves a trace and not a second mail.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from operator import attrgetter
from threading import Lock
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import namedtuple_row, tuple_row

from cf_operators.domain.delivery import Settlement
from cf_operators.domain.organisation import Asking
from cf_operators.domain.waiting import Waiting
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.sending_limits import Allowed, SendingLimits
from cf_operators.hooks.sending_queue import SendingQueue
from cf_operators.hooks.sql_text import sql_text


@dataclass(frozen=True, slots=True)
class Claimed:
    """An invitation that this worker may send now, with all that its mail needs.

    ``link_id``: the ask whose links the mail carries; for a reminder that is the first ask.
    ``reminder_number``: 0 for a first ask.
    ``platform_token``: where the survey stands on another platform: what the ask is known by there.
    """

    invitation_id: UUID
    link_id: UUID
    wave_id: str
    message_id: str
    language: str
    occasion: str
    attempt_count: int
    reminder_number: int
    answer_until: datetime
    survey_id: str
    survey_version: str
    email: str
    display_name: str | None
    platform_source: str | None = None
    platform_survey: str | None = None
    platform_token: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One batch: what was claimed, and how many due invitations were cancelled, by reason.

    ``wait``: how long until more may go, when nothing was claimed only because the flow of mails is limited.
    """

    invitations: list[Claimed]
    cancelled: Counter[str]
    wait: timedelta | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing was due, or nothing may go now."""
        return not self.invitations and not self.cancelled


class Ledger:
    """The sending side of ``cf_ledger`` for one campaign and one worker.

    :param connection: kept for the whole sending; no transaction is open between two calls.
    :param worker: tells this worker's claims from those of all others, in all runs.
    :param limits: how many mails may go; None: all of them.
    :param queue: where they wait; None: they may go at any hour.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        campaign_id: str,
        asking: Asking,
        worker: str,
        limits: SendingLimits | None = None,
        queue: SendingQueue | None = None,
    ) -> None:
        self._connection = connection
        self._lock = Lock()
        self._limits = limits or SendingLimits(connection, {})
        self._queue = queue or SendingQueue(connection, campaign_id)
        self._values = {
            "campaign_id": campaign_id,
            "quiet_days": asking.quiet_days,
            "consent": asking.consent,
            "cap_days": [cap.within_days for cap in asking.caps],
            "cap_most": [cap.most for cap in asking.caps],
            "worker": worker,
        }

    @property
    def has_flow(self) -> bool:
        """Whether mails may only go out so and so many per second."""
        return self._limits.has_flow

    def lapse(self, clock: datetime) -> int:
        """Turn what was claimed past its lease, by any worker, into ``unknown``. Returns how many."""
        with self._transaction():
            return self._execute("lapse", clock=clock)

    def expire(self, clock: datetime) -> int:
        """Close what waits in waves whose last moment has passed. Returns how many."""
        with self._transaction():
            return self._execute("expire", clock=clock)

    def claim(self, most: int, lease: timedelta, clock: datetime) -> Claim:
        """Take up to ``most`` due invitations; whoever may not be asked any more is cancelled instead."""
        with self._transaction():
            self._execute("claim_lock")
            allowed = self._limits.read(clock)
            rows = self._claim_rows(allowed, most, lease, clock)
            claimed = [row for row in rows if row.outcome == "claimed"]
            self._limits.charge(allowed, {row.invitation_id: row.lane for row in claimed})
            free_at = None
            if not rows and allowed.is_held():
                free_at = allowed.free_at(self._queue.due(clock, 1))
        return Claim(
            [Claimed(*_CLAIMED_VALUES(row)) for row in claimed],
            Counter(row.reason for row in rows if row.outcome == "cancelled"),
            max(free_at - allowed.now, timedelta(0)) if free_at else None,
        )

    def recheck(self, claim: Claim, clock: datetime) -> tuple[Claim, list[Claimed]]:
        """The batch without those who have said no since it was claimed, and those of the rest who may be written to.

        What is past its lease may have been settled by somebody else, and sent again; what is past its last moment, or
        outside of the window, has to wait. Call it right before handing the batch over.

        :returns: the batch without the cancelled, who are counted in it, and what may be handed over.
        """
        values = {
            **self._values,
            **self._queue.values(clock, {}),
            "clock": clock,
            "invitation_ids": _uuids(each.invitation_id for each in claim.invitations),
        }
        with self._transaction(), self._connection.cursor(row_factory=tuple_row) as cursor:
            held_back: dict[UUID, str | None] = dict(
                cursor.execute(sql_text("ledger/recheck.sql").encode(), values).fetchall()
            )
            cancelled = {key: reason for key, reason in held_back.items() if reason}
            self._limits.settle(cancelled, cancelled)
        rest = [each for each in claim.invitations if each.invitation_id not in cancelled]
        ready = [each for each in rest if each.invitation_id not in held_back]
        return Claim(rest, Counter(cancelled.values())), ready

    def record(
        self, settlements: Sequence[Settlement], bad_addresses: Sequence[UUID], clock: datetime
    ) -> int:
        """Write what became of claimed invitations, in one transaction.

        :param bad_addresses: invitations whose address the server says does not exist; it is suppressed.
        :returns: how many were written; less than given only when somebody else has settled the others meanwhile.
        """
        # As one JSON text: psycopg puts arrays together item by item, which took longer than all else here.
        rows = [
            {
                "invitation_id": str(each.invitation_id),
                "state": each.state,
                "reason": each.reason,
                "reply": each.reply,
                "accepted_at": each.accepted_at and each.accepted_at.isoformat(),
                "send_not_before": each.send_not_before and each.send_not_before.isoformat(),
                "attempts": each.attempts,
            }
            for each in settlements
        ]
        with self._transaction():
            written = self._execute("record", settlements=json.dumps(rows))
            not_tried = [
                each.invitation_id for each in settlements if each.state == "planned" and not each.attempts
            ]
            self._limits.settle([each.invitation_id for each in settlements], not_tried)
            if bad_addresses:
                self._execute("suppress", invitation_ids=list(bad_addresses), clock=clock)
        return written

    def recent_outcomes(self, wave_ids: Collection[str], most: int) -> dict[str, tuple[int, int]]:
        """The newest outcomes of each wave, ``most`` at most, and how many of them were refusals."""
        values = {"wave_ids": sorted(wave_ids), "most": most}
        with self._transaction(), self._connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(sql_text("ledger/recent_outcomes.sql").encode(), values)
            return {wave_id: (outcomes, refused) for wave_id, outcomes, refused in cursor}

    def waiting(self, clock: datetime) -> Waiting:
        """What still waits of the campaign, and why."""
        with self._transaction():
            return self._queue.waiting(clock)

    def definition(self, survey_id: str, version: str) -> dict[str, Any]:
        """The questionnaire of a version, as it was registered when its wave was opened.

        :raises ConfigurationError: there is no such version.
        """
        values = {"survey_id": survey_id, "version": version}
        with self._transaction(), self._connection.cursor(row_factory=tuple_row) as cursor:
            row = cursor.execute(sql_text("ledger/definition.sql").encode(), values).fetchone()
        if row is None:
            raise ConfigurationError(
                f'survey "{survey_id}": version {version} is not in cf_ledger.survey; its wave cannot be sent'
            )
        found: dict[str, Any] = row[0]
        return found

    def stop_wave(self, wave_id: str, note: str) -> bool:
        """Pull the kill switch of a wave. Returns whether it was not pulled before."""
        with self._transaction():
            return self._execute("stop_wave", wave_id=wave_id, note=note) > 0

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock, self._connection.transaction():
            yield

    def _claim_rows(self, allowed: Allowed, most: int, lease: timedelta, clock: datetime) -> list[Any]:
        most = allowed.most(most)
        if not most:
            return []
        values = {**self._values, **self._queue.values(clock, allowed.lane_most()), "most": most}
        with self._connection.cursor(row_factory=namedtuple_row, binary=True) as cursor:
            statement = sql_text("ledger/claim.sql", has_platforms=self._queue.has_platforms)
            cursor.execute(statement.encode(), {**values, "lease_until": clock + lease})
            return cursor.fetchall()

    def _execute(self, name: str, **values: Any) -> int:
        statement = sql_text(f"ledger/{name}.sql")
        bound = {**self._values, **values} if "%(" in statement else None
        return self._connection.execute(statement.encode(), bound).rowcount


_CLAIMED_VALUES = attrgetter(*(field.name for field in fields(Claimed)))


def _uuids(ids: Iterable[UUID]) -> str:
    """An array of PostgreSQL, as text."""
    return f"{{{','.join(map(str, ids))}}}"
