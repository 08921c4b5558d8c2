"""Transactions of Request Tracker that do not say what they have to."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cf_operators.errors import DataError
from tests.conftest import Warehouse
from tests.desks.collected import Collected
from tests.desks.desk_server import Answer, Asked, DeskServer

STAMP = "2024-05-01T10:00:00Z"


def transaction(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": str(number), "ObjectId": "1", "Created": STAMP, "OldValue": "open", "NewValue": "resolved", **fields,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"Created": None}, r"ticket 1: transaction 7, a change of its status, has the Created null"),
        ({"OldValue": ""}, 'has the OldValue ""'),
        ({"NewValue": [1]}, r"has the NewValue \[1\], so that its course is not known"),
    ],
)
def test_a_change_of_status_that_says_too_little_refuses_its_ticket_alone(
    desk: DeskServer, warehouse: Warehouse, fields: dict[str, Any], message: str
) -> None:
    desk.answer = tracker(changes=[transaction(7, **fields), transaction(8, ObjectId="2")])
    collected = Collected(warehouse, {"kind": "request_tracker"})
    counts = collected.run()
    assert (counts.new, counts.quarantined) == (1, 1)
    [reason] = collected.refused()
    assert re.search(message, reason)


def test_a_field_that_is_missing_is_one_that_says_too_little(desk: DeskServer, warehouse: Warehouse) -> None:
    change = transaction(7)
    del change["OldValue"]
    desk.answer = tracker(changes=[change])
    counts = Collected(warehouse, {"kind": "request_tracker"}).run()
    assert (counts.new, counts.quarantined) == (1, 1)


@pytest.mark.parametrize("where", ["changes", "gone"])
@pytest.mark.parametrize("number", [None, "x", []])
def test_a_transaction_of_no_ticket_is_named(
    desk: DeskServer, warehouse: Warehouse, where: str, number: Any
) -> None:
    wrong = transaction(7, ObjectId=number)
    desk.answer = tracker(**{where: [wrong]})
    with pytest.raises(DataError, match=r'"cf_desk"\): transaction 7 names as its ticket \(ObjectId\)'):
        Collected(warehouse, {"kind": "request_tracker"}).run()


def test_a_deletion_that_does_not_say_what_was_done_is_named(desk: DeskServer, warehouse: Warehouse) -> None:
    desk.answer = tracker(gone=[transaction(7, NewValue=None)])
    with pytest.raises(DataError, match="transaction 7 of ticket 1 has the NewValue null"):
        Collected(warehouse, {"kind": "request_tracker"}).run()


def tracker(changes: Any = (), gone: Any = ()) -> Any:
    tickets = [{"id": n, "LastUpdated": STAMP, "Created": STAMP, "Status": "open"} for n in (1, 2)]

    def answer(asked: Asked) -> Answer:
        if asked.path.endswith("/transactions"):
            return Answer({"items": list(gone if "MergedInto" in asked.body else changes)})
        return Answer({"items": tickets})

    return answer
