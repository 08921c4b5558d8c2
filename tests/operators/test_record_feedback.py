"""A word of a customer, written down in the trigger form, becomes a fact; what cannot be meant is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cf_operators.errors import ConfigurationError
from cf_operators.operators.record_feedback import RecordFeedbackOperator
from tests.conftest import ROOT, Warehouse
from tests.sql.landed import CUSTOMER, ORDER, build, land

NOW = datetime(2024, 5, 10, 9, tzinfo=UTC)
ENTRY = {
    "kind": "meeting", "text": "They like the new portal. 'Quoted' & more", "received_on": "2024-05-08",
    "topic": "portal", "sentiment": "positive", "score": 4, "customer": "shop/C1", "order": "O1",
    "product": None, "region": "",
}  # fmt: skip


def record(run_context: Callable[..., Any], run_id: str = "manual__1", **entry: Any) -> dict[str, int]:
    context = run_context(now=NOW, params=ENTRY | entry, run_id=run_id)
    return RecordFeedbackOperator(task_id="record").execute(context)


@pytest.fixture
def programme_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Moves the organisation of the programme into a time zone."""

    def move(time_zone: str) -> None:
        text = (ROOT / "include" / "config" / "programme.yml").read_text().replace("../", f"{ROOT}/include/")
        moved, count = re.subn(r"(?m)^  time_zone: \S+", f"  time_zone: {time_zone}", text, count=1)
        assert count == 1
        path = tmp_path / "programme.yml"
        path.write_text(moved)
        monkeypatch.setenv("CF_PROGRAMME", str(path))

    return move


def facts(warehouse: Warehouse) -> list[dict[str, Any]]:
    return warehouse.rows("select * from cf_core.fct_feedback order by feedback_id")


def test_an_entry_becomes_a_fact_about_its_customer(
    warehouse: Warehouse, run_context: Callable[..., Any]
) -> None:
    land("customers", CUSTOMER)
    land("orders", ORDER)
    build("orders")
    assert record(run_context)["new"] == 1
    assert record(run_context) | {"fetched": 1} == record(run_context)
    record(run_context, "manual__2", customer=None, order=None, score=None, kind="employee_idea")
    build("feedback")
    first, second = facts(warehouse)
    (contact,) = warehouse.rows("select contact_key from cf_ledger.contact where external_id = 'C1'")
    assert (first["source"], first["feedback_id"], first["kind"], first["topic"]) == (
        "by_hand", "manual__1", "meeting", "portal",
    )  # fmt: skip
    assert first["contact_key"] == contact["contact_key"]
    assert (first["score"], first["scale_min"], first["scale_max"], first["region"]) == (4, 1, 5, "North")
    assert str(first["received_on"]) == "2024-05-08"
    assert (second["contact_key"], second["score"], second["scale_max"]) == (None, None, None)
    text = warehouse.rows(
        "select payload ->> 'text' as text from cf_landing.v_record where source = 'by_hand'"
    )
    assert text[0]["text"] == ENTRY["text"]


def test_a_corrected_run_corrects_its_entry(warehouse: Warehouse, run_context: Callable[..., Any]) -> None:
    record(run_context)
    build("feedback")
    assert record(run_context, topic="delivery")["changed"] == 1
    build("feedback")
    assert [row["topic"] for row in facts(warehouse)] == ["delivery"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"kind": "rumour"}, "kind: "),
        ({"text": ""}, "text: "),
        ({"received_on": "2024-05-11"}, 'received_on: "2024-05-11" is after today (2024-05-10)'),
        ({"received_on": "yesterday"}, "received_on: "),
        ({"score": 6}, "score: "),
        ({"customer": "C1"}, 'customer "C1" is not a source and a number such as shop/C1'),
        ({"mood": "good"}, "mood: "),
    ],
)
def test_what_cannot_be_meant_is_refused(
    warehouse: Warehouse, run_context: Callable[..., Any], entry: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError, match="trigger the DAG again") as refused:
        record(run_context, **entry)
    assert message in str(refused.value)
    assert warehouse.rows("select * from cf_landing.record") == []


@pytest.mark.parametrize(
    ("time_zone", "now", "day", "is_taken"),
    [
        ("Asia/Tokyo", "2024-05-10T23:30:00+00:00", "2024-05-11", True),
        ("Asia/Tokyo", "2024-05-10T23:30:00+00:00", "2024-05-12", False),
        ("America/Sao_Paulo", "2024-05-11T01:30:00+00:00", "2024-05-10", True),
        ("America/Sao_Paulo", "2024-05-11T01:30:00+00:00", "2024-05-11", False),
    ],
)
def test_today_is_that_of_the_organisation(
    warehouse: Warehouse,
    run_context: Callable[..., Any],
    programme_in: Callable[[str], None],
    time_zone: str,
    now: str,
    day: str,
    is_taken: bool,
) -> None:
    programme_in(time_zone)
    context = run_context(now=datetime.fromisoformat(now), params=ENTRY | {"received_on": day})
    operator = RecordFeedbackOperator(task_id="record")
    if is_taken:
        assert operator.execute(context)["new"] == 1
    else:
        with pytest.raises(ConfigurationError, match=f'"{day}" is after today'):
            operator.execute(context)
        assert warehouse.rows("select * from cf_landing.record") == []
