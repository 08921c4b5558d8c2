"""Tickets of a real Request Tracker, to the complaints that the staging view shows."""

from __future__ import annotations

import json
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cf_operators.domain.collecting import TimeRange
from cf_operators.domain.request_tracker_source import RequestTrackerObject, RequestTrackerSource
from cf_operators.errors import ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks import change_pages, request_tracker_source
from cf_operators.hooks.landing import Counts
from tests.conftest import Warehouse
from tests.desks.collected import Collected
from tests.desks.desk_server import Answer, Asked, running_desk
from tests.servers.request_tracker import LOGIN, RequestTracker

Told = tuple[int, int, int]
NO_MORE = {"items": [], "count": 0, "page": 1, "pages": 0, "per_page": 100, "total": 0}


@pytest.fixture(autouse=True)
def connection(request_tracker: RequestTracker, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, request_tracker.port)


def connect(monkeypatch: pytest.MonkeyPatch, port: int, **changes: Any) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    place = {"conn_type": "http", "schema": "http", "host": "127.0.0.1", "port": port}
    login = {"login": LOGIN[0], "password": LOGIN[1]}
    monkeypatch.setenv("AIRFLOW_CONN_CF_DESK", json.dumps(place | login | changes))


def tickets_of(warehouse: Warehouse, name: str, **changes: Any) -> Collected:
    """The tickets whose subject names the test: all tests share one server."""
    entry = {"read": f"Subject LIKE '{name}'", **changes}
    return Collected(warehouse, {"kind": "request_tracker", "objects": {"tickets": entry}})


def told(counts: Counts) -> Told:
    """What was new, changed and deleted; the deletions that other tests made mean nothing, and are told too."""
    return counts.new, counts.changed, counts.deleted


def test_tickets_become_complaints(request_tracker: RequestTracker, warehouse: Warehouse) -> None:
    severity = {"severity": {"path": "Priority", "values": {"90": 1}, "otherwise": 3}}
    tickets = tickets_of(warehouse, "course", map={"fields": severity})
    settled = request_tracker.create("course a", "ana@customers.example", Priority="90")
    untouched = request_tracker.create("course b", "bo@customers.example")
    for status in ("open", "resolved", "open", "rejected", "open"):
        request_tracker.update(settled, Status=status)
    assert told(tickets.run()) == (2, 0, 0)
    complaints = tickets.complaints()
    reopened = complaints[str(settled)]
    assert reopened["contact_email"] == "ana@customers.example"
    assert reopened["category"] == "General"
    assert (reopened["severity"], complaints[str(untouched)]["severity"]) == (1, 3)
    assert reopened["reopen_count"] == 2
    assert reopened["received_at"] <= reopened["acknowledged_at"] <= reopened["first_resolved_at"]
    assert reopened["first_resolved_at"] <= reopened["reopened_at"]
    assert "closed_at" not in reopened  # though Request Tracker keeps the time at which it was resolved
    # Not resolved is 1970-01-01 here.
    assert set(complaints[str(untouched)]) == {
        "category", "severity", "contact_email", "received_at", "reopen_count",
    }  # fmt: skip
    request_tracker.update(settled, Status="resolved")
    tickets.run()
    closed = tickets.complaints()[str(settled)]
    assert closed["closed_at"] >= closed["reopened_at"]


