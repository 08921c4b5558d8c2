"""Odoo's JSON-RPC as its documentation describes it: login, fields_get, and search_read with a domain.

odoo.com/documentation: "External RPC API", "ORM API" (search domains). Times are kept to the microsecond, by which the
server compares and orders; what it tells are seconds.
"""

from __future__ import annotations

import json
import operator
from datetime import UTC, datetime
from typing import Any

from tests.desks.desk_server import Answer, Asked

TYPES = {
    "id": "integer", "name": "char", "active": "boolean", "write_date": "datetime", "create_date": "datetime",
    "assign_date": "datetime", "close_date": "datetime", "ticket_type_id": "many2one", "priority": "selection",
    "partner_id": "many2one", "partner_email": "char", "rating_last_value": "float",
}  # fmt: skip
COMPARED = {">=": operator.ge, "<": operator.lt, ">": operator.gt, "=": operator.eq}


class Odoo:
    """A database with tickets, for ``DeskServer.answer``."""

    def __init__(self) -> None:
        self.tickets: dict[int, dict[str, Any]] = {}
        self.seen: list[tuple[list[Any], str]] = []

    def put(self, number: int, written: str, **fields: Any) -> None:
        """Create or change a ticket; ``written`` is its write_date in UTC, e.g. 2024-05-01 10:00:00.25."""
        nothing = dict.fromkeys(TYPES, False) | {"active": True, "priority": "0"}
        created = datetime(2024, 5, 1, 8)  # noqa: DTZ001 - Odoo's times have no zone
        values = {"create_date": created, "write_date": datetime.fromisoformat(written), "id": number}
        self.tickets[number] = nothing | values | fields

    def __call__(self, asked: Asked) -> Answer:
        assert asked.path == "/jsonrpc"
        parameters = json.loads(asked.body)["params"]
        arguments = parameters["args"]
        if parameters["method"] == "login":
            return _result(7 if arguments == ["acme", "q@acme.example", "secret-key"] else False)
        assert arguments[:3] == ["acme", 7, "secret-key"]
        model, method, given, settings = arguments[3:]
        if model != "helpdesk.ticket":
            return _error("builtins.KeyError", f"'{model}'")
        if method == "fields_get":
            return _result({name: {"type": kind} for name, kind in TYPES.items()})
        assert method == "search_read"
        assert settings["context"] == {"active_test": False}
        return _result(self._found(given[0], settings))

    def _found(self, domain: list[Any], settings: dict[str, Any]) -> list[dict[str, Any]]:
        self.seen.append((domain, settings["order"]))
        found = [
            ticket for ticket in self.tickets.values() if all(_fits(ticket, *clause) for clause in domain)
        ]
        keys = settings["order"].split(", ")
        found.sort(key=lambda ticket: [ticket[key] for key in keys])
        names = settings["fields"]
        return [{name: _told(ticket[name]) for name in names} for ticket in found[: settings["limit"]]]


def _fits(ticket: dict[str, Any], name: str, sign: str, value: Any) -> bool:
    wanted = datetime.fromisoformat(value) if TYPES[name] == "datetime" else value
    return bool(COMPARED[sign](ticket[name], wanted))


def _told(value: Any) -> Any:
    return value.replace(tzinfo=UTC).strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else value


def _result(value: Any) -> Answer:
    return Answer({"jsonrpc": "2.0", "id": 1, "result": value})


def _error(name: str, message: str) -> Answer:
    data = {
        "name": name,
        "message": message,
        "debug": "Traceback: secret-key",
        "arguments": [message],
        "context": {},
    }
    return Answer(
        {"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "message": "Odoo Server Error", "data": data}}
    )
