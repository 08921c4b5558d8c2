"""The SQL of each KPI on a real PostgreSQL, against counting the same rows in Python."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cf_operators.domain.definition import Definition
from cf_operators.hooks.kpi_facts import read_data_as_of, read_statistics
from cf_operators.hooks.sql_text import sql_text
from cf_operators.programme import load_programme
from cf_operators.stats.estimate import FAMILIES
from tests.conftest import Warehouse
from tests.sql.brute_force import BRUTE_FORCE, Key
from tests.sql.facts import ZONE, Answer, Complaint, Facts, Invitation, Order, Response, local, random_facts

KPIS = sorted(BRUTE_FORCE)
NOON = datetime(2025, 3, 15, 12, tzinfo=UTC)


def statistics(warehouse: Warehouse, kpi_id: str, as_of: datetime) -> dict[Key, tuple[Any, ...]]:
    """The rows of a KPI's SQL as ``{key: statistics}``; durations as one sorted list of (hours, is ended)."""
    kpi = load_programme().kpi(kpi_id)
    definition = Definition.of(kpi, sql_text(kpi.sql))
    columns = FAMILIES[kpi.family].columns
    with warehouse.connect() as connection:
        rows = read_statistics(
            connection, definition, definition.parameters(as_of, local(as_of), ZONE.key), columns
        )
    found = {}
    for row in rows:
        counts = tuple(row[column] for column in columns)
        if kpi.family == "duration":
            counts = (sorted(zip(row["durations"] or [], row["is_ended"] or [], strict=True)),)
        found[row["grain"], row["period_start"], row["slice"]] = counts
    return found


def write(warehouse: Warehouse, facts: Facts) -> None:
    with warehouse.connect() as connection:
        facts.write(connection)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_kpi_equals_counting_in_python(warehouse: Warehouse, seed: int) -> None:
    facts = random_facts(seed, size=400)
    write(warehouse, facts)
    for as_of in (datetime(2025, 4, 10, 22, 30, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)):
        for kpi_id in KPIS:
            expected = BRUTE_FORCE[kpi_id](facts, as_of)
            found = statistics(warehouse, kpi_id, as_of)
            assert found.keys() == expected.keys(), kpi_id
            if kpi_id == "time_to_resolution":
                for key, (cases,) in found.items():
                    wanted = sorted(expected[key][0])
                    assert [hours for hours, _ in cases] == pytest.approx([hours for hours, _ in wanted])
                    assert [ended for _, ended in cases] == [ended for _, ended in wanted]
            else:
                assert found == expected, kpi_id
                top, *rest = expected["all", None, "all"]
                assert 0 < top < sum(rest), f"{kpi_id} has a case that is neither 0 nor everything"


@pytest.mark.parametrize("kpi_id", KPIS)
def test_slices_add_up_to_their_total(warehouse: Warehouse, kpi_id: str) -> None:
    write(warehouse, random_facts(3))
    found = statistics(warehouse, kpi_id, datetime(2025, 4, 10, tzinfo=UTC))
    totals = [key for key in found if key[2] == "all"]
    assert len(totals) > 3
    for grain, start, _ in totals:
        for dimension in ("segment", "product", "region"):
            parts = [
                counts
                for (g, s, name), counts in found.items()
                if (g, s) == (grain, start) and name.startswith(f"{dimension}=")
            ]
            if kpi_id == "time_to_resolution":
                together: tuple[Any, ...] = (sorted(case for (cases,) in parts for case in cases),)
            else:
                together = tuple(map(sum, zip(*parts, strict=True)))
            assert together == found[grain, start, "all"]


@pytest.mark.parametrize("kpi_id", KPIS)
def test_without_facts_there_is_the_total_and_it_is_nothing(warehouse: Warehouse, kpi_id: str) -> None:
    found = statistics(warehouse, kpi_id, NOON)
    assert set(found) == {("all", None, "all")}
    assert not any(found["all", None, "all"])


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


def nps_answer(number: int, score: float, question: str = "nps", scale: tuple[int, int] = (0, 10)) -> Answer:
    return Answer("form", f"r{number}", question, "nps", score, *scale)


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
def test_one_answer_and_where_the_groups_of_nps_end(
    warehouse: Warehouse, score: float, counted: tuple[int, ...]
) -> None:
    write(warehouse, Facts(responses=[response(1)], answers=[nps_answer(1, score)]))
    found = statistics(warehouse, "nps", NOON)
    assert set(found.values()) == {counted}
    assert len(found) == 8, "month and whole history, by all and three dimensions"


