"""Responses of survey platforms, spoiled in every way: each lands or is refused, and the counts add up."""

from __future__ import annotations

import copy
import csv
import io
import json
import random
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from cf_operators.domain.limesurvey_source import LimeSurveySource
from cf_operators.domain.qualtrics_source import QualtricsSource
from cf_operators.hooks import limesurvey_source, qualtrics_source
from cf_operators.hooks.landing import Counts, Landing
from cf_operators.hooks.limesurvey_source import LimeSurveySourceHook
from cf_operators.hooks.qualtrics_source import QualtricsSourceHook
from cf_operators.hooks.staging_views import StagingViews
from cf_operators.hooks.warehouse import WarehouseHook
from tests.conftest import Warehouse
from tests.hooks.test_rest_fuzz import VALUES
from tests.limesurvey_server import LOGIN, PASSWORD, LimeSurveyServer, StandIn
from tests.qualtrics_server import SURVEY, TOKEN, QualtricsServer

COUNT = 300
NESTED: Any = "x"
for _ in range(90):
    NESTED = [NESTED]
WEIRD = [*VALUES, float("nan"), float("-inf"), NESTED, "Very satisfied", "11", "10.5", " 7 ", "a" * 90_000]
QUESTIONS = {"nps": {"construct": "nps", "scale": [0, 10]}, "csat": {"construct": "csat", "scale": [1, 5]}}


def land(source: LimeSurveySource | QualtricsSource, *, reload: bool = False) -> Counts:
    """What the task does; no page is cut by another."""
    name = next(iter(source.objects))
    landing = Landing(WarehouseHook(), source.id, "responses", "run")
    position = landing.begin(name)
    start = None if reload else position
    hook: LimeSurveySourceHook | QualtricsSourceHook
    if isinstance(source, QualtricsSource):
        hook = QualtricsSourceHook(source)
        ticket = {**hook.prepare(name, start, None), "file_id": "file-1"}
        hook.take({"status": "ready", "tickets": {name: ticket}})
    else:
        hook = LimeSurveySourceHook(source)
    pages = 0
    for page in hook.pages(name, start, None):
        landing.land(name, page)
        pages += 1
    assert pages > 3
    return landing.close()


def check_whole(warehouse: Warehouse, source: LimeSurveySource | QualtricsSource, counts: Counts) -> None:
    """The counts add up, every refused row has its reason, and no cast of the staging views fails."""
    assert (
        counts.fetched == counts.new + counts.changed + counts.unchanged + counts.deleted + counts.quarantined
    )
    assert min(counts.new, counts.quarantined) > COUNT / 10, counts
    reasons = [row["reason"] for row in warehouse.rows("select reason from cf_landing.quarantine")]
    # Rows that are the same in every letter are kept once.
    assert counts.quarantined * 0.9 < len(reasons) <= counts.quarantined
    assert "" not in reasons
    with warehouse.connect() as connection:
        for shape, columns in StagingViews(connection).refresh(source).items():
            made = ", ".join(f"count({column}::text)" for column in columns)
            found = connection.execute(
                f"select {made}, count(*) as rows from cf_landing.stg_{source.id}_{shape}"
            ).fetchone()
            assert found is not None
            assert found["rows"] > COUNT / 10


def landed(warehouse: Warehouse) -> set[str]:
    return {row["external_id"] for row in warehouse.rows("select external_id from cf_landing.v_record")}


def lime_source() -> LimeSurveySource:
    fields = {
        "submitted_at": "datestamp", "is_complete": "_is_complete", "token": "token", "language": "startlanguage",
        "survey_id": {"value": "annual"},
    }  # fmt: skip
    declared = {
        "stream": "responses", "read": "123456", "key": ["id"], "entity": ["id"],
        "map": {"shape": "response", "fields": fields, "questions": QUESTIONS},
    }  # fmt: skip
    head = {"id": "lime", "kind": "limesurvey", "connection": "cf_lime", "time_zone": "Europe/Berlin"}
    return LimeSurveySource.model_validate(head | {"objects": {"annual": declared}})


