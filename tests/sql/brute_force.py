"""Every KPI counted in plain Python loops, without SQL: what the SQL is compared with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from tests.sql.facts import Facts, local

Key = tuple[str, date | None, str]


class Case(NamedTuple):
    """One counted thing: its day, its dimensions, and what it adds."""

    day: date
    row: Any
    adds: tuple[Any, ...]


def keys(case: Case) -> list[Key]:
    """The periods and slices that a case belongs to."""
    slices = ["all", *(f"{name}={getattr(case.row, name)}" for name in ("segment", "product", "region"))]
    return [
        (grain, start, name)
        for grain, start in (("month", case.day.replace(day=1)), ("all", None))
        for name in slices
    ]


def summed(cases: Iterable[Case], nothing: tuple[Any, ...]) -> dict[Key, tuple[Any, ...]]:
    """The cases added up by period and slice; the total is there even when nothing is."""
    found: dict[Key, tuple[Any, ...]] = defaultdict(lambda: nothing)
    found["all", None, "all"] = nothing
    for case in cases:
        for key in keys(case):
            found[key] = tuple(have + more for have, more in zip(found[key], case.adds, strict=True))
    return dict(found)


def _scores(facts: Facts, construct: str, scale: tuple[int, int], as_of: datetime) -> list[tuple[Any, float]]:
    found = []
    for response in facts.responses:
        if not response.is_complete or response.submitted_at > as_of:
            continue
        given = [
            answer
            for answer in facts.answers
            if (answer.response_id, answer.construct) == (response.response_id, construct)
            and (answer.scale_min, answer.scale_max) == scale
        ]
        if given:
            found.append((response, min(given, key=lambda answer: answer.question).score))
    return found


def nps(facts: Facts, as_of: datetime) -> dict[Key, tuple[Any, ...]]:
    return summed(
        (
            Case(response.submitted_on, response, (score in (9, 10), score in (7, 8), score in range(7)))
            for response, score in _scores(facts, "nps", (0, 10), as_of)
        ),
        (0, 0, 0),
    )


def csat(facts: Facts, as_of: datetime) -> dict[Key, tuple[Any, ...]]:
    scores = _scores(facts, "csat", (1, 5), as_of)
    return summed(
        (Case(response.submitted_on, response, (score in (4, 5), 1)) for response, score in scores), (0, 0)
    )


def response_rate(facts: Facts, as_of: datetime) -> dict[Key, tuple[Any, ...]]:
    people: dict[Any, list[tuple[date, Any, bool]]] = defaultdict(list)
    for invitation in facts.invitations:
        back = [
            response
            for response in facts.responses
            if response.invitation_id == invitation.invitation_id and response.submitted_at <= as_of
        ]
        was_asked = invitation.state in {"accepted", "responded", "expired"}
        if back or (was_asked and invitation.accepted_at and invitation.accepted_at <= as_of):
            day = invitation.accepted_on or min(response.submitted_on for response in back)
            is_answered = any(response.is_complete for response in back)
            people[invitation.wave_id, invitation.contact_key].append((day, invitation, is_answered))
    cases = []
    for asks in people.values():
        day, invitation, _ = min(asks, key=lambda ask: (ask[0], ask[1].invitation_id))
        cases.append(Case(day, invitation, (any(is_answered for *_, is_answered in asks), 1)))
    return summed(cases, (0, 0))


def complaint_rate(facts: Facts, as_of: datetime) -> dict[Key, tuple[Any, ...]]:
    complaints = [Case(c.received_on, c, (1, 0)) for c in facts.complaints if c.received_at <= as_of]
    orders = [Case(o.ordered_on, o, (0, 1)) for o in facts.orders if o.ordered_at <= as_of]
    return summed(complaints + orders, (0, 0))


def on_time_delivery(facts: Facts, as_of: datetime) -> dict[Key, tuple[Any, ...]]:
    cases = []
    ordered = [order.ordered_on for order in facts.orders if order.ordered_at <= as_of]
    delivered = [
        o.delivered_on for o in facts.orders if o.delivered_on and o.delivered_at and o.delivered_at <= as_of
    ]
    feed_end = max([*ordered, *delivered], default=local(as_of))
    for order in facts.orders:
        if order.promised_on is None or order.promised_on >= feed_end or order.ordered_at > as_of:
            continue
        if order.status == "cancelled" or (order.status == "delivered" and order.delivered_on is None):
            continue
        came = order.delivered_at is not None and order.delivered_at <= as_of
        is_on_time = came and order.delivered_on is not None and order.delivered_on <= order.promised_on
        cases.append(Case(order.promised_on, order, (is_on_time, 1)))
    return summed(cases, (0, 0))


def time_to_resolution(facts: Facts, as_of: datetime) -> dict[Key, tuple[Any, ...]]:
    """One list per row, of (hours, is resolved)."""
    cases = []
    for complaint in facts.complaints:
        end = complaint.first_resolved_at or complaint.closed_at
        if complaint.received_at > as_of or (end and end < complaint.received_at):
            continue
        is_resolved = end is not None and end <= as_of
        until = end if end is not None and is_resolved else as_of
        hours = (until - complaint.received_at).total_seconds() / 3600
        cases.append(Case(complaint.received_on, complaint, ([(hours, is_resolved)],)))
    return summed(cases, ([],))


BRUTE_FORCE: dict[str, Callable[[Facts, datetime], dict[Key, tuple[Any, ...]]]] = {
    "nps": nps,
    "csat": csat,
    "response_rate": response_rate,
    "complaint_rate": complaint_rate,
    "on_time_delivery": on_time_delivery,
    "time_to_resolution": time_to_resolution,
}


def kaplan_meier_median(cases: list[tuple[float, bool]]) -> float | None:
    """The earliest time by which the product of (1 - ended / at risk) has fallen to one half."""
    survival = 1.0
    for time in sorted({hours for hours, is_ended in cases if is_ended}):
        at_risk = sum(hours >= time for hours, _ in cases)
        survival *= 1 - sum(is_ended and hours == time for hours, is_ended in cases) / at_risk
        if survival <= 0.5 + 1e-9:
            return time
    return None