def test_a_response_belongs_to_the_local_month_it_was_submitted_in(warehouse: Warehouse) -> None:
    late = datetime(2025, 3, 31, 22, 30, tzinfo=UTC)  # April 1st, half past midnight, in Berlin
    write(warehouse, Facts(responses=[response(1, late)], answers=[nps_answer(1, 9)]))
    found = statistics(warehouse, "nps", late)
    assert [str(start) for grain, start, name in found if (grain, name) == ("month", "all")] == ["2025-04-01"]


def test_answers_on_another_scale_of_partial_responses_and_from_the_future_do_not_count(
    warehouse: Warehouse,
) -> None:
    responses = [
        response(1),
        response(2),
        response(3, is_complete=False),
        response(4, NOON + timedelta(seconds=1)),
    ]
    answers = [nps_answer(1, 9), nps_answer(2, 5, scale=(1, 5)), nps_answer(3, 0), nps_answer(4, 0)]
    write(warehouse, Facts(responses=responses, answers=answers))
    assert statistics(warehouse, "nps", NOON)["all", None, "all"] == (1, 0, 0)


def test_a_construct_answered_twice_counts_once_by_the_first_question(warehouse: Warehouse) -> None:
    answers = [nps_answer(1, 0, question="b"), nps_answer(1, 10, question="a")]
    write(warehouse, Facts(responses=[response(1)], answers=answers))
    assert statistics(warehouse, "nps", NOON)["all", None, "all"] == (1, 0, 0)


def invitation(number: int, state: str, accepted_at: datetime | None = NOON, contact: int = 0) -> Invitation:
    return Invitation(
        *(
            UUID(int=number),
            "post_purchase",
            "w1",
            UUID(int=contact or number),
            "private",
            "Sofa",
            "North",
            "en",
        ),
        *(state, accepted_at, accepted_at and local(accepted_at), None),
    )


@pytest.mark.parametrize(
    ("state", "accepted", "back", "counted"),
    [
        ("accepted", True, None, (0, 1)),
        ("expired", True, None, (0, 1)),
        ("responded", True, "complete", (1, 1)),
        ("responded", True, "partial", (0, 1)),
        ("bounced", True, None, (0, 0)),
        ("bounced", True, "complete", (1, 1)),
        ("unknown", False, None, (0, 0)),
        ("unknown", False, "complete", (1, 1)),
        ("unknown", False, "partial", (0, 1)),
        ("refused", False, None, (0, 0)),
        ("planned", False, None, (0, 0)),
        ("claimed", False, None, (0, 0)),
        ("cancelled", False, None, (0, 0)),
    ],
)
def test_who_was_asked_and_who_answered(
    warehouse: Warehouse, state: str, accepted: bool, back: str | None, counted: tuple[int, int]
) -> None:
    ask = invitation(1, state, NOON if accepted else None)
    came = [response(1, invitation_id=ask.invitation_id, is_complete=back == "complete")] if back else []
    write(warehouse, Facts(invitations=[ask], responses=came))
    found = statistics(warehouse, "response_rate", NOON)
    assert found["all", None, "all"] == counted
    assert len(found) == (8 if counted[1] else 1)


def test_a_reminded_person_is_one_person_asked_in_the_month_of_the_first_mail(warehouse: Warehouse) -> None:
    asks = [
        invitation(1, "accepted", datetime(2025, 2, 27, tzinfo=UTC), contact=7),
        invitation(2, "responded", datetime(2025, 3, 6, tzinfo=UTC), contact=7),
    ]
    write(warehouse, Facts(invitations=asks, responses=[response(1, invitation_id=asks[1].invitation_id)]))
    found = statistics(warehouse, "response_rate", NOON)
    assert found["all", None, "all"] == (1, 1)
    assert {
        str(start): counts for (grain, start, name), counts in found.items() if name == "all" and start
    } == {"2025-02-01": (1, 1)}


