"""A thousand malformed records of help desks end in quarantine or in the tables, and the counts add up."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cf_operators.domain.tryton_value import encoded
from tests.conftest import Warehouse
from tests.desks.collected import Collected
from tests.desks.desk_server import Answer, Asked, DeskServer, reach_by, running_desk
from tests.desks.odoo_server import TYPES
from tests.desks.salesforce_server import INSTANCE, LOGIN_HOST
from tests.desks.zendesk_server import ticket

COUNT = 250
START = datetime(2024, 5, 1, tzinfo=UTC)
WEIRD: tuple[Any, ...] = (
    None, "", " ", "x", True, False, -1, 0, 10**40, 1.5, 1e300, float("nan"), float("-inf"), [], {}, [None], [[1]],
    {"a": {"b": []}}, "\x00", "\ud800", "a\udc80b", {"k\ud800": "\x00"}, "2024-13-45T99:99:99Z", "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00", "1970-01-01T00:00:00Z", "'; drop table x; --", "é" * 9000, {"__class__": "datetime"},
)  # fmt: skip
TIMES = [value for value in WEIRD if isinstance(value, str) and value.endswith(("Z", "+14:00"))]
CHANGED = ("SystemModstamp", "LastUpdated", "last_modified_at", "write_date")
Record = dict[str, Any]


def salesforce_record(number: int, at: datetime) -> Record:
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    return {
        "attributes": {"type": "Case"}, "Id": f"500{number:04d}", "SystemModstamp": stamp, "IsDeleted": False,
        "CreatedDate": stamp, "ClosedDate": stamp, "Type": "Damaged", "Priority": "High", "Origin": "Web",
        "ContactId": "003A", "ContactEmail": "a@customers.example",
    }  # fmt: skip


def salesforce_answer(records: list[Record], asked: Asked) -> Any:
    if asked.host.startswith(LOGIN_HOST):
        url = f"https://{INSTANCE}/services/Soap/u/59.0/00D"
        return f'<?xml version="1.0"?><r><sessionId>s</sessionId><serverUrl>{url}</serverUrl></r>'
    return {"done": True, "records": records}


def zendesk_record(number: int, at: datetime) -> Record:
    metrics = {"reopens": 1, "solved_at": "2024-05-02T08:00:00Z", "reply_time_in_minutes": {"calendar": 5}}
    return ticket(number, int(at.timestamp()), status="solved", metric_set=metrics)


def zendesk_answer(records: list[Record], asked: Asked) -> Any:
    return {
        "tickets": records,
        "after_cursor": "a",
        "end_of_stream": True,
        "users": [{"id": 7, "email": "a@b.example"}],
    }


def tracker_record(number: int, at: datetime) -> Record:
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": str(number), "LastUpdated": stamp, "Created": stamp, "Started": stamp, "Resolved": stamp,
        "Status": "open", "Queue": {"id": "1", "Name": "General"}, "Requestor": [{"EmailAddress": "a@b.example"}],
        "CustomFields": [{"name": "Order", "values": ["O-1"]}],
        "change": {"Created": stamp, "OldValue": "open", "NewValue": "resolved"},
    }  # fmt: skip


def tracker_answer(records: list[Record], asked: Asked) -> Any:
    if asked.path.endswith("/transactions"):
        return {"items": [] if "MergedInto" in asked.body else [change_of(record) for record in records]}
    records = [{name: value for name, value in each.items() if name != "change"} for each in records]
    is_asked_for = asked.path.endswith("/tickets") and "per_page=1000" in asked.body
    return {"items": records if is_asked_for else []}


def change_of(record: Record) -> Record:
    """The change of a ticket's status: a record of its own, which always says of which ticket it is."""
    told = record["change"] if isinstance(record["change"], dict) else {}
    return {**told, "id": record["id"], "ObjectId": record["id"]}


def tryton_record(number: int, at: datetime) -> Record:
    return {
        "id": number, "last_modified_at": encoded(at), "create_date": encoded(at), "state": "done",
        "customer.": {"id": 1, "email": "a@b.example"}, "type.": {"id": 1, "name": "Damaged"},
    }  # fmt: skip


def tryton_answer(records: list[Record], asked: Asked) -> Any:
    method = json.loads(asked.body)["method"]
    names = ("id", "last_modified_at", "create_date", "state", "customer", "type")
    results: dict[str, Any] = {
        "common.db.login": [1, "key", None],
        "model.sale.complaint.fields_get": {name: {} for name in names},
        "model.ir.model.log.search_count": 0,
        "model.ir.model.log.search_read": [],
        "model.sale.complaint.search_read": records,
    }
    return {"id": 1, "result": results[method]}


