"""The SQL of each KPI and its daily sums on a real PostgreSQL, against counting the same rows in Python."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from cf_operators.domain.kpi import Kpi
from cf_operators.domain.measuring import Measuring
from cf_operators.hooks.data_end import read_data_end
from cf_operators.programme import load_programme
from tests.conftest import Warehouse
from tests.sql.brute_force import CASES, Key, expected
from tests.sql.facts import (
    ZONE,
    Answer,
    Ask,
    Complaint,
    Customer,
    Facts,
    Order,
    Response,
    local,
    random_facts,
)
from tests.sql.measured import MEASURING, Sums, measure

KPIS = sorted(CASES)
NOON = datetime(2025, 3, 15, 12, tzinfo=UTC)
TOTAL: Key = ("all", None, None, "all")
LATER_CONSTRUCTS = ("product_quality", "ordering", "delivery", "service", "value", "complaint_handling")


def kpi(kpi_id: str, **changes: Any) -> Kpi:
    return load_programme().kpi(kpi_id).model_copy(update=changes)


def rich_facts(seed: int, size: int = 200) -> Facts:
    """Random facts with answers to every construct of the programme, and complaints that nobody has looked at."""
    facts, draw = random_facts(seed, size), random.Random(seed)
    untouched: dict[str, Any] = {
        "acknowledged_at": None,
        "first_resolved_at": None,
        "closed_at": None,
        "reopened_at": None,
    }
    facts.complaints[::10] = [replace(each, **untouched, reopen_count=0) for each in facts.complaints[::10]]
    satisfied = [answer for answer in facts.answers if answer.construct == "csat"]
    for construct in LATER_CONSTRUCTS:
        facts.answers += [
            replace(answer, construct=construct, question=construct, score=draw.randint(1, 5))
            for answer in satisfied
            if draw.random() < 0.7
        ]
    return facts


def write(warehouse: Warehouse, facts: Facts) -> None:
    with warehouse.connect() as connection:
        facts.write(connection)


def total(warehouse: Warehouse, kpi_id: str, as_of: datetime = NOON, **changes: Any) -> tuple[Any, ...]:
    """The unweighted sums of the whole history and all slices, or the cases of a duration."""
    sums, _ = measure(warehouse, [kpi(kpi_id, **changes)], as_of)[kpi_id]
    values = sums[TOTAL]
    return tuple(value for name, value in values.items() if "weight" not in name)


def rounded(sums: Sums) -> Sums:
    return {key: {name: pytest.approx(value) for name, value in row.items()} for key, row in sums.items()}


def test_every_kpi_of_the_programme_is_counted_in_python_too() -> None:
    assert {kpi.id for kpi in load_programme().kpis} == set(CASES)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_kpi_equals_counting_in_python(warehouse: Warehouse, seed: int) -> None:
    """For a random day within the data and one after them, in every period and slice."""
    facts, draw = rich_facts(seed), random.Random(seed)
    write(warehouse, facts)
    kpis = [kpi(kpi_id, lag_days=min(kpi(kpi_id).lag_days, 30)) for kpi_id in KPIS]
    somewhen = datetime(2025, 3, 1, 22, 30, tzinfo=UTC) + timedelta(hours=draw.randrange(24 * 60))
    for as_of in (somewhen, datetime(2026, 1, 1, tzinfo=UTC)):
        found = measure(warehouse, kpis, as_of)
        for each in kpis:
            wanted = expected(each, facts, as_of, local(as_of), MEASURING.slices, 4)
            sums, touched = found[each.id]
            if touched is not None:  # the second run computes what has come to count since the first
                assert sums.keys() <= wanted.keys(), each.id
                wanted = {key: wanted[key] for key in sums}
            assert sums.keys() == wanted.keys(), each.id
            if each.family == "duration":
                assert sums == wanted, each.id
                assert len({is_ended for _, is_ended in sums[TOTAL]["cases"]}) == 2, each.id
            else:
                assert sums == (rounded(wanted) if each.family == "mean" else wanted), each.id
                counts = [value for name, value in sums[TOTAL].items() if "weight" not in name]
                assert all(counts), f"{each.id} has a case of each kind"
                assert 0 < counts[0] < sum(counts), f"{each.id} has a case that is neither 0 nor everything"


def test_slices_add_up_to_their_total_in_all_periods(warehouse: Warehouse) -> None:
    write(warehouse, rich_facts(3))
    found = measure(warehouse, [kpi(kpi_id, lag_days=0) for kpi_id in KPIS], datetime(2025, 6, 1, tzinfo=UTC))
    for kpi_id, (sums, _) in found.items():
        totals = [key for key in sums if key[3] == "all"]
        assert len({grain for grain, *_ in totals}) == 9, kpi_id
        kinds = {"segment", "product", "region", "segment & region"}
        by_kind: dict[Any, dict[str, Any]] = {}
        for (*period, name), values in sums.items():
            kind = " & ".join(part.partition("=")[0] for part in name.split(" & "))
            added = by_kind.setdefault((*period, kind), {})
            for column, value in values.items():
                added[column] = added[column] + value if column in added else value
        for (*period, kind), values in by_kind.items():
            if kind in kinds:
                whole = sums[(*period, "all")]
                together = {n: sorted(v) if isinstance(v, list) else v for n, v in values.items()}
                assert together == pytest.approx(whole) if kpi_id.endswith("mean") else together == whole


@pytest.mark.parametrize("kpi_id", KPIS)
def test_without_facts_there_is_the_total_and_it_is_nothing(warehouse: Warehouse, kpi_id: str) -> None:
    sums, _ = measure(warehouse, [kpi(kpi_id)], NOON)[kpi_id]
    assert set(sums) == {TOTAL}
    assert not any(sums[TOTAL].values())


@pytest.mark.parametrize(
    ("kpi_id", "scores", "counted"),
    [
        ("nps", [10, 10, 10], (3, 0, 0)),
        ("nps", [9, 9, 6, 6], (2, 0, 2)),
        ("csat", [4], (1, 1)),
        ("csat", [3, 3, 3], (0, 3)),
        ("csat", [4, 3, 4, 3], (2, 4)),
        ("csat_mean", [2], (1, 2.0, 4.0)),
        ("csat_mean", [5, 5], (2, 10.0, 50.0)),
        ("csat_mean", [4.5, 2.25], (2, 6.75, 25.3125)),
        ("ces", [5, 4, 7], (2, 3)),
        ("ces_mean", [7, 7, 1], (3, 15.0, 99.0)),
    ],
)
def test_one_answer_ties_and_all_the_same(
    warehouse: Warehouse, kpi_id: str, scores: list[float], counted: tuple[float, ...]
) -> None:
    each = kpi(kpi_id)
    assert each.construct is not None
    assert each.scale is not None
    answers = [
        answer(number, score, construct=each.construct, scale=each.scale)
        for number, score in enumerate(scores)
    ]
    write(warehouse, Facts(responses=[response(n) for n in range(len(scores))], answers=answers))
    assert total(warehouse, kpi_id) == counted


def response(number: int, submitted_at: datetime = NOON, **changes: Any) -> Response:
    values: dict[str, Any] = {
        "source": "form",
        "response_id": f"r{number}",
        "invitation_id": None,
        "survey_id": "post_purchase",
        "campaign_id": "post_purchase",
        "channel": "web",
        "language": "en",
        "segment": "private",
        "product": "Sofa",
        "region": "North",
        "is_complete": True,
        "submitted_at": submitted_at,
        "submitted_on": local(submitted_at),
    }
    return Response(**values | changes)


def answer(
    number: int,
    score: float,
    question: str = "q",
    construct: str = "nps",
    scale: tuple[int, int] = (0, 10),
    of: Response | None = None,
    **changes: Any,
) -> Answer:
    given = Answer("form", f"r{number}", question, construct, score, *scale)
    return replace(given.of(of or response(number)), **changes)


@pytest.mark.parametrize(
    ("score", "counted"),
    [
        (0, (0, 0, 1)),
        (6, (0, 0, 1)),
        (7, (0, 1, 0)),
        (8, (0, 1, 0)),
        (9, (1, 0, 0)),
        (10, (1, 0, 0)),
        (8.5, (0, 1, 0)),
    ],
)
def test_where_the_groups_of_nps_end(warehouse: Warehouse, score: float, counted: tuple[int, ...]) -> None:
    write(warehouse, Facts(responses=[response(1)], answers=[answer(1, score)]))
    sums, _ = measure(warehouse, [kpi("nps")], NOON)["nps"]
    assert {(row["promoters"], row["passives"], row["detractors"]) for row in sums.values()} == {counted}
    assert len({name for *_, name in sums}) == 8, "all, six dimensions and a pair"
    assert len({grain for grain, *_ in sums}) == 7, "all kinds of periods but the windows that are not over"


def test_a_case_belongs_to_the_local_day_it_happened_on(warehouse: Warehouse) -> None:
    late = datetime(2025, 3, 31, 22, 30, tzinfo=UTC)  # April 1st, half past midnight, in Berlin
    came = response(1, late)
    write(warehouse, Facts(responses=[came], answers=[answer(1, 9, of=came)]))
    sums, _ = measure(warehouse, [kpi("nps")], late)["nps"]
    months = {start for grain, start, _, name in sums if (grain, name) == ("month", "all")}
    assert months == {date(2025, 4, 1)}
    assert {str(start) for grain, start, *_ in sums if grain == "fiscal_year"} == {"2025-04-01"}


def test_answers_on_another_scale_of_partial_responses_second_ones_and_from_the_future_do_not_count(
    warehouse: Warehouse,
) -> None:
    partial, tomorrow = response(3, is_complete=False), response(4, NOON + timedelta(days=1))
    answers = [
        answer(1, 9),
        answer(1, 0, question="r", is_first=False),
        answer(2, 5, scale=(1, 5)),
        answer(3, 0, of=partial),
        answer(4, 0, of=tomorrow),
    ]
    write(warehouse, Facts(responses=[response(1), response(2), partial, tomorrow], answers=answers))
    assert total(warehouse, "nps") == (1, 0, 0)
    assert total(warehouse, "nps", NOON + timedelta(days=1)) == (1, 0, 1), (
        "and when it is tomorrow, it counts"
    )


def test_weights_stand_beside_the_plain_counts(warehouse: Warehouse) -> None:
    answers = [answer(1, 9, weight_milli=2310), answer(2, 3, weight_milli=640)]
    write(warehouse, Facts(responses=[response(1), response(2)], answers=answers))
    sums, _ = measure(warehouse, [kpi("nps")], NOON)["nps"]
    row = sums[TOTAL]
    assert (row["promoters"], row["detractors"]) == (1, 1)
    assert (row["weighted_promoters"], row["weighted_passives"], row["weighted_detractors"]) == (2310, 0, 640)
    assert row["square_weight"] == 2310**2 + 640**2


@pytest.mark.parametrize(
    ("disposition", "rr1", "rr2"),
    [
        ("complete", 1, 1),
        ("partial", 0, 1),
        ("none", 0, 0),
        ("refused", 0, 0),
        ("bounced", 0, 0),
        ("unknown", 0, 0),
        ("unsubscribed", 0, 0),
    ],
)
def test_who_has_answered(warehouse: Warehouse, disposition: str, rr1: int, rr2: int) -> None:
    key = UUID(int=1)
    ask = Ask(
        "w1", key, key, "annual", "mail", "en", "private", "Sofa", "North", NOON, local(NOON), disposition
    )
    write(warehouse, Facts(asks=[ask]))
    assert total(warehouse, "response_rate") == (rr1, 1)
    assert total(warehouse, "response_rate_partial") == (rr2, 1)


def order(number: int, **changes: Any) -> Order:
    values: dict[str, Any] = {
        "source": "shop",
        "order_id": f"o{number}",
        "contact_key": UUID(int=1),
        "segment": "private",
        "product": "Sofa",
        "region": "North",
        "status": "delivered",
        "ordered_at": NOON - timedelta(days=20),
        "ordered_on": local(NOON - timedelta(days=20)),
        "promised_on": local(NOON - timedelta(days=1)),
        "delivered_at": NOON - timedelta(days=1, hours=1),
        "delivered_on": local(NOON - timedelta(days=1)),
    }
    return Order(**values | changes)


@pytest.mark.parametrize(
    ("case", "changes", "counted"),
    [
        ("on the promised day", {}, (1, 1)),
        ("a day late", {"promised_on": local(NOON) - timedelta(days=2)}, (0, 1)),
        ("overdue", {"status": "open", "delivered_at": None, "delivered_on": None}, (0, 1)),
        ("its day is not over", {"promised_on": local(NOON)}, (0, 0)),
        ("no promise", {"promised_on": None}, (0, 0)),
        ("cancelled", {"status": "cancelled"}, (0, 0)),
        ("delivered on an unknown day", {"delivered_at": None, "delivered_on": None}, (0, 0)),
    ],
)
def test_which_orders_are_due_and_which_came_in_time(
    warehouse: Warehouse, case: str, changes: dict[str, Any], counted: tuple[int, int]
) -> None:
    write(warehouse, Facts(orders=[order(1, **changes)]))
    assert total(warehouse, "on_time_delivery") == counted, case


def test_three_days_an_order_can_be_on_time_for(warehouse: Warehouse) -> None:
    days = [local(NOON) - timedelta(days=back) for back in (1, 3, 2)]
    late = order(1, promised_on=days[0], first_promised_on=days[1], requested_on=days[2])
    write(warehouse, Facts(orders=[late]))
    found = [total(warehouse, f"on_time_{name}") for name in ("delivery", "first_promise", "requested")]
    assert found == [(1, 1), (0, 1), (0, 1)]


def test_a_feed_that_stopped_makes_no_open_order_late(warehouse: Warehouse) -> None:
    """Complaints go on, so the data end is later; but nobody has told us what became of the order."""
    write(
        warehouse,
        Facts(
            orders=[order(1, status="open", delivered_at=None, delivered_on=None)],
            complaints=[complaint(1, NOON)],
        ),
    )
    with warehouse.connect() as connection:
        orders, everything = (
            read_data_end(connection, NOON + timedelta(days=9), ZONE.key, feed) for feed in ("orders", "all")
        )
    assert (orders.as_of, everything.as_of) == (NOON - timedelta(days=20), NOON)
    assert total(warehouse, "on_time_delivery", orders.as_of) == (0, 0)
    assert total(warehouse, "on_time_delivery", everything.as_of) == (0, 1)


def test_how_long_orders_take_in_days_of_the_calendar(warehouse: Warehouse) -> None:
    day, hours = 86_400, timedelta(hours=1)
    evening = datetime(2025, 3, 10, 22, tzinfo=UTC)  # the 10th, eleven at night, in Berlin
    when = {"ordered_at": evening, "ordered_on": local(evening)}
    orders = [
        order(1, **when, delivered_at=evening + 9 * hours, delivered_on=local(evening + 9 * hours)),
        order(2, **when, delivered_at=evening, delivered_on=local(evening)),
        order(3, **when, status="open", delivered_at=None, delivered_on=None),
        order(4, **when, status="cancelled"),
        order(5, **when, delivered_at=None, delivered_on=None),
        order(6, **when, delivered_at=evening - 60 * hours, delivered_on=local(evening - 60 * hours)),
    ]
    write(warehouse, Facts(orders=orders))
    (cases,) = total(warehouse, "lead_time")
    assert cases == [(0, True), (day, True), (4 * day, False)], "open on the 14th, the last day that is over"


def complaint(number: int, received_at: datetime = NOON, **changes: Any) -> Complaint:
    return Complaint(
        *("shop", f"c{number}", "private", "Sofa", "North", "late", received_at, local(received_at)),
        **changes,
    )


def test_complaints_of_a_month_without_orders_have_a_row_without_exposure(warehouse: Warehouse) -> None:
    orders = [order(1, ordered_on=local(NOON - timedelta(days=30)), status="cancelled")]
    write(warehouse, Facts(orders=orders, complaints=[complaint(1), complaint(2)]))
    sums, _ = measure(warehouse, [kpi("complaint_rate")], NOON)["complaint_rate"]
    months = {
        str(start)[:7]: tuple(v.values())
        for (g, start, _, n), v in sums.items()
        if (g, n) == ("month", "all")
    }
    assert months == {"2025-02": (0, 1), "2025-03": (2, 0)}
    assert not [name for *_, name in sums if "channel" in name], "an order has no channel"


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("case", "kpi_id", "times", "lasted"),
    [
        ("acknowledged", "time_to_acknowledge", {"acknowledged_at": 1, "first_resolved_at": 5}, (1, True)),
        ("resolved at once", "time_to_acknowledge", {"first_resolved_at": 5}, (5, True)),
        ("open", "time_to_acknowledge", {}, (10, False)),
        ("resolved", "time_to_resolution", {"first_resolved_at": 2, "closed_at": 8}, (2, True)),
        ("closed only", "time_to_resolution", {"closed_at": 8}, (8, True)),
        ("at the same moment", "time_to_resolution", {"closed_at": 0}, (0, True)),
        ("before it began", "time_to_resolution", {"first_resolved_at": -1}, None),
        ("open", "time_to_resolution", {"acknowledged_at": 1}, (10, False)),
        ("opened again", "time_to_resolution", {"first_resolved_at": 2, "reopened_at": 5}, (2, True)),
        ("closed", "time_to_closure", {"first_resolved_at": 2, "closed_at": 8}, (8, True)),
        ("opened again", "time_to_closure", {"closed_at": 3, "reopened_at": 5}, (10, False)),
        ("and closed", "time_to_closure", {"closed_at": 9, "reopened_at": 5}, (9, True)),
        ("resolved is not closed", "time_to_closure", {"first_resolved_at": 2}, (10, False)),
    ],
)
def test_how_long_a_complaint_took(
    warehouse: Warehouse, case: str, kpi_id: str, times: dict[str, int], lasted: tuple[int, bool] | None
) -> None:
    began = NOON - 10 * HOUR
    happened = {name: began + hours * HOUR for name, hours in times.items()}
    write(warehouse, Facts(complaints=[complaint(1, began, **happened)]))
    (cases,) = total(warehouse, kpi_id)
    assert cases == ([(lasted[0] * 3600, lasted[1])] if lasted else []), case


@pytest.mark.parametrize(
    ("changes", "first_contact", "reopened"),
    [
        ({"contact_count": 1, "closed_at": NOON}, (1, 1), (0, 1)),
        ({"contact_count": 2, "closed_at": NOON}, (0, 1), (0, 1)),
        ({"contact_count": 1, "closed_at": NOON, "reopen_count": 1, "reopened_at": NOON}, (0, 1), (1, 1)),
        ({"closed_at": NOON}, (0, 0), (0, 1)),
        ({"contact_count": 1}, (0, 0), (0, 0)),
    ],
)
def test_first_contact_and_opened_again(
    warehouse: Warehouse, changes: dict[str, Any], first_contact: tuple[int, int], reopened: tuple[int, int]
) -> None:
    write(warehouse, Facts(complaints=[complaint(1, NOON - HOUR, **changes)]))
    assert total(warehouse, "first_contact_resolution") == first_contact
    assert total(warehouse, "reopen_rate") == reopened


@pytest.mark.parametrize(
    ("kpi_id", "age", "counted"),
    [
        ("repeat_purchase", 89, (0, 0)),
        ("repeat_purchase", 90, (1, 2)),
        ("retention", 364, (0, 0)),
        ("retention", 365, (1, 2)),
        ("churn", 365, (1, 2)),
    ],
)
def test_a_cohort_counts_once_it_has_had_its_time(
    warehouse: Warehouse, kpi_id: str, age: int, counted: tuple[int, int]
) -> None:
    first = local(NOON) - timedelta(days=age)
    came = [
        Customer(UUID(int=number), "private", "Sofa", "North", first, again, again, 1 + 2 * again)
        for number, again in enumerate((0, 3))
    ]
    write(warehouse, Facts(customers=came))
    assert total(warehouse, kpi_id) == counted


def test_the_newest_event_that_is_not_later_than_the_run(warehouse: Warehouse) -> None:
    hour = timedelta(hours=1)
    with warehouse.connect() as connection:
        assert read_data_end(connection, NOON, ZONE.key).as_of == NOON, "without events the run itself"
        events = [
            Facts(orders=[order(1, ordered_at=NOON + hour, delivered_at=None)]),
            Facts(orders=[order(2, ordered_at=NOON, delivered_at=NOON + 2 * hour)]),
            Facts(complaints=[complaint(1, NOON + 3 * hour)]),
            Facts(complaints=[complaint(2, NOON, acknowledged_at=NOON + 4 * hour)]),
            Facts(complaints=[complaint(3, NOON, first_resolved_at=NOON + 5 * hour)]),
            Facts(complaints=[complaint(4, NOON, reopened_at=NOON + 6 * hour, reopen_count=1)]),
            Facts(complaints=[complaint(5, NOON, closed_at=NOON + 7 * hour)]),
            Facts(responses=[response(1, NOON + 8 * hour)]),
        ]
        for passed, facts in enumerate(events, start=1):
            facts.write(connection)
            assert read_data_end(connection, NOON + 100 * hour, ZONE.key).as_of == NOON + passed * hour
        assert read_data_end(connection, NOON + 2.5 * hour, ZONE.key).as_of == NOON + 2 * hour
        assert read_data_end(connection, NOON + 100 * hour, ZONE.key).on == local(NOON)


def test_a_kpi_can_have_slices_of_its_own(warehouse: Warehouse) -> None:
    write(warehouse, Facts(responses=[response(1)], answers=[answer(1, 9)]))
    own = kpi("nps", slices=(("region",), ("segment", "channel")))
    sums, _ = measure(warehouse, [own], NOON)["nps"]
    assert {name for *_, name in sums} == {"all", "region=North", "segment=private & channel=web"}
    none = Measuring(slices=())
    sums, _ = measure(warehouse, [kpi("nps")], NOON, none)["nps"]
    assert {name for *_, name in sums} == {"all"}
    parts = warehouse.rows("select * from cf_kpi.slice where dimensions = 'segment, channel'")
    assert [(row["segment"], row["channel"], row["region"]) for row in parts] == [("private", "web", None)]