def order(number: int, **changes: Any) -> Order:
    values: dict[str, Any] = {
        "source": "shop",
        "order_id": f"o{number}",
        "contact_key": "00000000-0000-0000-0000-000000000001",
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


NEWEST = order(
    2,
    ordered_at=NOON,
    ordered_on=local(NOON),
    promised_on=None,
    status="open",
    delivered_at=None,
    delivered_on=None,
)
"""Counts nowhere, but shows that the order feed reaches to noon."""


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
        ("delivered after the data end", {"delivered_at": NOON + timedelta(hours=1)}, (0, 1)),
        ("ordered after the data end", {"ordered_at": NOON + timedelta(hours=1)}, (0, 0)),
    ],
)
def test_which_orders_are_due_and_which_came_in_time(
    warehouse: Warehouse, case: str, changes: dict[str, Any], counted: tuple[int, int]
) -> None:
    write(warehouse, Facts(orders=[order(1, **changes), NEWEST]))
    assert statistics(warehouse, "on_time_delivery", NOON)["all", None, "all"] == counted, case


def test_a_feed_that_stopped_makes_no_open_order_late(warehouse: Warehouse) -> None:
    """Complaints go on, so the data end is later; but nobody has told us what became of the order."""
    write(warehouse, Facts(orders=[order(1, status="open", delivered_at=None, delivered_on=None)]))
    assert statistics(warehouse, "on_time_delivery", NOON)["all", None, "all"] == (0, 0)


def complaint(number: int, received_at: datetime = NOON, **changes: Any) -> Complaint:
    return Complaint(
        *("shop", f"c{number}", "private", "Sofa", "North", "late", received_at, local(received_at)),
        **changes,
    )


def test_complaints_of_a_month_without_orders_have_a_row_without_exposure(warehouse: Warehouse) -> None:
    orders = [order(1, ordered_on=local(NOON - timedelta(days=30)), status="cancelled")]
    write(warehouse, Facts(orders=orders, complaints=[complaint(1), complaint(2)]))
    found = statistics(warehouse, "complaint_rate", NOON)
    assert {str(s): counts for (g, s, name), counts in found.items() if name == "region=North"} == {
        "2025-02-01": (0, 1),
        "2025-03-01": (2, 0),
        "None": (2, 1),
    }


def test_how_long_a_complaint_took(warehouse: Warehouse) -> None:
    hour = timedelta(hours=1)
    complaints = [
        complaint(1, NOON - 10 * hour, first_resolved_at=NOON - 8 * hour, closed_at=NOON),
        complaint(2, NOON - 10 * hour, closed_at=NOON - 7 * hour),
        complaint(3, NOON - 10 * hour),
        complaint(4, NOON - 10 * hour, first_resolved_at=NOON + hour),
        complaint(5, NOON - 10 * hour, first_resolved_at=NOON - 11 * hour),
        complaint(6, NOON + hour),
        complaint(7, NOON),
    ]
    write(warehouse, Facts(complaints=complaints))
    (cases,) = statistics(warehouse, "time_to_resolution", NOON)["all", None, "all"]
    assert cases == [(0, False), (2, True), (3, True), (10, False), (10, False)]


def test_the_data_reach_to_the_newest_event_that_is_not_in_the_future(warehouse: Warehouse) -> None:
    hour = timedelta(hours=1)
    events = {
        "ordered": Facts(orders=[order(1, ordered_at=NOON, delivered_at=None)]),
        "delivered": Facts(orders=[order(2, ordered_at=NOON - hour, delivered_at=NOON + hour)]),
        "received": Facts(complaints=[complaint(1, NOON + 2 * hour)]),
        "acknowledged": Facts(complaints=[complaint(2, NOON, acknowledged_at=NOON + 3 * hour)]),
        "resolved": Facts(complaints=[complaint(3, NOON, first_resolved_at=NOON + 4 * hour)]),
        "closed": Facts(complaints=[complaint(4, NOON, closed_at=NOON + 5 * hour)]),
        "accepted": Facts(invitations=[invitation(1, "accepted", NOON + 6 * hour)]),
        "submitted": Facts(responses=[response(1, NOON + 7 * hour)]),
    }
    with warehouse.connect() as connection:
        assert read_data_as_of(connection, NOON) is None
        for passed, (event, facts) in enumerate(events.items()):
            facts.write(connection)
            assert read_data_as_of(connection, NOON + 100 * hour) == NOON + passed * hour, event
        assert read_data_as_of(connection, NOON + 2.5 * hour) == NOON + 2 * hour


def test_sql_of_kpis_is_found_where_the_programme_says() -> None:
    for kpi in load_programme().kpis:
        assert Path(kpi.sql).stem == kpi.id
        assert kpi.id in BRUTE_FORCE, "every KPI is counted by brute force too"
