"""What people decide about the ledger: each method is one statement that checks the state and keeps who decided.

Two people may press the same button at once, and one person twice: the statement locks the rows, looks at their state
again, and changes and records only what still waits. The result says how many that were.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from cf_operators.domain.decision import Approval, Settlement, Switch
from cf_operators.hooks.sql_text import sql_text


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many invitations a decision found waiting for it, changed, and left because it came too late for them.

    ``answered``: left because the person has answered already.
    ``too_late``: left because nothing of their wave may be sent any more.
    """

    found: int
    changed: int
    answered: int = 0
    too_late: int = 0


class Decisions:
    """Writes the decisions of one person.

    :param connection: the caller's transaction; what is decided holds when that ends well.
    :param actor: user name of the person, kept with each decision.
    :param clock: the time now.
    """

    def __init__(self, connection: psycopg.Connection[Any], actor: str, clock: datetime) -> None:
        self._connection = connection
        self._who = {"actor": actor, "clock": clock}

    def settle(
        self,
        decision: Settlement,
        *,
        wave_id: str | None = None,
        invitation_ids: Collection[UUID] = (),
        note: str | None = None,
    ) -> Outcome:
        """Say what became of unknown mails: those of a wave, or single ones."""
        return self._outcome("settle_unknown", decision, wave_id, invitation_ids, note)

    def approve(
        self,
        decision: Approval,
        *,
        wave_id: str | None = None,
        invitation_ids: Collection[UUID] = (),
        note: str | None = None,
    ) -> Outcome:
        """Say whether key accounts are asked: those of a wave that wait for it, or single ones."""
        return self._outcome("approve", decision, wave_id, invitation_ids, note)

    def switch(self, decision: Switch, wave_id: str, note: str | None = None) -> bool:
        """Stop a wave or let it go on. Returns whether that changed anything."""
        return bool(self._rows("switch_wave", decision=decision, wave_id=wave_id, note=note or None))

    def _outcome(
        self,
        name: str,
        decision: str,
        wave_id: str | None,
        invitation_ids: Collection[UUID],
        note: str | None,
    ) -> Outcome:
        (row,) = self._rows(
            name,
            decision=decision,
            wave_id=wave_id,
            invitation_ids=list(invitation_ids),
            note=note or None,
        )
        return Outcome(**row)

    def _rows(self, name: str, **values: Any) -> list[dict[str, Any]]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(sql_text(f"decisions/{name}.sql").encode(), {**self._who, **values})
            return cursor.fetchall()
