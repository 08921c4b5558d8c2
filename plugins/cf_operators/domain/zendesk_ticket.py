"""A ticket of Zendesk's export, completed by what is sent beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

SETTLED: Final = ("solved", "closed")
REQUESTER: Final = ("id", "email", "external_id", "time_zone", "locale")


def completed(tickets: list[Any], answer: Mapping[str, Any]) -> Iterator[Any]:
    """Each ticket with its metric set, its requester, its own fields by id, and the times that these tell.

    :param answer: of the export, with ``metric_sets`` and ``users`` beside the tickets. Whatever is no ticket is given
        as it is.
    """
    metrics = _by(answer.get("metric_sets"), "ticket_id")
    users = _by(answer.get("users"), "id")
    for ticket in tickets:
        if not isinstance(ticket, dict):
            yield ticket
            continue
        known = ticket.get("metric_set") or _of(metrics, ticket.get("id"))
        requester = _of(users, ticket.get("requester_id"))
        yield ticket | {
            "metric_set": known,
            "_requester": {name: requester.get(name) for name in REQUESTER},
            "_fields": _custom_fields(ticket.get("custom_fields")),
            **_times(ticket, known if isinstance(known, Mapping) else {}),
        }


def _by(items: Any, key: str) -> dict[Any, Mapping[str, Any]]:
    found = [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
    return {item.get(key): item for item in found if isinstance(item.get(key), int)}


def _of(items: dict[Any, Mapping[str, Any]], key: Any) -> Mapping[str, Any]:
    return items.get(key, {}) if isinstance(key, int) else {}


def _custom_fields(fields: Any) -> dict[str, Any]:
    found = [item for item in fields if isinstance(item, Mapping)] if isinstance(fields, list) else []
    return {str(item.get("id")): item.get("value") for item in found}


def _times(ticket: Mapping[str, Any], metrics: Mapping[str, Any]) -> dict[str, Any]:
    """What the metric set tells of the course of a ticket: first answer, first and last solution.

    ``solved_at`` is the newest solution, ``full_resolution_time_in_minutes`` and ``first_resolution_time_in_minutes``
    count from the creation, and ``reply_time_in_minutes`` to the first public comment of an agent.
    """
    is_settled = ticket.get("status") in SETTLED
    return {
        "_acknowledged_at": _after(ticket, metrics.get("reply_time_in_minutes")),
        "_first_resolved_at": _after(ticket, metrics.get("first_resolution_time_in_minutes")),
        "_closed_at": metrics.get("solved_at") if is_settled else None,
    }


def _after(ticket: Mapping[str, Any], measure: Any) -> str | None:
    minutes = measure.get("calendar") if isinstance(measure, Mapping) else None
    created = ticket.get("created_at")
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not isinstance(created, str):
        return None
    try:
        begin = datetime.fromisoformat(created).timestamp()
        return datetime.fromtimestamp(begin + 60 * minutes, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return None
