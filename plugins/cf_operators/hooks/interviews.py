"""Interviews by telephone: whom to call, and who has begun to ask whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from cf_operators.domain.organisation import Asking
from cf_operators.hooks.sql_text import sql_text

Row = dict[str, Any]

MOST_CALLS = 100
"""Rows of the call list that a page shows."""


@dataclass(frozen=True, slots=True)
class Call:
    """What became of a call that an interviewer wanted to make.

    ``begun``: go ahead. ``not_allowed``: something has come up against it (``reason``), and the call is off the list.
    ``gone``: somebody else has taken it, the person has answered, or it is too late.
    """

    result: Literal["begun", "not_allowed", "gone"]
    reason: str | None = None


class Interviews:
    """The call list, for one interviewer.

    :param connection: the caller's transaction.
    :param actor: user name of the interviewer.
    :param clock: the time now.
    """

    def __init__(self, connection: psycopg.Connection[Any], actor: str, clock: datetime) -> None:
        self._connection = connection
        self._who = {"actor": actor, "clock": clock}

    def calls(self) -> list[Row]:
        """Whom to call now, ``MOST_CALLS`` at most; what ends first comes first."""
        return self._rows("decisions/calls.sql", most=MOST_CALLS)

    def asked(self, source: str, external_id: str) -> list[Row]:
        """What the customer of this number was asked and has not answered yet."""
        return self._rows("decisions/asked.sql", source=source, external_id=external_id)

    def begin(self, invitation_id: UUID, asking: Asking) -> Call:
        """Take a call off the list, or go on with what was asked before. Puts the interviewer on record.

        Of a call on the list everything is checked again that stands against asking somebody, under the lock under
        which mails are claimed: nobody is called and written to at the same moment.
        """
        rules = {
            "quiet_days": asking.quiet_days,
            "consent": asking.consent,
            "cap_days": [cap.within_days for cap in asking.caps],
            "cap_most": [cap.most for cap in asking.caps],
        }
        self._connection.execute(sql_text("ledger/claim_lock.sql").encode())
        taken = self._rows("decisions/take_call.sql", invitation_id=invitation_id, **rules)
        if taken:
            reason = taken[0]["reason"]
            return Call("not_allowed", reason) if reason else Call("begun")
        noted = self._rows("decisions/note_call.sql", invitation_id=invitation_id)
        return Call("begun" if noted else "gone")

    def begun(self, invitation_id: UUID) -> Row | None:
        """An interview that this interviewer has begun; None if there is none, or nobody can answer any more."""
        rows = self._rows("decisions/interview.sql", invitation_id=invitation_id)
        return rows[0] if rows else None

    def _rows(self, name: str, **values: Any) -> list[Row]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(sql_text(name).encode(), {**self._who, **values})
            return cursor.fetchall()
