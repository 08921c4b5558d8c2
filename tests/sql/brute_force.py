"""Every KPI counted in plain Python loops, without SQL and without daily sums: what both are compared with."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from cf_operators.domain.kpi import Kpi
from tests.sql.facts import Facts, Order

Key = tuple[str, date | None, date | None, str]
"""Grain, first and last day of the period, and slice."""

ALL_SIX = ("segment", "product", "region", "channel", "campaign", "language")
OF_ORDER = ("segment", "product", "region")
OF_COMPLAINT = ("segment", "product", "region", "channel", "language")
DAY = timedelta(days=1)


class Case(NamedTuple):
    """One counted thing: its day, its dimensions, and what it adds: counts by name, or a start and an end."""

    day: date
    row: Any
    dimensions: tuple[str, ...]
    adds: dict[str, Any]


def periods(day: date, until: date, fiscal_month: int) -> Iterator[tuple[str, date | None, date | None]]:
    """The periods that contain a day, rolling windows only when they are over."""
    yield "day", day, day
    monday = day - DAY * day.weekday()
    yield "week", monday, monday + 6 * DAY
    for grain, length, first_month in (
        ("month", 1, 1),
        ("quarter", 3, 1),
        ("year", 12, 1),
        ("fiscal_year", 12, fiscal_month),
    ):
        if grain == "fiscal_year" and fiscal_month == 1:
            continue
        start = day.replace(day=1)
        while (start.month - first_month) % length:
            start = (start - DAY).replace(day=1)
        end = start
        for _ in range(length):
            last = end.replace(day=calendar.monthrange(end.year, end.month)[1])
            end = last + DAY
        yield grain, start, last
    for length in (28, 90):
        for ahead in range(length):
            end = day + ahead * DAY
            if end.weekday() == 6 and end <= until:
                yield f"rolling_{length}", end - (length - 1) * DAY, end
    yield "all", None, None


def slices(case: Case, declared: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """The names of the slices that a case belongs to."""
    yield "all"
    for combination in declared:
        if set(combination) <= set(case.dimensions):
            yield " & ".join(f"{name}={getattr(case.row, name)}" for name in combination)


def expected(
    kpi: Kpi,
    facts: Facts,
    as_of: datetime,
    on: date,
    declared: Iterable[tuple[str, ...]],
    fiscal_month: int,
) -> dict[Key, dict[str, Any]]:
    """The statistics of every period and slice of a KPI: sums by name, or for durations sorted cases."""
    until = on - kpi.lag_days * DAY
    open_until = datetime.combine(on - DAY, time(), UTC) if kpi.unit == "days" else as_of
    found: dict[Key, dict[str, Any]] = defaultdict(lambda: defaultdict(int))
    lasted: dict[Key, list[tuple[int, bool]]] = defaultdict(list)
    for case in CASES[kpi.id](facts, kpi):
        if case.day > until:
            continue
        for name in slices(case, declared):
            for period in periods(case.day, until, fiscal_month):
                if kpi.family == "duration":
                    lasted[(*period, name)].append(_lasted(case, open_until))
                else:
                    for column, value in case.adds.items():
                        found[(*period, name)][column] += value
    if kpi.family == "duration":
        return {key: {"cases": sorted(cases)} for key, cases in lasted.items()}
    return {key: dict(sums) for key, sums in found.items()}


def _lasted(case: Case, open_until: datetime) -> tuple[int, bool]:
    started, ended = case.adds["started"], case.adds["ended"]
    if ended is None:
        return max(0, int((open_until - started) // timedelta(seconds=1))), False
    return round((ended - started) / timedelta(seconds=1)), True


def _answers(facts: Facts, kpi: Kpi) -> Iterator[Any]:
    """Per response its first answer by question name to the construct, on the scale of the KPI."""
    given = defaultdict(list)
    for answer in facts.answers:
        is_asked = (answer.construct, (answer.scale_min, answer.scale_max)) == (kpi.construct, kpi.scale)
        if is_asked and answer.is_complete and answer.scale_min <= answer.score <= answer.scale_max:
            given[answer.response_id].append(answer)
    for answers in given.values():
        yield min(answers, key=lambda answer: answer.question)


def nps(facts: Facts, kpi: Kpi) -> Iterator[Case]:
    for answer in _answers(facts, kpi):
        groups = {
            "promoters": answer.score >= 9,
            "passives": 7 <= answer.score < 9,
            "detractors": answer.score < 7,
        }
        weighted = {f"weighted_{name}": answer.weight_milli * is_in for name, is_in in groups.items()}
        adds = groups | weighted | {"square_weight": answer.weight_milli**2}
        yield Case(answer.submitted_on, answer, ALL_SIX, adds)


def _share(is_in: bool, weight: int = 1000) -> dict[str, int]:
    return {
        "numerator": int(is_in),
        "denominator": 1,
        "weighted_numerator": weight * is_in,
        "weighted_denominator": weight,
        "square_weight": weight * weight,
    }


def satisfied(facts: Facts, kpi: Kpi) -> Iterator[Case]:
    assert kpi.top_from is not None
    for answer in _answers(facts, kpi):
        yield Case(
            answer.submitted_on, answer, ALL_SIX, _share(answer.score >= kpi.top_from, answer.weight_milli)
        )


def mean(facts: Facts, kpi: Kpi) -> Iterator[Case]:
    for answer in _answers(facts, kpi):
        adds = {
            "answer_count": 1,
            "total": answer.score,
            "square_total": answer.score**2,
            "weighted_count": answer.weight_milli,
            "weighted_total": answer.weight_milli * answer.score,
            "weighted_square_total": answer.weight_milli * answer.score**2,
            "square_weight": answer.weight_milli**2,
        }
        yield Case(answer.submitted_on, answer, ALL_SIX, adds)


def response_rate(facts: Facts, kpi: Kpi) -> Iterator[Case]:
    for ask in facts.asks:
        yield Case(ask.asked_on, ask, ALL_SIX, _share(ask.disposition == "complete"))


def response_rate_partial(facts: Facts, kpi: Kpi) -> Iterator[Case]:
    for ask in facts.asks:
        yield Case(ask.asked_on, ask, ALL_SIX, _share(ask.disposition in {"complete", "partial"}))


def complaint_rate(facts: Facts, kpi: Kpi) -> Iterator[Case]:
    for complaint in facts.complaints:
        yield Case(complaint.received_on, complaint, OF_ORDER, {"event_count": 1, "exposure": 0})
    for order in facts.orders:
        yield Case(order.ordered_on, order, OF_ORDER, {"event_count": 0, "exposure": 1})


def _complaint_times(find_end: Callable[[Any], datetime | None]) -> Callable[[Facts, Kpi], Iterator[Case]]:
    def cases(facts: Facts, kpi: Kpi) -> Iterator[Case]:
        for complaint in facts.complaints:
            end = find_end(complaint)
            if end is None or end >= complaint.received_at:
                adds = {"started": complaint.received_at, "ended": end}
                yield Case(complaint.received_on, complaint, OF_COMPLAINT, adds)

    return cases


def _closed(complaint: Any) -> datetime | None:
    is_open_again = complaint.reopened_at and not (
        complaint.closed_at and complaint.closed_at > complaint.reopened_at
    )
    return None if is_open_again else complaint.closed_at


def first_contact_resolution(facts: Facts, kpi: Kpi) -> Iterator[Case]:
    for complaint in facts.complaints:
        is_resolved = complaint.first_resolved_at or complaint.closed_at
        if is_resolved and complaint.contact_count is not None:
            is_first = complaint.contact_count <= 1 and not complaint.reopen_count
            yield Case(complaint.received_on, complaint, OF_COMPLAINT, _share(is_first))


def reopen_rate(facts: Facts, kpi: Kpi) -> Iterator[Case]:
    for complaint in facts.complaints:
        if complaint.first_resolved_at or complaint.closed_at or complaint.reopen_count:
            yield Case(complaint.received_on, complaint, OF_COMPLAINT, _share(complaint.reopen_count > 0))


def _on_time(find_day: Callable[[Order], date | None]) -> Callable[[Facts, Kpi], Iterator[Case]]:
    def cases(facts: Facts, kpi: Kpi) -> Iterator[Case]:
        for order in facts.orders:
            day = find_day(order)
            is_unclear = order.status == "delivered" and order.delivered_on is None
            if day and order.status != "cancelled" and not is_unclear:
                is_in_time = order.delivered_on is not None and order.delivered_on <= day
                yield Case(day, order, OF_ORDER, _share(is_in_time))

    return cases


def lead_time(facts: Facts, kpi: Kpi) -> Iterator[Case]:
    def midnight(day: date | None) -> datetime | None:
        return datetime.combine(day, time(), UTC) if day else None

    for order in facts.orders:
        is_unclear = order.status == "delivered" and order.delivered_on is None
        is_backwards = order.delivered_on is not None and order.delivered_on < order.ordered_on
        if order.status != "cancelled" and not is_unclear and not is_backwards:
            adds = {"started": midnight(order.ordered_on), "ended": midnight(order.delivered_on)}
            yield Case(order.ordered_on, order, OF_ORDER, adds)


def _cohort(is_in: Callable[[Any], bool]) -> Callable[[Facts, Kpi], Iterator[Case]]:
    def cases(facts: Facts, kpi: Kpi) -> Iterator[Case]:
        for customer in facts.customers:
            yield Case(customer.first_ordered_on, customer, OF_ORDER, _share(is_in(customer)))

    return cases


_resolution = _complaint_times(lambda c: c.first_resolved_at or c.closed_at)
_closure = _complaint_times(_closed)

CASES: dict[str, Callable[[Facts, Kpi], Iterator[Case]]] = {
    "nps": nps,
    "csat": satisfied,
    "csat_mean": mean,
    "ces": satisfied,
    "ces_mean": mean,
    "product_quality_satisfaction": satisfied,
    "ordering_satisfaction": satisfied,
    "delivery_satisfaction": satisfied,
    "service_satisfaction": satisfied,
    "value_satisfaction": satisfied,
    "complaint_satisfaction": satisfied,
    "response_rate": response_rate,
    "response_rate_partial": response_rate_partial,
    "complaint_rate": complaint_rate,
    "time_to_acknowledge": _complaint_times(
        lambda c: c.acknowledged_at or c.first_resolved_at or c.closed_at
    ),
    "time_to_resolution": _resolution,
    "time_to_resolution_p90": _resolution,
    "resolved_within_sla": _resolution,
    "time_to_closure": _closure,
    "time_to_closure_p90": _closure,
    "first_contact_resolution": first_contact_resolution,
    "reopen_rate": reopen_rate,
    "on_time_delivery": _on_time(lambda order: order.promised_on),
    "on_time_first_promise": _on_time(lambda order: order.first_promised_on),
    "on_time_requested": _on_time(lambda order: order.requested_on),
    "lead_time": lead_time,
    "repeat_purchase": _cohort(lambda customer: customer.orders_within_90 > 0),
    "retention": _cohort(lambda customer: customer.orders_181_365 > 0),
    "churn": _cohort(lambda customer: customer.orders_181_365 == 0),
}


def kaplan_meier_quantile(cases: list[tuple[float, bool]], quantile: float = 0.5) -> float | None:
    """The earliest time by which the product of (1 - ended / at risk) has fallen to the share that is left."""
    survival = 1.0
    for time_ in sorted({hours for hours, is_ended in cases if is_ended}):
        at_risk = sum(hours >= time_ for hours, _ in cases)
        survival *= 1 - sum(is_ended and hours == time_ for hours, is_ended in cases) / at_risk
        if survival <= 1 - quantile + 1e-9:
            return time_
    return None
