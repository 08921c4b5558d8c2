"""The examples of docs/sources.md: a programme takes each as it stands, and rows of the platforms land by them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from cf_operators.domain.collecting import Row
from cf_operators.domain.limesurvey_source import LimeSurveySource
from cf_operators.domain.programme import Programme
from cf_operators.domain.qualtrics_source import QualtricsSource
from cf_operators.domain.rest_source import RestSource
from cf_operators.domain.source import CollectedSource
from cf_operators.domain.source_row import SourceRow, judge
from cf_operators.hooks.limesurvey_source import LimeSurveySourceHook
from cf_operators.hooks.qualtrics_source import QualtricsSourceHook
from cf_operators.hooks.rest_source import RestSourceHook
from cf_operators.programme import load_programme
from tests.conftest import ROOT
from tests.limesurvey_server import LOGIN, PASSWORD, LimeSurveyServer, StandIn, field_of
from tests.qualtrics_server import TOKEN, Definition, QualtricsServer
from tests.rest_server import serving
from tests.rest_vendors import Typeform

SHIPPED = ROOT / "include" / "config" / "programme.yml"
PAGE = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
REST = {"kind": "rest", "connection": "cf_page", "time_zone": "UTC", "auth": "none"}


def sources_in(block: str, number: int) -> list[dict[str, Any]]:
    """The sources of one example; a fragment of an entry stands in the least one that it fits into."""
    found = yaml.safe_load(dedent(block))
    rows: dict[str, Any] = {"read": "/rows", "key": ["id"]}
    match found:
        case list():
            return found
        case {"surveys": list()}:
            return []
        case {"map": {"shape": _}}:
            rows |= {"stream": f"{found['map']['shape']}s", **found}
        case {"map": {"questions": _}}:
            rows = found
        case {"questions": _}:
            fields = {"submitted_at": "at"}
            rows |= {"stream": "responses", "map": {"shape": "response", "fields": fields, **found}}
        case _:
            raise AssertionError(f"what is this an example of?\n{block}")
    preset = {} if "read" in rows else {"preset": "hubspot_feedback"}
    return [REST | {"id": f"fragment_{number}", "objects": {"rows": rows}} | preset]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Programme:
    """The shipped programme with the sources and surveys of the page in place of its own."""
    data = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    built_in = [source for source in data["sources"] if source["kind"] in ("form", "by_hand")]
    found_in = [sources_in(block, number) for number, block in enumerate(BLOCKS)]
    data["sources"] = [*chain.from_iterable(found_in), *built_in]
    for block in BLOCKS:
        found = yaml.safe_load(dedent(block))
        for survey in found.get("surveys", []) if isinstance(found, dict) else []:
            data["surveys"] = [survey if survey["id"] == each["id"] else each for each in data["surveys"]]
    paths = (("sources", "staging"), ("surveys", "definition"), ("campaigns", "audience"), ("kpis", "sql"))
    for section, key in paths:
        for entry in data[section]:
            if key in entry:
                entry[key] = str((SHIPPED.parent / entry[key]).resolve())
    file: Path = tmp_path_factory.mktemp("page") / "programme.yml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    return load_programme(file)


def test_a_programme_takes_every_example(page: Programme) -> None:
    kinds = {source.kind for source in page.sources}
    assert kinds == {
        "files", "sql", "rest", "limesurvey", "qualtrics", "salesforce", "zendesk", "request_tracker", "tryton", "odoo",
        "form", "by_hand",
    }  # fmt: skip
    assert page.survey("annual").platform is not None


@pytest.mark.parametrize(
    ("source_id", "name", "row"),
    [
        ("branch", "reviews", {"id": "7", "written": "2026-03-17 10:00:00", "stars": "4"}),
        (
            "erp",
            "orders",
            {
                "number": 7, "created_at": "2026-03-17T10:00:00Z", "delivered_at": None, "promised": "2026-03-20",
                "customer": 12, "changed_at": "2026-03-17T10:00:00Z",
            },
        ),
        # https://docs.gitlab.com/api/issues/
        (
            "gitlab",
            "cases",
            {
                "id": 76, "iid": 6, "created_at": "2016-01-04T15:31:51.081Z", "closed_at": None, "state": "opened",
                "author": {"id": 1, "username": "root"}, "labels": ["complaint"], "severity": "UNKNOWN",
            },
        ),
    ],
)  # fmt: skip
def test_a_row_lands_by_the_entry(page: Programme, source_id: str, name: str, row: dict[str, Any]) -> None:
    source = page.source(source_id)
    assert isinstance(source, CollectedSource)
    assert isinstance(judge(row, source.objects[name]), SourceRow)


def connect(monkeypatch: pytest.MonkeyPatch, name: str, **connection: str) -> None:
    monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps({"conn_type": "http", **connection}))


def answers_of(rows: list[Row]) -> dict[str, Any]:
    """The answers of the only row."""
    (row,) = rows
    assert isinstance(row, SourceRow), row
    answers: dict[str, Any] = json.loads(row.payload)["_answers"]
    return answers


def test_a_response_of_qualtrics_lands_by_the_entry(page: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    source = page.source("qualtrics")
    assert isinstance(source, QualtricsSource)
    hook = QualtricsSourceHook(source)
    with QualtricsServer() as server:
        server.definition = Definition({"Q1": ("MC", ("Q1",)), "Q2": ("TE", ("Q2",)), "Q3": ("DB", ())})
        server.record("R_1", "2026-03-17T10:00:00Z", Q1="9", Q2="fast", invitation_id="")
        connect(monkeypatch, source.connection, host=server.url, password=TOKEN)
        ticket = hook.prepare("relationship", None, None)
        hook.take({"status": "ready", "tickets": {"relationship": {**ticket, "file_id": "file-1"}}})
        rows = [row for found in hook.pages("relationship", None, None) for row in found.rows]
    assert answers_of(rows) == {"Q1": "9", "Q2": "fast"}


def test_a_response_of_limesurvey_lands_by_the_entry(
    page: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = page.source("lime")
    assert isinstance(source, LimeSurveySource)
    with LimeSurveyServer() as server:
        survey = server.surveys[123456] = StandIn([field_of("nps"), field_of("Q2", "SQ001")])
        scores: dict[str, Any] = {"nps": 9, "Q2[SQ001]": 4}
        survey.answer(1, "t1", "2026-03-17 10:00:00", **scores)
        connect(monkeypatch, source.connection, host=server.url, login=LOGIN, password=PASSWORD)
        pages = LimeSurveySourceHook(source).pages("annual", None, None)
        rows = [row for found in pages for row in found.rows]
    assert answers_of(rows) == {"nps": "9", "Q2[SQ001]": "4"}


def test_a_response_of_typeform_lands_by_the_entry(page: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    source = page.source("typeform")
    assert isinstance(source, RestSource)
    fields = [{"id": "a", "ref": "recommend", "title": "Recommend us?", "type": "nps"}]
    fields.append({"id": "b", "ref": "why", "title": "Why?", "type": "short_text"})
    answers = [
        {"field": {"id": "a", "ref": "recommend", "type": "nps"}, "type": "number", "number": 9},
        {"field": {"id": "b", "ref": "why", "type": "short_text"}, "type": "text", "text": "fast"},
    ]
    response = {
        "response_id": "r1", "token": "r1", "landed_at": "2026-03-17T09:00:00Z", "hidden": {},
        "submitted_at": "2026-03-17T10:00:00Z", "answers": answers,
    }  # fmt: skip
    with serving(Typeform([response], fields, datetime(2026, 3, 18, tzinfo=UTC))) as server:
        connect(monkeypatch, source.connection, host=server.url, password="a token")
        pages = RestSourceHook(source, sleep=lambda _: None).pages("after_purchase", None, None)
        rows = [row for found in pages for row in found.rows]
    assert answers_of(rows) == {"recommend": 9, "why": "fast"}
