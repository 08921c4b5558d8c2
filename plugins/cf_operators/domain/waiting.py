"""The mails that still wait, and why; and how many workers shall send what is due."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

CAUSES = ("window", "limit", "put_off", "approval", "later", "token")
"""Why a mail waits: it is night where the person lives; a limit is used up, or the task was told to stop; the mail
server wanted it later; a person has to approve it; its time has not come; the platform of its
survey has no token for it yet."""

DUE_PER_WORKER = 2000
"""A further worker is started for each so many mails that are due: the start of a task costs as much as a hundred."""


@dataclass
class Waiting:
    """Counts by cause. ``next_window_at``: when the first window opens that mails wait for; ``put_off_until``: when the
    first mail is due that the mail server wanted later.
    """

    counts: Counter[str] = field(default_factory=Counter)
    next_window_at: datetime | None = None
    put_off_until: datetime | None = None

    def summary(self) -> dict[str, Any]:
        """For XCom."""
        opens_at = self.next_window_at.isoformat() if self.next_window_at else None
        return {
            "waiting": {cause: self.counts[cause] for cause in CAUSES},
            "next_window_at": opens_at,
        }


def workers_for(due: int, most: int, is_overdue: bool = False) -> int:
    """How many workers send a campaign: none when there is nothing to do, one per 2,000 mails due, ``most`` at most.

    :param is_overdue: whether something has to be closed, which takes one worker.
    """
    wanted = -(-due // DUE_PER_WORKER)
    return min(max(wanted, int(is_overdue)), most)
