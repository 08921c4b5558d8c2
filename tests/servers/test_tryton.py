"""The Tryton of the tests is the real one."""

from __future__ import annotations

from tests.servers.tryton import Tryton

FIELDS = ["state", "description", "customer.email", "create_date", "write_date"]


def test_a_complaint_is_made_changed_and_read_back(tryton: Tryton) -> None:
    complaint = tryton.create("Broken lamp", "anna@customers.example")
    [drafted] = tryton.call("sale.complaint.read", [complaint], FIELDS)
    tryton.change(complaint, "wait")
    [found] = tryton.call("sale.complaint.search_read", [["id", "=", complaint]], 0, 10, None, FIELDS)
    assert (drafted["state"], found["state"]) == ("draft", "waiting")
    assert found["description"] == "Broken lamp"
    assert found["customer."]["email"] == "anna@customers.example"
    assert found["write_date"]["__class__"] == "datetime"


def test_nothing_is_left_of_a_deleted_complaint(tryton: Tryton) -> None:
    complaint = tryton.create("Sent twice", "bo@customers.example")
    tryton.delete(complaint)
    assert tryton.call("sale.complaint.search_count", [["id", "=", complaint]]) == 0
