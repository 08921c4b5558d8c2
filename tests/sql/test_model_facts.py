"""From landed rows to facts: given rows, expected rows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.conftest import Warehouse
from tests.operators.asked import answer, ask
from tests.sql.landed import COMPLAINT, CUSTOMER, NOTHING, ORDER, RESPONSE, build, land


def one(warehouse: Warehouse, table: str) -> dict[str, Any]:
    (row,) = warehouse.rows(f"select * from cf_core.{table}")
    return row


def collect_form(run_context: Any) -> None:
    from cf_operators.operators.collect_submissions import CollectSubmissionsOperator

    CollectSubmissionsOperator(task_id="collect_form").execute(run_context())


def test_an_order_with_its_person(warehouse: Warehouse) -> None:
    land("customers", CUSTOMER)
    land("orders", ORDER)
    build()
    order = one(warehouse, "fct_order")
    assert order.pop("contact_key")
    assert order == {
        "source": "shop",
        "order_id": "O1",
        "segment": "consumer",
        "product": "Kitchen",
        "region": "North",
        "status": "delivered",
        "ordered_at": datetime(2024, 5, 1, 8, tzinfo=UTC),  # 10:00 in Berlin
        "ordered_on": date(2024, 5, 1),
        "promised_on": date(2024, 5, 4),
        "delivered_at": datetime(2024, 5, 3, 13, 30, tzinfo=UTC),
        "delivered_on": date(2024, 5, 3),
        "requested_on": None,
        "first_promised_on": date(2024, 5, 4),
    }


@pytest.mark.parametrize(
    ("written", "moment", "day"),
    [
        ("2024-05-01 00:30:00", "2024-04-30T22:30:00", "2024-05-01"),
        ("2024-05-01T22:30:00Z", "2024-05-01T22:30:00", "2024-05-02"),
        ("2024-05-01 22:30:00+00", "2024-05-01T22:30:00", "2024-05-02"),
        ("2024-05-01 20:30:00 -03:00", "2024-05-01T23:30:00", "2024-05-02"),
        ("2024-01-31 23:59:59.5", "2024-01-31T22:59:59.500000", "2024-01-31"),
        ("2024-10-27 02:30:00+02:00", "2024-10-27T00:30:00", "2024-10-27"),  # the hour that comes twice
        ("2024-10-27 02:30:00+01:00", "2024-10-27T01:30:00", "2024-10-27"),
        ("2024-03-31 03:00", "2024-03-31T01:00:00", "2024-03-31"),  # behind the hour that is left out
    ],
)
def test_a_time_is_that_of_its_offset_or_else_of_its_source(
    warehouse: Warehouse, written: str, moment: str, day: str
) -> None:
    land("orders", ORDER | {"ordered_at": written})
    build()
    order = one(warehouse, "fct_order")
    assert order["ordered_at"] == datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert order["ordered_on"] == date.fromisoformat(day), "the day in Berlin"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("delivered", "delivered"),
        ("Cancelled", "cancelled"),
        ("canceled", "cancelled"),
        ("in transit", "open"),
    ],
)
def test_the_state_of_an_order(warehouse: Warehouse, status: str, expected: str) -> None:
    land("orders", ORDER | {"status": status, "delivered_at": ""})
    build()
    assert one(warehouse, "fct_order")["status"] == expected


def test_a_complaint_takes_its_dimensions_from_order_and_person(warehouse: Warehouse) -> None:
    land("customers", CUSTOMER)
    land("orders", ORDER)
    land("complaints", COMPLAINT)
    build("orders")
    assert build("complaints") == {"fct_complaint": NOTHING}, "orders have brought it along"
    complaint = one(warehouse, "fct_complaint")
    assert complaint["contact_key"] == one(warehouse, "dim_contact")["contact_key"]
    assert (complaint["segment"], complaint["product"], complaint["region"]) == (
        "consumer",
        "Kitchen",
        "North",
    )
    assert (complaint["category"], complaint["severity"], complaint["channel"]) == ("damaged", 2, "phone")
    assert complaint["received_at"] == datetime(2024, 5, 5, 7, tzinfo=UTC)
    assert complaint["received_on"] == date(2024, 5, 5)
    assert (complaint["first_resolved_at"], complaint["closed_at"]) == (None, None)


def test_a_complaint_of_nobody_about_nothing_known_still_counts(warehouse: Warehouse) -> None:
    land("complaints", COMPLAINT | {"customer_id": "C9", "order_id": ""})
    assert build("complaints")["fct_complaint"]["inserted"] == 1
    complaint = one(warehouse, "fct_complaint")
    assert complaint["contact_key"] is None
    assert (complaint["segment"], complaint["product"], complaint["region"]) == ("unknown",) * 3


def test_a_response_of_a_file_with_its_answers(warehouse: Warehouse) -> None:
    land("customers", CUSTOMER)
    land("orders", ORDER)
    build("orders")
    land("responses", RESPONSE, RESPONSE | {"response_id": "R2", "nps": "", "csat": "0"})
    build("responses", "answers")
    responses = warehouse.rows("select * from cf_core.fct_response order by response_id")
    assert [row["response_id"] for row in responses] == ["R1", "R2"]
    first = responses[0]
    assert (first["segment"], first["product"], first["region"]) == ("consumer", "Kitchen", "North")
    assert (first["submitted_at"], first["submitted_on"]) == (
        datetime(2024, 5, 6, 18, tzinfo=UTC),
        date(2024, 5, 6),
    )
    answers = warehouse.rows(
        "select response_id, question, construct, score, scale_min, scale_max from cf_core.fct_answer order by 1, 2"
    )
    assert [tuple(row.values()) for row in answers] == [
        ("R1", "csat", "csat", 4, 1, 5),
        ("R1", "nps", "nps", 9, 0, 10),
        ("R2", "csat", "csat", 0, 1, 5),  # off its scale: kept, and counted by no KPI
    ]


def test_a_response_of_the_form_takes_everything_from_its_invitation(
    warehouse: Warehouse, run_context: Any
) -> None:
    first, second, third = ask(warehouse, ["accepted"] * 3)
    answer(warehouse, first, nps=10, csat=5, comment="Obrigada!", delivery="late")
    answer(warehouse, second, is_complete=False, nps=2)
    answer(warehouse, second, is_complete=False, nps=3)
    answer(warehouse, third, is_complete=False, nps=1)
    answer(warehouse, third, nps=4, csat=1)
    collect_form(run_context)
    build("orders")
    responses = warehouse.rows("select * from cf_core.fct_response order by response_id")
    assert [(row["invitation_id"], row["is_complete"]) for row in responses] == [
        (first, True),
        (second, False),
        (third, True),
    ]
    response = responses[0]
    contact = warehouse.rows("select contact_key from cf_ledger.contact where external_id = 'C1'")[0]
    assert response["contact_key"] == contact["contact_key"]
    assert response["order_id"] == "O1"
    assert (response["survey_id"], response["campaign_id"]) == ("post_purchase", "post_purchase")
    assert (response["segment"], response["product"], response["region"]) == ("business", "Lighting", "North")
    assert (response["channel"], response["language"]) == ("web", "de")
    answers = warehouse.rows("select response_id, question, score from cf_core.fct_answer order by 1, 2")
    assert [(row["response_id"], row["question"], row["score"]) for row in answers] == [
        (str(first), "csat", 5),
        (str(first), "nps", 10),
        (str(second), "nps", 3),
        (str(third), "csat", 1),
        (str(third), "nps", 4),
    ]


def test_a_partial_becomes_the_complete_response(warehouse: Warehouse, run_context: Any) -> None:
    (invitation,) = ask(warehouse, ["accepted"])
    answer(warehouse, invitation, is_complete=False, nps=2)
    collect_form(run_context)
    build("responses", "answers")
    assert one(warehouse, "fct_response")["is_complete"] is False
    answer(warehouse, invitation, csat=3)
    collect_form(run_context)
    changes = build("responses", "answers")
    assert changes["fct_response"] == {"inserted": 0, "updated": 1, "deleted": 0}
    assert changes["fct_answer"] == {"inserted": 1, "updated": 0, "deleted": 1}
    assert one(warehouse, "fct_response")["is_complete"] is True
    assert (one(warehouse, "fct_answer")["question"], one(warehouse, "fct_answer")["score"]) == ("csat", 3)


def test_invitations_are_those_of_the_ledger(warehouse: Warehouse) -> None:
    (invitation,) = ask(warehouse, ["accepted"], segment=None)
    build("responses")
    row = one(warehouse, "fct_invitation")
    assert row["invitation_id"] == invitation
    assert (row["segment"], row["product"], row["region"]) == ("unknown", "Lighting", "North")
    assert (row["state"], row["accepted_on"]) == ("accepted", date(2024, 5, 1))
    with warehouse.connect() as connection:
        connection.execute("update cf_ledger.invitation set state = 'bounced'")
    assert build("responses")["fct_invitation"] == {"inserted": 0, "updated": 1, "deleted": 0}
