"""Surveys and questions, our own and those of other tools: every response and answer leads to them by equal columns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cf_operators.operators.collect_submissions import CollectSubmissionsOperator
from tests.conftest import Warehouse
from tests.operators.asked import answer, ask
from tests.sql.landed import CUSTOMER, NOTHING, RESPONSE, build, land
from tests.sql.test_model_increments import assert_as_rebuilt, delete
from tests.sql.voices import add_voices

VISIT = {
    "id": "1", "visit": "V1", "email": "ana@example.org", "order": "", "at": "2024-05-01 10:00:00", "done": "true",
    "recommend": "9", "happy": "",
}  # fmt: skip
TOOL = RESPONSE | {"nps": "9", "csat": ""}


def questions(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    rows = warehouse.rows(
        "select survey_id, version, question, construct, scale_min::int, scale_max::int from cf_core.dim_question "
        "order by 1, 2, 3"
    )
    return [tuple(row.values()) for row in rows]


def surveys(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    rows = warehouse.rows(
        "select survey_id, version, title, languages, registered_at is null from cf_core.dim_survey order by 1, 2"
    )
    return [tuple(row.values()) for row in rows]


def lost(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Answers that a join to the two dimensions loses."""
    return warehouse.rows(
        "select a.* from cf_core.fct_answer as a inner join cf_core.fct_response as r using (source, response_id) "
        "left join cf_core.dim_survey as s on s.survey_id = r.survey_id and s.version = r.survey_version "
        "left join cf_core.dim_question as q on q.survey_id = r.survey_id and q.version = r.survey_version "
        "and q.question = a.question where s.survey_id is null or q.question is null"
    )


@pytest.fixture(autouse=True)
def voices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source whose map says what its questions measure, and whose rows say of no survey."""
    add_voices(tmp_path, monkeypatch)


def test_no_answer_is_lost_whatever_asked_it(
    warehouse: Warehouse, run_context: Callable[..., dict[str, Any]]
) -> None:
    (invited,) = ask(warehouse, ["accepted"])
    answer(warehouse, invited, nps=9, csat=4)
    CollectSubmissionsOperator(task_id="collect").execute(run_context())  # type: ignore[arg-type]
    land("responses", TOOL)
    land("visits", VISIT, source_id="voices")
    build("orders")
    assert warehouse.rows("select count(*) as n from cf_core.fct_answer") == [{"n": 4}]
    assert lost(warehouse) == []
    assert questions(warehouse) == [
        ("earlier_tool", "unknown", "nps", "nps", 0, 10),
        ("post_purchase", "v1", "csat", "csat", 1, 5),
        ("post_purchase", "v1", "nps", "nps", 0, 10),
        ("unknown", "unknown", "recommend", "nps", 0, 10),
    ]
    assert surveys(warehouse) == [
        ("earlier_tool", "unknown", "earlier_tool", "", True),
        ("post_purchase", "v1", "post_purchase", "", False),
        ("unknown", "unknown", "unknown", "", True),
    ]


def test_a_question_comes_and_goes_with_its_answers(warehouse: Warehouse) -> None:
    land("customers", CUSTOMER)
    build("orders")
    assert (questions(warehouse), surveys(warehouse)) == ([], [])
    land("responses", TOOL, TOOL | {"response_id": "R2"})
    build("responses")
    assert [row[0] for row in surveys(warehouse)] == ["earlier_tool"]
    assert questions(warehouse) == [], "answers are built after their responses were weighed"
    assert build("answers")["dim_question"]["inserted"] == 1
    land("responses", TOOL | {"response_id": "R3", "csat": "4"})
    assert build("orders")["dim_question"] == {"inserted": 1, "updated": 0, "deleted": 0}
    assert [row[2] for row in questions(warehouse)] == ["csat", "nps"]
    assert_as_rebuilt(warehouse)
    land("responses", TOOL | {"response_id": "R3", "csat": ""})
    assert build("orders")["dim_question"] == {"inserted": 0, "updated": 0, "deleted": 1}
    delete("responses", "R1")
    assert build("orders")["dim_question"] == NOTHING, "others have answered it"
    assert_as_rebuilt(warehouse)
    for number in (2, 3):
        delete("responses", f"R{number}")
    assert build("orders")["dim_question"]["deleted"] == 1
    assert (questions(warehouse), surveys(warehouse)) == ([], [])
    assert_as_rebuilt(warehouse)


def test_what_a_question_measures_is_what_its_map_says_now(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land("visits", VISIT, source_id="voices")
    build("orders")
    path = tmp_path / "programme.yml"
    path.write_text(path.read_text().replace("recommend: {construct: nps, scale: [0, 10]}",
                                             "recommend: {construct: ces, scale: [1, 10]}"))  # fmt: skip
    assert build("answers")["dim_question"] == {"inserted": 0, "updated": 1, "deleted": 0}
    assert questions(warehouse) == [("unknown", "unknown", "recommend", "ces", 1, 10)]
    assert_as_rebuilt(warehouse)


def test_a_second_run_looks_at_nothing_and_writes_nothing(warehouse: Warehouse) -> None:
    land("responses", TOOL)
    build("orders")
    assert warehouse.rows("select * from cf_ledger.touched") == []
    for stream in ("responses", "answers", "orders"):
        changes = build(stream)
        assert {name: changes[name] for name in changes if name.startswith("dim_")} == {
            name: NOTHING for name in changes if name.startswith("dim_")
        }
