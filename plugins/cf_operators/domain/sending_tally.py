"""What one sending task did, in counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

OUTCOMES = ("accepted", "refused", "unknown", "put_off", "not_tried")


@dataclass
class SendingTally:
    """Counts while a wave is sent.

    ``outcomes``: claimed invitations by outcome; ``cancelled``: due invitations that may not be sent any more, by
    reason; ``expired``: not sent in time; ``lapsed``: claimed by a worker that never reported back.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    cancelled: Counter[str] = field(default_factory=Counter)
    expired: int = 0
    lapsed: int = 0
    stopped_waves: list[str] = field(default_factory=list)

    def summary(self, campaign_id: str, *, dry_run: bool = False) -> dict[str, Any]:
        """For XCom and the log: counts and ids of waves, no people."""
        return {
            "campaign": campaign_id,
            **{outcome: self.outcomes[outcome] for outcome in OUTCOMES},
            "cancelled": dict(sorted(self.cancelled.items())),
            "expired": self.expired,
            "lapsed": self.lapsed,
            "stopped_waves": sorted(self.stopped_waves),
            "dry_run": dry_run,
        }
