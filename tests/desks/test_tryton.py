"""Complaints of a real Tryton, to the complaints that the staging view shows."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cf_operators.domain.collecting import TimeRange
from cf_operators.domain.tryton_source import TrytonObject
from cf_operators.domain.tryton_value import encoded, plain
from cf_operators.errors import CfError, ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks import change_pages, tryton_source
from cf_operators.hooks.landing import Counts
from cf_operators.hooks.tryton_rpc import TrytonRpc
from tests.conftest import Warehouse
from tests.desks.collected import Collected
from tests.desks.desk_server import Answer, running_desk
from tests.servers.tryton import DATABASE, LOGIN, Tryton

LOGGED_IN = Answer({"id": 1, "result": [1, "key", None]})


def connect(monkeypatch: pytest.MonkeyPatch, port: int, **changes: Any) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    connection = {
        "conn_type": "http", "schema": "http", "host": "127.0.0.1", "port": port,
        "login": LOGIN[0], "password": LOGIN[1], "extra": {"database": DATABASE},
    }  # fmt: skip
    monkeypatch.setenv("AIRFLOW_CONN_CF_DESK", json.dumps(connection | changes))


@pytest.fixture
def complaints(tryton: Tryton, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Collected:
    """All of the server so far has been collected, and nothing of it is read again."""
    connect(monkeypatch, tryton.port)
    collected = Collected(warehouse, {"kind": "tryton", "objects": {"complaints": {"overlap": 0}}})
    later(monkeypatch)
    collected.run()
    return collected


def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs begin so late that everything that has happened is settled: in the second that comes next."""
    monkeypatch.setattr(change_pages, "now", lambda: datetime.now(UTC) + timedelta(seconds=1))


def test_complaints_with_their_course(tryton: Tryton, complaints: Collected) -> None:
    done = tryton.create("done", "ana@customers.example")
    reopened = tryton.create("reopened", "bo@customers.example")
    draft = tryton.create("draft", "cy@customers.example")
    for button in ("wait", "approve"):
        tryton.change(done, button)
    for button in ("cancel", "draft"):
        tryton.change(reopened, button)
    assert complaints.run() == Counts(fetched=3, new=3)
    rows = complaints.complaints()
    assert rows[str(done)]["contact_email"] == "ana@customers.example"
    assert rows[str(done)]["category"] == "Damaged"
    assert (
        rows[str(done)]["received_at"] <= rows[str(done)]["first_resolved_at"] == rows[str(done)]["closed_at"]
    )
    assert rows[str(done)]["reopen_count"] == 0
    assert rows[str(reopened)]["first_resolved_at"] < rows[str(reopened)]["reopened_at"]
    assert rows[str(reopened)]["reopen_count"] == 1
    assert "closed_at" not in rows[str(reopened)]
    assert set(rows[str(draft)]) == {
        "category", "contact_email", "contact_external_id", "received_at", "reopen_count",
    }  # fmt: skip


def test_only_changes_are_read_again_and_deletions_told(tryton: Tryton, complaints: Collected) -> None:
    made = [tryton.create(f"increment {n}", "a@customers.example") for n in range(12)]
    assert complaints.run().new == 12
    assert complaints.run() == Counts()
    time.sleep(1.1)
    tryton.change(made[0], "wait")
    tryton.delete(made[1])
    tryton.delete(made[11])
    assert complaints.run() == Counts(fetched=3, changed=1, deleted=2)
    assert {str(made[0]), str(made[2])} <= set(complaints.complaints())
    assert {str(made[1]), str(made[11])}.isdisjoint(complaints.complaints())
    time.sleep(1.1)
    tryton.delete(made[2])
    assert complaints.run(reload=True).deleted == 1


def test_pages_of_equal_times_and_a_collector_that_is_killed(
    tryton: Tryton, complaints: Collected, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tryton_source, "PER_PAGE", 2)
    monkeypatch.setattr(tryton_source, "MOST_LOGGED", 2)
    made = [tryton.create(f"paging {n}", "a@customers.example") for n in range(7)]
    tryton.call("sale.complaint.write", made, {"reference": "all at once"})  # one time for all
    assert complaints.run(killed_after=2) == Counts(fetched=4, new=4)
    tryton.change(made[0], "wait")
    assert complaints.run() == Counts(fetched=4, new=3, changed=1)
    assert complaints.run() == Counts()
    assert {str(number) for number in made} <= set(complaints.complaints())