def test_only_changes_are_read_again_and_deletions_told(
    request_tracker: RequestTracker, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = tickets_of(warehouse, "increment", overlap=0)
    made = [request_tracker.create(f"increment {n}", "a@customers.example") for n in range(4)]
    kept, changed, deleted, merged = made
    assert told(tickets.run()) == (4, 0, 0)
    time.sleep(1.1)  # Request Tracker knows whole seconds, and one that is not over may bring more
    assert tickets.run().changed == 0
    time.sleep(1.1)
    assert told(tickets.run()) == (0, 0, 0)
    request_tracker.update(changed, Subject="increment changed")
    request_tracker.delete(deleted)
    request_tracker.update(merged, MergeInto=str(changed))
    assert told(tickets.run()) == (0, 1, 2)
    assert set(tickets.complaints()) == {str(kept), str(changed)}
    monkeypatch.setattr(change_pages, "now", lambda: datetime(2024, 1, 1, tzinfo=UTC))
    assert told(tickets.run(reload=True)) == (0, 0, 0)


def test_pages_of_equal_times_and_a_collector_that_is_killed(
    request_tracker: RequestTracker, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_tracker_source, "PER_PAGE", 2)
    monkeypatch.setattr(change_pages, "now", lambda: datetime.now(UTC) + timedelta(hours=2))
    tickets = tickets_of(warehouse, "paging")
    made = [request_tracker.create(f"paging {n}", "a@customers.example") for n in range(7)]
    with sqlite3.connect(request_tracker.folder / "rt.sqlite", timeout=30) as database:
        same = "update Tickets set LastUpdated = '2026-01-02 03:04:05' where Subject like 'paging%'"
        assert database.execute(same).rowcount == 7
    assert told(tickets.run(killed_after=2)) == (4, 0, 0)
    request_tracker.update(made[0], Subject="paging changed")  # it goes to the end, and all others move up
    assert told(tickets.run()) == (3, 1, 0)
    assert set(tickets.complaints()) == {str(number) for number in made}
    assert told(tickets.run()) == (0, 0, 0)


def test_a_change_that_is_seen_late_is_not_missed(
    request_tracker: RequestTracker, warehouse: Warehouse
) -> None:
    tickets = tickets_of(warehouse, "late")
    request_tracker.create("late a", "a@customers.example")
    assert told(tickets.run()) == (1, 0, 0)
    assert tickets.position is not None
    assert datetime.fromisoformat(tickets.position["at"]) < datetime.now(UTC) - timedelta(minutes=59)
    request_tracker.create("late b", "a@customers.example")
    assert told(tickets.run()) == (1, 0, 0)
    assert len(tickets.complaints()) == 2


def test_a_period_is_read_once_more(request_tracker: RequestTracker, warehouse: Warehouse) -> None:
    tickets = tickets_of(warehouse, "period")
    request_tracker.create("period a", "a@customers.example")
    moment = datetime.now(UTC).replace(microsecond=0)
    hour = timedelta(hours=1)
    assert told(tickets.run(period=TimeRange(moment + hour, moment + 2 * hour))) == (0, 0, 0)
    assert told(tickets.run(period=TimeRange(moment - hour, moment + hour))) == (1, 0, 0)
    assert len(tickets.complaints()) == 1
    assert tickets.position is None


def test_another_time_zone_of_the_user_is_found_out(
    request_tracker: RequestTracker, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_tracker.create("zone a", "a@customers.example")
    request_tracker.call("PUT", "/user/root", {"Timezone": "America/New_York"})
    try:
        with pytest.raises(ConfigurationError, match="in another time zone than UTC; set the time zone"):
            tickets_of(warehouse, "zone").run()
    finally:
        request_tracker.call("PUT", "/user/root", {"Timezone": "UTC"})
    assert told(tickets_of(warehouse, "zone").run()) == (1, 0, 0)


def test_a_token_logs_in_and_wrong_ones_are_named(
    request_tracker: RequestTracker, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tickets = tickets_of(warehouse, "nothing of this kind")
    # What the worker's own ~/.netrc says of the host does not count.
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login root password another")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    connect(monkeypatch, request_tracker.port, login=None, password=request_tracker.make_token())
    assert told(tickets.run()) == (0, 0, 0)
    for wrong in ({"login": "root", "password": "secret"}, {"login": None, "password": "1-14-secret"}):
        connect(monkeypatch, request_tracker.port, **wrong)
        with pytest.raises(ConfigurationError, match=r'"cf_desk".*renew the password or token') as raised:
            tickets.run()
        assert "secret" not in str(raised.value)
    connect(monkeypatch, request_tracker.port, host="")
    with pytest.raises(ConfigurationError, match='"cf_desk": has no host'):
        tickets.run()


def test_a_search_that_is_none_is_refused(request_tracker: RequestTracker, warehouse: Warehouse) -> None:
    request_tracker.create("search a", "a@customers.example")
    tickets = Collected(
        warehouse, {"kind": "request_tracker", "objects": {"tickets": {"read": "Colour = 'red'"}}}
    )
    with pytest.raises(
        DataError, match=r"tickets \(connection \"cf_desk\"\): the server refuses the request \(400\)"
    ):
        tickets.run()


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (Answer({"message": "no"}), DataError, "has no items with ids"),
        (Answer({"items": [{"id": "x"}]}), DataError, "has no items with ids"),
        (Answer('{"items": [', 200), SourceUnavailable, "cut short"),
        (Answer("", 500), SourceUnavailable, "busy"),
    ],
)
def test_what_is_no_answer_of_request_tracker(
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    answer: Answer,
    error: Any,
    message: str,
) -> None:
    with running_desk(tmp_path) as desk:
        connect(monkeypatch, desk.port)
        desk.next_answers = [answer]
        with pytest.raises(error, match=message):
            tickets_of(warehouse, "any").run()


def test_a_server_that_takes_times_as_1970_is_found_out(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def always_the_same(asked: Asked) -> Answer:
        count = 1 if "LastUpdated+%3E%3D" in asked.body or "per_page=1&" in asked.body else 100
        found = [
            {"id": str(n), "LastUpdated": "2024-05-01T10:00:00Z", "Status": "new"}
            for n in range(1, count + 1)
        ]
        if "transactions" in asked.path:
            return Answer(NO_MORE)
        return Answer(NO_MORE | {"items": found * 2 if "id+%3E+100" in asked.body else found})

    monkeypatch.setattr(request_tracker_source, "PER_PAGE", 1)
    with running_desk(tmp_path) as desk:
        connect(monkeypatch, desk.port)
        desk.answer = always_the_same
        with pytest.raises(DataError, match="does not answer in the order of changes"):
            tickets_of(warehouse, "any").run()


@pytest.mark.parametrize(
    ("entry", "message"),
    [({"key": ["Subject"]}, "are known by id"), ({"overlap": -1}, "greater than or equal to 0")],
)
def test_a_wrong_entry_is_refused(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        RequestTrackerObject.model_validate(entry)


def test_another_time_zone_than_utc_is_refused() -> None:
    entry = {"id": "desk", "kind": "request_tracker", "connection": "cf_desk", "time_zone": "Europe/Berlin"}
    with pytest.raises(ValidationError, match="UTC"):
        RequestTrackerSource.model_validate(entry)
