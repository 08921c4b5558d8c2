"""Rows mapped by the programme, from the judgement in Python to the staging view in PostgreSQL: both see the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cf_operators.domain.collecting import Page
from cf_operators.domain.source import SqlSource
from cf_operators.domain.source_row import SourceRow, judge
from cf_operators.hooks.landing import Landing
from cf_operators.hooks.staging_views import StagingViews
from cf_operators.hooks.warehouse import WarehouseHook
from tests.conftest import Warehouse

COMPLAINT = {
    "received_at": "created",
    "closed_at": "times.closed",
    "severity": {"path": "priority", "values": {"urgent": 1, 'it\'s \\ "low"': 4}, "otherwise": 3},
    "category": {"path": "type", "values": {"a'b": "c'd"}},
    "contact_external_id": "from.0.id",
    "channel": {"value": "desk's"},
    "is_satisfied": "ok",
    "remedy_sought": "a\\.b",
}
RESPONSE = {
    "submitted_at": {"path": "at", "unit": "milliseconds"},
    "is_complete": "done",
    "invitation_id": "hidden.i",
}
QUESTIONS = {
    "Q1": {"construct": "nps", "scale": [0, 10]},
    "Q'2": {"construct": "csat", "scale": [1, 5], "values": {"very good": 5, "it's bad": 1}},
}


def source(stream: str, **declared: Any) -> SqlSource:
    entry = {
        "id": "desk", "kind": "sql", "connection": "cf_desk", "time_zone": "Europe/Berlin",
        "objects": {"rows": {"stream": stream, "read": "desk.rows", "key": ["id"]} | declared},
    }  # fmt: skip
    return SqlSource.model_validate(entry)


def complaints(**fields: Any) -> SqlSource:
    return source("complaints", map={"shape": "complaint", "fields": COMPLAINT | fields})


def responses(**declared: Any) -> SqlSource:
    mapping = {
        "shape": "response",
        "fields": RESPONSE,
        "questions": QUESTIONS,
        "answers": "given",
        "ignore": ["note"],
    }
    return source("responses", map=mapping, **declared)


def land(declared: SqlSource, *rows: dict[str, Any]) -> list[str]:
    """Land what is good; the reasons of what is not."""
    judged = [judge(row, declared.objects["rows"]) for row in rows]
    landing = Landing(WarehouseHook(), declared.id, "complaints", "run")
    landing.begin("rows")
    landing.land("rows", Page([row for row in judged if isinstance(row, SourceRow)]))
    landing.close()
    with WarehouseHook().transaction() as connection:
        StagingViews(connection).refresh(declared)
    return [row for row in judged if isinstance(row, str)]


def shown(warehouse: Warehouse, shape: str) -> list[dict[str, Any]]:
    return warehouse.rows(f"select * from cf_landing.stg_desk_{shape} order by 1, 2")


def test_fields_are_found_translated_and_typed(warehouse: Warehouse) -> None:
    row = {
        "id": 7, "created": "2024-05-01 10:00", "times": {"closed": "2024-05-02T10:00:00.5+0300"},
        "priority": "it's \\ \"low\"", "type": "a'b", "from": [{"id": "C'1"}], "ok": True, "a.b": "money back",
    }  # fmt: skip
    assert land(complaints(), row) == []
    (found,) = shown(warehouse, "complaint")
    assert (found["complaint_id"], found["severity"], found["category"], found["channel"]) == (
        "7",
        4,
        "c'd",
        "desk's",
    )
    assert (found["contact_external_id"], found["is_satisfied"], found["remedy_sought"]) == (
        "C'1",
        True,
        "money back",
    )
    assert found["received_at"] == datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert found["closed_at"] == datetime(2024, 5, 2, 7, 0, 0, 500_000, tzinfo=UTC)
    assert found["acknowledged_at"] is None


@pytest.mark.parametrize("unresolved", [None, "", "  ", "1970-01-01T00:00:00Z", "1970-01-01 00:00:00"])
def test_not_yet_is_written_in_many_ways(warehouse: Warehouse, unresolved: str | None) -> None:
    assert (
        land(complaints(), {"id": 1, "created": "2024-05-01T10:00Z", "times": {"closed": unresolved}}) == []
    )
    (found,) = shown(warehouse, "complaint")
    assert found["closed_at"] is None
    assert (found["severity"], found["category"], found["contact_external_id"]) == (None, None, None)


def test_what_values_do_not_name_is_otherwise_or_refused(warehouse: Warehouse) -> None:
    (reason,) = land(
        complaints(),
        {"id": 1, "created": "2024-05-01T10:00Z", "priority": "new one"},
        {"id": 2, "created": "2024-05-01T10:00Z", "type": "x"},
    )
    assert reason == 'field category (type): "x" is none of a\'b; add it to values, or say otherwise'
    assert [row["severity"] for row in shown(warehouse, "complaint")] == [3]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"id": 1}, "field received_at (created): is empty; a value is required"),
        ({"id": 1, "created": "yesterday"}, 'field received_at (created): "yesterday" is not a time'),
        ({"id": 1, "created": {"at": 1}}, "field received_at (created): "),
        (
            {"id": 1, "created": "2024-05-01 10:00", "ok": "perhaps"},
            'field is_satisfied (ok): "perhaps" is neither true nor false',
        ),
        ({"created": "2024-05-01 10:00"}, "key (id) is empty; a value is required"),
        ({"id": {}, "created": "2024-05-01 10:00"}, "key (id) is empty; a value is required"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(row: dict[str, Any], reason: str) -> None:
    verdict = judge(row, complaints().objects["rows"])
    assert isinstance(verdict, str)
    assert reason in verdict


def test_answers_become_scores_and_what_is_not_mapped_is_refused_by_name(warehouse: Warehouse) -> None:
    at = 1_714_557_600_000
    reasons = land(
        responses(),
        {"id": "a", "at": at, "done": True, "given": {"Q1": "9", "Q'2": "it's bad", "note": "hello"}},
        {
            "id": "b",
            "at": at,
            "done": False,
            "given": [{"ref": "Q1", "value": 11}, {"ref": "Q'2", "value": None}],
        },
        {"id": "c", "at": at, "given": {"Q3": 4}},
        {"id": "d", "at": at, "given": {"Q'2": "so so"}},
        {"id": "e", "at": at, "given": {"Q1": "nine"}},
        {"id": "f", "at": at, "given": 5},
        {"id": "g", "at": 9e15, "given": {}},
        {"id": "h", "at": at, "given": None, "hidden": {"i": "0b8f24f2-9d2a-5b0e-8f0a-1f5c1d1e2a3b"}},
    )
    assert [reason.partition(":")[0] for reason in reasons] == [
        'question "Q3" is not mapped; give its construct and scale under questions, or name it under ignore',
        'question "Q\'2"', 'question "Q1"', "answers (given)", "field submitted_at (at)",
    ]  # fmt: skip
    found = shown(warehouse, "answer")
    assert [
        (row["response_id"], row["question"], row["construct"], row["score"], row["scale_max"])
        for row in found
    ] == [
        ("a", "Q'2", "csat", Decimal(1), 5),
        ("a", "Q1", "nps", Decimal(9), 10),
        ("b", "Q1", "nps", Decimal(11), 10),  # off the scale: kept, and counted nowhere
    ]
    rows = shown(warehouse, "response")
    assert [(row["response_id"], row["is_complete"], row["invitation_id"] is None) for row in rows] == [
        ("a", True, True), ("b", False, True), ("h", None, False),
    ]  # fmt: skip
    assert {row["submitted_at"] for row in rows} == {datetime(2024, 5, 1, 10, tzinfo=UTC)}


def test_of_several_records_about_one_response_the_complete_one_counts(warehouse: Warehouse) -> None:
    rows = [
        {"id": 1, "token": "t", "at": 1_714_557_600_000, "done": False, "given": {"Q1": 1}},
        {"id": 2, "token": "t", "at": 1_714_557_500_000, "done": True, "given": {"Q1": 2}},
        {"id": 3, "token": "t", "at": 1_714_557_700_000, "done": False, "given": {"Q1": 3}},
        {"id": 4, "token": "u", "at": 1_714_557_600_000, "done": False, "given": {"Q1": 4}},
        {"id": 5, "token": "u", "at": 1_714_557_700_000, "done": False, "given": {"Q1": 5}},
    ]
    assert land(responses(entity=["token"]), *rows) == []
    assert [(row["response_id"], row["is_complete"]) for row in shown(warehouse, "response")] == [
        ("t", True), ("u", False),
    ]  # fmt: skip
    assert [(row["response_id"], row["score"]) for row in shown(warehouse, "answer")] == [("t", 2), ("u", 5)]


def test_of_two_records_of_one_moment_the_later_one_counts(warehouse: Warehouse) -> None:
    rows = [
        {"id": number, "token": "t", "at": 1_714_557_600_000, "done": True, "given": {"Q1": number}}
        for number in (10, 9)
    ]
    assert land(responses(entity=["token"]), *rows) == []
    assert [(row["response_id"], row["score"]) for row in shown(warehouse, "answer")] == [("t", 10)]
    assert land(responses(entity=["token"]), rows[1] | {"given": {"Q1": 3}}) == []
    assert [(row["response_id"], row["score"]) for row in shown(warehouse, "answer")] == [("t", 3)]


def test_a_changed_map_makes_the_views_anew_without_reading_again(warehouse: Warehouse) -> None:
    assert land(complaints(), {"id": 1, "created": "2024-05-01T10:00Z", "area": "delivery"}) == []
    with WarehouseHook().transaction() as connection:
        StagingViews(connection).refresh(complaints(category="area"))
    assert [row["category"] for row in shown(warehouse, "complaint")] == ["delivery"]


def test_text_that_no_type_admits_never_breaks_the_view(warehouse: Warehouse) -> None:
    """Whatever is judged good can be cast; a single row that cannot would stop the model for all."""
    values = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(),
        st.sampled_from(["2024-02-30", "2024-05-01T10:00:00+99:00", "0001-01-01", "1e400", "true", " 5 ", "\u0660"]),
    )  # fmt: skip
    declared = complaints(
        received_at={"value": "2024-01-01T00:00Z"},
        acknowledged_at={"path": "seconds", "unit": "seconds"},
        reopen_count="count",
        severity="severity",
    )
    names = ("created", "seconds", "count", "severity", "ok", "type", "a.b")
    kept = 0

    @settings(max_examples=50, database=None)
    @given(st.fixed_dictionaries({}, optional=dict.fromkeys(names, values)), values)
    def check(row: dict[str, Any], closed: Any) -> None:
        nonlocal kept
        # Written and read as JSON, as a source would send it; unpaired surrogates do not survive that.
        row = json.loads(json.dumps({"id": 1, "times": {"closed": closed}, **row}))
        refused = land(declared, row)
        kept += not refused
        assert len(shown(warehouse, "complaint")) == (1 if kept else 0)

    check()
    assert kept > 2


@pytest.mark.parametrize(
    ("mapping", "problem"),
    [
        ({"shape": "complaint", "fields": {}}, "lacks received_at"),
        (
            {"shape": "complaint", "fields": {"received_at": "a", "complaint_id": "id"}},
            "always the key of the entity",
        ),
        (
            {"shape": "complaint", "fields": {"received_at": "a", "mood": "m"}},
            'maps "mood", which the shape complaint',
        ),
        ({"shape": "complaint", "fields": {"received_at": "a"}, "ignore": ["x"]}, "only a response has"),
        (
            {"shape": "response", "fields": {"submitted_at": "a"}, "answers": "[["},
            "is not a JMESPath expression",
        ),
        ({"shape": "complaint", "fields": {"received_at": "a..b"}}, "is not a path"),
        ({"shape": "complaint", "fields": {"received_at": {}}}, "either a path or a value"),
        (
            {
                "shape": "response",
                "fields": {"submitted_at": "a"},
                "questions": {"q": QUESTIONS["Q1"]},
                "ignore": ["q"],
            },
            "maps and ignores the question q",
        ),
    ],
)
def test_a_wrong_map_says_what_is_wrong(mapping: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match="validation error") as refused:
        source("complaints", map=mapping)
    assert problem in str(refused.value)


def test_a_source_needs_a_staging_file_or_maps() -> None:
    with pytest.raises(ValueError, match="has no staging file, and its object rows has no map"):
        source("complaints", columns={"id": "text"})


def test_times_that_are_written_otherwise(warehouse: Warehouse) -> None:
    declared = complaints(
        received_at={"path": "at", "format": "%d.%m.%Y %H:%M"},
        closed_at={"path": "end", "format": "%Y-%m-%d.%H:%M:%S"},
    )
    reasons = land(
        declared,
        {"id": 1, "at": "01.07.2024 10:30", "end": "2024-07-02.09:00:01"},
        {"id": 2, "at": "1.7.2024 10:30"},
        {"id": 3, "at": "31.02.2024 10:30"},
        {"id": 4, "at": "01.07.0024 10:30"},
        {"id": 5, "at": "01.07.2024 10:30", "end": ""},
    )
    assert [reason.partition("): ")[2] for reason in reasons] == [
        '"1.7.2024 10:30" is not written as %d.%m.%Y %H:%M',
        '"31.02.2024 10:30" is a moment that no calendar has',
        '"01.07.0024 10:30" is outside the years 1900 to 2100',
    ]
    first, last = shown(warehouse, "complaint")
    assert first["received_at"] == datetime(2024, 7, 1, 8, 30, tzinfo=UTC)
    assert (first["closed_at"], last["closed_at"]) == (datetime(2024, 7, 2, 7, 0, 1, tzinfo=UTC), None)


@pytest.mark.parametrize("pattern", ["%d.%m.%y", "%d.%m", "%Y-%m-%d %", "%Y%Y%m%d", '%Y"%m-%d', "yyyy-mm-dd"])
def test_a_pattern_that_says_no_whole_day_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="is not a pattern of"):
        complaints(received_at={"path": "at", "format": pattern})
