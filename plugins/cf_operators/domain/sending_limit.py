"""How many mails may go out now: a flow per second and a count per day.

The flow is kept by the generic cell rate algorithm (GCRA; ATM Forum, Traffic Management Specification 4.0, 4.4.2, as
the virtual scheduling algorithm): one time is remembered, at which the flow is as if no mail had gone out. In any
``t`` seconds no more than ``burst + per_second * t`` mails go out.

Worked example: 20 mails per second have a burst of 2. Two mails at 12:00:00.00 move the time to 12:00:00.10; at
12:00:00.05 one more is allowed, at 12:00:00.10 two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cf_operators.domain.campaign import Campaign
from cf_operators.domain.sending import Limit, Sending

BURST = timedelta(seconds=0.1)
"""What may go out at once: the mails of this time, one at least; so a flow costs twenty claims a second at most."""

ALL = "all"
DOMAIN = "domain:"
"""With what the scope of a domain begins."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What has been used of one limit. ``next_free_at`` is the theoretical arrival time of GCRA."""

    day: date | None = None
    used_count: int = 0
    next_free_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a limit allows now.

    ``count``: mails; None: as many as there are. ``free_at``: when the flow allows some again, if it is the flow that
    allows none; None: it does not hold anything back, or the day is used up.
    """

    count: int | None = None
    free_at: datetime | None = None

    @property
    def is_spent(self) -> bool:
        """Nothing more goes out today, however long one waits."""
        return self.count == 0 and self.free_at is None


def limits_of(sending: Sending, campaign: Campaign) -> dict[str, Limit]:
    """The limits that hold for the mails of a campaign, by scope; those that limit nothing are left out."""
    limits = {
        ALL: Limit(per_second=sending.per_second, per_day=sending.per_day),
        f"campaign:{campaign.id}": Limit(per_day=campaign.most_per_day),
        **{DOMAIN + domain: limit for domain, limit in sending.per_domain.items()},
    }
    return {scope: limit for scope, limit in limits.items() if limit.per_second or limit.per_day}


def daily(limits: Mapping[str, Limit]) -> dict[str, Limit]:
    """The limits per day alone: what may still go today, however long it takes."""
    return {scope: Limit(per_day=limit.per_day) for scope, limit in limits.items() if limit.per_day}


def burst(per_second: float) -> int:
    """Mails that may go out at once."""
    return max(1, int(per_second * BURST.total_seconds()))


def allowance(limit: Limit, usage: Usage, today: date, now: datetime) -> Allowance:
    """What a limit allows.

    :param today: the day in the zone of the organisation; a count of a later day holds, whoever began that day.
    :param now: the time of the clock by which ``usage.next_free_at`` was written.
    """
    left = None
    if limit.per_day:
        is_of_today = usage.day is not None and usage.day >= today
        left = max(limit.per_day - (usage.used_count if is_of_today else 0), 0)
        if left == 0:
            return Allowance(0)
    if not limit.per_second:
        return Allowance(left)
    interval, most = timedelta(seconds=1 / limit.per_second), burst(limit.per_second)
    arrival = max(usage.next_free_at or now, now)
    flow = min(most - _places(arrival - now, interval), most)
    if flow <= 0:
        # Waiting for half of a burst loses nothing when somebody wakes a little late.
        return Allowance(0, arrival - interval * ((most - 1) / 2))
    return Allowance(flow if left is None else min(flow, left))


def arrival_after(limit: Limit, usage: Usage, count: int, now: datetime) -> datetime | None:
    """The new ``next_free_at`` when ``count`` mails go out; None when the limit has no flow."""
    if not limit.per_second:
        return None
    return max(usage.next_free_at or now, now) + count * timedelta(seconds=1 / limit.per_second)


def smallest(allowances: Iterable[Allowance], most: int) -> int:
    """The mails that all of these allow, ``most`` at most."""
    return min([most, *(each.count for each in allowances if each.count is not None)])


def free_at(
    shared: Iterable[Allowance], by_lane: Mapping[str, Allowance], due: Iterable[str]
) -> datetime | None:
    """When the next of the mails that wait for a flow may go; None when no flow holds any back.

    :param shared: the limits of all mails.
    :param by_lane: the limits of single lanes.
    :param due: the lanes in which mails are due.
    """
    common = list(shared)
    if any(each.is_spent for each in common):
        return None
    times = []
    for lane in due:
        own = by_lane.get(lane, Allowance())
        held = [each.free_at for each in (*common, own) if each.free_at]
        if held and not own.is_spent:
            times.append(max(held))
    return min(times, default=None)


def _places(ahead: timedelta, interval: timedelta) -> int:
    """How many intervals have begun in this time."""
    return -((-ahead) // interval)
