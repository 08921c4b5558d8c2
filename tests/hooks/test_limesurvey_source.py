"""Reading LimeSurvey: its documented payloads from a local server, through to rows and positions."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from cf_operators.domain.collecting import Position, TimeRange
from cf_operators.domain.limesurvey_source import LimeSurveySource
from cf_operators.domain.source_row import RefusedRow, SourceRow
from cf_operators.errors import CfError, ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks import limesurvey_source
from cf_operators.hooks.limesurvey_source import LimeSurveySourceHook
from tests.limesurvey_server import LOGIN, PASSWORD, LimeSurveyServer, StandIn, field_of

NOW = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
MAP = {
    "shape": "response",
    "fields": {
        "submitted_at": "datestamp",
        "is_complete": "_is_complete",
        "survey_id": {"value": "annual"},
        "token": "token",
    },
    "questions": {
        "nps": {"construct": "nps", "scale": [0, 10]},
        "csat": {"construct": "csat", "scale": [1, 5]},
    },
}


def source_of(**changes: Any) -> LimeSurveySource:
    declared = {
        "stream": "responses",
        "read": "123456",
        "key": ["id"],
        "entity": ["token"],
        "map": MAP,
        **changes,
    }
    return LimeSurveySource.model_validate(
        {"id": "lime", "kind": "limesurvey", "connection": "cf_lime", "time_zone": "Europe/Berlin",
         "objects": {"annual": declared}}
    )  # fmt: skip


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LimeSurveyServer]:
    with LimeSurveyServer() as server:
        server.surveys[123456] = StandIn()
        connect(monkeypatch, server.url)
        yield server


def connect(monkeypatch: pytest.MonkeyPatch, url: str, password: str = PASSWORD) -> None:
    connection = {"conn_type": "http", "host": url, "login": LOGIN, "password": password}
    monkeypatch.setenv("AIRFLOW_CONN_CF_LIME", json.dumps(connection))


def read(
    position: Position | None = None, now: datetime = NOW, period: TimeRange | None = None, **changes: Any
) -> tuple[list[SourceRow | RefusedRow], Position | None]:
    rows: list[Any] = []
    for page in LimeSurveySourceHook(source_of(**changes), lambda: now).pages("annual", position, period):
        rows += page.rows
        position = page.position()
    return rows, position


def ids(rows: list[SourceRow | RefusedRow]) -> list[str]:
    assert all(isinstance(row, SourceRow) for row in rows), rows
    return [row.external_id for row in rows if isinstance(row, SourceRow)]


def position_of(result: tuple[Any, Position | None]) -> int:
    assert result[1]
    return int(result[1]["id"])


def test_responses_become_rows_with_their_answers(server: LimeSurveyServer) -> None:
    survey = server.surveys[123456]
    survey.questions += [
        field_of("why", "SQ001", "M"),
        field_of("why", "other", "M"),
        field_of("dual", "A1", "1", 1),
    ]
    others: dict[str, Any] = {"why[SQ001]": "Y", "dual[A1][2]": "3"}
    survey.answer(7, "t7", "2026-03-15 10:00:00", nps=9, csat=4, **others)
    mapped = MAP | {"ignore": ["why[SQ001]", "why[other]", "dual[A1][2]"]}
    [row], position = read(map=mapped)
    assert isinstance(row, SourceRow)
    assert (row.external_id, row.entity_key, position) == (
        "7",
        "t7",
        {"id": 8, "following": 8, "touched": "2026-03-15T09:00:00+00:00"},
    )
    payload = json.loads(row.payload)
    assert payload["_answers"] == {"nps": "9", "csat": "4", "why[SQ001]": "Y", "dual[A1][2]": "3"}
    assert payload["_is_complete"] is True


def test_an_empty_survey_is_no_error(server: LimeSurveyServer) -> None:
    assert read() == ([], None)


def test_what_is_completed_late_is_seen_although_higher_numbers_were_read(server: LimeSurveyServer) -> None:
    survey = server.surveys[123456]
    survey.answer(1, "t1", "2026-03-10 10:00:00", nps=3)
    survey.answer(2, "t2", "2026-03-11 10:00:00", submitted=False, nps=1)
    for number in range(3, 400):
        survey.answer(number, f"t{number}", "2026-03-12 10:00:00", nps=5)
    rows, position = read()
    assert (len(ids(rows)), position and position["id"]) == (399, 2)
    survey.answer(2, "t2", "2026-03-14 10:00:00", nps=10)
    rows, position = read(position)
    late = next(row for row in rows if isinstance(row, SourceRow) and row.external_id == "2")
    assert json.loads(late.payload)["_is_complete"] is True
    assert position_of((rows, position)) == 400
    assert read(position) == ([], position)


def test_a_number_given_out_early_and_seen_late_is_read(server: LimeSurveyServer) -> None:
    survey = server.surveys[123456]
    survey.answer(11, "t11", "2026-03-12 10:00:00", nps=5)
    _, position = read()
    survey.answer(10, "t10", "2026-03-12 10:00:01", nps=5)
    assert ids(read(position)[0]) == ["10", "11"]


def test_a_time_in_the_future_hides_nothing_that_comes_after_it(server: LimeSurveyServer) -> None:
    survey = server.surveys[123456]
    survey.answer(1, "t1", "2099-12-31 10:00:00", nps=3)
    survey.answer(2, "t2", "2026-03-10 10:00:00", nps=4)
    _, position = read()
    assert position == {"id": 3, "following": 3, "touched": "2026-03-10T09:00:00+00:00"}
    survey.answer(2, "t2", "2026-03-10 11:00:00", nps=5)
    survey.answer(3, "t3", "2026-03-11 10:00:00", nps=6)
    assert ids(read(position)[0]) == ["1", "2", "3"]


def test_a_position_in_the_future_is_none(server: LimeSurveyServer) -> None:
    server.surveys[123456].answer(2, "t2", "2026-03-10 10:00:00", nps=4)
    rows, position = read({"id": 500, "touched": "9999-12-31T09:00:00+00:00"})
    assert (ids(rows), position) == (
        ["2"],
        {"id": 3, "following": 3, "touched": "2026-03-10T09:00:00+00:00"},
    )


def test_what_was_not_there_before_is_read_whenever_it_was_answered(server: LimeSurveyServer) -> None:
    survey = server.surveys[123456]
    survey.answer(1, "t1", "2026-03-10 10:00:00", nps=3)
    _, position = read()
    # Imported from elsewhere: the number is new, and the days are old.
    survey.answer(2, "t2", "2025-11-02 10:00:00", nps=4)
    rows, position = read(position)
    assert ids(rows) == ["1", "2"]
    assert ids(read(position)[0]) == ["1"]


def test_an_abandoned_response_holds_the_position_only_for_a_while(server: LimeSurveyServer) -> None:
    survey = server.surveys[123456]
    survey.answer(1, "t1", "2026-03-10 10:00:00", submitted=False, nps=3)
    survey.answer(900, "t900", "2026-03-15 10:00:00", nps=5)
    assert position_of(read(now=NOW + timedelta(days=83))) == 1
    assert position_of(read(now=NOW + timedelta(days=85))) == 901


def test_where_people_may_edit_complete_ones_stay_open_too(server: LimeSurveyServer) -> None:
    survey = server.surveys[123456]
    survey.settings["alloweditaftercompletion"] = "Y"
    survey.answer(1, "t1", "2026-03-10 10:00:00", nps=3)
    survey.answer(900, "t900", "2026-03-15 10:00:00", nps=5)
    _, position = read()
    assert position_of(([], position)) == 1
    survey.answer(900, "t900", "2026-03-15 11:00:00", nps=6)
    assert ids(read(position)[0]) == ["900"]


def test_pages_are_bounded_and_end_although_responses_keep_coming(
    server: LimeSurveyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limesurvey_source, "PAGE_RESPONSES", 3)
    survey = server.surveys[123456]
    for number in range(2, 18, 2):
        survey.answer(number, f"t{number}", "2026-03-12 10:00:00", nps=5)

    def one_more(method: str) -> None:
        if method == "export_responses":
            number = max(survey.responses) + 1
            survey.answer(number, f"t{number}", "2026-03-12 11:00:00", nps=5)

    server.after = one_more
    rows, position = read()
    assert (ids(rows), position) == (
        [str(number) for number in range(2, 18, 2)],
        {"id": 17, "following": 17, "touched": "2026-03-12T09:00:00+00:00"},
    )
    server.after = lambda method: None
    assert ids(read(position)[0])[-1] == str(max(survey.responses))


def test_a_period_is_that_of_the_last_page(server: LimeSurveyServer) -> None:
    survey = server.surveys[123456]
    for number, day in enumerate((10, 11, 12), start=1):
        survey.answer(number, f"t{number}", f"2026-03-{day} 00:30:00", nps=5)
    # 00:30 in Berlin is 23:30 of the day before in UTC.
    period = TimeRange(datetime(2026, 3, 10, tzinfo=UTC), datetime(2026, 3, 11, tzinfo=UTC))
    assert ids(read(period=period)[0]) == ["2"]


def test_older_versions_put_each_response_under_its_number(server: LimeSurveyServer) -> None:
    survey = server.surveys[123456]
    survey.answer(5, "t5", "2026-03-12 10:00:00", nps=5)
    text = json.dumps({"responses": [{"5": survey.responses[5]}]})
    server.says["export_responses"] = base64.b64encode(text.encode()).decode()
    assert ids(read()[0]) == ["5"]


def test_a_survey_without_dates_is_refused_with_advice(server: LimeSurveyServer) -> None:
    survey = server.surveys[123456]
    survey.settings["datestamp"] = "N"
    survey.answer(1, "t1", "1980-01-01 00:00:00", nps=5)
    with pytest.raises(
        ConfigurationError, match=r'survey 123456 of LimeSurvey keeps no dates.*1980.*"Date stamp"'
    ):
        read()


def test_a_response_of_1980_is_refused(server: LimeSurveyServer) -> None:
    server.surveys[123456].answer(1, "t1", "1980-01-01 00:00:00", nps=5)
    [row], _ = read()
    assert isinstance(row, RefusedRow)
    assert "while the survey kept no dates" in row.reason


def test_an_anonymous_survey_cannot_be_mapped_by_token(server: LimeSurveyServer) -> None:
    server.surveys[123456].settings["anonymized"] = "Y"
    with pytest.raises(ConfigurationError, match=r"anonymous.*carry no token"):
        read()


def test_a_token_that_is_mapped_names_the_response_or_it_is_said_what_does() -> None:
    with pytest.raises(ValueError, match=r"would count as two responses; write entity: \[token\]"):
        source_of(entity=[])
    assert source_of(entity=["id"]).objects["annual"].entity == ("id",)
    untold = MAP | {"fields": {"submitted_at": "datestamp"}}
    assert source_of(entity=[], map=untold).objects["annual"].entity == ()


def test_all_questions_that_do_not_fit_are_named_before_anything_is_read(server: LimeSurveyServer) -> None:
    server.surveys[123456].questions += [
        field_of("why", "SQ001"),
        field_of("how"),
        field_of("text", kind="X"),
    ]
    questions = {**MAP["questions"], "gone": {"construct": "ces", "scale": [1, 7]}}  # type: ignore[dict-item]
    with pytest.raises(ConfigurationError) as refused:
        read(map=MAP | {"questions": questions})
    assert "questions why[SQ001], how are not mapped" in str(refused.value)
    assert "no questions gone, which the map names; it has: nps, csat, why[SQ001], how" in str(refused.value)
    assert "export_responses" not in {method for method, _ in server.calls}


@pytest.mark.parametrize(
    ("method", "status", "kind", "message"),
    [
        (
            "get_survey_properties",
            "No permission",
            ConfigurationError,
            "let the user of the connection read the survey",
        ),
        ("get_survey_properties", "Error: Invalid survey ID", ConfigurationError, "correct the number"),
        (
            "export_responses",
            "No Data, survey table does not exist.",
            ConfigurationError,
            "activate the survey",
        ),
        ("export_responses", "Invalid session key", SourceUnavailable, "logs in anew"),
        ("get_fieldmap", "Something new", DataError, 'LimeSurvey says "Something new"'),
        (
            "get_session_key",
            "You have exceeded the number of maximum access attempts.",
            SourceUnavailable,
            "lock-out",
        ),
    ],
)
def test_errors_come_with_http_200(
    server: LimeSurveyServer, method: str, status: str, kind: type[CfError], message: str
) -> None:
    server.says[method] = {"status": status}
    with pytest.raises(kind, match=message) as refused:
        read()
    assert PASSWORD not in str(refused.value)


def test_a_wrong_password_is_said_without_it(
    server: LimeSurveyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(monkeypatch, server.url, "wrong password")
    with pytest.raises(
        ConfigurationError, match=r'connection "cf_lime", log in.*correct login and password'
    ) as refused:
        read()
    assert "wrong password" not in str(refused.value)


@pytest.mark.parametrize(
    ("reply", "kind", "message"),
    [
        ((200, {}, b""), ConfigurationError, "switch RemoteControl on"),
        ((200, {}, b"<html>"), SourceUnavailable, "not JSON"),
        ((200, {}, b'{"id": 1, "resu'), SourceUnavailable, "not JSON"),
        ((200, {}, b'{"id": 0, "result": {}, "error": null}'), SourceUnavailable, "cut off"),
        ((403, {}, b""), ConfigurationError, "HTTP 403"),
        ((404, {}, b""), ConfigurationError, "not the address of RemoteControl"),
        ((500, {}, b""), SourceUnavailable, "HTTP 500"),
        ((429, {"Retry-After": "120"}, b""), SourceUnavailable, "HTTP 429"),
        ((503, {"Retry-After": "\xb2"}, b""), SourceUnavailable, "HTTP 503"),
    ],
)
def test_replies_that_are_none(
    server: LimeSurveyServer, reply: tuple[int, dict[str, str], bytes], kind: type[CfError], message: str
) -> None:
    server.raw["export_responses"] = reply
    with pytest.raises(kind, match=message) as refused:
        read()
    wanted = timedelta(seconds=120) if reply[0] == 429 else None
    assert refused.value.retry_after == wanted


def test_a_date_after_which_to_try_again_is_obeyed(server: LimeSurveyServer) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    server.raw["export_responses"] = (503, {"Retry-After": later}, b"")
    with pytest.raises(SourceUnavailable, match="HTTP 503") as refused:
        read()
    assert refused.value.retry_after
    assert timedelta(minutes=59) < refused.value.retry_after <= timedelta(hours=1)


def test_an_export_that_is_cut_off_is_tried_again(server: LimeSurveyServer) -> None:
    server.says["export_responses"] = base64.b64encode(b'{"responses": [{"id": "1"').decode()
    with pytest.raises(SourceUnavailable, match="cut off"):
        read()


def test_a_server_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, "http://127.0.0.1:9/index.php/admin/remotecontrol")
    with pytest.raises(SourceUnavailable, match="no answer"):
        read()


def test_an_inherited_setting_is_told_by_the_fields(server: LimeSurveyServer) -> None:
    survey = server.surveys[123456]
    survey.settings |= {"datestamp": "I", "anonymized": "I", "alloweditaftercompletion": "I"}
    survey.answer(1, "t1", "2026-03-10 10:00:00", nps=3)
    rows, position = read()
    assert (ids(rows), position and position["id"]) == (["1"], 1)
