"""The descriptions of vendors' APIs, against servers that speak as documented, down to the staging views."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from cf_operators.domain.rest_source import RestSource
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.landing import Counts, Landing
from cf_operators.hooks.rest_source import RestSourceHook
from cf_operators.hooks.staging_views import StagingViews
from cf_operators.hooks.warehouse import WarehouseHook
from cf_operators.source_presets import preset_names, with_presets
from tests.conftest import ROOT, Warehouse
from tests.rest_server import RestServer, serving
from tests.rest_vendors import Formbricks, HubSpot, Jira, SurveyMonkey, Typeform

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
INVITATION = "0f8fad5b-d9cb-469f-a165-70867728950e"
Start = Callable[..., RestServer]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a vendor's server; the connection ``cf_vendor`` leads to it."""
    running: list[Any] = []

    def run(vendor: Any, **connection: str) -> RestServer:
        running.append(serving(vendor))
        server: RestServer = running[-1].__enter__()
        fields = {
            "conn_type": "http",
            "host": server.url,
            "login": "me",
            "password": "pat-eu1-key",
        } | connection
        monkeypatch.setenv("AIRFLOW_CONN_CF_VENDOR", json.dumps(fields))
        return server

    yield run
    for item in running:
        item.__exit__(None, None, None)


def source_of(preset: str, entry: dict[str, Any] | None = None, zone: str = "UTC") -> RestSource:
    """A source of a programme that names a preset."""
    raw = {
        "id": "vendor",
        "kind": "rest",
        "preset": preset,
        "connection": "cf_vendor",
        "time_zone": zone,
        "objects": {"rows": entry},
    }
    data, problems = with_presets({"sources": [raw]})
    assert problems == []
    return RestSource.model_validate(data["sources"][0])


def collect(source: RestSource) -> tuple[Counts, list[str]]:
    """What the task does: the counts of one run, and the ids that were fetched, in order."""
    fetched: list[str] = []
    landing = Landing(WarehouseHook(), source.id, source.objects["rows"].stream, "run")
    position = landing.begin("rows")
    for page in RestSourceHook(source, sleep=lambda _: None).pages("rows", position, None):
        fetched += [getattr(row, "external_id", "refused") for row in page.rows]
        landing.land("rows", page)
    return landing.close(), fetched


def staged(warehouse: Warehouse, source: RestSource, shape: str, columns: str = "*") -> list[dict[str, Any]]:
    with warehouse.connect() as connection:
        StagingViews(connection).refresh(source)
    return warehouse.rows(f"select {columns} from cf_landing.stg_vendor_{shape} order by 1, 2")


