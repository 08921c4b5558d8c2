"""What waits to be sent of a campaign: what is due now, and why the rest is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from cf_operators.domain.sending import Window
from cf_operators.domain.sending_window import first_opening, zones
from cf_operators.domain.waiting import Waiting
from cf_operators.hooks.sql_text import sql_text


class SendingQueue:
    """Reads the queues of one campaign. The transaction is that of the caller.

    :param window: when people may be written to, where they live.
    :param platform_surveys: ids of the surveys on another platform, whose mails need a token there.
    :param home: zone of the organisation; it counts for whoever lives in a zone that nobody knows.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        campaign_id: str,
        window: Window | None = None,
        home: str = "UTC",
        platform_surveys: Sequence[str] = (),
    ) -> None:
        self._connection = connection
        self._campaign_id = campaign_id
        self._window = window or Window()
        self._home = home
        self._platform_surveys = list(platform_surveys)

    @property
    def has_platforms(self) -> bool:
        """Whether any survey stands on another platform."""
        return bool(self._platform_surveys)

    def values(self, clock: datetime, lane_most: Mapping[str, int] | None = None) -> dict[str, Any]:
        """The values of ``macros/queue.sql``. ``lane_most``: how many a lane may send; others are not limited."""
        lanes, where = lane_most or {}, zones(self._window, clock, self._home)
        return {
            "campaign_id": self._campaign_id,
            "platform_surveys": self._platform_surveys,
            "clock": clock,
            "lanes": list(lanes),
            "lane_most": list(lanes.values()),
            "open_zones": list(where.open),
            "closed_zones": list(where.closed),
            "is_open_at_home": where.is_open_at_home,
        }

    def due(self, clock: datetime, most: int, lane_most: Mapping[str, int] | None = None) -> dict[str, int]:
        """Mails that are due and whose window is open, by lane; ``most`` of each queue are counted."""
        return dict(self._rows("due", {**self.values(clock, lane_most), "most": most}))

    def is_overdue(self, clock: datetime) -> bool:
        """Whether a worker has something to close."""
        [(is_overdue,)] = self._rows("overdue", self.values(clock))
        return bool(is_overdue)

    def waiting(self, clock: datetime) -> Waiting:
        """What still waits, by cause."""
        waiting, closed = Waiting(), set()
        for cause, zone, count, first_due_at in self._rows("waiting", self.values(clock)):
            waiting.counts[cause] += count
            if cause == "window":
                closed.add(zone)
            if cause == "put_off":
                waiting.put_off_until = min(waiting.put_off_until or first_due_at, first_due_at)
        waiting.next_window_at = first_opening(self._window, clock, closed, self._home)
        return waiting

    def _rows(self, name: str, values: dict[str, Any]) -> list[Any]:
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(
                sql_text(f"ledger/{name}.sql", has_platforms=self.has_platforms).encode(), values
            ).fetchall()
