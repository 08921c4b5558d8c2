"""Tickets of Odoo, from its documented JSON-RPC to the complaints that the staging view shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cf_operators.domain.collecting import TimeRange
from cf_operators.domain.odoo_source import OdooObject
from cf_operators.errors import CfError, ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks import change_pages, odoo_source
from cf_operators.hooks.landing import Counts
from tests.conftest import Warehouse
from tests.desks.collected import Collected
from tests.desks.desk_server import Answer, DeskServer, reach_by, running_desk
from tests.desks.odoo_server import TYPES, Odoo

HOST = "acme.odoo.com"
CONNECTION = {
    "conn_type": "http", "host": HOST, "login": "q@acme.example", "password": "secret-key",
    "extra": {"database": "acme"},
}  # fmt: skip
LOGGED_IN = Answer({"jsonrpc": "2.0", "id": 1, "result": 7})
FIELDS = Answer({"jsonrpc": "2.0", "id": 1, "result": {name: {"type": kind} for name, kind in TYPES.items()}})


def failed(name: str) -> Answer:
    data = {"name": name, "message": "no\nTraceback secret", "debug": "secret"}
    return Answer(
        {"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "message": "Odoo Server Error", "data": data}}
    )


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeskServer]:
    monkeypatch.setenv("AIRFLOW_CONN_CF_DESK", json.dumps(CONNECTION))
    with running_desk(tmp_path, HOST) as desk:
        reach_by(monkeypatch, desk, tmp_path)
        yield desk


@pytest.fixture
def odoo(desk: DeskServer) -> Odoo:
    desk.answer = made = Odoo()
    return made


@pytest.fixture
def tickets(warehouse: Warehouse) -> Collected:
    # The zone of the source does not matter: Odoo's times are in UTC.
    return Collected(warehouse, {"kind": "odoo", "time_zone": "Asia/Tokyo"})


def test_tickets_become_complaints(odoo: Odoo, tickets: Collected) -> None:
    assigned, closed = datetime(2024, 5, 1, 9), datetime(2024, 5, 2, 9)  # noqa: DTZ001
    odoo.put(
        1, "2024-05-02 09:00:00", assign_date=assigned, close_date=closed, ticket_type_id=[3, "Damaged"],
        priority="3", partner_id=[41, "Ana"], partner_email="ana@customers.example", active=False,
    )  # fmt: skip
    odoo.put(2, "2024-05-02 09:00:01", close_date="", assign_date=None)
    odoo.put(3, "2024-05-02 09:00:01", close_date=datetime(1970, 1, 1))  # noqa: DTZ001
    assert tickets.run() == Counts(fetched=3, new=3)
    received = datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert tickets.complaints() == {
        "1": {
            "received_at": received,
            "acknowledged_at": assigned.replace(tzinfo=UTC),
            "first_resolved_at": closed.replace(tzinfo=UTC),
            "closed_at": closed.replace(tzinfo=UTC),
            "category": "Damaged",
            "severity": 1,
            "contact_external_id": "41",
            "contact_email": "ana@customers.example",
        },
        "2": {"received_at": received, "severity": 4},
        "3": {"received_at": received, "severity": 4},
    }


def test_a_rating_is_mapped(odoo: Odoo, warehouse: Warehouse) -> None:
    rating = {"path": "rating_last_value", "values": {"5.0": True, "1.0": False}, "otherwise": ""}
    entry = {"map": {"fields": {"is_satisfied": rating}}}
    tickets = Collected(warehouse, {"kind": "odoo", "objects": {"tickets": entry}})
    for number, value in enumerate((5.0, 3.0, 1.0, 0.0), start=1):
        odoo.put(number, "2024-05-02 09:00:00", rating_last_value=value)
    tickets.run()
    complaints = tickets.complaints()
    assert [complaints[str(number)].get("is_satisfied") for number in (1, 2, 3, 4)] == [
        True,
        None,
        False,
        None,
    ]


def test_only_changes_are_read_again(odoo: Odoo, tickets: Collected) -> None:
    for number in (1, 2, 3):
        odoo.put(number, f"2024-05-02 09:00:00.{number}")
    tickets.run()
    assert tickets.run() == Counts()
    odoo.put(2, "2024-05-02 10:00:00.5", priority="1")
    odoo.put(4, "2024-05-02 10:00:00.4")
    assert tickets.run() == Counts(fetched=2, new=1, changed=1)
    del odoo.tickets[1]  # nobody tells
    assert tickets.run(reload=True) == Counts(fetched=3, unchanged=3)
    assert set(tickets.complaints()) == {"1", "2", "3", "4"}


@pytest.mark.parametrize("at_once", [2, 3, 4, 7, 100])
def test_seconds_whose_order_is_unknown_lose_and_double_nothing(
    odoo: Odoo, tickets: Collected, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(odoo_source, "PER_PAGE", at_once)
    # By microseconds the later ids come first.
    for number in range(1, 13):
        odoo.put(number, f"2024-05-02 09:00:0{number // 5}.{90 - number:02d}")
    assert tickets.run() == Counts(fetched=12, new=12)
    assert tickets.run() == Counts()


def test_a_collector_that_is_killed_goes_on_where_its_pages_landed(
    odoo: Odoo, tickets: Collected, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(odoo_source, "PER_PAGE", 2)
    for number in range(1, 8):
        odoo.put(number, f"2024-05-02 09:00:00.{90 - number}")
    assert tickets.run(killed_after=2) == Counts(fetched=4, new=4)
    odoo.put(1, "2024-05-02 09:10:00", priority="2")
    assert tickets.run() == Counts(fetched=4, new=3, changed=1)
    assert tickets.complaints()["1"]["severity"] == 2


def test_a_change_that_is_seen_late_is_not_missed(
    odoo: Odoo, tickets: Collected, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_pages, "now", lambda: datetime(2024, 5, 2, 12, tzinfo=UTC))
    odoo.put(1, "2024-05-02 11:58:00")
    assert tickets.run() == Counts(fetched=1, new=1)
    odoo.put(2, "2024-05-02 11:30:00")
    assert tickets.run() == Counts(fetched=2, new=1, unchanged=1)


def test_a_period_is_read_once_more(odoo: Odoo, tickets: Collected) -> None:
    for hour in (9, 10, 11):
        odoo.put(hour, f"2024-05-02 {hour:02d}:00:00.7")
    tickets.run()
    before = tickets.position
    period = TimeRange(datetime(2024, 5, 2, 10, tzinfo=UTC), datetime(2024, 5, 2, 11, tzinfo=UTC))
    assert tickets.run(period=period) == Counts(fetched=1, unchanged=1)
    assert tickets.position == before


@pytest.mark.usefixtures("odoo")
def test_fields_that_are_none_are_named_all_at_once(warehouse: Warehouse) -> None:
    entry = {"map": {"fields": {"order_id": "sale_order_id.name", "channel": "channel_id.name"}}}
    tickets = Collected(warehouse, {"kind": "odoo", "objects": {"tickets": entry}})
    with pytest.raises(ConfigurationError, match="has no field sale_order_id, channel_id"):
        tickets.run()


@pytest.mark.usefixtures("odoo")
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"password": "secret-old"}, "refuses the login"),
        ({"extra": {}}, "names no database"),
        ({"host": ""}, "has no host"),
    ],
)
def test_a_wrong_connection_is_named(
    tickets: Collected, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], message: str
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_CF_DESK", json.dumps(CONNECTION | changes))
    with pytest.raises(ConfigurationError, match=f'"cf_desk".*{message}') as raised:
        tickets.run()
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (failed("odoo.exceptions.AccessError"), ConfigurationError, "the right to read"),
        (failed("psycopg2.errors.SerializationFailure"), SourceUnavailable, "could not answer now"),
        (Answer({"id": 1, "error": "no"}), ConfigurationError, "Odoo refuses"),
        (Answer({"id": 1}), SourceUnavailable, "none of JSON-RPC"),
        (Answer({"id": 1, "result": [3]}), DataError, "no list of records"),
        (Answer('{"result": [', 200), SourceUnavailable, "cut short"),
        (Answer("", 502), SourceUnavailable, "busy"),
    ],
)
def test_what_goes_wrong_says_what_to_do_and_no_secret(
    desk: DeskServer, tickets: Collected, answer: Answer, error: type[CfError], message: str
) -> None:
    desk.next_answers = [LOGGED_IN, FIELDS, answer]
    with pytest.raises(error, match=message) as raised:
        tickets.run()
    assert '"cf_desk"' in str(raised.value)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"key": ["number"]}, "known by id"),
        ({"read": "Helpdesk Ticket"}, "is not the name of a model"),
        ({"read": "project.task"}, "has neither columns nor map"),
    ],
)
def test_a_wrong_entry_is_refused(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        OdooObject.model_validate(entry)


def test_claims_are_mapped_too() -> None:
    claim = OdooObject.model_validate({"read": "crm.claim"})
    assert {"date", "date_closed", "email_from"} <= set(claim.names)
