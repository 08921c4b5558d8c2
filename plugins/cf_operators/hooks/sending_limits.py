"""The limits of sending as all workers share them: read and charged in the transaction that claims."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import namedtuple_row

from cf_operators.domain.sending import Limit
from cf_operators.domain.sending_limit import (
    DOMAIN,
    Allowance,
    Usage,
    allowance,
    arrival_after,
    free_at,
    smallest,
)
from cf_operators.hooks.sql_text import sql_text


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the limits allow at ``now``, by the clock of the database; ``day`` is the one that a claim counts to."""

    now: datetime
    day: date
    usage: Mapping[str, Usage]
    by_scope: Mapping[str, Allowance]

    @property
    def shared(self) -> list[Allowance]:
        """The limits of all mails of the campaign."""
        return [each for scope, each in self.by_scope.items() if not scope.startswith(DOMAIN)]

    @property
    def by_lane(self) -> dict[str, Allowance]:
        """The limits of single domains."""
        return {
            scope.removeprefix(DOMAIN): each
            for scope, each in self.by_scope.items()
            if scope.startswith(DOMAIN)
        }

    def most(self, most: int) -> int:
        """How many mails may be claimed."""
        return smallest(self.shared, most)

    def lane_most(self) -> dict[str, int]:
        """How many mails may be claimed of the lanes that are limited."""
        return {lane: each.count for lane, each in self.by_lane.items() if each.count is not None}

    def is_held(self) -> bool:
        """Whether a flow holds anything back."""
        return any(each.free_at for each in self.by_scope.values())

    def free_at(self, due: Collection[str]) -> datetime | None:
        """When the next mail may go of the lanes in which mails are due."""
        return free_at(self.shared, self.by_lane, due)


class SendingLimits:
    """The limits of one campaign's mails, for one worker. Transactions are the caller's.

    :param limits: by scope.
    :param home: zone of the organisation, in which days are counted.
    """

    def __init__(
        self, connection: psycopg.Connection[Any], limits: Mapping[str, Limit], home: str = "UTC"
    ) -> None:
        self._connection = connection
        self._limits = limits
        self._home = ZoneInfo(home)
        self._charged: dict[UUID, tuple[date, str]] = {}

    @property
    def has_flow(self) -> bool:
        """Whether anything is limited per second."""
        return any(limit.per_second for limit in self._limits.values())

    def open_lanes(self) -> None:
        """Give each limited domain a lane of its own, unless that is so already."""
        wanted = sorted(scope.removeprefix(DOMAIN) for scope in self._limits if scope.startswith(DOMAIN))
        known = sorted(domain for (domain,) in self._rows("limited_domains"))
        if wanted != known:
            self._execute("lanes_lock")
            self._execute("lanes_close", domains=wanted)
            self._execute("lanes_open", domains=wanted)
            self._execute("lanes_fill")

    def read(self, clock: datetime) -> Allowed:
        """What is allowed now. To claim by it, hold the lock of claims from before this call on."""
        today = clock.astimezone(self._home).date()
        if not self._limits:
            return Allowed(clock, today, {}, {})
        rows = self._rows("limit_usage", scopes=list(self._limits))
        usage = {row.scope: Usage(row.day, row.used_count, row.next_free_at) for row in rows}
        now = rows[0].now
        day = max([today, *(each.day for each in usage.values() if each.day)])
        by_scope = {
            scope: allowance(limit, usage[scope], today, now) for scope, limit in self._limits.items()
        }
        return Allowed(now, day, usage, by_scope)

    def charge(self, allowed: Allowed, claimed: Mapping[UUID, str]) -> None:
        """Count what was claimed: the lane of each invitation."""
        if not self._limits or not claimed:
            return
        counts = self._counts(claimed.values())
        self._execute(
            "limit_charge",
            day=allowed.day,
            scopes=list(counts),
            counts=list(counts.values()),
            next_free_at=[
                arrival_after(self._limits[scope], allowed.usage[scope], count, allowed.now)
                for scope, count in counts.items()
            ],
        )
        self._charged |= {key: (allowed.day, lane) for key, lane in claimed.items()}

    def settle(self, invitations: Collection[UUID], not_tried: Collection[UUID]) -> None:
        """Forget invitations that are settled, and give back the places of those that were not handed over at all."""
        charged = {key: self._charged.pop(key) for key in invitations if key in self._charged}
        given = [charged[key] for key in not_tried if key in charged]
        for day in {day for day, _ in given}:
            counts = self._counts(lane for of_day, lane in given if of_day == day)
            self._execute("limit_give_back", day=day, scopes=list(counts), counts=list(counts.values()))

    def _counts(self, lanes: Any) -> dict[str, int]:
        """Mails by scope: each counts for all shared limits, and for that of its lane."""
        by_lane = Counter(lanes)
        counts = {}
        for scope in self._limits:
            is_domain = scope.startswith(DOMAIN)
            count = by_lane[scope.removeprefix(DOMAIN)] if is_domain else by_lane.total()
            if count:
                counts[scope] = count
        return counts

    def _rows(self, name: str, **values: Any) -> list[Any]:
        with self._connection.cursor(row_factory=namedtuple_row) as cursor:
            return cursor.execute(sql_text(f"ledger/{name}.sql").encode(), values or None).fetchall()

    def _execute(self, name: str, **values: Any) -> None:
        self._connection.execute(sql_text(f"ledger/{name}.sql").encode(), values or None)