def moment(minutes: float) -> str:
    return (NOW + timedelta(minutes=minutes)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ticket(number: int, minutes: float, **properties: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "createdAt": moment(-900),
        "updatedAt": moment(minutes),
        "archived": False,
        "properties": {
            "createdate": moment(-900),
            "hs_lastmodifieddate": moment(minutes),
            "closed_date": None,
            "hs_ticket_priority": "HIGH",
            "hs_ticket_category": "PRODUCT_ISSUE",
        }
        | properties,
    }


def test_each_preset_is_a_source_of_its_own() -> None:
    assert preset_names() == [
        "formbricks",
        "hubspot_feedback",
        "hubspot_tickets",
        "jira",
        "surveymonkey",
        "typeform",
    ]
    values = {"form_id": "x", "survey_id": "x", "project": "x"}
    for name in preset_names():
        source = source_of(name, {"with": values})
        assert source.objects["rows"].map is not None
        assert source.objects["rows"].changed is not None


def test_hubspot_tickets_beyond_what_a_search_gives(warehouse: Warehouse, start: Start) -> None:
    """A search gives so many records and no more; here six, of which many have the same time."""
    vendor = HubSpot([ticket(number, number // 3) for number in range(20)], most=6)
    start(vendor)
    source = source_of("hubspot_tickets", {"paging": {"size": 2}})
    counts, fetched = collect(source)
    assert (counts.new, counts.quarantined) == (20, 0)
    assert set(fetched) == {str(number) for number in range(20)}
    vendor.records[3]["archived"] = True
    vendor.records[4] = ticket(4, 30, closed_date=moment(29), hs_ticket_priority="")
    counts, fetched = collect(source)
    assert (counts.new, counts.changed, counts.deleted) == (0, 1, 1)
    rows = staged(warehouse, source, "complaint", "complaint_id, severity, received_at, closed_at, category")
    assert len(rows) == 19
    changed = next(row for row in rows if row["complaint_id"] == "4")
    assert changed["closed_at"] == NOW + timedelta(minutes=29)
    assert (changed["severity"], changed["category"]) == (None, "PRODUCT_ISSUE")


def test_hubspot_feedback_by_kind_of_survey(warehouse: Warehouse, start: Start) -> None:
    def submission(number: int, kind: str, value: str) -> dict[str, Any]:
        properties = {"hs_survey_type": kind, "hs_value": value, "hs_submission_timestamp": moment(number)}
        return ticket(number, number, **properties, hs_contact_id="51", hs_survey_channel="EMAIL")

    start(
        HubSpot(
            [
                submission(1, "NPS", "9"),
                submission(2, "CES", "6"),
                submission(3, "CSAT", "2"),
                submission(4, "NPS", "x"),
                submission(5, "CUSTOM", "3"),
                submission(6, "CSAT", "5"),
            ]
        )
    )
    counts, _ = collect(source_of("hubspot_feedback"))
    assert (counts.new, counts.quarantined) == (4, 2)
    reasons = [
        row["reason"] for row in warehouse.rows("select reason from cf_landing.quarantine order by reason")
    ]
    assert reasons[0].startswith('question "CUSTOM" is not mapped; give its construct and scale')
    assert reasons[1].startswith('question "NPS": "x" is not a number')
    columns = "response_id, construct, score::int, scale_min::int, scale_max::int"
    answers = staged(warehouse, source_of("hubspot_feedback"), "answer", columns)
    assert [tuple(row.values()) for row in answers] == [
        ("1", "nps", 9, 0, 10),
        ("2", "ces", 6, 1, 7),
        ("3", "csat", 2, 0, 2),
        ("6", "csat", 5, 0, 2),  # off the scale: kept, and counted by no KPI
    ]


def test_hubspot_feedback_as_the_documentation_says(warehouse: Warehouse, start: Start) -> None:
    """CSAT on the scale of one's own KPI, and surveys of another kind left out."""

    def submission(number: int, kind: str, value: str) -> dict[str, Any]:
        properties = {"hs_survey_type": kind, "hs_value": value, "hs_submission_timestamp": moment(number)}
        return ticket(number, number, **properties)

    start(
        HubSpot(
            [*(submission(number, "CSAT", str(number)) for number in range(3)), submission(3, "CUSTOM", "x")]
        )
    )
    text = (ROOT / "docs" / "sources.md").read_text()
    (said,) = [block for block in text.split("```") if "ignore: [CUSTOM]" in block]
    entry = yaml.safe_load(said.removeprefix("yaml"))
    source = source_of("hubspot_feedback", entry)
    counts, _ = collect(source)
    assert (counts.new, counts.quarantined) == (4, 0)
    answers = staged(warehouse, source, "answer", "response_id, score::int, scale_min::int, scale_max::int")
    assert [tuple(row.values()) for row in answers] == [("0", 1, 1, 5), ("1", 3, 1, 5), ("2", 5, 1, 5)]


def typeform_response(number: int, minutes: float, score: int | None, **hidden: str) -> dict[str, Any]:
    answers: list[dict[str, Any]] = [
        {"field": {"id": "a", "type": "short_text", "ref": "why"}, "type": "text", "text": "fast"},
        {"field": {"id": "b", "type": "yes_no", "ref": "again"}, "type": "boolean", "boolean": False},
        {
            "field": {"id": "d", "type": "multiple_choice", "ref": "sat"},
            "type": "choice",
            "choice": {"label": "Good", "ref": "c-good"},
        },
    ]
    if score is not None:
        answers.append({"field": {"id": "c", "type": "nps", "ref": "nps"}, "type": "number", "number": score})
    return {
        "response_id": f"r{number}",
        "token": f"r{number}",
        # Landed long ago: somebody left the form open.
        "landed_at": moment(minutes - 600),
        "submitted_at": moment(minutes),
        "hidden": hidden,
        "answers": answers,
    }


FIELDS: list[dict[str, Any]] = [
    {"id": "c", "ref": "nps", "title": "Recommend us?", "type": "nps"},
    {"id": "g", "ref": "group", "title": "More", "type": "group", "properties": {"fields": [
        {"id": "a", "ref": "why", "title": "Why?", "type": "short_text"},
        {"id": "d", "ref": "sat", "title": "Satisfied?", "type": "multiple_choice"},
    ]}},
    {"id": "b", "ref": "again", "title": "Again?", "type": "yes_no"},
    {"id": "s", "ref": "thanks", "title": "Thanks", "type": "statement"},
]  # fmt: skip
TYPEFORM = {
    "with": {"form_id": "u6nXL7"},
    "paging": {"size": 2},
    "map": {
        "questions": {
            "nps": {"construct": "nps", "scale": [0, 10]},
            "sat": {"construct": "csat", "scale": [1, 5], "values": {"c-good": 5, "c-bad": 1}},
        },
        "ignore": ["why", "again"],
    },
}


def test_typeform_responses_with_their_invitations(warehouse: Warehouse, start: Start) -> None:
    responses = [
        typeform_response(number, number - 300, number, invitation_id=INVITATION) for number in range(5)
    ]
    start(Typeform(responses, FIELDS, NOW))
    source = source_of("typeform", TYPEFORM)
    counts, _ = collect(source)
    assert (counts.fetched, counts.new) == (5, 5)
    rows = staged(
        warehouse, source, "response", "response_id, invitation_id::text, is_complete, submitted_at"
    )
    assert rows[0]["invitation_id"] == INVITATION
    assert rows[0]["submitted_at"] == NOW - timedelta(minutes=300)
    answers = staged(warehouse, source, "answer", "response_id, construct, score::int")
    assert len(answers) == 10
    assert {row["score"] for row in answers if row["construct"] == "nps"} == {0, 1, 2, 3, 4}


def test_typeform_responses_of_the_last_half_hour_come_with_the_next_run(
    warehouse: Warehouse, start: Start
) -> None:
    vendor = Typeform([typeform_response(1, -300, 9), typeform_response(2, -10, 9)], FIELDS, NOW)
    server = start(vendor)
    source = source_of("typeform", TYPEFORM)
    assert collect(source)[1] == ["r1"]
    vendor.now += timedelta(hours=1)
    assert collect(source)[1] == ["r2"]
    last = server.asked[-1]
    assert last.params["since"] == "2026-03-01T10:00:00"
    # With it "since" would be held against the time at which the form was opened, ten hours before.
    assert "response_type" not in last.params


def test_typeform_questions_that_nobody_mapped_are_all_named(start: Start) -> None:
    server = start(Typeform([], FIELDS, NOW))
    with pytest.raises(ConfigurationError) as error:
        list(RestSourceHook(source_of("typeform", TYPEFORM | {"map": {}})).pages("rows", None, None))
    for title in ("Recommend us?", "Why?", "Satisfied?", "Again?"):
        assert title in str(error.value)
    assert "Thanks" not in str(error.value)
    assert "More" not in str(error.value)
    assert len(server.asked) == 1


def test_surveymonkey_choices_and_rows(warehouse: Warehouse, start: Start) -> None:
    def response(number: int, status: str = "completed") -> dict[str, Any]:
        questions = [
            {"id": "q1", "answers": [{"row_id": "row1", "choice_id": "c9"}]},
            {"id": "q2", "answers": [{"choice_id": "good"}]},
            {"id": "q3", "answers": [{"text": "fast"}]},
        ]
        return {
            "id": str(number),
            "survey_id": "77",
            "response_status": status,
            "date_modified": (NOW + timedelta(seconds=number // 3)).isoformat(),
            "custom_variables": {"invitation_id": INVITATION},
            "pages": [{"id": "1", "questions": questions}],
        }

    questions: list[dict[str, Any]] = [
        {"id": "q1", "family": "matrix", "headings": [{"heading": "Recommend?"}],
         "answers": {"rows": [{"id": "row1", "text": ""}]}},
        {"id": "q2", "family": "single_choice", "headings": [{"heading": "Satisfied?"}],
         "answers": {"rows": [], "choices": []}},
        {"id": "q3", "family": "open_ended", "headings": [{"heading": "Why?"}]},
        {"id": "q4", "family": "presentation", "headings": [{"heading": "Hello"}]},
    ]  # fmt: skip
    mapping = {
        "questions": {
            "row1": {"construct": "nps", "scale": [0, 10], "values": {"c9": 9, "c8": 8}},
            "q2": {"construct": "csat", "scale": [1, 5], "values": {"good": 5}},
        },
        "ignore": ["q3"],
    }
    vendor = SurveyMonkey([response(number) for number in range(9)] + [response(9, "partial")], questions)
    start(vendor)
    # The zone of the source is not that of the API, which is UTC.
    entry = {"with": {"survey_id": "77"}, "paging": {"size": 4}, "map": mapping}
    source = source_of("surveymonkey", entry, "Europe/Berlin")
    counts, fetched = collect(source)
    assert (counts.new, counts.quarantined) == (10, 0)
    assert set(fetched) == {str(number) for number in range(10)}
    rows = staged(warehouse, source, "response", "response_id, is_complete, invitation_id::text")
    assert [row["is_complete"] for row in rows] == [True] * 9 + [False]
    assert rows[0]["invitation_id"] == INVITATION
    answers = staged(warehouse, source, "answer", "response_id, construct, score::int")
    assert {(row["construct"], row["score"]) for row in answers} == {("nps", 9), ("csat", 5)}
    with pytest.raises(ConfigurationError, match=r'"row1", "q2" \("Satisfied\?"\)'):
        collect(source_of("surveymonkey", {"with": {"survey_id": "77"}, "map": {"ignore": ["q3"]}}))


def test_formbricks_responses_partial_first_and_complete_later(warehouse: Warehouse, start: Start) -> None:
    def response(number: int, minutes: int, is_finished: bool, **data: Any) -> dict[str, Any]:
        return {
            "id": f"clv{number}",
            "createdAt": moment(-60),
            "updatedAt": moment(minutes),
            "finished": is_finished,
            "surveyId": "clus",
            "contactId": "ct1",
            "contactAttributes": {"userId": "C1", "email": "ana@example.org"},
            "data": data,
            "language": None,
        }

    questions: list[dict[str, Any]] = [
        {"id": "nps0", "headline": {"default": "Recommend us?"}},
        {"id": "why0", "headline": {"default": "Why?"}},
    ]
    vendor = Formbricks([response(number, number, False, why0="x") for number in range(4)], questions)
    start(vendor, password="fbk_key")
    mapping = {
        "questions": {"nps0": {"construct": "nps", "scale": [0, 10]}},
        "ignore": ["why0", "invitation_id"],
    }
    source = source_of("formbricks", {"with": {"survey_id": "clus"}, "paging": {"size": 2}, "map": mapping})
    assert collect(source)[0].new == 4
    vendor.responses[2] = response(2, 40, True, nps0=7, why0="x", invitation_id=INVITATION)
    counts, _ = collect(source)
    assert (counts.new, counts.changed) == (0, 1)
    rows = staged(
        warehouse, source, "response", "response_id, is_complete, invitation_id::text, contact_external_id"
    )
    assert [row["is_complete"] for row in rows] == [False, False, True, False]
    assert rows[2] == {
        "response_id": "clv2",
        "is_complete": True,
        "invitation_id": INVITATION,
        "contact_external_id": "C1",
    }
    assert staged(warehouse, source, "answer", "response_id, construct, score::int") == [
        {"response_id": "clv2", "construct": "nps", "score": 7}
    ]
    with pytest.raises(ConfigurationError, match=r'"nps0" \("Recommend us\?"\), "why0" \("Why\?"\)'):
        collect(source_of("formbricks", {"with": {"survey_id": "clus"}}))


def test_jira_issues_in_the_time_zone_of_its_user(warehouse: Warehouse, start: Start) -> None:
    def issue(number: int, seconds: int) -> dict[str, Any]:
        at = (NOW + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        return {"id": str(number), "key": f"SUP-{number}", "fields": {
            "created": at, "updated": at, "resolutiondate": None, "priority": {"name": "Blocker"},
            "issuetype": {"name": "Complaint"}, "reporter": {"accountId": "5b1"},
        }}  # fmt: skip

    # Seven in one minute, over the end of a page.
    vendor = Jira([issue(number, 10 * number) for number in range(9)])
    server = start(vendor)
    source = source_of("jira", {"with": {"project": "SUP"}, "paging": {"size": 3}}, "Etc/GMT-1")
    assert set(collect(source)[1]) == {str(number) for number in range(9)}
    vendor.issues.append(issue(10, 100))
    counts, _ = collect(source)
    assert counts.new == 1
    assert server.asked[-1].headers["authorization"].startswith("Basic ")
    rows = staged(warehouse, source, "complaint", "complaint_id, severity, category, contact_source")
    assert rows[0] == {"complaint_id": "0", "severity": 3, "category": "Complaint", "contact_source": "jira"}


def test_what_the_programme_says_goes_over_the_preset() -> None:
    source = source_of(
        "formbricks",
        {
            "with": {"survey_id": "x"},
            "params": {"order": "desc", "sortBy": None, "tag": "a"},
            "changed": None,
            "paging": {"kind": "page"},
            "map": {"fields": {"language": {"value": "de"}, "order_id": None}},
            "structure": None,
        },
    )
    declared = source.objects["rows"]
    assert declared.params == {
        "surveyId": "{survey_id}",
        "order": "desc",
        "filterDateField": "updatedAt",
        "tag": "a",
    }
    assert (declared.changed, declared.structure, declared.paging.kind) == (None, None, "page")
    assert declared.map is not None
    assert declared.map.fields["language"].value == "de"
    assert declared.map.fields["language"].path is None
    assert "order_id" not in declared.map.fields
    assert "channel" in declared.map.fields


def test_a_preset_that_there_is_none_of_is_a_problem_of_the_programme() -> None:
    _, problems = with_presets(
        {"sources": [{"kind": "rest", "preset": "hubspot"}, {"kind": "sql", "preset": "x"}, 3]}
    )
    (problem,) = problems
    assert problem.path == "sources[0].preset"
    assert problem.message.startswith('"hubspot" is not a preset; presets are: formbricks, hubspot_feedback')


@pytest.mark.parametrize("broken", [{"objects": None}, {"objects": {"rows": 3}}, {"objects": []}, {}])
def test_a_broken_entry_is_left_to_the_checks_of_the_programme(broken: dict[str, Any]) -> None:
    data, problems = with_presets({"sources": [{"kind": "rest", "preset": "jira"} | broken]})
    assert problems == []
    assert data["sources"][0]["auth"] == "basic"
