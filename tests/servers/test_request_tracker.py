"""The Request Tracker of the tests is the real one."""

from __future__ import annotations

import httpx

from tests.servers.request_tracker import RequestTracker


def test_a_ticket_is_made_changed_and_read_back(request_tracker: RequestTracker) -> None:
    ticket = request_tracker.create("Broken lamp", "anna@customers.example", Priority="50")
    request_tracker.update(ticket, Status="resolved")
    read = request_tracker.call("GET", f"/ticket/{ticket}")
    assert read["Subject"] == "Broken lamp"
    assert read["Status"] == "resolved"
    assert read["Requestor"][0]["id"] == "anna@customers.example"
    assert read["Created"] <= read["Resolved"] <= read["LastUpdated"]
    assert read["Due"] == "1970-01-01T00:00:00Z"
    found = request_tracker.call("GET", "/tickets", query=f"id = {ticket}", fields="Subject,LastUpdated")
    assert [(item["id"], item["LastUpdated"]) for item in found["items"]] == [
        (str(ticket), read["LastUpdated"])
    ]


def test_a_deleted_ticket_leaves_the_searches_but_can_be_read(request_tracker: RequestTracker) -> None:
    ticket = request_tracker.create("Sent twice", "bo@customers.example")
    request_tracker.delete(ticket)
    assert request_tracker.call("GET", "/tickets", query=f"id = {ticket}")["total"] == 0
    assert request_tracker.call("GET", f"/ticket/{ticket}")["Status"] == "deleted"


def test_a_token_opens_the_interface(request_tracker: RequestTracker) -> None:
    token = request_tracker.make_token()
    address = f"{request_tracker.url}/REST/2.0/rt"
    for given, status in ((token, 200), (f"{token}0", 401)):
        answer = httpx.get(address, headers={"Authorization": f"token {given}"}, trust_env=False)
        assert answer.status_code == status
