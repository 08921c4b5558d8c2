"""What one sending task did, in counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cf_operators.domain.waiting import Waiting

OUTCOMES = ("accepted", "refused", "unknown", "put_off", "not_tried")


@dataclass
class SendingTally:
    """Counts while a wave is sent.

    ``outcomes``: claimed invitations by outcome; ``cancelled``: due invitations that may not be sent any more, by
    reason; ``expired``: not sent in time; ``lapsed``: claimed by a worker that never reported back; ``waiting``: what
    still waits at the end.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    cancelled: Counter[str] = field(default_factory=Counter)
    expired: int = 0
    lapsed: int = 0
    stopped_waves: list[str] = field(default_factory=list)
    waiting: Waiting = field(default_factory=Waiting)

    def summary(self, campaign_id: str, *, dry_run: bool = False) -> dict[str, Any]:
        """For XCom and the log: counts and ids of waves, no people."""
        return {
            "campaign": campaign_id,
            **{outcome: self.outcomes[outcome] for outcome in OUTCOMES},
            "cancelled": dict(sorted(self.cancelled.items())),
            "expired": self.expired,
            "lapsed": self.lapsed,
            "stopped_waves": sorted(self.stopped_waves),
            **self.waiting.summary(),
            "dry_run": dry_run,
        }


def sum_of(summaries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The summaries of several workers added up: the same keys, with ``campaigns`` for ``campaign``.

    Workers of one campaign have looked into the same queues, so what still waits is that of the one who saw least: the
    last one, as nothing joins the queues while they are sent.
    """
    by_campaign: dict[str, list[Mapping[str, Any]]] = {}
    for each in summaries:
        by_campaign.setdefault(each["campaign"], []).append(each)
    every = [each for group in by_campaign.values() for each in group]
    last = [min(group, key=lambda each: sum(each["waiting"].values())) for group in by_campaign.values()]
    return {
        "campaigns": sorted(by_campaign),
        **{name: sum(each[name] for each in every) for name in (*OUTCOMES, "expired", "lapsed")},
        "cancelled": _added(each["cancelled"] for each in every),
        "stopped_waves": sorted({wave for each in every for wave in each["stopped_waves"]}),
        "waiting": _added(each["waiting"] for each in last),
        "next_window_at": min(
            (each["next_window_at"] for each in last if each["next_window_at"]), default=None
        ),
    }


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return dict(sorted(total.items()))
