"""Cases of Salesforce, from the login to the complaints that the staging view shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cf_operators.domain.collecting import TimeRange
from cf_operators.domain.salesforce_source import SalesforceObject
from cf_operators.errors import ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks import change_pages, soql
from cf_operators.hooks.landing import Counts
from tests.conftest import Warehouse
from tests.desks.collected import Collected
from tests.desks.desk_server import Answer, DeskServer, reach_by, running_desk
from tests.desks.salesforce_server import INSTANCE, LOGIN_HOST, Salesforce

CONNECTION = {"conn_type": "salesforce", "login": "q@acme.example", "password": "secret-pw"}
MAY = "2024-05-01T{}.000Z"
BUSY = [{"errorCode": "SERVER_UNAVAILABLE", "message": "busy"}]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeskServer]:
    connection = CONNECTION | {"extra": {"security_token": "secret-token"}}
    monkeypatch.setenv("AIRFLOW_CONN_CF_DESK", json.dumps(connection))
    with running_desk(tmp_path, LOGIN_HOST, INSTANCE) as desk:
        reach_by(monkeypatch, desk, tmp_path)
        yield desk


@pytest.fixture
def salesforce(desk: DeskServer) -> Salesforce:
    desk.answer = made = Salesforce()
    return made


@pytest.fixture
def cases(warehouse: Warehouse) -> Collected:
    return Collected(warehouse, {"kind": "salesforce"})


def small_batches(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(soql, "BATCH", size)
    monkeypatch.setattr("cf_operators.hooks.salesforce_source.BATCH", size)


@pytest.mark.usefixtures("desk")
def test_cases_become_complaints(salesforce: Salesforce, cases: Collected) -> None:
    salesforce.put(
        "500A", MAY.format("10:00:00"), Type="Damaged", Priority="High", Origin="Web", ContactId="003A",
        ContactEmail="ana@customers.example", ClosedDate="2024-05-02T09:30:00.000Z",
    )  # fmt: skip
    salesforce.put("500B", MAY.format("10:00:00"), ClosedDate="1970-01-01T00:00:00.000Z")
    salesforce.put("500C", MAY.format("10:00:00"), ClosedDate="", Priority=None)
    assert cases.run() == Counts(fetched=3, new=3)
    received = datetime(2024, 5, 1, 8, tzinfo=UTC)
    closed = datetime(2024, 5, 2, 9, 30, tzinfo=UTC)
    assert cases.complaints() == {
        "500A": {
            "category": "Damaged",
            "severity": 1,
            "channel": "Web",
            "contact_external_id": "003A",
            "contact_email": "ana@customers.example",
            "received_at": received,
            "first_resolved_at": closed,
            "closed_at": closed,
        },
        "500B": {"received_at": received},
        "500C": {"received_at": received},
    }


@pytest.mark.usefixtures("desk")
def test_only_changes_are_read_again_and_deletions_told(salesforce: Salesforce, cases: Collected) -> None:
    for name in "ABC":
        salesforce.put(f"500{name}", MAY.format("10:00:00"))
    cases.run()
    assert cases.run() == Counts()
    salesforce.put("500A", MAY.format("11:00:00"), Type="Late")
    salesforce.put("500B", MAY.format("11:00:01"), IsDeleted=1)
    salesforce.put("500D", MAY.format("11:00:01"), IsDeleted=1)
    assert cases.run() == Counts(fetched=3, changed=1, deleted=1, unchanged=1)
    complaints = cases.complaints()
    assert set(complaints) == {"500A", "500C"}
    assert complaints["500A"]["category"] == "Late"
    salesforce.put("500B", MAY.format("12:00:00"))
    assert cases.run() == Counts(fetched=1, changed=1)
    assert set(cases.complaints()) == {"500A", "500B", "500C"}


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("batch", [2000, 2])
def test_equal_times_across_pages_lose_and_double_nothing(
    salesforce: Salesforce, cases: Collected, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    small_batches(monkeypatch, 3)
    salesforce.batch = batch  # Salesforce may give fewer records at once than the query asks for
    for number in range(9):
        salesforce.put(f"500{number}", MAY.format("10:00:00" if number > 1 else "09:00:00"))
    assert cases.run() == Counts(fetched=9, new=9)
    assert cases.position == {"at": "2024-05-01T10:00:00+00:00", "id": "5008"}
    assert len(salesforce.queries) == 4  # the ninth record fills a page, so one more is asked for


@pytest.mark.usefixtures("desk")
def test_a_collector_that_is_killed_goes_on_where_its_pages_landed(
    salesforce: Salesforce, cases: Collected, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_batches(monkeypatch, 2)
    for number in range(7):
        salesforce.put(f"500{number}", MAY.format("10:00:00"))
    assert cases.run(killed_after=2) == Counts(fetched=4, new=4)
    salesforce.put("5000", MAY.format("10:05:00"), Type="Late")
    assert cases.run() == Counts(fetched=4, new=3, changed=1)
    complaints = cases.complaints()
    assert len(complaints) == 7
    assert complaints["5000"]["category"] == "Late"


@pytest.mark.usefixtures("desk")
def test_a_change_that_is_seen_late_is_not_missed(
    salesforce: Salesforce, cases: Collected, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime(2024, 5, 1, 12, tzinfo=UTC)
    monkeypatch.setattr(change_pages, "now", lambda: moment)
    salesforce.put("500A", MAY.format("11:58:00"))
    assert cases.run() == Counts(fetched=1, new=1)
    salesforce.put("500B", MAY.format("11:30:00"))  # its transaction ended after the run
    assert cases.run() == Counts(fetched=2, new=1, unchanged=1)
    moment += timedelta(hours=2)
    cases.run()
    assert cases.run() == Counts()


@pytest.mark.usefixtures("desk")
def test_a_period_is_read_once_more_and_leaves_the_position(salesforce: Salesforce, cases: Collected) -> None:
    for hour in (9, 10, 11):
        salesforce.put(f"500{hour}", f"2024-05-01T{hour:02d}:00:00.000Z")
    cases.run()
    before = cases.position
    period = TimeRange(datetime(2024, 5, 1, 10, tzinfo=UTC), datetime(2024, 5, 1, 11, tzinfo=UTC))
    assert cases.run(period=period) == Counts(fetched=1, unchanged=1)
    assert cases.position == before
    assert cases.run(reload=True) == Counts(fetched=3, unchanged=3)


def test_a_busy_server_says_when_to_come_back(
    desk: DeskServer, salesforce: Salesforce, cases: Collected
) -> None:
    headers: dict[str, str] = {}

    def respond(asked: Any) -> Answer:
        return salesforce(asked) if asked.host.startswith(LOGIN_HOST) else Answer(BUSY, 503, headers)

    def asked_wait() -> timedelta | None:
        with pytest.raises(SourceUnavailable, match="busy") as raised:
            cases.run()
        return raised.value.retry_after

    desk.answer = respond
    headers["Retry-After"] = "120"
    assert asked_wait() == timedelta(seconds=120)
    headers["Retry-After"] = format_datetime(datetime.now(UTC) + timedelta(seconds=300), usegmt=True)
    wait = asked_wait()
    assert wait is not None
    assert timedelta(seconds=240) < wait <= timedelta(seconds=300)
    headers.clear()
    assert asked_wait() is None


@pytest.mark.usefixtures("salesforce")
def test_a_login_that_is_put_off_says_until_when(desk: DeskServer, cases: Collected) -> None:
    desk.next_answers = [Answer("<p>Down for maintenance", 503, {"Retry-After": "600"})]
    with pytest.raises(SourceUnavailable, match="takes no logins now") as raised:
        cases.run()
    assert raised.value.retry_after == timedelta(minutes=10)


@pytest.mark.usefixtures("desk")
def test_a_session_that_expires_is_renewed(
    salesforce: Salesforce, cases: Collected, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_batches(monkeypatch, 1)
    salesforce.put("500A", MAY.format("10:00:00"))
    salesforce.put("500B", MAY.format("11:00:00"))
    assert cases.run(killed_after=1) == Counts(fetched=1, new=1)
    pages = iter(range(1))
    original = salesforce.__class__.__call__

    def expiring(self: Salesforce, asked: Any) -> Answer:
        if "queryAll" in asked.path and next(pages, None) is not None:
            self.session = "another"
        return original(self, asked)

    monkeypatch.setattr(Salesforce, "__call__", expiring)
    assert cases.run() == Counts(fetched=1, new=1)
    assert salesforce.logins == 3


@pytest.mark.usefixtures("desk")
def test_a_field_of_a_related_record_is_mapped(salesforce: Salesforce, warehouse: Warehouse) -> None:
    fields = {"contact_external_id": "Contact.Loyalty__c", "severity": None, "channel": {"value": "crm"}}
    cases = Collected(warehouse, {"kind": "salesforce", "objects": {"cases": {"map": {"fields": fields}}}})
    salesforce.put("500A", MAY.format("10:00:00"), Priority="Whatever", **{"Contact.Loyalty__c": "L-7"})
    salesforce.put("500B", MAY.format("10:00:00"), Priority="High")
    cases.run()
    assert "Priority" not in salesforce.queries[0]
    complaints = cases.complaints()
    assert complaints["500A"]["contact_external_id"] == "L-7"
    assert complaints["500A"]["channel"] == "crm"
    assert "contact_external_id" not in complaints["500B"]


@pytest.mark.usefixtures("desk")
def test_what_cannot_be_mapped_is_refused_by_name(salesforce: Salesforce, cases: Collected) -> None:
    salesforce.put("500A", MAY.format("10:00:00"), Priority="Critical")
    salesforce.put("500B", MAY.format("10:00:00"), CreatedDate="yesterday")
    assert cases.run() == Counts(fetched=2, quarantined=2)
    priority, created = sorted(cases.refused(), key=lambda reason: "Critical" not in reason)
    assert priority == (
        'field severity (Priority): "Critical" is none of High, Medium, Low; add it to values, or say otherwise'
    )
    assert created.startswith('field received_at (CreatedDate): "yesterday" is not a timestamp')


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (Answer(BUSY, 503), SourceUnavailable, "busy"),
        (Answer("<html>", 500), SourceUnavailable, "busy"),
        (Answer('{"records": [', 200), SourceUnavailable, "is no answer of Salesforce"),
        (Answer({"done": True}, 200), SourceUnavailable, "is no answer of Salesforce"),
        (
            Answer([{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}], 403),
            SourceUnavailable,
            "limit of requests a day",
        ),
        (
            Answer([{"errorCode": "API_DISABLED_FOR_ORG", "message": "no"}], 403),
            ConfigurationError,
            'the permission "API Enabled"',
        ),
        (
            Answer([{"errorCode": "INVALID_FIELD", "message": "No such column 'X'"}], 400),
            ConfigurationError,
            "No such column 'X'; correct the entry of the object",
        ),
        (Answer({"records": [], "done": False, "nextRecordsUrl": "/services/data/01g"}), DataError, "twice"),
    ],
)  # fmt: skip
def test_what_goes_wrong_says_what_to_do_and_no_secret(
    desk: DeskServer,
    salesforce: Salesforce,
    cases: Collected,
    answer: Answer,
    error: type[Exception],
    message: str,
) -> None:
    def respond(asked: Any) -> Answer:
        return salesforce(asked) if asked.host.startswith(LOGIN_HOST) else answer

    desk.answer = respond
    with pytest.raises(error, match=message) as raised:
        cases.run()
    assert "cf_desk" in str(raised.value)
    assert "secret" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.usefixtures("salesforce")
def test_a_refused_login_names_the_connection(cases: Collected, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = CONNECTION | {"password": "wrong", "extra": {"security_token": "t"}}
    monkeypatch.setenv("AIRFLOW_CONN_CF_DESK", json.dumps(wrong))
    with pytest.raises(
        ConfigurationError, match=r'"cf_desk": Salesforce refuses the login \(INVALID_LOGIN\)'
    ):
        cases.run()
    monkeypatch.setenv("AIRFLOW_CONN_CF_DESK", json.dumps({"conn_type": "salesforce"}))
    with pytest.raises(ConfigurationError, match='"cf_desk": says too little to log in'):
        cases.run()


@pytest.mark.usefixtures("salesforce")
@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer("<p>Down for maintenance", 503), r"takes no logins now \(503\)"),
        (Answer("<html></html>", 500), "takes no logins now"),
        (Answer("<p>Welcome", 200), "is no answer of Salesforce"),
    ],
)
def test_a_login_that_fails_for_no_fault_of_ours_is_tried_again(
    desk: DeskServer, cases: Collected, answer: Answer, message: str
) -> None:
    desk.next_answers = [answer]
    with pytest.raises(SourceUnavailable, match=message):
        cases.run()


@pytest.mark.usefixtures("salesforce")
def test_a_server_that_is_gone_is_tried_again(cases: Collected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(SourceUnavailable, match="does not answer"):
        cases.run()


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"read": "Case; drop"}, "is not the API name of an object"),
        ({"key": ["CaseNumber"]}, "records of Salesforce are known by Id"),
        ({"map": {"fields": {"category": "Type' OR"}}}, "is no field of Salesforce"),
        ({"read": "Complaint__c"}, "has neither columns nor map"),
        ({"map": {"fields": {"received_at": None}}}, "lacks received_at"),
    ],
)
def test_a_wrong_entry_is_refused(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        SalesforceObject.model_validate(entry)