def spoiled_response(response: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """The response with something else in a few of its places, or nothing; its number stays."""
    broken = copy.deepcopy(response)
    for place in dice.sample([name for name in response if name != "id"], dice.choice((0, 1, 1, 1, 2, 4))):
        if dice.random() < 0.1:
            del broken[place]
        else:
            broken[place] = copy.deepcopy(dice.choice(WEIRD))
    return broken | ({f"extra{chr(0xD800)}": "\0"} if dice.random() < 0.03 else {})


def test_spoiled_responses_of_limesurvey(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limesurvey_source, "PAGE_RESPONSES", 50)
    dice = random.Random(7)
    with LimeSurveyServer() as server:
        connection = {"conn_type": "http", "host": server.url, "login": LOGIN, "password": PASSWORD}
        monkeypatch.setenv("AIRFLOW_CONN_CF_LIME", json.dumps(connection))
        survey = server.surveys[123456] = StandIn()
        for number in range(1, COUNT + 1):
            survey.answer(number, f"t{number}", f"2026-03-{1 + number % 28:02} 10:00:00", nps=9, csat=4)
        good = dict(survey.responses)
        survey.responses = {number: spoiled_response(each, dice) for number, each in good.items()}
        counts = land(lime_source())
        assert counts.fetched == COUNT
        check_whole(warehouse, lime_source(), counts)
        places = warehouse.rows("select location from cf_landing.quarantine")
        refused = {row["location"].rpartition(" ")[2] for row in places}
        assert landed(warehouse) | refused == set(map(str, good))
        again = land(lime_source(), reload=True)
        assert (again.fetched, again.new, again.changed) == (COUNT, 0, 0)
        survey.responses = good
        mended = land(lime_source(), reload=True)
    assert (mended.fetched, mended.quarantined) == (COUNT, 0)
    assert landed(warehouse) == set(map(str, good))


def qualtrics_of() -> QualtricsSource:
    fields = {
        "submitted_at": "RecordedDate", "is_complete": {"path": "Finished", "values": {"1": True, "0": False}},
        "language": "UserLanguage", "invitation_id": "invitation_id", "survey_id": {"value": "annual"},
    }  # fmt: skip
    declared = {
        "stream": "responses", "read": SURVEY, "key": ["ResponseId"],
        "map": {"shape": "response", "fields": fields, "questions": QUESTIONS},
    }  # fmt: skip
    head = {"id": "qx", "kind": "qualtrics", "connection": "cf_qx", "time_zone": "UTC"}
    return QualtricsSource.model_validate(head | {"objects": {"annual": declared}})


class SpoiledExports(QualtricsServer):
    """Exports hold the lines that it is given, whatever they are."""

    lines: list[bytes]

    def _file(self, asked: dict[str, Any]) -> bytes:
        with zipfile.ZipFile(io.BytesIO(super()._file(asked))) as empty:
            head = empty.read("survey.csv")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("survey.csv", head + b"".join(self.lines))
        return packed.getvalue()


CELLS = ["2026-03-17 10:00:00", "1", "R_", "EN", "9", "4", "0f8fad5b-d9cb-469f-a165-70867728950e"]
"""In the order of the export: RecordedDate, Finished, ResponseId, UserLanguage, nps, csat, invitation_id."""


def line_of(number: int, cells: list[str] | None = None) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells or [*CELLS[:2], f"R_{number}", *CELLS[3:]])
    return text.getvalue().encode("utf-8", "surrogatepass")


def spoiled_line(number: int, dice: random.Random) -> bytes:
    """One record, its cells or its quotes spoiled, or nothing."""
    cells = [*CELLS[:2], f"R_{number}", *CELLS[3:]]
    match dice.randrange(10):
        case 0 | 1:
            return line_of(number)
        case 2 | 3 | 4 | 5:
            for place in dice.sample(range(len(cells)), dice.choice((1, 1, 2, 5))):
                value = dice.choice(WEIRD)
                cells[place] = value if isinstance(value, str) else json.dumps(value)
            return line_of(number, cells)
        case 6:
            return line_of(
                number, cells[: dice.randrange(1, len(cells))] if dice.random() < 0.5 else [*cells, "x"]
            )
        case 7:
            return line_of(number).replace(
                b"EN", dice.choice((b"\xff\xfe", b"\xc3", b"\0", b"\r", b"E\x1aN"))
            )
        case 8:
            return line_of(number).replace(b"EN", dice.choice((b'"EN', b'"E"N"', b'E"N')))
        case _:
            cells[dice.randrange(len(cells))] = dice.choice(("one,\ntwo\n", '"', "z" * 140_000, "", "\ufeff"))
            return line_of(number, cells)


@pytest.fixture
def exports(monkeypatch: pytest.MonkeyPatch) -> Iterator[SpoiledExports]:
    monkeypatch.setattr(qualtrics_source, "PAGE_ROWS", 50)
    with SpoiledExports() as server:
        connection = {"conn_type": "http", "host": server.url, "password": TOKEN}
        monkeypatch.setenv("AIRFLOW_CONN_CF_QX", json.dumps(connection))
        yield server


def test_spoiled_responses_of_qualtrics(warehouse: Warehouse, exports: SpoiledExports) -> None:
    dice = random.Random(7)
    exports.lines = [spoiled_line(number, dice) for number in range(COUNT)]
    counts = land(qualtrics_of())
    check_whole(warehouse, qualtrics_of(), counts)
    raw = "\n".join(row["raw"] for row in warehouse.rows("select raw from cf_landing.quarantine"))
    kept = landed(warehouse)
    for number, line in enumerate(exports.lines):
        if f"R_{number},".encode() in line:
            assert f"R_{number}" in kept or f"R_{number}," in raw, line
    again = land(qualtrics_of(), reload=True)
    assert (again.fetched, again.new, again.quarantined) == (counts.fetched, 0, counts.quarantined)
    exports.lines = [line_of(number) for number in range(COUNT)]
    mended = land(qualtrics_of(), reload=True)
    assert (mended.fetched, mended.quarantined) == (COUNT, 0)
    assert {f"R_{number}" for number in range(COUNT)} <= landed(warehouse)


def test_a_broken_quote_costs_one_response_of_qualtrics(
    warehouse: Warehouse, exports: SpoiledExports
) -> None:
    exports.lines = [line_of(number) for number in range(200)]
    exports.lines[77] = exports.lines[77].replace(b"EN", b'"EN')
    exports.lines[111] = exports.lines[111].replace(b"EN", b"\xff")
    counts = land(qualtrics_of())
    assert (counts.fetched, counts.new, counts.quarantined) == (200, 198, 2)
    assert landed(warehouse) == {f"R_{number}" for number in range(200) if number not in (77, 111)}
