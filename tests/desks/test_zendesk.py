"""Tickets of Zendesk, from the incremental export to the complaints that the staging view shows."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from cf_operators.domain.collecting import TimeRange
from cf_operators.domain.zendesk_source import TICKETS, ZendeskObject
from cf_operators.domain.zendesk_ticket import SETTLED
from cf_operators.errors import CfError, ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks.landing import Counts
from tests.conftest import Warehouse
from tests.desks.collected import Collected
from tests.desks.desk_server import Answer, Asked, DeskServer, reach_by, running_desk
from tests.desks.zendesk_server import HOST, Zendesk, ticket

CONNECTION = {
    "conn_type": "zendesk",
    "host": HOST,
    "login": "q@acme.example",
    "extra": {"token": "secret-token"},
}
MAY = int(datetime(2024, 5, 1, 10, tzinfo=UTC).timestamp())
EMPTY: dict[str, Any] = {"tickets": [], "after_cursor": None, "end_of_stream": True}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeskServer]:
    monkeypatch.setenv("AIRFLOW_CONN_CF_DESK", json.dumps(CONNECTION))
    with running_desk(tmp_path, HOST) as desk:
        reach_by(monkeypatch, desk, tmp_path)
        yield desk


@pytest.fixture
def zendesk(desk: DeskServer) -> Zendesk:
    desk.answer = made = Zendesk()
    return made


@pytest.fixture
def tickets(warehouse: Warehouse) -> Collected:
    return Collected(warehouse, {"kind": "zendesk"})


def test_tickets_become_complaints(zendesk: Zendesk, warehouse: Warehouse) -> None:
    entry = {"map": {"fields": {"order_id": "_fields.360001"}}}
    tickets = Collected(warehouse, {"kind": "zendesk", "objects": {"tickets": entry}})
    measured = {
        "reopens": 2,
        "solved_at": "2024-05-03T08:00:00Z",
        "reply_time_in_minutes": {"calendar": 90, "business": 30},
        "first_resolution_time_in_minutes": {"calendar": 1440, "business": 480},
    }
    rating = {"id": 1, "score": "good", "comment": "quick"}
    zendesk.put(1, MAY, status="solved", satisfaction_rating=rating, measured=measured)
    zendesk.put(2, MAY, satisfaction_rating={"score": "offered"}, priority=None, measured=measured)
    zendesk.put(
        3, MAY, satisfaction_rating=None, status="closed", measured={"solved_at": "1970-01-01T00:00:00Z"}
    )
    zendesk.put(4, MAY, satisfaction_rating={"score": "bad"}, status="closed", measured={"solved_at": ""})
    assert tickets.run() == Counts(fetched=4, new=4)
    received = datetime(2024, 5, 1, 8, tzinfo=UTC)
    complaints = tickets.complaints()
    assert complaints["1"] == {
        "category": "problem",
        "severity": 2,
        "channel": "web",
        "order_id": "O-1",
        "contact_external_id": "C-7",
        "contact_email": "ana@customers.example",
        "received_at": received,
        "acknowledged_at": received + timedelta(minutes=90),
        "first_resolved_at": received + timedelta(days=1),
        "closed_at": received + timedelta(days=2),
        "reopen_count": 2,
        "is_satisfied": True,
    }
    # One that is open again has been solved once, and is not closed.
    assert {"closed_at", "is_satisfied", "severity"}.isdisjoint(complaints["2"])
    assert complaints["2"]["first_resolved_at"] == received + timedelta(days=1)
    assert {"closed_at", "is_satisfied"}.isdisjoint(complaints["3"])
    assert complaints["4"]["is_satisfied"] is False
    assert "closed_at" not in complaints["4"]


def test_changes_ratings_and_deletions_come_by_the_cursor(zendesk: Zendesk, tickets: Collected) -> None:
    for number in (1, 2, 3):
        zendesk.put(number, MAY)
    tickets.run()
    assert tickets.run() == Counts()
    zendesk.put(1, MAY + 60, satisfaction_rating={"score": "bad", "comment": "no"})
    zendesk.put(2, MAY + 60, status="deleted")
    zendesk.put(4, MAY + 60, status="deleted")
    assert tickets.run() == Counts(fetched=3, changed=1, deleted=1, unchanged=1)
    complaints = tickets.complaints()
    assert set(complaints) == {"1", "3"}
    assert complaints["1"]["is_satisfied"] is False


@pytest.mark.parametrize("count", [6, 7])
def test_pages_of_equal_times_and_a_collector_that_is_killed(
    zendesk: Zendesk, tickets: Collected, count: int
) -> None:
    zendesk.page = 2
    for number in range(1, count + 1):
        zendesk.put(number, MAY)
    assert tickets.run(killed_after=2) == Counts(fetched=4, new=4)
    zendesk.put(1, MAY + 1, priority="low")
    assert tickets.run() == Counts(fetched=count - 3, new=count - 4, changed=1)
    assert len(tickets.complaints()) == count
    assert tickets.complaints()["1"]["severity"] == 4


def test_a_period_begins_and_ends(zendesk: Zendesk, tickets: Collected) -> None:
    zendesk.page = 2
    for number in range(1, 9):
        zendesk.put(number, MAY + 60 * number)
    tickets.run()
    before = tickets.position
    start = datetime.fromtimestamp(MAY, UTC)
    period = TimeRange(start + timedelta(seconds=121), start + timedelta(minutes=5))
    assert tickets.run(period=period) == Counts(fetched=2, unchanged=2)  # of minutes 3 and 4
    assert tickets.position == before


def test_a_short_wait_is_slept_through_and_a_long_one_is_left_to_airflow(
    zendesk: Zendesk, desk: DeskServer, tickets: Collected, monkeypatch: pytest.MonkeyPatch
) -> None:
    naps: list[float] = []
    monkeypatch.setattr("cf_operators.hooks.json_calls.time.sleep", naps.append)
    zendesk.put(1, MAY)
    desk.next_answers = [Answer({}, 429, {"Retry-After": "17"}), Answer("", 503, {"Retry-After": "3"})]
    assert tickets.run() == Counts(fetched=1, new=1)
    assert naps == [17, 3]
    desk.next_answers = [Answer({}, 429, {"Retry-After": "121"})]
    with pytest.raises(SourceUnavailable, match="busy") as raised:
        tickets.run()
    assert raised.value.retry_after == timedelta(seconds=121)
    desk.next_answers = [Answer({}, 429, {"Retry-After": "50"})] * 3
    with pytest.raises(SourceUnavailable, match="busy"):
        tickets.run()
    assert naps == [17, 3, 50, 50], "in sum, no more than two minutes for one answer"
    desk.next_answers = [Answer({}, 429, {"Retry-After": "0"})] * 9
    with pytest.raises(SourceUnavailable, match="busy"):
        tickets.run()


@pytest.mark.parametrize("is_period", [True, False])
def test_more_pages_than_a_minute_allows_are_read_at_the_rate_of_zendesk(
    zendesk: Zendesk, desk: DeskServer, tickets: Collected, monkeypatch: pytest.MonkeyPatch, is_period: bool
) -> None:
    """A period that ended at the limit would begin anew at the next try, and never be read to its end."""
    naps: list[float] = []
    answered_at: list[float] = []
    monkeypatch.setattr("cf_operators.hooks.json_calls.time.sleep", naps.append)
    zendesk.page = 1
    for number in range(1, 26):
        zendesk.put(number, MAY + number)

    def limited(asked: Asked) -> Answer:
        now = sum(naps)
        if sum(at > now - 60 for at in answered_at) >= 10:
            return Answer({"error": "Number of allowed incremental export API requests per minute exceeded"},
                          429, {"Retry-After": "60"})  # fmt: skip
        answered_at.append(now)
        return zendesk(asked)

    desk.answer = limited
    start = datetime.fromtimestamp(MAY, UTC)
    period = TimeRange(start, start + timedelta(hours=1)) if is_period else None
    assert tickets.run(period=period) == Counts(fetched=25, new=25)
    assert naps == [60, 60]


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (
            Answer({"error": "Couldn't authenticate you"}, 401),
            ConfigurationError,
            "renew the password or token",
        ),
        (Answer({}, 403), ConfigurationError, "refuses the login"),
        (
            Answer("", 301, {"Location": "https://x.example/"}),
            ConfigurationError,
            "sends the request elsewhere",
        ),
        (Answer({"error": "InvalidValue"}, 422), DataError, "InvalidValue"),
        (Answer("oops", 500), SourceUnavailable, "busy"),
        (Answer("", 429, {"Retry-After": "soon"}), SourceUnavailable, "busy"),
        (Answer('{"tickets": [{"id"'), SourceUnavailable, "was cut short"),
        (Answer([]), DataError, "has no tickets"),
        (
            Answer({"tickets": [], "after_cursor": None, "end_of_stream": False}),
            DataError,
            "twice and no end",
        ),
        (Answer({"tickets": {}, "end_of_stream": True}), DataError, "has no tickets"),
    ],
)
@pytest.mark.usefixtures("zendesk")
def test_what_goes_wrong_says_what_to_do_and_no_secret(
    desk: DeskServer, tickets: Collected, answer: Answer, error: type[CfError], message: str
) -> None:
    desk.next_answers = [answer]
    with pytest.raises(error, match=message) as raised:
        tickets.run()
    assert '"cf_desk"' in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_server_that_is_slow_or_gone_is_tried_again(
    desk: DeskServer, tickets: Collected, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cf_operators.hooks.json_calls.TIMEOUT", (5, 0.2))

    def sleeping(asked: Asked) -> Answer:
        time.sleep(0.6)
        return Answer(EMPTY)

    desk.answer = sleeping
    with pytest.raises(SourceUnavailable, match=r"does not answer \(ReadTimeout\)"):
        tickets.run()
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(SourceUnavailable, match=r"does not answer \(ProxyError\)") as raised:
        tickets.run()
    assert HOST not in str(raised.value)


def test_a_cursor_that_leads_back_ends_the_run(desk: DeskServer, tickets: Collected) -> None:
    answers = [{"tickets": [], "after_cursor": cursor, "end_of_stream": False} for cursor in "aba"]
    desk.next_answers = [Answer(answer) for answer in answers]
    with pytest.raises(DataError, match='"a" twice'):
        tickets.run()


def test_malformed_tickets_are_refused_one_by_one(desk: DeskServer, tickets: Collected) -> None:
    good = {"id": 5, "created_at": "2024-05-01T08:00:00Z"}
    broken: list[Any] = [
        None,
        [],
        "x",
        {},
        {"id": [1], "created_at": good["created_at"]},
        {"id": 6, "created_at": 3},
    ]
    desk.next_answers = [
        Answer(EMPTY | {"tickets": [*broken, good], "users": [None, {}], "metric_sets": "no"})
    ]
    assert tickets.run() == Counts(fetched=7, new=1, quarantined=6)


@pytest.mark.usefixtures("zendesk")
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"host": ""}, "says too little to log in"),
        ({"extra": {}}, "says too little to log in"),
        ({"extra": {"token": "old"}}, "refuses the login"),
    ],
)
def test_a_wrong_connection_is_named(
    tickets: Collected, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], message: str
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_CF_DESK", json.dumps(CONNECTION | changes))
    with pytest.raises(ConfigurationError, match=f'"cf_desk".*{message}'):
        tickets.run()


@pytest.mark.shared
def test_tickets_here_are_those_of_the_vendors_specification(shared: Path) -> None:
    text = (shared / "specs" / "zendesk-support-openapi.yml").read_text()
    schemas = yaml.safe_load(text)["components"]["schemas"]
    properties = schemas["Ticket"]["properties"]
    assert set(ticket(1, MAY)) - set(properties) == {"generated_timestamp"}  # which the export alone has
    assert {"email", "external_id"} <= set(schemas["User"]["properties"])
    assert set(SETTLED) <= set(properties["status"]["enum"])
    fields = TICKETS["map"]["fields"]
    assert set(fields["severity"]["values"]) == set(properties["priority"]["enum"])
    scores = properties["satisfaction_rating"]["properties"]["score"]["enum"]
    assert {"good", "bad"} == set(fields["is_satisfied"]["values"]) & set(scores)


def test_tickets_are_known_by_id() -> None:
    with pytest.raises(ValidationError, match="tickets of Zendesk are known by id"):
        ZendeskObject.model_validate({"key": ["number"]})