def test_a_change_that_is_seen_late_is_not_missed(
    tryton: Tryton, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(monkeypatch, tryton.port)
    collected = Collected(warehouse, {"kind": "tryton"})
    tryton.create("late a", "a@customers.example")
    collected.run()
    assert collected.position is not None
    assert datetime.fromisoformat(collected.position["at"]) < datetime.now(UTC) - timedelta(minutes=59)
    number = tryton.create("late b", "a@customers.example")
    again = collected.run()
    assert (again.new, again.changed, again.deleted) == (1, 0, 0)
    assert str(number) in collected.complaints()


def test_a_period_is_read_once_more(tryton: Tryton, complaints: Collected) -> None:
    number = tryton.create("period", "a@customers.example")
    complaints.run()
    before = complaints.position
    moment, hour = datetime.now(UTC), timedelta(hours=1)
    again = complaints.run(period=TimeRange(moment - hour, moment + hour))
    assert again.unchanged >= 1
    assert again.new == again.changed == 0
    assert complaints.run(period=TimeRange(moment + hour, moment + 2 * hour)) == Counts()
    assert complaints.position == before
    assert str(number) in complaints.complaints()


def test_a_session_that_ended_is_opened_again(tryton: Tryton, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, tryton.port)
    rpc = TrytonRpc("cf_desk")
    number = tryton.create("session", "a@customers.example")
    wanted = ("sale.complaint", [["id", "=", number]], 1, [("id", "ASC")], ["id"])
    assert rpc.search_read(*wanted) == [{"id": number}]
    assert rpc._calls is not None
    rpc._calls.session.auth = None
    assert rpc.search_read(*wanted) == [{"id": number}]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"password": "secret-but-wrong"}, "refuses the login"),
        ({"extra": {}}, "names no database"),
        ({"host": ""}, "has no host"),
        ({"extra": {"database": "another"}}, "404"),
    ],
)
def test_a_wrong_connection_is_named(
    tryton: Tryton,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    message: str,
) -> None:
    connect(monkeypatch, tryton.port, **changes)
    with pytest.raises((ConfigurationError, DataError), match=f'"cf_desk".*{message}') as raised:
        Collected(warehouse, {"kind": "tryton"}).run()
    assert "secret" not in str(raised.value)


@pytest.mark.usefixtures("complaints")
def test_a_field_that_is_none_is_named(warehouse: Warehouse) -> None:
    entry = {"map": {"fields": {"order_id": "bogus"}}}
    message = r'sale\.complaint \(connection "cf_desk"\): has no field bogus'
    with pytest.raises(ConfigurationError, match=message):
        Collected(warehouse, {"kind": "tryton", "objects": {"complaints": entry}}).run()


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (Answer({"id": 1, "error": ["ConcurrencyException", ""]}), SourceUnavailable, "could not answer now"),
        (
            Answer({"id": 1, "error": ["AccessError", ["No access", ""]]}),
            ConfigurationError,
            "the right to read",
        ),
        (Answer({"id": 1, "result": []}), DataError, "names no fields"),
        (Answer({"id": 1}), SourceUnavailable, "none of JSON-RPC"),
        (Answer([]), SourceUnavailable, "none of JSON-RPC"),
        (Answer("<html>", 429, {"Retry-After": "600"}), SourceUnavailable, "busy"),
        (Answer('{"id": 1, "result": [{', 200), SourceUnavailable, "cut short"),
    ],
)
def test_what_goes_wrong_says_what_to_do(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    answer: Answer, error: type[CfError], message: str,
) -> None:  # fmt: skip
    with running_desk(tmp_path) as desk:
        connect(monkeypatch, desk.port)
        desk.next_answers = [LOGGED_IN, answer]
        with pytest.raises(error, match=message) as raised:
            Collected(warehouse, {"kind": "tryton"}).run()
    assert '"cf_desk"' in str(raised.value)
    assert "secret" not in str(raised.value)


def test_values_become_plain_and_back() -> None:
    moment = datetime(2026, 11, 27, 14, 4, 45, 355734, tzinfo=UTC)
    assert plain(encoded(moment)) == "2026-11-27T14:04:45.355734Z"
    day = {"__class__": "date", "year": 2026, "month": 2, "day": 28}
    record = {"date": day, "amount": {"__class__": "Decimal", "decimal": "1.50"}, "customer": 7,
              "customer.": {"id": 7, "born": day}, "origin.": None, "lines": [day]}  # fmt: skip
    assert plain(record) == {
        "date": "2026-02-28",
        "amount": "1.50",
        "customer": {"id": 7, "born": "2026-02-28"},
        "origin": None,
        "lines": ["2026-02-28"],
    }
    broken: list[dict[str, Any]] = [
        day | {"day": 31},
        {"__class__": "bytes"},
        {"__class__": []},
        {"__class__": "date"},
    ]
    assert plain(broken) == broken


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"key": ["number"]}, "known by id"),
        ({"read": "Sale Complaint"}, "is not the name of a model"),
        ({"read": "sale.sale"}, "has neither columns nor map"),
    ],
)
def test_a_wrong_entry_is_refused(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        TrytonObject.model_validate(entry)