def odoo_record(number: int, at: datetime) -> Record:
    stamp = at.strftime("%Y-%m-%d %H:%M:%S")
    return {
        "id": number, "write_date": stamp, "create_date": stamp, "assign_date": stamp, "close_date": False,
        "ticket_type_id": [1, "Damaged"], "priority": "1", "partner_id": [2, "Ana"], "partner_email": "a@b.example",
    }  # fmt: skip


def odoo_answer(records: list[Record], asked: Asked) -> Any:
    parameters = json.loads(asked.body)["params"]
    if parameters["method"] == "login":
        return {"result": 7}
    is_fields = parameters["args"][4] == "fields_get"
    return {"result": {name: {"type": kind} for name, kind in TYPES.items()} if is_fields else records}


KINDS: dict[str, tuple[Callable[[int, datetime], Record], Callable[[list[Record], Asked], Any], str]] = {
    "salesforce": (salesforce_record, salesforce_answer, "Id"),
    "zendesk": (zendesk_record, zendesk_answer, "id"),
    "request_tracker": (tracker_record, tracker_answer, ""),
    "tryton": (tryton_record, tryton_answer, "id"),
    "odoo": (odoo_record, odoo_answer, "id"),
}
CONNECTIONS: dict[str, dict[str, Any]] = {
    "salesforce": {"conn_type": "salesforce", "extra": {"security_token": "t"}},
    "zendesk": {"conn_type": "zendesk", "host": "acme.zendesk.com", "extra": {"token": "t"}},
    "request_tracker": {"conn_type": "http", "host": "acme.zendesk.com"},
    "tryton": {"conn_type": "http", "host": "acme.zendesk.com", "extra": {"database": "d"}},
    "odoo": {"conn_type": "http", "host": "acme.zendesk.com", "extra": {"database": "d"}},
}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a record but the record itself."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        yield (*path, name)
        yield from places(item, (*path, name))


def damaged(record: Record, dice: random.Random, kept: str) -> Record:
    """The record with something weird in one of its places; ``kept`` alone stays as it is.

    A time of last change is right or unreadable: a server that gives wrong ones is not read at all.
    """
    broken = copy.deepcopy(record)
    possible = [
        path for path in places(broken) if path[0] != kept and (len(path) == 1 or path[0] not in CHANGED)
    ]
    *way, last = dice.choice(possible)
    inner: Any = broken
    for step in way:
        inner = inner[step]
    weird = [value for value in WEIRD if last not in CHANGED or value not in TIMES]
    inner[last] = copy.deepcopy(dice.choice(weird))
    return broken


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeskServer]:
    with running_desk(tmp_path, LOGIN_HOST, INSTANCE, "acme.zendesk.com") as desk:
        reach_by(monkeypatch, desk, tmp_path)
        yield desk


@pytest.mark.parametrize("kind", KINDS)
def test_malformed_records_are_refused_or_land(
    desk: DeskServer, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    make, answer, key = KINDS[kind]
    for name, count in (("salesforce_source.BATCH", 2000), ("request_tracker_source.PER_PAGE", 1000)):
        monkeypatch.setattr(f"cf_operators.hooks.{name}", count)
    for name in ("tryton_source", "odoo_source"):
        monkeypatch.setattr(f"cf_operators.hooks.{name}.PER_PAGE", 1000)
    login = {"login": "q@acme.example", "password": "secret-pw"} | CONNECTIONS[kind]
    monkeypatch.setenv("AIRFLOW_CONN_CF_DESK", json.dumps(login))
    dice = random.Random(kind)
    kept = "id" if kind == "request_tracker" else ""
    good = [make(number, START + timedelta(minutes=number)) for number in range(1, COUNT + 1)]
    records = [damaged(record, dice, kept) for record in good]
    desk.answer = lambda asked: Answer(answer(records, asked))
    collected = Collected(warehouse, {"kind": kind})
    counts = collected.run()
    assert counts.fetched == COUNT
    assert counts.new + counts.changed + counts.unchanged + counts.deleted + counts.quarantined == COUNT
    assert min(counts.new, counts.quarantined) > COUNT / 10
    # The staging view casts every field of every row that has landed.
    assert 0 < len(collected.complaints()) <= counts.new
    again = collected.run(reload=True)
    assert (again.fetched, again.new, again.changed) == (COUNT, 0, 0)
    # Mended, they land.
    records = good
    mended = collected.run(reload=True)
    assert (mended.fetched, mended.quarantined) == (COUNT, 0)
    names = {str(record[key or "id"]) for record in good}
    assert names <= set(collected.complaints())
