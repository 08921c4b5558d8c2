"""Zendesk's incremental export of tickets by cursor, as its documentation describes it.

developer.zendesk.com: Incremental Exports (cursor-based), Tickets, Ticket Metrics, Side-Loading.
"""

from __future__ import annotations

import base64
from typing import Any

from tests.desks.desk_server import Answer, Asked

HOST = "acme.zendesk.com"
EXPORT = "/api/v2/incremental/tickets/cursor.json"
USER = {"id": 7, "name": "Ana", "email": "ana@customers.example", "external_id": "C-7", "role": "end-user"}


def ticket(number: int, generated: int, **fields: Any) -> dict[str, Any]:
    """A ticket with the fields of the documentation."""
    return {
        "id": number,
        "url": f"https://{HOST}/api/v2/tickets/{number}.json",
        "created_at": "2024-05-01T08:00:00Z",
        "updated_at": "2024-05-01T10:00:00Z",
        "generated_timestamp": generated,
        "type": "problem",
        "subject": "Broken lamp",
        "priority": "high",
        "status": "open",
        "requester_id": 7,
        "via": {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}},
        "custom_fields": [{"id": 360001, "value": "O-1"}, {"id": 360002, "value": None}],
        "satisfaction_rating": {"score": "unoffered"},
        **fields,
    }


def metrics(number: int, **fields: Any) -> dict[str, Any]:
    """The metric set of a ticket that nobody has touched."""
    nothing = {"calendar": None, "business": None}
    return {
        "id": 9000 + number,
        "ticket_id": number,
        "reopens": 0,
        "replies": 0,
        "solved_at": None,
        "reply_time_in_minutes": nothing,
        "first_resolution_time_in_minutes": nothing,
        "full_resolution_time_in_minutes": nothing,
        **fields,
    }


class Zendesk:
    """An account, for ``DeskServer.answer``. Tickets are exported in the order (generated_timestamp, id)."""

    def __init__(self, page: int = 1000) -> None:
        self.page = page
        self.tickets: dict[int, dict[str, Any]] = {}
        self.metrics: dict[int, dict[str, Any]] = {}

    def put(
        self, number: int, generated: int, *, measured: dict[str, Any] | None = None, **fields: Any
    ) -> None:
        """Create or change a ticket; ``generated`` in seconds since 1970."""
        self.tickets[number] = ticket(number, generated, **fields)
        self.metrics[number] = metrics(number, **(measured or {}))

    def __call__(self, asked: Asked) -> Answer:
        login = base64.b64encode(b"q@acme.example/token:secret-token").decode()
        if asked.headers.get("authorization") != f"Basic {login}":
            return Answer({"error": "Couldn't authenticate you"}, 401)
        assert (asked.host.partition(":")[0], asked.path) == (HOST, EXPORT)
        assert asked.query["include"] == "metric_sets,users"
        after = (
            (int(asked.query["start_time"]), 0)
            if "start_time" in asked.query
            else _place(asked.query["cursor"])
        )
        waiting = sorted((t["generated_timestamp"], number) for number, t in self.tickets.items())
        waiting = [place for place in waiting if place > after]
        told, rest = waiting[: self.page], waiting[self.page :]
        last = told[-1] if told else after
        cursor = base64.b64encode(f"{last[0]}.0||{last[1]}".encode()).decode()
        numbers = [number for _, number in told]
        live = [number for number in numbers if self.tickets[number]["status"] != "deleted"]
        return Answer(
            {
                "tickets": [self.tickets[number] for number in numbers],
                "metric_sets": [self.metrics[number] for number in live],
                "users": [USER],
                "after_url": f"https://{HOST}{EXPORT}?cursor={cursor}",
                "after_cursor": cursor,
                "before_cursor": None,
                "end_of_stream": not rest,
            }
        )


def _place(cursor: str) -> tuple[int, int]:
    at, _, number = base64.b64decode(cursor).decode().partition(".0||")
    return int(at), int(number)
