"""What the changes of a ticket's status say of its course: when it was settled first, reopened, and settled last."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class StatusChange:
    """``at`` is kept as the source writes it."""

    at: str
    before: str
    after: str


def course_of(changes: Iterable[StatusChange], status: object, settled: AbstractSet[str]) -> dict[str, Any]:
    """The course of one ticket, under the names that a map finds it by.

    :param changes: all of the ticket, in their order.
    :param status: what it is now; only a ticket that is settled now is closed.
    :param settled: the statuses in which nothing more is to be done.
    :returns: ``_first_resolved_at``, ``_closed_at`` (the newest settling), ``_reopened_at`` (the newest),
        ``_reopen_count``.
    """
    settlings, reopenings = [], []
    for change in changes:
        if change.after in settled and change.before not in settled:
            settlings.append(change.at)
        elif change.before in settled and change.after not in settled:
            reopenings.append(change.at)
    return {
        "_first_resolved_at": settlings[0] if settlings else None,
        "_closed_at": settlings[-1] if settlings and isinstance(status, str) and status in settled else None,
        "_reopened_at": reopenings[-1] if reopenings else None,
        "_reopen_count": len(reopenings),
    }
