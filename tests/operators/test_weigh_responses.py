"""Weighing the responses of waves, from the ledger to the weight beside each answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cf_operators.operators.collect_submissions import CollectSubmissionsOperator
from cf_operators.operators.weigh_responses import WeighResponsesOperator
from tests.conftest import ROOT, Warehouse
from tests.operators.asked import answer, ask
from tests.sql.landed import build

DAY = datetime(2026, 3, 16, 8, tzinfo=UTC)
WAVE = "post_purchase/2024-05-01"
Run = Callable[..., dict[str, int]]


@pytest.fixture
def run(run_context: Callable[..., dict[str, Any]]) -> Run:
    """Collects, builds, weighs and builds the answers, as the DAG does; what was weighed."""

    def execute(now: datetime = DAY) -> dict[str, int]:
        context: Any = run_context(now=now)
        CollectSubmissionsOperator(task_id="collect_form").execute(context)
        build("responses")
        weighed = WeighResponsesOperator(task_id="weigh_responses").execute(context)
        build("answers")
        return weighed

    return execute


@pytest.fixture
def asked(warehouse: Warehouse) -> list[UUID]:
    """Of a wave of 24: 8 business customers, drawn with probability 1/2, and 16 others, all in the North."""
    people = ask(warehouse, ["accepted"] * 24)
    with warehouse.connect() as connection:
        connection.execute("update cf_ledger.invitation set segment = 'home'")
        connection.execute(
            "update cf_ledger.invitation set segment = 'business', inclusion_probability = 0.5 "
            "where invitation_id = any(%s)",
            [people[:8]],
        )
    return people


def weights(warehouse: Warehouse) -> dict[str, list[int]]:
    """Segment to the weights of its answers."""
    rows = warehouse.rows(
        "select segment, weight_milli from cf_core.fct_answer where is_complete order by segment, response_id"
    )
    return {
        segment: [row["weight_milli"] for row in rows if row["segment"] == segment]
        for segment in sorted({row["segment"] for row in rows})
    }


def test_who_answered_stands_for_who_was_asked(warehouse: Warehouse, asked: list[UUID], run: Run) -> None:
    """The frame is 16 business and 16 others; 4 and 12 answered: half of the weight for each."""
    for person in [*asked[:4], *asked[8:20]]:
        answer(warehouse, person, nps=9)
    answer(warehouse, asked[20], is_complete=False, nps=1)
    assert run() == {"waves": 1, "written": 16, "deleted": 0}
    assert weights(warehouse) == {"business": [2000] * 4, "home": [667] * 12}
    assert warehouse.rows("select distinct design_weight from cf_core.response_weight order by 1") == [
        {"design_weight": 1.0},
        {"design_weight": 2.0},
    ]
    (partial,) = warehouse.rows("select weight_milli from cf_core.fct_answer where not is_complete")
    assert partial["weight_milli"] == 1000, "a response that is not finished is not weighed"
    (note,) = warehouse.rows("select * from cf_core.wave_weight")
    assert (note["wave_id"], note["response_count"], note["margins"]) == (WAVE, 16, "segment, region")
    assert note["effective_n"] == pytest.approx((4 * 2000 + 12 * 667) ** 2 / (4 * 2000**2 + 12 * 667**2))


def test_a_second_run_writes_nothing_and_weighs_nothing(
    warehouse: Warehouse, asked: list[UUID], run: Run
) -> None:
    answer(warehouse, asked[0], nps=9)
    assert run()["written"] == 1
    marks = (
        "select xmin::text from cf_core.response_weight union all select xmin::text from cf_core.wave_weight"
    )
    before = warehouse.rows(marks)
    for later in (DAY, DAY + timedelta(days=3)):
        assert run(later) == {"waves": 0, "written": 0, "deleted": 0}
    assert warehouse.rows(marks) == before


def test_few_more_answers_wait_for_another_day_and_many_do_not(
    warehouse: Warehouse, asked: list[UUID], run: Run
) -> None:
    for person in [*asked[:2], *asked[8:19]]:
        answer(warehouse, person, nps=9)
    assert run() == {"waves": 1, "written": 13, "deleted": 0}
    answer(warehouse, asked[2], nps=3)
    assert run() == {"waves": 0, "written": 0, "deleted": 0}, "13 became 14: less than a tenth more"
    assert sorted(weights(warehouse)["business"]) == [1000, 3250, 3250]
    assert run(DAY + timedelta(days=1)) == {"waves": 1, "written": 14, "deleted": 0}
    assert weights(warehouse) == {"business": [2333] * 3, "home": [636] * 11}
    for person in asked[3:5]:
        answer(warehouse, person, nps=3)
    assert run(DAY + timedelta(days=1)) == {"waves": 1, "written": 16, "deleted": 0}, "14 became 16"


def test_answers_that_go_take_their_weights_along(warehouse: Warehouse, asked: list[UUID], run: Run) -> None:
    for person in asked[:2]:
        answer(warehouse, person, nps=9)
    run()
    with warehouse.connect() as connection:
        connection.execute(
            "delete from cf_landing.record where payload ->> 'invitation_id' = %s", [str(asked[0])]
        )
    assert run() == {"waves": 1, "written": 0, "deleted": 1}, "the weight of the other stays 1"
    with warehouse.connect() as connection:
        connection.execute("delete from cf_landing.record")
        connection.execute("delete from cf_ledger.invitation")
    run()
    assert warehouse.rows("select wave_id from cf_core.response_weight") == []
    assert warehouse.rows("select wave_id from cf_core.wave_weight") == []


def test_other_rules_weigh_every_wave_again(
    warehouse: Warehouse, asked: list[UUID], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in [asked[0], *asked[8:11]]:
        answer(warehouse, person, nps=9)
    run()
    assert weights(warehouse) == {"business": [2000], "home": [667] * 3}
    text = (ROOT / "include" / "config" / "programme.yml").read_text().replace("../", f"{ROOT}/include/")
    assert "weights: {by: [segment, region]" in text
    path = tmp_path / "programme.yml"
    path.write_text(text.replace("weights: {by: [segment, region]", "weights: {by: []"))
    monkeypatch.setenv("CF_PROGRAMME", str(path))
    assert run() == {"waves": 1, "written": 4, "deleted": 0}
    assert weights(warehouse) == {"business": [1600], "home": [800] * 3}, "design weights 2, 1, 1, 1"
